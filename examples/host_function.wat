;; The guest calls the host: a number, and a text in its own memory.
(module
  (import "host" "twice" (func $twice (param i32) (result i32)))
  (import "host" "print" (func $print (param i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "hello from the guest")
  (func (export "run") (result i32)
    (call $print (i32.const 16) (i32.const 20))
    (call $twice (i32.const 21))))

;; The small module of the instances: one page, a table of four, one import, one data segment.
(module
  (import "host" "nop" (func $nop))
  (memory (export "memory") 1)
  (table 4 funcref)
  (elem (i32.const 0) $f $g)
  (data (i32.const 16) "hello, world")
  (global $x (mut i32) (i32.const 7))
  (func $f (export "f") (result i32)
    (global.set $x (i32.add (global.get $x) (i32.const 1)))
    (i32.store (i32.const 1024) (global.get $x))
    (global.get $x))
  (func $g (export "g") (call $nop)))

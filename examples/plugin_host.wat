(module
  ;; A plug-in: takes a name, gives a greeting. It owns its memory; the host asks for room and copies.
  (import "host" "log" (func $log (param i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "Hello, ")
  (data (i32.const 32) "greeting")
  (global $top (mut i32) (i32.const 1024))
  (func $alloc (export "alloc") (param $size i32) (result i32)
    (global.get $top)
    (global.set $top (i32.add (global.get $top) (local.get $size))))
  ;; Address and size of the greeting.
  (func (export "greet") (param $name i32) (param $size i32) (result i32 i32) (local $out i32)
    (call $log (i32.const 32) (i32.const 8))
    (local.set $out (call $alloc (i32.add (local.get $size) (i32.const 7))))
    (memory.copy (local.get $out) (i32.const 0) (i32.const 7))
    (memory.copy (i32.add (local.get $out) (i32.const 7)) (local.get $name) (local.get $size))
    (local.get $out)
    (i32.add (local.get $size) (i32.const 7))))

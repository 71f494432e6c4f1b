(module
  (import "host" "id" (func $id (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "fresh")
  ;; Writes over its own data: the next instance must not see it.
  (func (export "handle") (param $request i32) (result i32) (local $was i32)
    (local.set $was (i32.load8_u (i32.const 0)))
    (i32.store8 (i32.const 0) (i32.const 0))
    (i32.add (i32.mul (call $id) (i32.const 1000))
             (i32.add (local.get $request) (i32.eq (local.get $was) (i32.const 102))))))

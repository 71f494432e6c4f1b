(module
  ;; The world, as a script sees it. `wait` returns after so many ticks, with the tick it is then.
  (import "world" "wait" (func $wait (param i32) (result i32)))
  (import "world" "say" (func $say (param i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "the gate opens")
  (data (i32.const 32) "a goblin appears")
  (data (i32.const 64) "the bell rings")
  (func (export "gate")
    (drop (call $wait (i32.const 2)))
    (call $say (i32.const 0) (i32.const 14)))
  (func (export "goblins") (local $n i32)
    (loop $again
      (drop (call $wait (i32.const 1)))
      (call $say (i32.const 32) (i32.const 16))
      (br_if $again (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 3)))))
  ;; Rings at every even tick until tick 4.
  (func (export "bell")
    (loop $again
      (if (i32.lt_u (call $wait (i32.const 2)) (i32.const 5))
        (then (call $say (i32.const 64) (i32.const 14)) (br $again))))))

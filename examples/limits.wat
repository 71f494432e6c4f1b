(module
  (memory (export "memory") 1)
  (func (export "spin") (loop $for_ever (br $for_ever)))
  (func $deeper (export "recurse") (call $deeper))
  ;; Pages before, or -1.
  (func (export "grow") (param $pages i32) (result i32) (memory.grow (local.get $pages)))
  (func (export "sum_to") (param $n i32) (result i32) (local $sum i32)
    (loop $next
      (local.set $sum (i32.add (local.get $sum) (local.get $n)))
      (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum)))

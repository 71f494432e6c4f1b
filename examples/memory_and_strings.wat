(module
  (memory (export "memory") 1)
  (global $top (mut i32) (i32.const 1024))
  ;; Room for `size` bytes; never given back.
  (func (export "alloc") (param $size i32) (result i32)
    (global.get $top)
    (global.set $top (i32.add (global.get $top) (local.get $size))))
  ;; Makes ASCII letters of a text capital, in place.
  (func (export "shout") (param $at i32) (param $size i32) (local $c i32)
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $size)))
        (local.set $c (i32.load8_u (local.get $at)))
        (if (i32.lt_u (i32.sub (local.get $c) (i32.const 97)) (i32.const 26))
          (then (i32.store8 (local.get $at) (i32.sub (local.get $c) (i32.const 32)))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (local.set $size (i32.sub (local.get $size) (i32.const 1)))
        (br $next))))
  ;; The sum of `count` numbers.
  (func (export "sum") (param $at i32) (param $count i32) (result f64) (local $sum f64)
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $count)))
        (local.set $sum (f64.add (local.get $sum) (f64.load (local.get $at))))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $next)))
    (local.get $sum)))

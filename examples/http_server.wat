(module
  ;; Answers a request: the body backwards. The host copies the body to where `room` says.
  (memory (export "memory") 1)
  (func (export "room") (param $size i32) (result i32)
    (if (i32.gt_u (local.get $size) (i32.const 32768)) (then unreachable))
    (i32.const 1024))
  (func (export "answer") (param $at i32) (param $size i32) (result i32)
    (local $i i32) (local $out i32)
    (local.set $out (i32.add (local.get $at) (local.get $size)))
    (block $done
      (loop $next
        (br_if $done (i32.eq (local.get $i) (local.get $size)))
        (i32.store8 (i32.add (local.get $out) (local.get $i))
          (i32.load8_u (i32.sub (local.get $out) (i32.add (local.get $i) (i32.const 1)))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $next)))
    (local.get $out)))

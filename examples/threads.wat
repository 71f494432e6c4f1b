(module
  (import "host" "memory" (memory 1 1 shared))
  ;; Adds 1 so many times to the number that all threads share.
  (func (export "count") (param $times i32)
    (loop $next
      (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))
      (br_if $next (local.tee $times (i32.sub (local.get $times) (i32.const 1)))))))

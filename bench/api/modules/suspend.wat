;; Calls a host function for ever, which suspends it each time.
(module
  (import "host" "wait" (func $wait (param i32) (result i32)))
  (func (export "run") (param $x i32) (result i32)
    loop $l
      (local.set $x (call $wait (local.get $x)))
      (br_if $l (i32.const 1))
    end
    local.get $x)
  (func (export "once") (param i32) (result i32) local.get 0))

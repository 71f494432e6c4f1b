;; What host and guest call of each other, on every engine that is compared.
(module
  (import "host" "add" (func $add (param i32 i32) (result i32)))
  (import "host" "nop" (func $nop))
  (func (export "empty"))
  (func (export "add") (param i32 i32) (result i32)
    local.get 0 local.get 1 i32.add)
  (func (export "loop") (param $n i32) (result i32) (local $x i32)
    loop $l
      (local.set $x (i32.add (local.get $x) (local.get $n)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))
    end
    local.get $x)
  (func (export "loop_add") (param $n i32) (result i32) (local $x i32)
    loop $l
      (local.set $x (call $add (local.get $x) (local.get $n)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))
    end
    local.get $x)
  (func (export "loop_nop") (param $n i32) (result i32)
    loop $l
      call $nop
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))
    end
    local.get $n))

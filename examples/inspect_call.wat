(module $checkout
  ;; A till: asks the host for each item's price and adds up.
  (import "shop" "price" (func $price (param i32) (result i32)))
  (func $total (param $items i32) (param $discount f64) (result i32) (local $sum i32)
    (loop $next
      (local.set $sum (i32.add (local.get $sum) (call $price (local.get $items))))
      (br_if $next (local.tee $items (i32.sub (local.get $items) (i32.const 1)))))
    (local.get $sum))
  (func $checkout (export "checkout") (param $items i32) (result i32)
    (i32.const 1000)  ;; what the customer pays with
    (call $total (local.get $items) (f64.const 0.25))
    i32.sub))

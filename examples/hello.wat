;; The smallest WASI program: one line to standard output.
(module
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param $fd i32) (param $iovs i32) (param $iovs_len i32) (param $written i32) (result i32)))
  (memory (export "memory") 1)

  ;; One iovec at address 0: where the text starts and how long it is. The text is at address 8.
  (data (i32.const 0) "\08\00\00\00" "\11\00\00\00" "Hello from Weft!\n")

  (func (export "_start")
    (drop
      (call $fd_write
        (i32.const 1)      ;; standard output
        (i32.const 0)      ;; iovecs
        (i32.const 1)      ;; how many
        (i32.const 32))))) ;; the number of bytes written goes here

"""The modules that the cases use: texts by file name, and binaries that no text can say."""


def leb(n):
    out = b""
    while True:
        n, low = n >> 7, n & 0x7F
        out += bytes([low | (0x80 if n else 0)])
        if not n:
            return out


def name(text):
    data = text if isinstance(text, bytes) else text.encode()
    return leb(len(data)) + data


def section(number, contents):
    return bytes([number]) + leb(len(contents)) + contents


def vec(*items):
    return leb(len(items)) + b"".join(items)


HEADER = b"\0asm\1\0\0\0"
I32, I64, F32, F64, FUNC, FUNCREF = b"\x7f", b"\x7e", b"\x7d", b"\x7c", b"\x60", b"\x70"


def body(code, *local_runs):
    contents = vec(*local_runs) + code + b"\x0b"
    return leb(len(contents)) + contents


def rich():
    """A module with every section, and the lengths at which a part of it is a module of its own."""
    sections = [
        section(1, vec(FUNC + vec() + vec(), FUNC + vec(I32, I64) + vec(F64), FUNC + vec(I32) + vec())),
        section(2, vec(name("env") + name("f") + b"\0\1", name("env") + name("g") + b"\3" + I32 + b"\0")),
        section(3, vec(b"\0", b"\1")),
        section(4, vec(FUNCREF + b"\1\1\x10")),
        section(5, vec(b"\1\1\x80\x02")),
        section(13, vec(b"\0\2")),
        section(6, vec(I64 + b"\1\x42\xe4\0\x0b", F32 + b"\0\x43\0\0\x80\x3f\x0b")),
        section(7, vec(name("run") + b"\0\1", name("memory") + b"\2\0")),
        section(8, b"\1"),
        section(9, vec(b"\0\x41\0\x0b" + vec(b"\1", b"\2"))),
        section(12, leb(2)),
        section(10, vec(
            # block, a loop with a branch, memory accesses, a call through the table
            body(b"\x02\x40\x03\x40\x41\x01\x0d\x01\x0b\x0b\x41\x80\x01\x41\x7f\x36\x02\x04\x41\0\x11\0\0", b"\2" + I32, b"\1" + F64),
            body(b"\x20\0\x04\x7c\x44\0\0\0\0\0\0\xf0\x3f\x05\x20\1\xb9\x0b\xfc\x0a\0\0\0"[:-5]))),
        section(11, vec(b"\0\x41\x08\x0b" + name("hello"), b"\1" + name("passive"))),
        section(0, name("name") + b"\1" + leb(8) + vec(b"\1" + name("one"), b"\2\0")),
    ]
    whole = HEADER
    ends = {len(whole)}
    for at, contents in enumerate(sections):
        whole += contents
        # Without code, declared functions have no bodies; without the start's function it cannot be there; without data
        # the data count is wrong.
        if at in (0, 1) or contents[0] in (11,):
            ends.add(len(whole))
    return whole, ends - {len(whole)}


def nested_blocks(depth):
    code = b"\x02\x40" * depth + b"\x0b" * depth
    return HEADER + section(1, vec(FUNC + vec() + vec())) + section(3, vec(b"\0")) + section(10, vec(body(code)))


NASTY = b"\x1b[31mred\x07\x7f\xc2\x9b2J\xe2\x80\xaeesrever\nerror: forged"


def nasty(text):
    """Function 0 is exported as "boom" and under the text, named with it, and traps."""
    exports = vec(name("boom") + b"\0\0") if not is_utf8(text) else vec(name("boom") + b"\0\0", name(text) + b"\0\0")
    names = vec(b"\0" + name(text))
    return (HEADER + section(1, vec(FUNC + vec() + vec())) + section(3, vec(b"\0")) + section(7, exports) +
            section(10, vec(body(b"\0"))) + section(0, name("name") + b"\0" + leb(len(name(text))) + name(text) +
                                                    b"\1" + leb(len(names)) + names))


def nasty_import(text):
    return HEADER + section(1, vec(FUNC + vec() + vec())) + section(2, vec(name(text) + name(text) + b"\0\0"))


def is_utf8(data):
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def exits(status):
    return f"""(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_start") (call $exit (i32.const {status}))))
"""


FILES = {
    "text.wasm": "hello\n",
    "empty.wasm": "",
    "component.wasm": b"\0asm\x0d\0\1\0",
    "version2.wasm": b"\0asm\2\0\0\0",
    "short.wasm": b"\0asm\1",
    "cut.wasm": rich()[0][:100],
    "exit0.wat": exits(0),
    "exit1.wat": exits(1),
    "exit42.wat": exits(42),
    "exit255.wat": exits(255),
    "exit256.wat": exits(256),
    "exit-1.wat": exits(-1),
    "unknown_imports.wat": """(module
  (import "env" "one" (func (param i32) (result i64)))
  (import "env" "two" (global (mut i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func (param i32)))
  (import "other" "three" (memory 1 2))
  (import "other" "four" (table 3 funcref)))
""",
    "incompatible_import.wat": '(module (import "wasi_snapshot_preview1" "fd_write" (func (param i64))))',
    "unknown_operator.wat": "(module\n  (func $f (result i32)\n    i32.cosnt 1))\n",
    "unknown_local.wat": "(module\n  (func (result i32)\n    local.get $missing))\n",
    "open.wat": "(module\n  (func)\n",
    "no_such_export.wat": '(module (func)\n  (export "a" (func 0))\n  (export "b" (func 7)))\n',
    "type_mismatch.wat": "(module\n  (func $f (result i32)\n    i32.const 1\n    f32.neg))\n",
    "start_traps.wat": "(module (func $boot unreachable) (start $boot))",
    "data_outside.wat": '(module (memory 1) (data (i32.const 65536) "x"))',
    "no_start.wat": "(module)",
    "reactor.wat": """(module
  (global $ready (mut i32) (i32.const 0))
  (func (export "_initialize") (global.set $ready (i32.const 7)))
  (func (export "ready") (result i32) (global.get $ready)))
""",
    "calls.wat": """(module
  (memory (export "memory") 1)
  (global (export "number") i32 (i32.const 3))
  (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func $spin (export "loop") (loop $again (br $again)))
  (func $forever (export "tail") (return_call $forever))
  (func $inner (param i32) (result i32) (i32.div_s (i32.const 1) (local.get 0)))
  (func $outer (export "div") (param i32) (result i32) (call $inner (local.get 0)))
  (func $deep (export "deep") (param i32) (result i32)
    (if (result i32) (local.get 0)
      (then (i32.add (i32.const 1) (call $deep (i32.sub (local.get 0) (i32.const 1)))))
      (else (i32.const 0))))
  (func $ping (export "ping") (call $pong))
  (func $pong (call $ping))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "id64") (param i64) (result i64) (local.get 0))
  (func (export "floats") (param f32 f64) (result f32 f64) (local.get 0) (local.get 1))
  (func (export "ref") (param externref)))
""",
    "write.wat": """(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\\10\\00\\00\\00\\03\\00\\00\\00")
  (data (i32.const 16) "hi\\n")
  (func (export "_start") (call $exit (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))
""",
    "flood.wat": """(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 2)
  (data (i32.const 0) "\\10\\00\\00\\00\\00\\00\\01\\00")
  (func (export "_start") (loop $again (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))) (br $again))))
""",
    "read.wat": """(module
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\\10\\00\\00\\00\\03\\00\\00\\00")
  (func (export "_start") (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))))
""",
    # One subscription: fd_read of descriptor 0.
    "poll.wat": """(module
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "\\01")
  (func (export "_start") (drop (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128)))))
""",
}

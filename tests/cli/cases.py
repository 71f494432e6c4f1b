"""Rows of (files, command line, exit code, exact text). `err` and `out` are exact, `err_like` and `out_like` are patterns."""


def row(name, args, code, **expected):
    words = args.split() if isinstance(args, str) else args
    return {"name": name, "args": words, "code": code, **expected}


def refused(name, file, text, command="run"):
    """A file that cannot be used: one line (or a line and the place in the text), exit code 1, nothing on stdout."""
    return row(name, [command, file], 1, files=[file], err=f"error: {file}: {text}\n", out="")


def usage(name, args, text, files=()):
    return row(name, args, 2, files=list(files), err=f"error: {text}\n", out="")


def trap(name, args, text, backtrace):
    return row(name, args, 134, files=["calls.wat"], err=f"error: calls.wat: trap: {text}\nwasm backtrace:\n{backtrace}", out="")


CALLS = ["calls.wat"]
NO_VALUE = "calls.wat: argument 1 of \"{}\": expected a value of type {}, found \"{}\""


def bad_argument(function, type_name, text):
    return usage(f"argument {text} for {type_name}", ["run", "--invoke", function, "calls.wat", text] + ["0"] * (function == "floats"),
                 NO_VALUE.format(function, type_name, text), CALLS)


ROWS = [
    # Files that are no modules.
    refused("not wasm", "text.wasm", "magic header not detected: this is no WebAssembly binary (offset 0x0)"),
    refused("empty file", "empty.wasm", "unexpected end: 0 bytes are no WebAssembly module (offset 0x0)"),
    refused("component", "component.wasm", "unknown binary version: this is a component, only core modules are supported (offset 0x4)"),
    refused("other version", "version2.wasm", "unknown binary version: 2 (offset 0x4)"),
    row("shorter than a header", "run short.wasm", 1, files=["short.wasm"], err_like=r"error: short\.wasm: unexpected end[^\n]*\n", out=""),
    refused("cut off", "cut.wasm", "length out of bounds: export section of 16 bytes, 13 are left (offset 0x56)"),
    row("missing file", "run missing.wasm", 1, err='error: missing.wasm: cannot read "missing.wasm": no such file\n', out=""),
    row("directory", "run .", 1, err='error: .: cannot read ".": is a directory\n', out=""),
    row("file is a device", "run /dev/null", 1, err="error: /dev/null: unexpected end: 0 bytes are no WebAssembly module (offset 0x0)\n"),
    row("each file its line", "validate text.wasm exit0.wat empty.wasm", 1, files=["text.wasm", "empty.wasm", "exit0.wat"], out="",
        err="error: text.wasm: magic header not detected: this is no WebAssembly binary (offset 0x0)\n"
            "error: empty.wasm: unexpected end: 0 bytes are no WebAssembly module (offset 0x0)\n"),

    # Texts: the line with a caret.
    refused("unknown operator", "unknown_operator.wat",
            "unknown operator i32.cosnt (line 3, column 5)\n 3 |     i32.cosnt 1))\n   |     ^"),
    row("unknown name", "run unknown_local.wat", 1, files=["unknown_local.wat"], out="",
        err_like=r"error: unknown_local\.wat: unknown local \$missing \(line 3, column 15\)\n 3 \|     local\.get \$missing\)\)\n   \|               \^\n"),
    refused("parenthesis open", "open.wat", "unexpected end: unclosed `(` (line 1, column 1)\n 1 | (module\n   | ^"),
    row("type error in a text", "run type_mismatch.wat", 1, files=["type_mismatch.wat"], out="",
        err_like=r'error: type_mismatch\.wat: type mismatch: expected f32, found i32 \(function 0 "f"\) \(line 4, column 5\)\n'
                 r' 4 \|     f32\.neg\)\)\n   \|     \^\n'),
    row("definition of a text is wrong", "validate no_such_export.wat", 1, files=["no_such_export.wat"], out="",
        err_like=r'error: no_such_export\.wat: unknown function[^\n]* \(line 3, column 3\)\n 3 \|   \(export "b" \(func 7\)\)\)\n   \|   \^\n'),

    # Texts and binaries, one to the other.
    row("print", "print exit1.wat", 0, files=["exit1.wat"], err="", out_like=r"\(module\n  \(type \(;0;\) \(func.*\n  \)\)?\n?.*"),
    row("print is inspect --wat", "inspect --wat exit1.wat", 0, files=["exit1.wat"], err="", out_like=r"\(module\n  \(type.*"),
    row("print without names", "print --no-names exit1.wat", 0, files=["exit1.wat"], err="", out_like=r"[^$]*"),
    row("print folded", "print --fold calls.wat", 0, files=["calls.wat"], err="", out_like=r".*\(i32.add \(local.get 0\) \(local.get 1\)\)\n.*"),
    row("print what is cut off", "print cut.wasm", 1, files=["cut.wasm"], out="",
        err="error: cut.wasm: length out of bounds: export section of 16 bytes, 13 are left (offset 0x56)\n"),
    row("print a text that is none", "print open.wat", 1, files=["open.wat"], out="",
        err="error: open.wat: unexpected end: unclosed `(` (line 1, column 1)\n 1 | (module\n   | ^\n"),
    row("print to nowhere", "print -o no/such/folder.wat exit1.wat", 1, files=["exit1.wat"], out="",
        err='error: cannot write "no/such/folder.wat": No such file or directory\n'),
    row("print a missing file", "print missing.wasm", 1, out="",
        err='error: missing.wasm: cannot read "missing.wasm": No such file or directory\n'),
    row("parse an error", "parse unknown_operator.wat", 1, files=["unknown_operator.wat"], out="",
        err="error: unknown_operator.wat: unknown operator i32.cosnt (line 3, column 5)\n 3 |     i32.cosnt 1))\n   |     ^\n"),
    row("parse two files", "parse a b", 2, out="", err_like=r"weft parse: one FILE only\n.*"),

    # Imports.
    refused("unknown imports", "unknown_imports.wat",
            'unknown import: "env"."one" (func (param i32) (result i64)), "env"."two" (global (mut i32)), '
            '"other"."three" (memory 1 2), "other"."four" (table 3 funcref)'),
    refused("incompatible import", "incompatible_import.wat",
            'incompatible import type for "wasi_snapshot_preview1"."fd_write": expected func (param i64), '
            "found func (param i32 i32 i32 i32) (result i32)"),

    # --invoke.
    row("sum", "run --invoke add calls.wat 2 3", 0, files=CALLS, out="5\n", err=""),
    row("options behind the file", "run --invoke add calls.wat -2 0x10", 0, files=CALLS, out="14\n", err=""),
    row("smallest", "run --invoke id64 calls.wat -9223372036854775808", 0, files=CALLS, out="-9223372036854775808\n"),
    row("unsigned", "run --invoke id64 calls.wat 18446744073709551615", 0, files=CALLS, out="-1\n"),
    row("floats", "run --invoke floats calls.wat 0.1 -0x1.8p1", 0, files=CALLS, out="0.1\n-3\n", err=""),
    row("special floats", "run --invoke floats calls.wat nan -inf", 0, files=CALLS, out="nan\n-inf\n", err=""),
    usage("no such function", "run --invoke nope calls.wat",
          'calls.wat: no exported function "nope" (weft inspect --exports lists them)', CALLS),
    usage("a memory", "run --invoke memory calls.wat", 'calls.wat: export "memory" is a memory, not a function', CALLS),
    usage("a global", "run --invoke number calls.wat", 'calls.wat: export "number" is a global, not a function', CALLS),
    usage("too few", "run --invoke add calls.wat 1", 'calls.wat: function "add" takes 2 arguments (i32, i32), found 1', CALLS),
    usage("too many", "run --invoke div calls.wat 1 2", 'calls.wat: function "div" takes 1 argument (i32), found 2', CALLS),
    usage("none wanted", "run --invoke loop calls.wat 1", 'calls.wat: function "loop" takes 0 arguments, found 1', CALLS),
    bad_argument("div", "i32", "x"),
    bad_argument("div", "i32", ""),
    bad_argument("div", "i32", "4294967296"),
    bad_argument("div", "i32", "-2147483649"),
    bad_argument("div", "i32", "1.5"),
    bad_argument("div", "i32", "0x"),
    bad_argument("id64", "i64", "18446744073709551616"),
    bad_argument("floats", "f32", "one"),
    bad_argument("floats", "f32", " 1"),
    usage("a reference", "run --invoke ref calls.wat 0",
          'calls.wat: argument 1 of "ref": a value of type externref cannot be given on the command line', CALLS),
    usage("no _start", "run no_start.wat",
          'no_start.wat: no exported function "_start": call one with --invoke NAME (weft inspect --exports lists them)', ["no_start.wat"]),
    row("reactor", "run --invoke ready reactor.wat", 0, files=["reactor.wat"], out="7\n", err=""),

    # How programs end.
    row("exit 0", "run exit0.wat", 0, files=["exit0.wat"], out="", err=""),
    row("exit 1", "run exit1.wat", 1, files=["exit1.wat"], out="", err=""),
    row("exit 42", "run exit42.wat", 42, files=["exit42.wat"], out="", err=""),
    row("exit 255", "run exit255.wat", 255, files=["exit255.wat"], out="", err=""),
    row("exit 256", "run exit256.wat", 0, files=["exit256.wat"], out="", err=""),
    row("exit -1", "run exit-1.wat", 255, files=["exit-1.wat"], out="", err=""),
    row("trap", "run --invoke div calls.wat 0", 134, files=CALLS, out="",
        err_like=r"error: calls\.wat: trap: integer divide by zero\nwasm backtrace:\n  0: 0x[0-9a-f]+ - calls\.wat!inner\n  1: 0x[0-9a-f]+ - calls\.wat!outer\n"),
    row("trap at start", "run start_traps.wat", 134, files=["start_traps.wat"], out="",
        err_like=r"error: start_traps\.wat: trap: unreachable\nwasm backtrace:\n  0: 0x[0-9a-f]+ - start_traps\.wat!boot\n"),
    row("data outside", "run data_outside.wat", 134, files=["data_outside.wat"], out="",
        err_like=r"error: data_outside\.wat: trap: out of bounds memory access[^\n]*\n.*"),

    # Limits.
    row("no fuel left", "run --fuel 1000 --invoke loop calls.wat", 134, files=CALLS, out="",
        err_like=r"error: calls\.wat: trap: out of fuel \(--fuel 1000\)\nwasm backtrace:\n  0: 0x[0-9a-f]+ - calls\.wat!spin\n"),
    row("enough fuel", "run --fuel 1000 --invoke add calls.wat 2 3", 0, files=CALLS, out="5\n", err=""),
    row("within max-memory", "run --max-memory 1M --invoke grow calls.wat 15", 0, files=CALLS, out="1\n", err=""),
    row("beyond max-memory", "run --max-memory 1M --invoke grow calls.wat 16", 0, files=CALLS, out="-1\n", err=""),
    row("memory too big from the start", "run --max-memory 1K --invoke grow calls.wat 1", 1, files=CALLS, out="",
        err="error: calls.wat: limit exceeded: linear memory of 65536 bytes is larger than the store allows\n"),
    row("no more pages", "run --invoke grow calls.wat 65536", 0, files=CALLS, out="-1\n", err=""),

    # The command line itself.
    row("no command", [], 2, out="", err_like=r"Weft runs WebAssembly.*"),
    usage("unknown command", "frobnicate", 'unknown command "frobnicate" (weft --help lists them)'),
    row("unknown option", "run --frobnicate x.wasm", 2, out="", err_like=r"weft run: unrecognized option '--frobnicate'\n.*"),
    row("unknown option of validate", "validate --frobnicate x.wasm", 2, out="", err_like=r"weft validate: unrecognized option .*"),
    row("option without value", "run --invoke", 2, out="", err_like=r"weft run: option '--invoke' requires an argument\n.*"),
    row("no file", "run", 2, out="", err_like=r"weft run: which FILE\?\n.*"),
    row("two files", "inspect a b", 2, out="", err_like=r"weft inspect: one FILE only\n.*"),
    usage("timeout", "run --timeout soon x.wasm", '--timeout expects seconds, or a number with ms, s or m, found "soon"'),
    usage("negative timeout", "run --timeout -1 x.wasm", '--timeout expects seconds, or a number with ms, s or m, found "-1"'),
    usage("max-memory", "run --max-memory 1X calls.wat", '--max-memory expects bytes, or a number with K, M or G, found "1X"', CALLS),
    row("fuel", "run --fuel -1 calls.wat", 2, err_like=r'weft run: --fuel expects a number, found "-1"\n.*'),
    usage("env", "run --env NAME x.wasm", '--env expects KEY=VALUE, found "NAME"'),
    usage("dir", "run --dir ::/ x.wasm", '--dir expects HOST::GUEST[:ro], found "::/"'),
    usage("config without value", "run --config fuel x.wasm", '--config expects NAME=NUMBER, found "fuel"'),
    usage("unknown config", "run --config frob=1 x.wasm", 'unknown option "frob"'),
    usage("unknown feature", "run --feature frob x.wasm", 'unknown feature "frob"'),
    row("feature off", "run --feature no-tail-call --invoke add calls.wat 1 2", 1, files=CALLS, out="", err_like=r"error: calls\.wat: .*tail-call.*"),
    row("missing preopen", "run --dir gone::/ exit0.wat", 1, files=["exit0.wat"], out="",
        err='error: cannot open directory "gone" for the guest path "/": No such file or directory\n'),
    row("preopen is a file", "run --dir exit0.wat::/ exit0.wat", 1, files=["exit0.wat"], out="",
        err='error: cannot open directory "exit0.wat" for the guest path "/": Not a directory\n'),
    row("no such function to inspect", "inspect --bytecode --func 100 calls.wat", 1, files=CALLS, out="",
        err_like=r"error: calls\.wat: no function 100 with a body: functions 0 to \d+ have one\n"),
    row("version", "--version", 0, out_like=r"weft \d+\.\d+\.\d+\n", err=""),
]

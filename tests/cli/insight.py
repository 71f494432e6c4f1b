"""Cases about looking closer: profiles, traces, core dumps; with names that would like to be more."""
import json
import re
import xml.etree.ElementTree

import modules

BUSY = """(module
  (func $spin (param $n i32) (loop $l (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func $twice (call $spin (i32.const 10000000)) (call $spin (i32.const 10000000)))
  (func (export "work") (call $twice))
  (func (export "forever") (loop $l (br $l))))
"""

TRACED = r"""(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\03\00\00\00")
  (data (i32.const 16) "hi\n")
  (data (i32.const 100) "\1b[31m\"\ff\n")
  (func (export "_start")
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
    (drop (call $open (i32.const 3) (i32.const 0) (i32.const 100) (i32.const 8) (i32.const 0)
      (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 60)))
    (drop (call $close (i32.const 99)))
    (call $exit (i32.const 7))))
"""


def busy(text):
    """Function 0, exported as "work" and named with the text, counts for a while."""
    count = b"\x41\x80\xad\xe2\x04\x21\0"  # i32.const 10000000, local.set 0
    loop = b"\x03\x40\x20\0\x41\x01\x6b\x22\0\x0d\0\x0b"
    names = modules.vec(b"\0" + modules.name(text))
    return (modules.HEADER + modules.section(1, modules.vec(modules.FUNC + modules.vec() + modules.vec())) +
            modules.section(3, modules.vec(b"\0")) + modules.section(7, modules.vec(modules.name("work") + b"\0\0")) +
            modules.section(10, modules.vec(modules.body(count + loop, b"\1" + modules.I32))) +
            modules.section(0, modules.name("name") + b"\1" + modules.leb(len(names)) + names))


def define(case, expect, expect_code, expect_harmless):
    """Registers the cases with `case`."""

    def profile(bench, file, *words, code=0):
        done = bench.run("run", "--profile", file, *words)
        expect_code(done, code)
        return (bench.directory / file).read_bytes().decode("utf-8")

    @case
    def profile_as_folded_stacks(bench):
        bench.put("busy.wat", BUSY)
        text = profile(bench, "out.txt", "--invoke", "work", "busy.wat")
        stacks = {}
        for line in text.splitlines():
            found = re.fullmatch(r"([^\n]+) ([0-9]+)", line)
            expect(found, f"no folded line: {line!r}")
            stacks[found[1]] = int(found[2])
        expect(set(stacks) <= {"work", "work;twice", "work;twice;spin"}, f"stacks {stacks}")
        expect(stacks.get("work;twice;spin", 0) * 10 > sum(stacks.values()) * 8, f"stacks {stacks}")

    @case
    def profile_for_firefox(bench):
        bench.put("busy.wat", BUSY)
        root = json.loads(profile(bench, "out.json", "--invoke", "work", "busy.wat"))
        expect(root["meta"]["product"] == "busy.wat", f"product {root['meta']['product']!r}")
        thread = root["threads"][0]
        for table in ("stackTable", "frameTable", "funcTable", "samples", "resourceTable", "nativeSymbols", "markers"):
            columns = {name: column for name, column in thread[table].items() if isinstance(column, list)}
            wrong = {name: len(column) for name, column in columns.items() if len(column) != thread[table]["length"]}
            expect(not wrong, f"{table} of {thread[table]['length']}: {wrong}")
        seen = set()
        for stack in thread["samples"]["stack"]:
            path = []
            while stack is not None:
                func = thread["frameTable"]["func"][thread["stackTable"]["frame"][stack]]
                path.append(thread["stringArray"][thread["funcTable"]["name"][func]])
                parent = thread["stackTable"]["prefix"][stack]
                expect(parent is None or parent < stack, "a stack is its own parent")
                stack = parent
            seen.add(";".join(reversed(path)))
        expect("all;work;twice;spin" in seen, f"stacks {seen}")

    @case
    def profile_as_flame_graph(bench):
        bench.put("busy.wat", BUSY)
        root = xml.etree.ElementTree.fromstring(profile(bench, "out.svg", "--invoke", "work", "busy.wat"))
        expect(root.tag == "{http://www.w3.org/2000/svg}svg", f"root {root.tag}")
        titles = [e.text for e in root.iter("{http://www.w3.org/2000/svg}title")]
        expect(any(t.startswith("spin (") for t in titles), f"titles {titles}")
        allowed = {"svg", "rect", "text", "g", "title"}
        expect({e.tag.rpartition("}")[2] for e in root.iter()} <= allowed, "there are elements that do more than show")

    @case
    def profile_of_hostile_names(bench):
        names = [modules.NASTY, b'<script>&"\';\\', b"]]>\xef\xbf\xbe", b"\xff\xfe broken", b"a;b\nc 5"]
        for number, name in enumerate(names):
            file = f"{number} <&\"\n\x1b.wasm"
            bench.put(file, busy(name))
            root = xml.etree.ElementTree.fromstring(profile(bench, "out.svg", "--invoke", "work", file))
            expect(all(e.tag.rpartition("}")[2] != "script" for e in root.iter()), "a name has become an element")
            loaded = json.loads(profile(bench, "out.json", "--invoke", "work", file))
            expect(any(n not in ("all",) for n in loaded["threads"][0]["stringArray"]), "nothing was seen")
            for line in profile(bench, "out.txt", "--invoke", "work", file).splitlines():
                expect(re.fullmatch(r"[^;\x00-\x1f\x7f]+ [0-9]+", line), f"folded line {line!r}")

    @case
    def profile_of_what_is_stopped(bench):
        bench.put("busy.wat", BUSY)
        done = bench.run("run", "--timeout", "100ms", "--profile", "out.txt", "--invoke", "forever", "busy.wat")
        expect_code(done, 134)
        expect(b"trap: interrupt (--timeout 100ms)" in done.err, f"stderr {done.err!r}")
        expect((bench.directory / "out.txt").read_text().startswith("forever "), "no profile")

    @case
    def profile_that_cannot_be_written(bench):
        bench.put("calls.wat", modules.FILES["calls.wat"])
        done = bench.run("run", "--profile", "no/such/file.svg", "--invoke", "add", "calls.wat", "1", "2")
        expect(done.out == b"3\n", f"stdout {done.out!r}")
        expect(done.err == b'error: cannot write the profile to "no/such/file.svg": No such file or directory\n', f"stderr {done.err!r}")

    @case
    def trace_of_wasi(bench):
        bench.put("traced.wat", TRACED)
        done = bench.run("run", "--trace=wasi", "traced.wat")
        expect_code(done, 7)
        expect(done.out == b"hi\n", f"stdout {done.out!r}")
        lines = done.err.decode().splitlines()
        expect(len(lines) == 4, f"stderr {done.err!r}")
        expect(lines[0] == "fd_write(fd: 1, iovs: 0x0, iovs_len: 1, nwritten: 0x8 -> 3) = success", lines[0])
        expect(lines[1].startswith(r'path_open(fd: 3, dirflags: 0x0, path: "\x1b[31m\"\xff\x0a", path_len: 8, oflags: 0x0'), lines[1])
        expect(lines[2] == "fd_close(fd: 99) = badf", lines[2])
        expect(lines[3] == "proc_exit(rval: 7) = exit 7", lines[3])
        expect_harmless(done.err)

    @case
    def trace_of_the_host(bench):
        bench.put("traced.wat", TRACED)
        done = bench.run("run", "--trace=host", "traced.wat")  # there is nothing but WASI
        expect_code(done, 7)
        expect(done.err == b"", f"stderr {done.err!r}")
        done = bench.run("run", "--trace=host,wasi", "traced.wat")
        expect_code(done, 7)
        expect(done.err.count(b"\n") == 4, f"stderr {done.err!r}")
        done = bench.run("run", "--trace=everything", "traced.wat")
        expect_code(done, 2)
        expect(done.err == b'error: --trace expects wasi, host or both, found "everything"\n', f"stderr {done.err!r}")

    @case
    def core_dump_of_a_trap(bench):
        bench.put("dump.wat", """(module $dump (memory 1) (global (mut i64) (i64.const 5))
          (func $inner (param i32 f64) (result i32) (i32.div_s (i32.const 6) (local.get 0)))
          (func (export "run") (param i32) (result i32) (i32.const 77) (call $inner (local.get 0) (f64.const 2.5)) i32.add))""")
        done = bench.run("run", "--coredump", "core", "--invoke", "run", "dump.wat", "0")
        expect_code(done, 134)
        done = bench.run("inspect", "core")
        expect_code(done, 0)
        text = done.out.decode()
        for part in ("dump", "i32 0", "f64 2.5", "i32 77", "i64.const 5"):
            expect(part in text, f"{part!r} is not in {text!r}")
        expect_code(bench.run("validate", "core"), 0)

    @case
    def core_dump_only_of_traps(bench):
        bench.put("exit42.wat", modules.FILES["exit42.wat"])
        expect_code(bench.run("run", "--coredump", "core", "exit42.wat"), 42)
        expect(not (bench.directory / "core").exists(), "a dump of a program that ended by itself")
        bench.put("calls.wat", modules.FILES["calls.wat"])
        done = bench.run("run", "--coredump", "no/such/core", "--invoke", "div", "calls.wat", "0")
        expect_code(done, 134)
        expect(b'error: cannot write the core dump to "no/such/core": No such file or directory\n' in done.err, f"stderr {done.err!r}")

    @case
    def core_dump_of_hostile_names(bench):
        bench.put("nasty.wasm", modules.nasty(modules.NASTY))
        expect_code(bench.run("run", "--coredump", "core", "--invoke", "boom", "nasty.wasm"), 134)
        done = bench.run("inspect", "core")
        expect_code(done, 0)
        expect_harmless(done.out)
        expect(b"\nerror: forged" not in done.out, "a name looks like a line of its own")

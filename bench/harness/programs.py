"""Real programs from Debian's sources, built natively and for WASI: SQLite (speedtest1 and the shell), Lua, zlib, bzip2.

They run whole, so what is compared is the time of the process: start, compilation and work.
"""
import dataclasses
import os
import pathlib
import random

from . import fetch, toolchain
from .common import BENCH, OUT, run

GAPS = BENCH / "real"
NATIVE, WASM, WORK = OUT / "real" / "native", OUT / "real" / "wasm", OUT / "real" / "work"
SQLITE_FLAGS = ["-DSQLITE_THREADSAFE=0", "-DSQLITE_OMIT_WAL", "-DSQLITE_OMIT_LOAD_EXTENSION", "-DSQLITE_TEMP_STORE=3"]
ZLIB = ["adler32", "compress", "crc32", "deflate", "infback", "inffast", "inflate", "inftrees", "trees", "zutil", "uncompr",
        "gzclose", "gzlib", "gzread", "gzwrite"]
BZIP2 = ["blocksort", "huffman", "crctable", "randtable", "compress", "decompress", "bzlib", "bzip2"]


def build_both(name, sources, flags=(), wasm_flags=(), libraries=("-lm",)):
    """(native, wasm) of a program, compiled once."""
    native, wasm = NATIVE / name, WASM / f"{name}.wasm"
    if not native.exists():
        toolchain.native(sources, native, [*flags, "-w"], libraries)
    if not wasm.exists():
        emulated, emulation_libraries = toolchain.emulation()
        gaps = ["-include", GAPS / "wasi_gaps.h", "-isystem", GAPS / "include"]
        toolchain.wasm(sources, wasm, [*flags, "-w", *gaps, *emulated, *wasm_flags], emulation_libraries)
    return native, wasm


def sqlite_sources():
    """The amalgamation (sqlite3.c) and the shell, made from the source tree with its own scripts."""
    source = fetch.debian_source("sqlite3")
    made = OUT / "sources" / "sqlite3-amalgamation"
    if not (made / "shell.c").exists() or not (made / "sqlite3.c").exists():
        made.mkdir(parents=True, exist_ok=True)
        tclsh, extra = fetch.tcl_shell()
        environment = dict(os.environ, **extra, CC="clang-19", TCLSH_CMD=tclsh)
        run([source / "configure", "--disable-tcl"], cwd=made, env=environment)
        run(["make", f"TCLSH_CMD={tclsh}", "sqlite3.c", "shell.c"], cwd=made, env=environment)
    return source, made


def sqlite_shell():
    _, made = sqlite_sources()
    return build_both("sqlite3", [made / "sqlite3.c", made / "shell.c"], [*SQLITE_FLAGS, f"-I{made}"], sqlite_wasm_flags())


def sqlite_wasm_flags():
    # WASI has no file locks and no processes.
    return ['-DSQLITE_DEFAULT_UNIX_VFS="unix-none"', "-DSQLITE_OMIT_POPEN"]


def speedtest1():
    source, made = sqlite_sources()
    return build_both("speedtest1", [made / "sqlite3.c", source / "test" / "speedtest1.c"], [*SQLITE_FLAGS, f"-I{made}"],
                      sqlite_wasm_flags())


def lua():
    source = fetch.debian_source("lua5.4") / "src"
    files = sorted(path for path in source.glob("*.c") if path.name != "luac.c")
    return build_both("lua", files, [f"-I{source}"], ["-include", GAPS / "lua_gaps.h"])


def minigzip():
    source = fetch.debian_source("zlib")
    files = [source / f"{name}.c" for name in ZLIB] + [source / "test" / "minigzip.c"]
    return build_both("minigzip", files, [f"-I{source}", "-DHAVE_UNISTD_H"])


def bzip2():
    source = fetch.debian_source("bzip2")
    return build_both("bzip2", [source / f"{name}.c" for name in BZIP2])


def sample_text(size, seed=7):
    """Text of natural-looking redundancy, the same everywhere."""
    generator = random.Random(seed)
    words = ["".join(generator.choice("etaoinshrdlucmfw") for _ in range(generator.randint(2, 9))) for _ in range(700)]
    out, length = [], 0
    while length < size:
        word = words[min(int(generator.expovariate(0.012)), 699)]
        out.append(word)
        length += len(word) + 1
    return " ".join(out)[:size].encode()


@dataclasses.dataclass(frozen=True)
class Program:
    name: str
    build: object               # () -> (native, wasm)
    args: dict                  # {"interpreter": [...], "compiler": [...]}
    inputs: tuple = ()          # (file name, size) made in the work folder


def programs():
    script = str(BENCH / "real" / "bench.lua")
    return [
        Program("sqlite", speedtest1, {"interpreter": ["--memdb", "--size", "4"], "compiler": ["--memdb", "--size", "40"]}),
        Program("lua", lua, {"interpreter": ["bench.lua", "1"], "compiler": ["bench.lua", "8"]}, (("bench.lua", script),)),
        Program("gzip", minigzip, {"interpreter": ["-c", "small.txt"], "compiler": ["-c", "large.txt"]},
                (("small.txt", 700_000), ("large.txt", 6_000_000))),
        Program("bzip2", bzip2, {"interpreter": ["-c", "small.txt"], "compiler": ["-c", "large.txt"]},
                (("small.txt", 700_000), ("large.txt", 6_000_000))),
    ]


def prepare(program):
    """Builds a program and its inputs; returns (native, wasm, folder to run in)."""
    native, wasm = program.build()
    WORK.mkdir(parents=True, exist_ok=True)
    for name, content in program.inputs:
        path = WORK / name
        if isinstance(content, str):
            path.write_bytes(pathlib.Path(content).read_bytes())
        elif not path.exists():
            path.write_bytes(sample_text(content))
    return native, wasm, WORK

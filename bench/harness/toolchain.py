"""Compiles C and C++ for the machine and for WASI with the same compiler.

The clang driver runs `wasm-opt` by itself if binaryen is on PATH, and may so move a pure kernel out of the timed
region. The WebAssembly link therefore sees a PATH that holds nothing but the linker.
"""
import os
import pathlib

from .common import OUT, run, tool

OPTIMIZE = ["-O3"]
WASM = ["--target=wasm32-wasi", "--sysroot=/usr"]
EMULATED = ["signal", "process-clocks", "getpid", "mman"]


def compiler(source):
    if pathlib.Path(source).suffix == ".cpp":
        return [tool("clang++-19"), "-std=c++20", "-fno-exceptions", "-fno-rtti"]
    return [tool("clang-19")]


def linker_only_path():
    folder = OUT / "linker"
    folder.mkdir(parents=True, exist_ok=True)
    linker = os.path.realpath(tool("wasm-ld-19", "wasm-ld"))
    for name in ("wasm-ld-19", "wasm-ld"):
        link = folder / name
        if not link.is_symlink() or os.readlink(link) != linker:
            link.unlink(missing_ok=True)
            link.symlink_to(linker)
    return folder


def native(sources, output, flags=(), libraries=("-lm",)):
    output.parent.mkdir(parents=True, exist_ok=True)
    run([*compiler(sources[0]), *OPTIMIZE, *flags, *sources, "-o", output, *libraries])


def wasm(sources, output, flags=(), libraries=()):
    output.parent.mkdir(parents=True, exist_ok=True)
    run([*compiler(sources[0]), *OPTIMIZE, *WASM, *flags, *sources, "-o", output, *libraries],
        env=dict(os.environ, PATH=str(linker_only_path())))


def emulation():
    """Compile flags and libraries for the Unix functions that wasi-libc only emulates."""
    flags = [f"-D_WASI_EMULATED_{name.upper().replace('-', '_')}" for name in EMULATED]
    return flags, [f"-lwasi-emulated-{name}" for name in EMULATED]

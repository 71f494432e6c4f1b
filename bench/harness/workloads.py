"""The workloads of bench/workloads: what there is, and building them twice."""
import dataclasses
import pathlib
import re

from . import toolchain
from .common import BENCH, OUT, newer

SOURCES = BENCH / "workloads"


@dataclasses.dataclass(frozen=True)
class Workload:
    name: str
    source: pathlib.Path
    native: pathlib.Path
    wasm: pathlib.Path
    memory_bound: bool   # says nothing about an engine's instruction dispatch


def all_workloads(pattern=""):
    found = []
    for source in sorted(SOURCES.glob("*.c*")):
        if pattern and not re.search(pattern, source.stem):
            continue
        found.append(Workload(source.stem, source, OUT / "native" / source.stem, OUT / "wasm" / f"{source.stem}.wasm",
                              "// memory-bound" in source.read_text()))
    return found


def build(workload):
    text = workload.source.read_text()
    flags = re.findall(r"^// wasm-flags: (.*)$", text, re.M)
    inputs = [workload.source, SOURCES / "bench.h"]
    if not newer(workload.native, inputs):
        toolchain.native([workload.source], workload.native)
    if not newer(workload.wasm, inputs):
        toolchain.wasm([workload.source], workload.wasm, flags=flags[0].split() if flags else ())


def small_program(name):
    """A program of bench/programs: (native, wasm)."""
    source = BENCH / "programs" / f"{name}.c"
    native, wasm = OUT / "native" / name, OUT / "wasm" / f"{name}.wasm"
    if not newer(native, [source]):
        toolchain.native([source], native)
    if name != "spawn" and not newer(wasm, [source]):
        toolchain.wasm([source], wasm)
    return native, wasm

"""The part `simd`: workloads built with and without vector instructions, on Weft and on the engines that have them."""
import re

from . import measure, peers, toolchain
from .common import OUT, newer
from .workloads import SOURCES, Workload

# Kernels of the scalar part that clang vectorises; bench/workloads/simd holds those made for it.
SHARED = ("chacha", "gemm", "jacobi2d", "matmul")
FLAGS = {"scalar": (), "simd": ("-msimd128",)}


def sources(pattern):
    found = [SOURCES / f"{name}.c" for name in SHARED] + sorted((SOURCES / "simd").glob("*.c"))
    return [source for source in found if re.search(pattern, source.stem)]


def build(source):
    """The workload without and with vectors."""
    native = OUT / "native" / source.stem
    inputs = [source, SOURCES / "bench.h"]
    if not newer(native, inputs):
        toolchain.native([source], native)
    built = {}
    for kind, flags in FLAGS.items():
        wasm = OUT / kind / f"{source.stem}.wasm"
        if not newer(wasm, inputs):
            toolchain.wasm([source], wasm, flags=flags)
        built[kind] = Workload(source.stem, source, native, wasm, False)
    return built


def run(weft, others, pattern, rounds, percent_of, progress):
    """A table for report.print_values: seconds as ratios to native, gain by vectors, and each peer's time in Weft's."""
    native = peers.native_engine()
    rows, ratios, against = [], [], {engine.name: [] for engine in others}
    for source in sources(pattern):
        progress(source.stem)
        built = build(source)
        scalar = measure.measure_workload(built["scalar"], [weft], native, rounds, percent_of)[weft.name]
        cells = measure.measure_workload(built["simd"], [weft, *others], native, rounds, percent_of)
        ours = cells[weft.name]
        problem = scalar.problem or ours.problem
        if problem:
            rows.append((source.stem, None, problem))
            continue
        ratios.append((scalar.ratio, ours.ratio, scalar.ratio / ours.ratio))
        values = list(ratios[-1])
        for engine in others:
            theirs = cells[engine.name].ratio
            values.append(theirs / ours.ratio if theirs else float("nan"))
            if theirs:
                against[engine.name].append(values[-1])
        rows.append((source.stem, values, ""))
    progress("")
    if ratios:
        means = [measure.geomean(column) for column in zip(*ratios)]
        rows.append(("geomean", means + [measure.geomean(against[engine.name]) or float("nan") for engine in others], ""))
    columns = ["scalar / native", "simd / native", "gain", *[f"{engine.name} / weft" for engine in others]]
    return {"title": "Vectors: Weft without and with them, and the time of others with them in Weft's", "columns": columns, "rows": rows}

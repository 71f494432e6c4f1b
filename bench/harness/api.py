"""The part `api`: what embedding costs. The programs of bench/api, built against the release library as an embedder builds
them, beside the same of the engines that are here as libraries; and what counting fuel and epochs costs guest code."""
import dataclasses
import json
import os
import pathlib
import shutil
import subprocess

from . import fetch, overhead, peers, report
from .common import BENCH, OUT, PEERS, ROOT, Refused, newer, run, say, tool

SOURCES = BENCH / "api"
MODULES = OUT / "api" / "modules"
TIMEOUT_SECONDS = 300


@dataclasses.dataclass(frozen=True)
class Row:
    key: str
    label: str
    unit: str             # "ns", "us" (the programs give ns), "bytes", "x"
    bar: float = None     # what it must show, in the unit; for "x": at least
    allocations: bool = False


SECTIONS = [
    ("Host -> guest, trivial functions", [
        Row("call_empty", "typed, ()", "ns", 20, True),
        Row("call_add", "typed, (i32 i32) -> i32", "ns", 20, True),
        Row("call_add_lookup", "the same, found by name each time", "ns", None, True),
        Row("call_sum8", "typed, 8 x i32 -> i32", "ns", None, True),
        Row("call_unchecked", "unchecked (C)", "ns", None, True),
        Row("call_untyped", "untyped, values checked (C)", "ns", None, True),
    ]),
    ("Guest -> host, trivial functions (the guest's loop taken off)", [
        Row("host_empty", "lambda, ()", "ns", 8, True),
        Row("host_add", "lambda, (i32 i32) -> i32", "ns", 8, True),
        Row("host_caller", "lambda, (Caller&, i32) -> i32", "ns", None, True),
        Row("host_pair", "lambda, (i64 f64) -> (i64 f64)", "ns", None, True),
        Row("guest_loop", "(that loop, one iteration)", "ns"),
    ]),
    ("Instances (a store, the instance, and both dropped, unless said otherwise)", [
        Row("inst_demand", "small, on demand", "us", 3),
        Row("inst_demand_call", "small, on demand, and one call", "us"),
        Row("inst_demand_one_store", "small, on demand, in one store", "us"),
        Row("inst_pooled", "small, pooled", "us", 1),
        Row("inst_pooled_call", "small, pooled, and one call", "us"),
        Row("inst_pooled_one_store", "small, pooled, in one store", "us"),
        Row("big_demand", "CPython, on demand, copy-on-write image", "us", 20),
        Row("big_pooled", "CPython, pooled", "us"),
    ]),
    ("100 000 live instances, bytes each", [
        Row("live_bare", "without memory, a store each", "bytes", 4096),
        Row("live_bare_tables", "  and page tables", "bytes"),
        Row("live_one_store", "small, on demand, one store", "bytes", 4096),
        Row("live_one_store_tables", "  and page tables", "bytes"),
        Row("live_pooled", "small, dense pool, a store each, 4096 of it the guest's", "bytes", 8192),
        Row("live_pooled_tables", "  and page tables", "bytes"),
    ]),
    ("Two threads: throughput of instantiate + call + drop over that of one", [
        Row("threads_demand", "on demand, by the clock", "x", 1.7),
        Row("threads_demand_cpu", "on demand, by processor time", "x"),
        Row("threads_pooled", "pooled, by the clock", "x", 1.7),
        Row("threads_pooled_cpu", "pooled, by processor time", "x"),
    ]),
    ("Suspending a call in a host function, and resuming it", [
        Row("suspend_raw", "raw cells (what the engine takes)", "ns", 200),
        Row("suspend_c", "C API, values checked", "ns"),
        Row("suspend_cpp", "C++ API (wasmi: Rust)", "ns"),
        Row("invocation_whole", "(an invocation made, run to its end, dropped)", "ns"),
    ]),
]
SCALE = {"ns": 1, "us": 1e-3, "bytes": 1, "x": 1}


@dataclasses.dataclass
class Subject:
    """A program that prints rows for one engine."""
    name: str
    commands: list
    values: dict = dataclasses.field(default_factory=dict)         # key: the best of all rounds
    samples: dict = dataclasses.field(default_factory=dict)        # key: one of each round
    allocations: dict = dataclasses.field(default_factory=dict)
    problem: str = ""

    def run(self):
        for command in self.commands:
            done = subprocess.run([str(part) for part in command], capture_output=True, text=True, errors="replace",
                                  timeout=TIMEOUT_SECONDS)
            for line in done.stdout.splitlines():
                try:
                    row = json.loads(line)
                except ValueError:
                    continue
                self.add(row)
            if done.returncode != 0:
                lines = done.stderr.strip().splitlines() or [""]
                raise Refused(f"{pathlib.Path(command[0]).name} ended with {done.returncode}: {lines[-1][:200]}")

    def add(self, row):
        key, value = row["key"], row["value"]
        self.samples.setdefault(key, []).append(value)
        pick = max if key.startswith("threads") else min
        self.values[key] = pick(self.samples[key])
        if "allocations" in row:
            self.allocations[key] = row["allocations"]


def program(source, library, target=None, flags=("-std=c++20",), extra=(), includes=()):
    """The built program; built again if its source, a header or the library is newer."""
    target = target or OUT / "api" / source.stem
    target.parent.mkdir(parents=True, exist_ok=True)
    headers = [*(ROOT / "include").rglob("*.h"), *(ROOT / "include").rglob("*.hpp"), SOURCES / "measure.hpp"]
    inputs = [source, *([library] if library else []), *headers]
    if not newer(target, inputs):
        folders = [f"-I{folder}" for folder in (ROOT / "include", SOURCES, *includes)]
        run([tool("clang++-19", "clang++", "g++"), *flags, "-O2", *folders, source, *extra, *([library] if library else []),
             "-lpthread", "-ldl", "-o", target])
    return target


def build_modules(weft):
    """The modules as bytes, for the engines that read no text; the text beside them."""
    MODULES.mkdir(parents=True, exist_ok=True)
    for text in sorted((SOURCES / "modules").glob("*.wat")):
        target = MODULES / f"{text.stem}.wasm"
        if not newer(target, [text]):
            run([weft, "parse", text, "-o", target])
        shutil.copy(text, MODULES / text.name)
    return MODULES


def cpython():
    try:
        return [fetch.cpython()]
    except Refused as reason:
        say(f"bench: CPython's module: {reason}")
        return []


def weft_library():
    library = ROOT / "build" / "release" / "lib" / "libweft.a"
    library = pathlib.Path(os.environ.get("WEFT_LIBRARY") or library)
    if not library.exists():
        raise Refused(f"{library} is not there (./dev build)")
    return library


def weft_subject(folder, big):
    library = weft_library()
    return Subject("weft", [[program(SOURCES / "calls.cpp", library), folder], [program(SOURCES / "suspend.cpp", library), folder],
                            [program(SOURCES / "instantiate.cpp", library), folder, *big]])


def wasm3_source():
    """wasm3 as a library is its sources: $WEFT_WASM3_SOURCE, build/peers/src/wasm3, or beside the folder $WEFT_PEERS."""
    folder = os.environ.get("WEFT_PEERS")
    candidates = [os.environ.get("WEFT_WASM3_SOURCE"), PEERS / "src" / "wasm3", folder and pathlib.Path(folder).parent / "src" / "wasm3"]
    for candidate in candidates:
        if candidate and (pathlib.Path(candidate) / "source" / "wasm3.h").exists():
            return pathlib.Path(candidate) / "source"
    raise Refused("no sources (a checkout of github.com/wasm3/wasm3 in build/peers/src/wasm3 or $WEFT_WASM3_SOURCE)")


def wasm3_subject(folder, big, options):
    source = wasm3_source()
    target = OUT / "api" / "wasm3"
    objects = []
    for unit in sorted(source.glob("m3_*.c")):
        if unit.stem.startswith("m3_api"):
            continue
        built = OUT / "api" / "wasm3-objects" / f"{unit.stem}.o"
        built.parent.mkdir(parents=True, exist_ok=True)
        if not newer(built, [unit]):
            run([tool("clang-19", "clang"), "-O3", "-march=native", "-w", "-c", unit, "-o", built])
        objects.append(built)
    program(SOURCES / "peers" / "wasm3.cpp", None, target, ("-std=c++20", "-O3", "-march=native", "-w"), objects, [source])
    return Subject("wasm3", [[target, folder]])


def wasmi_subject(folder, big, options):
    built = PEERS / "wasmi-api" / "target" / "release" / "wasmi_api"
    if not built.exists():
        raise Refused("not built (./dev bench --install-peers)")
    return Subject("wasmi", [[built, folder, *big]])


def wasmtime_subject(folder, big, options):
    places = [PEERS / "python", *([pathlib.Path(os.environ["WEFT_PEERS"])] if os.environ.get("WEFT_PEERS") else [])]
    found = next((path for place in places for path in sorted(place.rglob("*libwasmtime.so"))), None)
    if found is None:
        raise Refused("no libwasmtime.so (./dev bench --install-peers)")
    target = program(SOURCES / "peers" / "wasmtime.cpp", None, OUT / "api" / "wasmtime", ("-std=c++20", "-w"))
    return Subject("wasmtime", [[target, found, folder, *big]])


def js_subject(name):
    def make(folder, big, options):
        given = dict(text.split("=", 1) for text in options.peer if "=" in text)
        kind = next(kind for kind in peers.KINDS if kind.name == name)
        path = peers.locate(kind, given)
        if path is None:
            raise Refused("not installed (./dev bench --install-peers)")
        return Subject(name, [[path, SOURCES / "peers" / "js.mjs", folder, *big]])
    return make


PEER_SUBJECTS = {"wasm3": wasm3_subject, "wasmi": wasmi_subject, "wasmtime": wasmtime_subject, "v8": js_subject("v8"),
                 "bun": js_subject("bun")}


def install():
    """wasmi as a library is a program of ours built with its crate."""
    folder = PEERS / "wasmi-api"
    shutil.copytree(SOURCES / "peers" / "wasmi", folder, dirs_exist_ok=True)
    run(["nice", "cargo", "build", "--release", "--manifest-path", folder / "Cargo.toml", "--target-dir", folder / "target"], timeout=3600)


def subjects(weft, options):
    only = options.only.split(",") if options.only else None
    folder, big = build_modules(weft), cpython()
    found = [weft_subject(folder, big)]
    for name, make in PEER_SUBJECTS.items():
        if only is not None and name not in only:
            continue
        try:
            found.append(make(folder, big, options))
        except Refused as reason:
            say(f"bench: {name} is left out: {reason}")
    return found


def shown(row, value):
    if value is None:
        return ""
    value *= SCALE[row.unit]
    return f"{value:.0f}" if row.unit == "bytes" else f"{value:.2f}"


def verdict(row, value):
    if row.bar is None or value is None:
        return ""
    value *= SCALE[row.unit]
    return "met" if (value >= row.bar if row.unit == "x" else value <= row.bar) else "MISSED"


def print_sections(found):
    weft, others = found[0], found[1:]
    for title, rows in SECTIONS:
        counted = any(row.allocations for row in rows)
        header = ["", "weft", *(["allocations"] if counted else []), "bar", "", *[other.name for other in others]]
        table = []
        for row in rows:
            value = weft.values.get(row.key)
            made = [f"{weft.allocations[row.key]:g}" if row.key in weft.allocations else ""] if counted else []
            bar = "" if row.bar is None else f"{row.bar:g}"
            table.append([f"{row.label}, {row.unit}", shown(row, value), *made, bar, verdict(row, value),
                          *[shown(row, other.values.get(row.key)) for other in others]])
        report.print_table(title, header, table)


def measure(weft, options, progress):
    """Runs all of it and prints the tables. Returns what to keep in the results."""
    found = subjects(weft, options)
    for round_number in range(options.api_rounds):
        turn = round_number % len(found)
        for subject in found[turn:] + found[:turn]:
            if subject.problem:
                continue
            progress(f"api, round {round_number + 1} of {options.api_rounds}: {subject.name}")
            try:
                subject.run()
            except (Refused, subprocess.TimeoutExpired, OSError) as reason:
                subject.problem = str(reason)
                progress("")
                say(f"bench: {subject.name}: {reason}")
    progress("")
    print(f"\nWhat embedding costs: the best of {options.api_rounds} runs of each program, in alternation")
    print_sections(found)
    fuel = overhead.measure_and_show(weft, options, progress)
    content = {"api": {subject.name: subject.samples for subject in found}, "overhead": fuel}
    return content, not found[0].problem and not any(entry.get("problem") for entry in fuel.values())

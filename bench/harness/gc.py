"""The part `gc`: programs that live on structs and arrays, on Weft and on V8: time inside them, and the memory at the peak."""
import dataclasses
import json
import os
import pathlib
import statistics
import subprocess

from . import api, peers
from .common import BENCH, OUT, ROOT, Refused, newer, run, say

SOURCES = BENCH / "gc"
BAR = 12          # at most so many times V8's time, in the interpreter
# Peak memory may grow so much more than live data does; and so much with garbage alone.
GROWTH_BAR = 1.3
TIMEOUT_SECONDS = 120


@dataclasses.dataclass(frozen=True)
class Program:
    name: str
    numbers: tuple     # the measured run
    live: tuple        # two runs, the second with LIVE_FACTOR times the live data
    garbage: tuple     # two runs with the same live data, the second with four times the garbage


LIVE_FACTOR = 4
PROGRAMS = [
    Program("binary_trees", (15,), ((15,), (17,)), None),
    Program("linked_map", (4, 100000), ((1, 400000), (1, 1600000)), ((4, 100000), (16, 100000))),
    Program("string_builder", (6, 100000), ((1, 400000), (1, 1600000)), ((6, 100000), (24, 100000))),
]


def once(command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=TIMEOUT_SECONDS)
    if done.returncode != 0:
        raise Refused((done.stderr.strip().splitlines() or [f"status {done.returncode}"])[-1][:200])
    return json.loads(done.stdout)


def build(weft):
    """The driver, and the modules as bytes."""
    library = api.weft_library()
    driver = api.program(SOURCES / "run.cpp", library, OUT / "gc" / "run")
    modules = {}
    for program in PROGRAMS:
        text, target = SOURCES / f"{program.name}.wat", OUT / "gc" / f"{program.name}.wasm"
        if not newer(target, [text]):
            run([weft, "parse", text, "-o", target])
        modules[program.name] = target
    return driver, modules


def v8_command(options):
    """The newest V8 that is here; those of nodes before 22 have no garbage collection proposal."""
    given = dict(text.split("=", 1) for text in options.peer if "=" in text)
    kind = next(kind for kind in peers.KINDS if kind.name == "v8")
    path = peers.locate(kind, given)
    if path is None:
        say("bench: gc: no V8 here (./dev bench --install-peers); only Weft runs")
        return None
    version = peers.version_of(("{exe}", "--version"), path).lstrip("v")
    if not version or int(version.split(".")[0]) < 22:
        say(f"bench: gc: node {version} does not know the proposal; only Weft runs (./dev bench --install-peers)")
        return None
    return [path, SOURCES / "run.mjs"]


def measure_one(program, weft, v8, rounds):
    """{"weft": [...], "v8": [...], "live": [...], "garbage": [...]} of what the runs told."""
    told = {"weft": [], "v8": []}
    for _ in range(rounds):
        told["weft"].append(once([*weft, *program.numbers]))
        if v8:
            told["v8"].append(once([*v8, *program.numbers]))
            if told["v8"][-1]["result"] != told["weft"][-1]["result"]:
                raise Refused(f"weft computes {told['weft'][-1]['result']}, V8 {told['v8'][-1]['result']}")
    for kind, runs in (("live", program.live), ("garbage", program.garbage)):
        told[kind] = [once([*weft, *numbers])["peak_kib"] for numbers in runs or ()]
    return told


def middle(runs, key):
    return statistics.median(one[key] for one in runs) if runs else float("nan")


def row(told):
    seconds, v8 = middle(told["weft"], "seconds"), middle(told["v8"], "seconds")
    some, more = told["live"]
    garbage = told["garbage"][1] / told["garbage"][0] if told["garbage"] else float("nan")
    return [seconds * 1e3, v8 * 1e3, seconds / v8, middle(told["weft"], "peak_kib") / 1024, middle(told["v8"], "peak_kib") / 1024,
            some / 1024, more / 1024, more / some / LIVE_FACTOR, garbage]


def measure(weft, options, progress):
    """A table for report.print_values."""
    driver, modules = build(weft)
    v8 = v8_command(options)
    rows = []
    for program in PROGRAMS:
        progress(f"gc: {program.name}")
        module = modules[program.name]
        try:
            told = measure_one(program, [driver, module], [*v8, module] if v8 else None, options.rounds)
            rows.append((f"{program.name} {' '.join(map(str, program.numbers))}", row(told), ""))
        except (Refused, subprocess.TimeoutExpired) as reason:
            rows.append((program.name, None, str(reason)))
    progress("")
    missed = [label for label, values, _ in rows if values and (values[2] > BAR or values[7] > GROWTH_BAR or values[8] > GROWTH_BAR)]
    note = f"bars: {BAR}x V8, growth {GROWTH_BAR}" + (f"; MISSED by {', '.join(missed)}" if missed else "; met" if v8 else "")
    return {"title": f"gc: structs and arrays ({note})", "unit": "ms",
            "columns": ["weft ms", "v8 ms", "weft / v8", "peak MiB", "v8 peak", "live x 1", f"live x {LIVE_FACTOR}", "peak / live",
                        "garbage x 4"],
            "rows": rows}

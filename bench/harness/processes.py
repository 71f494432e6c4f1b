"""Measurements of whole processes: start of a small program, loading of big modules, memory, real programs."""
import statistics

from . import fetch, programs as real, workloads
from .common import Refused, say
from .measure import Cell, spawn_samples


def least(samples, key):
    return min(sample[key] for sample in samples)


def median(samples, key):
    return statistics.median(sample[key] for sample in samples)


def run_all(labels_and_commands, rounds, cwd=None):
    """[(label, samples or None, problem)]: a command that fails once is left out, with its status."""
    spawn, _ = workloads.small_program("spawn")
    commands = [command for _, command in labels_and_commands]
    rows = []
    for (label, _), samples in zip(labels_and_commands, spawn_samples(spawn, commands, rounds, cwd)):
        bad = [sample["status"] for sample in samples if sample["status"] != 0]
        rows.append((label, None, f"status {bad[0]}") if bad else (label, samples, ""))
    return rows


def start(engines, rounds):
    """Process start to exit of hello world."""
    native, wasm = workloads.small_program("hello")
    commands = [("native", [native])] + [(engine.name, engine.command(wasm)) for engine in engines]
    rows = [("hello", label, samples, problem) for label, samples, problem in run_all(commands, rounds * 8)]
    return {"title": "start: hello world, process start to exit", "unit": "ms", "columns": ["median ms", "min ms"],
            "rows": [(label, [median(samples, "wall_ms"), least(samples, "wall_ms")] if samples else None, problem)
                     for _, label, samples, problem in rows]}


def load(weft, engines, rounds):
    """Decoding and validating big modules, then the first statement of CPython."""
    tables = []
    hello = workloads.small_program("hello")[1]
    for label, path in fetch.load_modules():
        megabytes = path.stat().st_size / 1e6
        commands = []
        if weft:
            commands = [("weft validate, hello world", [weft.executable, "validate", hello]),
                        ("weft validate", [weft.executable, "validate", path])]
        for engine in engines:
            if engine.name == "v8":
                script = ("const t=process.cpuUsage();if(!WebAssembly.validate(require('fs').readFileSync(process.argv[1])))"
                          "process.exit(1)")
                commands.append(("v8 validate, whole process", [engine.executable, "-e", script, path]))
        if not commands:
            raise Refused("neither weft nor another engine that validates is here")
        results = run_all(commands, rounds)
        base = next((least(s, "cpu_ms") for name, s, _ in results if s and name.endswith("hello world")), 0.0)
        rows = []
        for name, samples, problem in results:
            if name.endswith("hello world"):
                continue
            if samples is None:
                rows.append((name, None, problem))
                continue
            cpu = least(samples, "cpu_ms") - (base if name == "weft validate" else 0)
            rows.append((name, [least(samples, "wall_ms"), cpu, megabytes / cpu * 1000, least(samples, "peak_kib") / 1024], ""))
        tables.append({"title": f"load: {label}, {megabytes:.1f} MB, decode and validate", "unit": "MB/s",
                       "columns": ["wall ms", "CPU ms", "MB per CPU s", "peak MiB"], "rows": rows})
    tables.append(first_statement(engines if weft is None else [weft, *engines], rounds))
    return tables


def first_statement(engines, rounds):
    python = fetch.cpython()
    rows = run_all([(engine.name, engine.command(python, ["-c", "print(1)"])) for engine in engines if engine.with_files],
                   max(3, rounds))
    return {"title": "load: CPython's first statement, process start to exit", "unit": "ms", "columns": ["median ms", "min ms", "peak MiB"],
            "rows": [(label, [median(s, "wall_ms"), least(s, "wall_ms"), least(s, "peak_kib") / 1024] if s else None, problem)
                     for label, s, problem in rows]}


def memory(engines, rounds):
    """Peak resident memory of hello world and of CPython."""
    native, wasm = workloads.small_program("hello")
    tables = []
    jobs = [("hello world", wasm, [], [("native", [native])])]
    try:
        jobs.append(("CPython, print(1)", fetch.cpython(), ["-c", "print(1)"], []))
    except Refused as reason:
        say(f"bench: CPython: {reason}")
    for label, file, args, first in jobs:
        commands = first + [(engine.name, engine.command(file, args)) for engine in engines]
        rows = run_all(commands, max(3, rounds))
        tables.append({"title": f"memory: {label}, peak resident", "unit": "MiB", "columns": ["median MiB", "min MiB"],
                       "rows": [(name, [median(s, "peak_kib") / 1024, least(s, "peak_kib") / 1024] if s else None, problem)
                                for name, s, problem in rows]})
    return tables


def programs(engines, rounds, pattern_matches):
    """{program: {engine: Cell}}: wall time of the whole process against native, each tier with its own share of work."""
    results = {}
    for program in real.programs():
        if not pattern_matches(program.name):
            continue
        try:
            native, wasm, folder = real.prepare(program)
        except Refused as reason:
            say(f"bench: {program.name}: {reason}")
            continue
        say(f"bench: {program.name}")
        commands = [((engine.name, tier), engine.command(wasm, program.args[tier], files=True))
                    for engine in engines if engine.with_files for tier in [engine.tier]]
        tiers = sorted({tier for (_, tier), _ in commands})
        commands = [(("native", tier), [native, *program.args[tier]]) for tier in tiers] + commands
        rows = run_all(commands, rounds, folder)
        seconds = {label: [sample["wall_ms"] / 1e3 for sample in samples] if samples else problem for label, samples, problem in rows}
        results[program.name] = {}
        for (name, tier), value in seconds.items():
            if name == "native":
                continue
            cell = Cell(native=seconds[("native", tier)])
            if isinstance(value, str):
                cell.problem = value
            else:
                cell.seconds = value
            results[program.name][name] = cell
    return results

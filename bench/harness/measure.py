"""Runs the workloads on the engines, alternating, and reduces the samples."""
import dataclasses
import math
import re
import statistics
import subprocess

RESULT = re.compile(r"^RESULT (\S+) ([0-9.]+) ([0-9a-f]+)$", re.M)
TIMEOUT_SECONDS = 120


@dataclasses.dataclass
class Cell:
    """One workload on one engine."""
    seconds: list = dataclasses.field(default_factory=list)
    native: list = dataclasses.field(default_factory=list)   # native runs of the same rounds with the same share of work
    problem: str = ""

    @property
    def ratio(self):
        if self.problem or not self.seconds or not self.native:
            return None
        return statistics.median(self.seconds) / statistics.median(self.native)


def run_once(command):
    """(seconds inside the program, checksum), or (None, what went wrong)."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=TIMEOUT_SECONDS,
                              stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return None, f"no end after {TIMEOUT_SECONDS} s"
    except OSError as error:
        return None, str(error)
    found = RESULT.search(done.stdout)
    if done.returncode != 0 or not found:
        lines = (done.stderr.strip() or done.stdout.strip() or f"status {done.returncode}").splitlines()
        return None, lines[0][:160]
    return float(found.group(2)), found.group(3)


def measure_workload(workload, engines, native, rounds, percent_of):
    """{engine name: Cell}. Each round runs every engine once, starting with another one each time."""
    cells = {engine.name: Cell() for engine in engines}
    natives, checksums = {}, {}
    for round_number in range(rounds):
        for percent in sorted({percent_of(engine) for engine in engines}):
            seconds, checksum = run_once(native.command(workload.native, [percent]))
            if seconds is None:
                raise RuntimeError(f"{workload.name} fails natively: {checksum}")
            natives.setdefault(percent, []).append(seconds)
            checksums[percent] = checksum
        turn = round_number % len(engines)
        for engine in engines[turn:] + engines[:turn]:
            cell = cells[engine.name]
            if cell.problem:
                continue
            percent = percent_of(engine)
            seconds, checksum = run_once(engine.command(workload.wasm, [percent]))
            if seconds is None:
                cell.problem = checksum
            elif checksum != checksums[percent]:
                cell.problem = f"wrong checksum {checksum}, native {checksums[percent]}"
            else:
                cell.seconds.append(seconds)
    for engine in engines:
        cells[engine.name].native = natives[percent_of(engine)]
    return cells


def geomean(values):
    values = [value for value in values if value]
    return math.exp(sum(map(math.log, values)) / len(values)) if values else None


def spawn_samples(spawn, commands, rounds, cwd=None):
    """Samples of whole processes, measured by bench/programs/spawn.c: a list per command of dicts."""
    line = [str(spawn), str(rounds)]
    for command in commands:
        line += ["--", *map(str, command)]
    done = subprocess.run(line, capture_output=True, text=True, check=True, cwd=cwd)
    samples = [[] for _ in commands]
    for row in done.stdout.splitlines():
        index, wall, cpu, peak, status = map(int, row.split())
        samples[index].append({"wall_ms": wall / 1e6, "cpu_ms": cpu / 1e3, "peak_kib": peak, "status": status})
    return samples

#!/usr/bin/env python3
"""What the fuzzers have done, in build/fuzz/stats.json: `stats.py add NAME LOG` after a run, `stats.py report`."""
import json
import pathlib
import re
import sys
import time

STATS = pathlib.Path(__file__).resolve().parent.parent / "build/fuzz/stats.json"


def load():
    return json.loads(STATS.read_text()) if STATS.exists() else []


def add(name, log):
    text = pathlib.Path(log).read_text(errors="replace")
    executions = [int(n) for n in re.findall(r"stat::number_of_executed_units:\s*(\d+)", text)]
    executions = executions or [int(n) for n in re.findall(r"^#(\d+)\s", text, re.M)] or [0]
    seconds = re.findall(r"^Done \d+ runs in (\d+) second", text, re.M)
    finding = re.search(r"Test unit written to (\S+)", text)
    STATS.parent.mkdir(parents=True, exist_ok=True)
    run = {"target": name, "when": int(time.time()), "executions": executions[-1],
           "seconds": int(seconds[-1]) if seconds else None, "finding": finding.group(1) if finding else None}
    STATS.write_text(json.dumps(load() + [run], indent=1) + "\n")


def report():
    runs = load()
    if not runs:
        print("no fuzzer has run here")
    for target in sorted({run["target"] for run in runs}):
        mine = [run for run in runs if run["target"] == target]
        ended = [run for run in mine if run["seconds"] is not None]
        print(f"{target}: {sum(r['executions'] for r in mine)} executions in {len(mine)} runs, {sum(r['seconds'] for r in ended)} s "
              f"(runs that ended), {sum(r['finding'] is not None for r in mine)} findings")


if __name__ == "__main__":
    if sys.argv[1] == "add":
        add(sys.argv[2], sys.argv[3])
    else:
        report()

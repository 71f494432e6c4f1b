#!/usr/bin/env python3
"""What the fuzzers have done, in build/fuzz/stats.json: `stats.py add NAME LOG [FLAVOUR]` after a run, `stats.py report [--markdown]`.

A log of libFuzzer, or one whose last line is that of fuzz_differential or engines.py. A run knows the commit it was
built from; the report tells how long each target has run since its last finding, and at which commits.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
STATS = pathlib.Path(os.environ.get("WEFT_FUZZ_STATS", ROOT / "build/fuzz/stats.json"))
TOTALS = re.compile(r"^(\d+) modules, (\d+) refused, (\d+) executions, (\d+) findings, ([\d.]+) s", re.M)
ORDER = ["module", "text", "execute", "wasi", "api", "differential", "fuel", "dispatchers", "engines"]


def commit():
    done = subprocess.run(["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    return os.environ.get("WEFT_FUZZ_COMMIT") or done.stdout.strip() or None


def load():
    return json.loads(STATS.read_text()) if STATS.exists() else []


def read_libfuzzer(text):
    executions = [int(n) for n in re.findall(r"stat::number_of_executed_units:\s*(\d+)", text)]
    executions = executions or [int(n) for n in re.findall(r"^#(\d+)\s", text, re.M)] or [0]
    seconds = re.findall(r"^Done \d+ runs in (\d+) second", text, re.M)
    # Slow inputs are kept by libFuzzer too; they depend on what else the machine does.
    finding = re.search(r"Test unit written to (\S*(?:crash|timeout|oom|leak)-\S+)", text)
    return {"executions": executions[-1], "seconds": int(seconds[-1]) if seconds else None,
            "findings": int(finding is not None), "finding": finding.group(1) if finding else None}


def read_totals(text):
    totals = TOTALS.findall(text)
    if not totals:  # it died
        return {"executions": 0, "seconds": None, "findings": 1, "finding": text[-200:]}
    modules, refused, executions, findings, seconds = totals[-1]
    return {"modules": int(modules), "refused": int(refused), "executions": int(executions), "seconds": round(float(seconds)),
            "findings": int(findings)}


def add(name, log, flavour=""):
    text = pathlib.Path(log).read_text(errors="replace")
    run = {"target": name, "flavour": flavour, "when": int(time.time()), "commit": commit()}
    run |= read_libfuzzer(text) if re.search(r"^INFO: Seed:|^#\d+\s", text, re.M) else read_totals(text)
    STATS.parent.mkdir(parents=True, exist_ok=True)
    STATS.write_text(json.dumps(load() + [run], indent=1) + "\n")


def rows():
    runs = load()
    names = sorted({(r["target"], r.get("flavour", "")) for r in runs},
                   key=lambda n: (ORDER.index(n[0]) if n[0] in ORDER else len(ORDER), n))
    for target, flavour in names:
        mine = [r for r in runs if (r["target"], r.get("flavour", "")) == (target, flavour)]
        last = max((i for i, r in enumerate(mine) if r.get("findings", int(bool(r.get("finding"))))), default=-1)
        since = mine[last + 1:]
        yield {"target": f"{target} {flavour}".strip(), "runs": len(mine),
               "executions": sum(r["executions"] for r in mine),
               "findings": sum(r.get("findings", int(bool(r.get("finding")))) for r in mine),
               "clean_executions": sum(r["executions"] for r in since),
               "clean_modules": sum(r.get("modules", 0) for r in since),
               "clean_seconds": sum(r["seconds"] or 0 for r in since),
               "commits": ", ".join(dict.fromkeys(r["commit"] for r in since if r.get("commit")))}


def report(markdown):
    table = list(rows())
    if not table:
        print("no fuzzer has run here")
        return
    if markdown:
        print("| target | executions | findings | since the last finding: executions | modules | seconds | built from |")
        print("|---|---|---|---|---|---|---|")
    for r in table:
        modules = f"{r['clean_modules']:,}" if r["clean_modules"] else ""
        if markdown:
            print(f"| {r['target']} | {r['executions']:,} | {r['findings']} | {r['clean_executions']:,} | {modules} | {r['clean_seconds']:,} | {r['commits']} |")
        else:
            print(f"{r['target']}: {r['executions']:,} executions in {r['runs']} runs, {r['findings']} findings; since the last one "
                  f"{r['clean_executions']:,} executions" + (f" of {modules} modules" if modules else "") +
                  f" in {r['clean_seconds']:,} s at {r['commits'] or 'unknown commits'}")


if __name__ == "__main__":
    if sys.argv[1] == "add":
        add(*sys.argv[2:])
    else:
        report("--markdown" in sys.argv)

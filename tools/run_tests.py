#!/usr/bin/env python3
"""Runs everything `./dev test` promises and prints the totals as its last line: `123 passed, 0 failed, 4 skipped`.

1. ctest in the build directory. A gtest binary counts its cases, any other ctest test counts as one.
2. Every executable tests/*/run. It gets WEFT (the command), WEFT_PRESET and WEFT_CONFORMANCE (if there is data) and
   prints `P passed, F failed, S skipped` as its last line; status 77 is a skip, another one without failures counts as one.
"""
import argparse
import os
import pathlib
import re
import subprocess
import sys
import time
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOTALS = re.compile(r"^(\d+) passed, (\d+) failed, (\d+) skipped$", re.M)
SUITE_TIMEOUT_SECONDS = 900
NOTHING_TO_RUN = 77


class Totals:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def add(self, name, passed, failed, skipped, seconds):
        self.passed += passed
        self.failed += failed
        self.skipped += skipped
        mark = "FAIL" if failed else "ok"
        print(f"  {mark:4} {name:24} {passed:6} passed {failed:4} failed {skipped:4} skipped  {seconds:6.1f} s", flush=True)


def gtest_counts(output):
    """Passed, failed, skipped of a gtest run, or None if it did not come to its end or is not one."""
    def count(word):
        found = re.findall(rf"^\[  {word} *\] (\d+) tests?", output, re.M)
        return int(found[-1]) if found else 0

    if "[  PASSED  ]" not in output:
        return None
    return count("PASSED"), count("FAILED"), count("SKIPPED")


def run_ctest(build, totals):
    report = build / "ctest.xml"
    report.unlink(missing_ok=True)
    subprocess.run(
        ["ctest", "--test-dir", str(build), "-j", str(os.cpu_count() or 1), "--output-junit", str(report.resolve()), "--quiet",
         "--test-output-size-passed", "10000000", "--test-output-size-failed", "10000000"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if not report.exists():
        totals.add("ctest", 0, 1, 0, 0)
        return
    for case in xml.etree.ElementTree.parse(report).getroot().iter("testcase"):
        output = case.findtext("system-out") or ""
        ok = case.get("status") == "run"
        counts = gtest_counts(output) or (int(ok), 0, 0)
        passed, failed, skipped = counts
        if not ok and failed == 0:
            failed = 1  # crashed, timed out, not built, or a test without cases
        if failed:
            print(output if len(output) < 20000 else output[:6000] + "\n[...]\n" + output[-14000:])
        totals.add(case.get("name"), passed, failed, skipped, float(case.get("time") or 0))


def run_suite(script, environment, totals):
    name = str(script.parent.relative_to(ROOT))
    start = time.monotonic()
    try:
        done = subprocess.run([str(script)], cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=SUITE_TIMEOUT_SECONDS, text=True, errors="replace")
        output, status = done.stdout, done.returncode
    except subprocess.TimeoutExpired as expired:
        output = (expired.stdout or b"").decode(errors="replace") + f"\n{name}: no end after {SUITE_TIMEOUT_SECONDS} s"
        status = 1
    found = TOTALS.findall(output)
    passed, failed, skipped = map(int, found[-1]) if found else (0, 0, 0)
    if status == NOTHING_TO_RUN:
        skipped = max(skipped, 1)
    elif (status != 0 or not found) and failed == 0:
        failed = 1
    if failed:
        print(output)
    totals.add(name, passed, failed, skipped, time.monotonic() - start)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--build", type=pathlib.Path, required=True)
    arguments.add_argument("--preset", default="release")
    arguments.add_argument("--unit", action="store_true", help="only ctest")
    arguments.add_argument("--skip", nargs="+", default=[], metavar="SUITE", help="folders of tests/ that are not run")
    options = arguments.parse_args()

    totals = Totals()
    print(f"unit tests ({options.preset})", flush=True)
    run_ctest(options.build, totals)

    conformance = os.environ.get("WEFT_CONFORMANCE", "")
    if not options.unit:
        scripts = sorted(p for p in (ROOT / "tests").glob("*/run") if os.access(p, os.X_OK) and p.parent.name not in options.skip)
        environment = dict(os.environ, WEFT=str((options.build / "bin" / "weft").resolve()), WEFT_PRESET=options.preset,
                           WEFT_BUILD=str(options.build.resolve()))
        if not conformance:
            environment.pop("WEFT_CONFORMANCE", None)
        print("suites", flush=True)
        for script in scripts:
            run_suite(script, environment, totals)
        if not conformance:
            print("\n*** THE OFFICIAL SUITES DID NOT RUN: no ../shared and no $WEFT_CONFORMANCE ***\n", flush=True)

    print(f"{totals.passed} passed, {totals.failed} failed, {totals.skipped} skipped")
    return 1 if totals.failed or not totals.passed else 0


if __name__ == "__main__":
    sys.exit(main())

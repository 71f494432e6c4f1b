#!/usr/bin/env python3
"""Prints the line coverage per folder of src/, and the files with the most lines not run, from `llvm-cov export
-summary-only` on standard input. Ends with status 1 if a folder with a bar is below it."""
import collections
import json
import sys

BAR = 92.0
WITH_BAR = ("binary", "validate", "text", "interp", "runtime")
WORST_FILES = 12


def folder_of(path):
    parts = path.split("/src/")[-1].split("/")
    return parts[0] if len(parts) > 1 else "."


def main():
    report = json.load(sys.stdin)["data"][0]
    folders = collections.defaultdict(lambda: [0, 0])
    missing = []
    for file in report["files"]:
        path = file["filename"]
        if "/src/" not in path or path.endswith("_test.cpp") or "/test_support" in path:
            continue
        lines = file["summary"]["lines"]
        row = folders[folder_of(path)]
        row[0] += lines["count"]
        row[1] += lines["covered"]
        missing.append((lines["count"] - lines["covered"], lines["percent"], path.split("/src/")[-1]))
    failed = False
    print(f"{'folder':12} {'lines':>8} {'run':>8} {'':>7}")
    total = [0, 0]
    for name, (count, covered) in sorted(folders.items()):
        percent = 100.0 * covered / count if count else 100.0
        below = name in WITH_BAR and percent < BAR
        failed |= below
        total = [total[0] + count, total[1] + covered]
        print(f"{name:12} {count:8} {covered:8} {percent:6.1f} %" + (f"   below {BAR} %" if below else ""))
    print(f"{'all':12} {total[0]:8} {total[1]:8} {100.0 * total[1] / max(total[0], 1):6.1f} %")
    print("\nmost lines not run")
    for count, percent, path in sorted(missing, reverse=True)[:WORST_FILES]:
        print(f"  {count:5} lines, {percent:5.1f} % run: {path}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

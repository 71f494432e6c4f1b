#!/usr/bin/env python3
"""Line coverage of src/ from `llvm-cov export -format=lcov` on standard input.

Without arguments: lines per folder, the files with the most lines not run, and status 1 if a folder with a bar is below it.
With words: the lines not run of each file whose path contains one of them.
"""
import collections
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BAR = 92.0
WITH_BAR = ("binary", "validate", "text", "interp", "runtime")
WORST_FILES = 30


def read_lcov(lines):
    """{path from the root: {line: times run}} of what is in src/ and no test."""
    files, counts = {}, None
    for line in lines:
        kind, _, rest = line.rstrip("\n").partition(":")
        if kind == "SF":
            path = pathlib.PurePath(rest)
            path = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
            of_ours = path.parts[0] == "src" and len(path.parts) > 2 and not path.stem.endswith(("_test", "test_support"))
            counts = files.setdefault(path, {}) if of_ours else None
        elif kind == "DA" and counts is not None:
            number, times = rest.split(",")[:2]
            counts[int(number)] = counts.get(int(number), 0) + int(times)
    return files


def print_folders(files):
    folders = collections.defaultdict(lambda: [0, 0])
    worst = []
    for path, counts in files.items():
        run = sum(times > 0 for times in counts.values())
        folders[path.parts[1]][0] += len(counts)
        folders[path.parts[1]][1] += run
        worst.append((len(counts) - run, 100.0 * run / max(len(counts), 1), path))
    print(f"{'folder':12} {'lines':>8} {'run':>8}")
    below = []
    for name, (count, run) in [*sorted(folders.items()), ("all", map(sum, zip(*folders.values())))]:
        percent = 100.0 * run / count if count else 100.0
        if name in WITH_BAR and percent < BAR:
            below.append(name)
        print(f"{name:12} {count:8} {run:8} {percent:6.1f} %" + (f"   below {BAR:.0f} %" if name in below else ""))
    print("\nmost lines not run")
    for count, percent, path in sorted(worst, reverse=True)[:WORST_FILES]:
        print(f"  {count:5} lines, {percent:5.1f} % run: {path}")
    missing = [name for name in WITH_BAR if name not in folders]
    if missing:
        print(f"nothing is known of {' '.join(missing)}", file=sys.stderr)
    return 1 if below or missing else 0


def print_lines(files, words):
    for path, counts in sorted(files.items()):
        if not any(word in str(path) for word in words):
            continue
        text = (ROOT / path).read_text().splitlines()
        for number, times in sorted(counts.items()):
            if times == 0 and number <= len(text):
                print(f"{path}:{number}: {text[number - 1]}")
    return 0


def main():
    files = read_lcov(sys.stdin)
    return print_lines(files, sys.argv[1:]) if len(sys.argv) > 1 else print_folders(files)


if __name__ == "__main__":
    sys.exit(main())

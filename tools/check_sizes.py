#!/usr/bin/env python3
"""No source file past 800 lines (split by concept), tables (.def) aside; every header opens with what it is responsible for."""
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LIMIT = 800


def main():
    found = []
    for folder in ("src", "include", "tests", "tools", "examples", "fuzz"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix not in {".cpp", ".hpp", ".h", ".inl", ".c", ".py"} or not path.is_file():
                continue
            lines = path.read_text(errors="replace").splitlines()
            name = path.relative_to(ROOT)
            if len(lines) > LIMIT:
                found.append(f"{name}: {len(lines)} lines, at most {LIMIT}")
            header = path.suffix in {".hpp", ".h", ".inl"}
            if header and lines and not lines[0].startswith(("//", "/*")):
                found.append(f"{name}: does not open with what it is responsible for")
    for problem in found:
        print("sizes:", problem, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

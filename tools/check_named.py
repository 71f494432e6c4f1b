#!/usr/bin/env python3
"""Every opcode, trap, class of error, and keyword of the text format is named by a test of ours: in a *_test.cpp, a table of
cases, or a file of tests/. Those of the official suites do not count: they are not ours to change."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TESTS = ["src/**/*_test.cpp", "src/**/*_cases.def", "src/validate/rich_module.hpp", "tests/**/*.cpp", "tests/**/*.hpp",
         "tests/**/*.py", "tests/**/*.wat", "tests/**/*.wast", "tests/**/run", "examples/*.wat"]
WORD = re.compile(r"[A-Za-z0-9_.]+")


def rows(path, macro):
    """The first two arguments of each row of a table."""
    text = (ROOT / path).read_text() if (ROOT / path).exists() else ""
    for match in re.finditer(rf'^{macro}\((\w+),\s*("[^"]*"|[\w.]+)', text, re.M):
        yield match.group(1), match.group(2).strip('"')


def keywords():
    """Words of the text format that the parser compares with, apart from instructions."""
    found = set()
    for path in (ROOT / "src/text").glob("*.cpp"):
        if path.name.endswith("_test.cpp"):
            continue
        text = path.read_text()
        for word in re.findall(r'(?:keyword|take|accept|is|peek|opens?|open|at|expect)\w*\(\s*"([a-z][a-z0-9_.=]*)"', text):
            found.add(word.rstrip("="))
    return found


def words_of_tests():
    found = set()
    for pattern in TESTS:
        for path in ROOT.glob(pattern):
            if path.is_file() and "corpus" not in path.parts:
                for word in WORD.findall(path.read_text(errors="replace")):
                    found.add(word.rstrip("="))
                    found.update(word.split("."))
                    found.add(word.rstrip("."))
    return found


def unnamed(words):
    for name, text in rows("src/wasm/opcodes.def", "WEFT_OP"):
        if name not in words and text not in words:
            yield f"opcode {text}"
    for name, _ in rows("src/wasm/traps.def", "WEFT_TRAP"):
        if name not in words:
            yield f"trap {name}"
    for name, _ in rows("src/base/errors.def", "WEFT_ERROR"):
        if name not in words and f"WEFT_ERROR_{name.upper()}" not in words:
            yield f"error {name}"
    for word in sorted(keywords()):
        if word not in words:
            yield f"keyword \"{word}\" of the text format"


def main():
    missing = list(unnamed(words_of_tests()))
    for what in missing:
        print(f"named by no test of ours: {what}", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Starting inputs for a libFuzzer target: seeds.py NAME DIRECTORY [SUITE]. Made once; delete the directory to make them anew.

text: the modules of the official scripts; module: their binary modules, and some of generate.py; execute, wasi, api: random choices.
"""
import pathlib
import random
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from generate import Module  # noqa: E402

TOKEN = re.compile(rb';;[^\n]*|\(;.*?;\)|"(?:[^"\\]|\\.)*"|[()]', re.S)
STRING = re.compile(rb'"((?:[^"\\]|\\.)*)"', re.S)
ESCAPE = re.compile(rb"\\([0-9a-fA-F]{2}|.)", re.S)
SIMPLE = {b"n": b"\n", b"t": b"\t", b"r": b"\r"}


def forms(text):
    """The topmost forms of a script, and their places."""
    depth = start = 0
    for token in TOKEN.finditer(text):
        if token.group() == b"(":
            start = token.start() if depth == 0 else start
            depth += 1
        elif token.group() == b")":
            depth -= 1
            if depth == 0:
                yield text[start:token.end()]


def unescape(string):
    return ESCAPE.sub(lambda m: bytes([int(m[1], 16)]) if len(m[1]) == 2 else SIMPLE.get(m[1], m[1]), string)


def seeds(name, suite):
    if name in ("execute", "wasi", "api"):  # inputs are choices, of a program or of calls
        for seed in range(100):
            numbers = random.Random(seed)
            yield f"choices-{seed}", numbers.randbytes(200 + numbers.randrange(2000))
        return
    for path in sorted(suite.rglob("*.wast")) if suite else []:
        for i, form in enumerate(forms(path.read_bytes())):
            is_binary = re.match(rb"\(module\s+(\$\S+\s+)?binary", form)
            is_module = form.startswith(b"(module") and not re.match(rb"\(module\s+(\$\S+\s+)?(quote|definition|instance)", form)
            if name == "text" and is_module and not is_binary and len(form) < 20000:
                yield f"{path.stem}-{i}", form
            if name != "text" and is_binary:
                yield f"{path.stem}-{i}", b"".join(unescape(s) for s in STRING.findall(form))
    if name != "text":
        for seed in range(100):
            yield f"generated-{seed}", Module(seed).binary


def main():
    name, directory = sys.argv[1], pathlib.Path(sys.argv[2])
    suite = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else None
    if directory.exists():
        return
    directory.mkdir(parents=True)
    for file, contents in seeds(name, suite):
        (directory / file).write_bytes(contents)


if __name__ == "__main__":
    main()

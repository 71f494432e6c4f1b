#!/usr/bin/env python3
"""Makes a generated module that differs between engines smaller: reduce_choices.py SEED FILE [--engines v8].

Not the module but the choices that it is made from are shortened and set to zero, as long as the engines still differ
in the same way (which engine, and what it says where); so it is valid at every step.
"""
import argparse
import pathlib
import struct
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from engines import ROOT, Helper, answers, difference, peers  # noqa: E402


def kind_of(text):
    """What a difference is about, without the numbers."""
    return [[word for word in line.split() if not any(c.isdigit() for c in word)] for line in text.split("\n")] if text else None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seed", type=int)
    parser.add_argument("file", type=pathlib.Path)
    parser.add_argument("--engines", default="v8")
    parser.add_argument("--helper", default=str(ROOT / "build/release/bin/fuzz_helper"))
    options = parser.parse_args()
    weft, others = Helper("weft", [options.helper]), peers(options.engines.split(","))
    library = weft.ask(b"L", b"")
    for h in others:
        h.library = library
        h.ask(b"L", library)

    def differs(choices):
        module = weft.ask(b"B", bytes(choices))
        said = answers([weft, *others], module)
        return kind_of(difference(said, said.pop("weft"))), module

    best = bytearray(weft.ask(b"C", struct.pack("<Q", options.seed)))
    wanted, module = differs(best)
    if wanted is None:
        sys.exit("reduce_choices: the engines agree on that module")
    size = len(best)
    while size >= 1:
        at = 0
        while at < len(best):
            for candidate in (best[:at] + best[at + size:], best[:at] + bytes(size) + best[at + size:]):
                if candidate == best:
                    continue
                seen, made = differs(candidate)
                if seen == wanted and (len(made), len(candidate)) <= (len(module), len(best)):
                    best, module = candidate, made
                    break
            else:
                at += size
                continue
            if len(best) == 0:
                break
            at += 0 if len(candidate) < len(best) else size
        size //= 2
    options.file.write_bytes(module)
    print(f"{len(best)} choices, {len(module)} bytes: {options.file}")


if __name__ == "__main__":
    main()

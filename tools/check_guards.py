#!/usr/bin/env python3
"""Every C function of weft.h that can allocate has a guard against running out of memory (docs/adr/0019): its body is
`try {...}`, followed by one of WEFT_OR_ERROR, WEFT_OR_TRAP, WEFT_OR_NULL, WEFT_OR_RETURN. Functions that delete, or do
nothing that takes memory, need none."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# What takes memory, or may: a body without any of these needs no guard.
ALLOCATES = re.compile(r"\bnew\b|to_c\(|WEFT_ASSIGN_C|WEFT_TRY_C|make_(unique|shared)|std::string\(|std::to_string|push_back|emplace"
                       r"|reserve\(|resize\(|std::vector|to_bytes|engine::\w+\(|\.call\(|finish\(")
# They catch it inside, or look something up.
EXCEPT = {"weft_version"}

# A definition at the start of a line: result, name, parameters, and what opens the body.
DEFINITION = re.compile(r"^(?:const )?\w[\w ]*\*?\s+\*?(weft_\w+)\(((?:[^(){};]|\([^(){};]*\))*)\)\s*(try\s*)?\{", re.M)


def unguarded(path):
    text = path.read_text()
    start = text.find('extern "C" {')
    if start < 0:
        return
    for match in DEFINITION.finditer(text, start):
        name = match.group(1)
        body = text[match.end():text.find("\n}", match.end())]
        one_line = text[match.end():text.find("\n", match.end())]
        if one_line.rstrip().endswith("}"):
            body = one_line
        if match.group(3) or name in EXCEPT or name.endswith("_delete") or "configure(c," in body or not ALLOCATES.search(body):
            continue
        yield text.count("\n", 0, match.start()) + 1, name


def main():
    found = 0
    for path in sorted((ROOT / "src/api").glob("c_*.cpp")):
        if path.name.endswith("_test.cpp"):
            continue
        for line, name in unguarded(path):
            print(f"{path.relative_to(ROOT)}:{line}: {name} has no guard against running out of memory (docs/adr/0019)",
                  file=sys.stderr)
            found += 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

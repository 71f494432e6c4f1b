#!/usr/bin/env python3
"""Every C function of weft.h and wasm.h that can allocate has a guard against running out of memory (docs/adr/0019): its
body is `try {...}`, followed by one of WEFT_OR_ERROR, WEFT_OR_TRAP, WEFT_OR_NULL, WEFT_OR_RETURN, or it catches everything
itself. Functions that delete, or do nothing that takes memory, need none."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# What takes memory, or may: a body without any of these needs no guard.
ALLOCATES = re.compile(r"\bnew\b(?! \(std::nothrow\))|to_c\(|WEFT_ASSIGN_C|WEFT_TRY_C|make_(unique|shared)|std::string\(|std::to_string"
                       r"|push_back|emplace|reserve\(|resize\(|std::vector|to_bytes|engine::\w+\(|\.call\(|finish\(")
# In wasm.h also every function of ours but these, which look something up, delete, or say themselves that there was no memory.
HARMLESS = (r"item_of|handle_of|same|host_info|set_host_info|type_of|trap_of|narrow|borrow|to_extern|to_handle|val_type|take"
            r"|delete_val|copy_val|copy_bits|vec_\w+|wasm_out_of_memory_trap")
ALLOCATES_OF_WASM_H = re.compile(ALLOCATES.pattern + rf"|api::(?!{HARMLESS})[a-z]\w+[<(]")
# They catch it inside, or look something up.
EXCEPT = {"weft_version"}

# A definition at the start of a line: result, name, parameters, and what opens the body.
DEFINITION = re.compile(r"^(?:const )?\w[\w ]*\*?\s+\*?((?:weft|wasm)_\w+)\(((?:[^(){};]|\([^(){};]*\))*)\)\s*(try\s*)?\{", re.M)


def unguarded(path):
    text = path.read_text()
    start = text.find('extern "C" {')
    if start < 0:
        return
    allocates = ALLOCATES_OF_WASM_H if path.name.startswith("wasm_") else ALLOCATES
    for match in DEFINITION.finditer(text, start):
        name = match.group(1)
        body = text[match.end():text.find("\n}", match.end())]
        one_line = text[match.end():text.find("\n", match.end())]
        if one_line.rstrip().endswith("}"):
            body = one_line
        if match.group(3) or "catch (...)" in body or name in EXCEPT or name.endswith("_delete") or "configure(c," in body or not allocates.search(body):
            continue
        yield text.count("\n", 0, match.start()) + 1, name


def main():
    found = 0
    for path in sorted([*(ROOT / "src/api").glob("c_*.cpp"), *(ROOT / "src/api").glob("wasm_*.cpp")]):
        if path.name.endswith("_test.cpp"):
            continue
        for line, name in unguarded(path):
            print(f"{path.relative_to(ROOT)}:{line}: {name} has no guard against running out of memory (docs/adr/0019)",
                  file=sys.stderr)
            found += 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

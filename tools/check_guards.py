#!/usr/bin/env python3
"""Every C function of weft.h that can allocate has a guard against running out of memory (docs/adr/0019): its body is
`try {...}`, followed by one of WEFT_OR_ERROR, WEFT_OR_TRAP, WEFT_OR_NULL, WEFT_OR_RETURN. Functions that cannot are listed
here, or only delete."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Getters, and functions that handle memory themselves.
CANNOT_ALLOCATE = set("""
weft_version weft_bytes_delete weft_error_payload weft_error_code weft_error_message weft_error_offset
weft_trap_code weft_trap_message weft_trap_exit_status weft_trap_host_error weft_trap_frame_count weft_trap_frame
weft_trap_core_dump weft_store_limits weft_store_data weft_caller_store weft_caller_export weft_caller_memory
weft_functype_params weft_functype_results weft_engine_increment_epoch
weft_module_import_count weft_module_export_count weft_module_clone weft_shared_memory_clone
weft_scope_open weft_scope_close weft_store_collect
weft_wasi_arg weft_wasi_env weft_wasi_preopen weft_wasi_preopen_socket weft_wasi_inherit_stdio weft_wasi_stdin_bytes
weft_wasi_output
""".split())

# A definition at the start of a line: result, name, parameters, and what opens the body.
DEFINITION = re.compile(r"^(?:const )?\w[\w ]*\*?\s+\*?(weft_\w+)\(((?:[^(){};]|\([^(){};]*\))*)\)\s*(try\s*)?\{", re.M)


def unguarded(path):
    text = path.read_text()
    start = text.find('extern "C" {')
    if start < 0:
        return
    for match in DEFINITION.finditer(text, start):
        name = match.group(1)
        if match.group(3) or name in CANNOT_ALLOCATE or name.endswith("_delete"):
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

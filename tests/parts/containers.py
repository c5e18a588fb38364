"""Images for containers where no registry of images is at hand: made here, of Debian's packages and of this tree.

They are kept by what they are made of, so that only the first run makes them.
"""

import hashlib
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.places import ROOT, program

IMAGES = Path(__file__).parent / "images"
CONTAINERFILE = ROOT / "deployments" / "compose" / "Containerfile"
PREFIX = "localhost/vekha-test"
RELEASE = "bookworm"
#: What the image of Vekha is made of, besides the Containerfile.
SOURCES = ("models", "roadmap", "tasks", "flows", "web", "deployments")
#: Of pip's settings on this machine what a build must know: they go into it as a file that does not stay in the image.
OF_PIP = ("index-url", "extra-index-url", "trusted-host", "proxy", "timeout")
#: crun knows no machine with both kinds of control groups, and podman's own limits are more than some machines allow.
CONF = """
[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
[engine]
runtime = "runc"
"""


def need_programs() -> None:
    """Skip the test where one is missing."""
    for name in ("podman", "buildah", "runc", "debootstrap", "openssl"):
        program(name)


def run(*words: str, seconds: float = 600, **more: str) -> str:
    """What a program says; with what it complains of where it fails."""
    done = subprocess.run(
        words, capture_output=True, text=True, timeout=seconds, env=os.environ | more, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, f"{shlex.join(words)}: {done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done.stdout


def podman(*words: str, seconds: float = 120) -> str:
    """The same of podman."""
    return run("podman", *words, seconds=seconds)


def servers_image() -> str:
    """PostgreSQL, Redis and nginx in one."""
    base = _base_image()
    return _kept("servers", _digest(IMAGES.iterdir(), base), lambda name: _build(name, base, IMAGES / "Containerfile"))


def vekha_image() -> str:
    """The image of this tree by its own Containerfile, on a Debian without Python."""
    base = _base_image()
    files = [path for top in SOURCES for path in (ROOT / top).rglob("*") if "__pycache__" not in path.parts]
    files += [ROOT / name for name in ("pyproject.toml", "README.md", "requirements.txt", "requirements-build.txt")]
    return _kept("vekha", _digest(files, base), lambda name: _build(name, base, CONTAINERFILE, context=ROOT))


def _base_image() -> str:
    return _kept("debian", _digest([], RELEASE), _bootstrap)


def _bootstrap(name: str) -> None:
    with TemporaryDirectory(prefix="vekha-debian-") as folder:
        run("debootstrap", "--variant=minbase", RELEASE, folder)
        shutil.rmtree(Path(folder, "var/cache/apt/archives"))
        Path(folder, "var/cache/apt/archives/partial").mkdir(parents=True)
        with subprocess.Popen(["tar", "-C", folder, "-c", "."], stdout=subprocess.PIPE) as packed:
            subprocess.run(["podman", "import", "--quiet", "-", name], stdin=packed.stdout, check=True)


def _digest(files: Iterable[Path], *words: str) -> str:
    found = hashlib.sha256(repr(words).encode())
    for path in sorted(path for path in files if path.is_file()):
        found.update(f"{path.name}\0".encode() + path.read_bytes())
    return found.hexdigest()[:12]


def _kept(what: str, key: str, make: Callable[[str], None]) -> str:
    """The name of the image with this key; made where it is not there, and older ones of its kind lose their names."""
    name = f"{PREFIX}/{what}:{key}"
    listed = podman("images", "--format", "{{.Repository}}:{{.Tag}}").split()
    if name not in listed:
        make(name)
        for old in listed:
            if old.startswith(f"{PREFIX}/{what}:"):
                subprocess.run(["podman", "rmi", old], capture_output=True, check=False)
    return name


def _build(name: str, base: str, file: Path, *, context: Path | None = None) -> None:
    with TemporaryDirectory(prefix="vekha-build-") as folder:
        words = ["buildah", "bud", "--isolation=chroot", "--layers", "--format=docker", f"--build-arg=BASE={base}"]
        words += [f"--volume={outside}:{inside}:ro" for outside, inside in _pip_settings(Path(folder))]
        run(*words, "--file", str(file), "--tag", name, str(context or file.parent), seconds=900)


def _pip_settings(folder: Path) -> Iterator[tuple[Path, str]]:
    """Where this machine has packages from, as files for a build."""
    settings: dict[str, str] = {}
    for line in run(sys.executable, "-m", "pip", "config", "list").splitlines():
        name, _, value = line.partition("=")
        settings[name.rpartition(".")[2]] = shlex.split(value)[0] if value else ""
    lines = [f"{name} = {settings[name]}" for name in OF_PIP if "file:" not in settings.get(name, "file:")]
    certificates = Path(settings.get("cert", "/nowhere"))
    if certificates.is_file():
        lines.append("cert = /etc/pip-certificates")
        yield certificates, "/etc/pip-certificates"
    configuration = folder / "pip.conf"
    configuration.write_text("\n".join(["[global]", *lines]) + "\n", encoding="utf-8")
    yield configuration, "/etc/pip.conf"

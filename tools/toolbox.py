"""Paths, messages and small helpers shared by the scripts in this folder.

Only the standard library is used here, as these scripts create the environment
in which anything else could be installed.
"""

import ast
import contextlib
import fcntl
import hashlib
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
CACHE = pathlib.Path(os.environ.get("DIST_CACHE") or ROOT / ".cache").resolve()
ADDONS = ROOT / "addons"
VENV = CACHE / "venv"
LOGS = CACHE / "log"
DATA = CACHE / "data"
CONF = CACHE / "odoo.conf"

_started = time.monotonic()


def say(message):
    """Tell the user what goes on; stderr, so that stdout stays usable in pipes."""
    print(
        f"[{time.monotonic() - _started:5.0f}s] {message}", file=sys.stderr, flush=True
    )


def fail(message, code=2):
    """Stop with one plain sentence."""
    print(f"ERROR: {message}", file=sys.stderr, flush=True)
    sys.exit(code)


def is_root():
    return os.geteuid() == 0


def make_cache():
    """Create the cache folder, closed to the other users of the machine.

    As root it stays searchable (not listable): PostgreSQL refuses to run as root
    and its account has to reach the cluster inside. What is secret in the cache
    has its own mode.
    """
    CACHE.mkdir(parents=True, exist_ok=True)
    CACHE.chmod(0o711 if is_root() else 0o700)
    for path in (LOGS, DATA):
        path.mkdir(mode=0o700, exist_ok=True)


@contextlib.contextmanager
def locked(name):
    """Hold a lock between processes; say so when it has to be waited for."""
    make_cache()
    with open(CACHE / f"{name}.lock", "w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"waiting for another command to finish with: {name}")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def write_private(path, text):
    """Write a file only its owner can read, replacing it in one step."""
    new = path.with_name(f"{path.name}.{os.getpid()}")
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(text)
    new.replace(path)


def read_text(path):
    """The content of a file, or an empty string without one."""
    try:
        return path.read_text()
    except FileNotFoundError:
        return ""


def digest(*parts):
    """Short hash of strings and of the content of files and folders."""
    total = hashlib.sha256()
    for part in parts:
        if not isinstance(part, pathlib.Path):
            total.update(str(part).encode())
        elif part.is_dir():
            for path in sorted(part.rglob("*")):
                if path.is_file() and path.suffix != ".pyc":
                    total.update(str(path.relative_to(part)).encode())
                    total.update(path.read_bytes())
        elif part.exists():
            total.update(part.read_bytes())
        total.update(b"\0")
    return total.hexdigest()[:12]


def remove(path):
    """Remove a file or a folder, there or not."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def port_is_free(port):
    with socket.socket() as probe:
        # as the servers do, else a port in TIME_WAIT looks taken
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def apt_install(packages, why):
    """Install system packages when that is possible; else one plain sentence.

    :return: whether they were installed
    """
    if is_root() and shutil.which("apt-get"):
        say(f"installing {' '.join(packages)} ({why})")
        env = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
        log = LOGS / "apt.log"
        with open(log, "a") as out:
            for command in (["update"], ["install", "-y", "--no-install-recommends"]):
                names = packages if command[0] == "install" else []
                done = subprocess.run(
                    ["apt-get", "-q", *command, *names],
                    env=env,
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    check=False,
                )
        if done.returncode == 0:
            return True
        say(f"apt-get could not install {' '.join(packages)}; see {log}")
    return False


def manifests():
    """The manifests of this repository's addons: {name: manifest}."""
    found = {}
    for path in sorted(ADDONS.glob("*/__manifest__.py")):
        found[path.parent.name] = ast.literal_eval(path.read_text())
    return found

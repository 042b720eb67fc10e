"""Unpack Debian packages into a folder, as any user, beside the system's apt.

The packages and their checksums are listed in ``odoo-debs.lock``. No host is named:
the mirror is the one this machine's apt knows, or ``DEBIAN_MIRROR``. A package that
is in the cache with the right checksum is not asked for again. When a pinned version
has left the archive, the present one is taken with a warning; ``STRICT=1`` refuses it.
"""

import hashlib
import os
import pathlib
import shutil
import subprocess
import typing

from toolbox import CACHE, ROOT, fail, remove, say

LOCK = ROOT / "odoo-debs.lock"
DEBS = CACHE / "debs"
KEYRING = pathlib.Path("/usr/share/keyrings/debian-archive-keyring.gpg")
# The translations kept: all of them are three quarters of the size, none of them
# breaks what Odoo itself tests.
LANGUAGES = ("de", "es", "fr", "nl")
LEFT_OUT = (
    "./etc",
    # a second, Python-only copy of the addons and other top-level packages
    "./usr/lib/python3/dist-packages/addons",
    "./usr/lib/python3/dist-packages/setup",
    "./usr/lib/python3/dist-packages/doc",
    # the metadata is written into the virtual environment, see setup_env.py
    "./usr/lib/python3/dist-packages/*.egg-info",
)


class Deb(typing.NamedTuple):
    suite: str
    name: str
    version: str
    sha256: str


def read_lock():
    lines = [line.split() for line in LOCK.read_text().splitlines()]
    return [Deb(*line) for line in lines if line and not line[0].startswith("#")]


def checksum(path):
    total = hashlib.sha256()
    with open(path, "rb") as data:
        while block := data.read(1 << 20):
            total.update(block)
    return total.hexdigest()


def cached():
    """The packages of the lock that are in the cache: {name: path}."""
    sums = {checksum(path): path for path in DEBS.glob("*.deb")}
    return {deb.name: sums[deb.sha256] for deb in read_lock() if deb.sha256 in sums}


def find_mirror():
    """The Debian mirror in this machine's apt configuration."""
    if os.environ.get("DEBIAN_MIRROR"):
        return os.environ["DEBIAN_MIRROR"]
    listing = subprocess.run(
        [
            "apt-get",
            "indextargets",
            "--format",
            "$(REPO_URI) $(RELEASE) $(COMPONENT)",
            "Created-By: Packages",
        ],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    for line in listing.splitlines():
        uri, release, component = line.split()[:3]
        is_debian = uri.rstrip("/").endswith("/debian")
        if component == "main" and "-" not in release and is_debian:
            return uri
    fail(
        "this machine's apt knows no Debian mirror: set DEBIAN_MIRROR to the address of"
        " one, or ODOO_SOURCE to the folder of an Odoo 19.0 checkout"
    )


def apt_command(state, suites):
    """An apt-get with a configuration and state of its own."""
    for folder in ("lists/partial", "cache/archives/partial"):
        (state / folder).mkdir(parents=True, exist_ok=True)
    (state / "status").touch()
    # without the archive's keys the checksums of the lock have to be enough
    trust = f"signed-by={KEYRING}" if KEYRING.exists() else "trusted=yes"
    mirror = find_mirror()
    sources = [f"deb [{trust}] {mirror} {suite} main\n" for suite in sorted(suites)]
    (state / "sources.list").write_text("".join(sources))
    options = {
        "Dir::Etc::sourcelist": state / "sources.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::Etc::preferences": "/dev/null",
        "Dir::Etc::preferencesparts": "/dev/null",
        "Dir::State": state,
        "Dir::State::lists": state / "lists",
        "Dir::State::status": state / "status",
        "Dir::Cache": state / "cache",
        "APT::Sandbox::User": "",
        "Acquire::Languages": "none",
        "Acquire::PDiffs": "false",
        "Acquire::Retries": "3",
        "Debug::NoLocking": "true",
    }
    pairs = [
        item for key, value in options.items() for item in ("-o", f"{key}={value}")
    ]
    return ["apt-get", "-qq", *pairs]


def download(debs):
    """Fetch packages into the cache: the pinned versions, or else the next best."""
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        fail(
            "this machine has no apt: set ODOO_SOURCE to the folder of an Odoo 19.0"
            " checkout"
        )
    state = CACHE / "apt"
    remove(state)
    apt = apt_command(state, {deb.suite for deb in debs})
    say("reading the Debian package index")
    if subprocess.run([*apt, "update"], check=False).returncode:
        fail("the Debian mirror could not be read; see the message above")
    say(f"downloading {len(debs)} packages (Odoo is 123 MB)")
    pinned = [f"{deb.name}={deb.version}" for deb in debs]
    # one call for all of them, as each one reads the whole index again
    got = subprocess.run([*apt, "download", *pinned], cwd=DEBS, check=False)
    if got.returncode:
        strict = os.environ.get("STRICT") or not KEYRING.exists()
        if strict:
            fail(
                "a pinned Debian package is gone (see above); without STRICT=1 and with"
                " the package debian-archive-keyring the present version is taken"
            )
        say("WARNING: a pinned version is gone (see above); taking the present ones")
        present = [f"{deb.name}/{deb.suite}" for deb in debs]
        if subprocess.run(
            [*apt, "download", *present], cwd=DEBS, check=False
        ).returncode:
            fail(
                "a Debian package is gone (see above): set ODOO_SOURCE to the folder of"
                " an Odoo 19.0 checkout"
            )
    remove(state)


def newest(name):
    """The package of that name that was downloaded last."""
    paths = list(DEBS.glob(f"{name}_*.deb"))
    return max(paths, key=lambda path: path.stat().st_mtime) if paths else None


def collect():
    """Have all packages of the lock in the cache.

    :return: the paths of the packages to unpack
    """
    DEBS.mkdir(parents=True, exist_ok=True)
    have = cached()
    missing = [deb for deb in read_lock() if deb.name not in have]
    if missing:
        download(missing)
        have = cached()
    paths = []
    for deb in read_lock():
        path = have.get(deb.name) or newest(deb.name)
        if deb.name not in have:
            version = subprocess.check_output(
                ["dpkg-deb", "-f", path, "Version"], text=True
            )
            if version.strip() == deb.version:
                remove(path)
                fail(f"{deb.name} {deb.version} does not have the checksum of the lock")
            say(f"WARNING: {deb.name} {version.strip()} instead of {deb.version}")
        paths.append(path)
    return paths


def excludes():
    """Options of tar that leave out what is not needed."""
    patterns = list(LEFT_OUT)
    first = "".join(sorted({code[0] for code in LANGUAGES}))
    names = ["???*", f"[!{first}]?"]
    for letter in first:
        second = "".join(code[1] for code in LANGUAGES if code[0] == letter)
        names.append(f"{letter}[!{second}]")
    for folder in ("i18n", "i18n_extra"):
        patterns += [f"*/{folder}/{name}.po" for name in names]
    return [f"--exclude={pattern}" for pattern in patterns]


def unpack(target):
    """Unpack all packages of the lock into a folder."""
    paths = collect()
    say("unpacking Odoo")
    new = target.with_name(target.name + "_new")
    remove(new)
    new.mkdir(parents=True)
    tar = ["tar", "x", "-C", new, "--no-same-owner", "--wildcards", *excludes()]
    for path in paths:
        with subprocess.Popen(
            ["dpkg-deb", "--fsys-tarfile", path], stdout=subprocess.PIPE
        ) as stream:
            subprocess.run(tar, stdin=stream.stdout, check=True)
    # Debian leaves this file out, but the back end's scripts ask for it: without one
    # each page reports an error.
    stub = (
        new / "usr/lib/python3/dist-packages/odoo/addons/mail/static/lib"
        "/selfie_segmentation/selfie_segmentation.js"
    )
    stub.parent.mkdir(parents=True, exist_ok=True)
    stub.write_text("/* not distributed by Debian */\n")
    remove(target)
    new.rename(target)

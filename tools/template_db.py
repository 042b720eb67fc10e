#!/usr/bin/env python3
"""Template databases: install once, clone in a second.

Two kinds, both named by a hash of what they were made from:

- *base*: everything third-party that our addons stand on
- *full*: a clone of it with our addons installed, by the hash of their files too

A template is built under another name and renamed when complete, and takes no
connections: it is there and whole, or not there. Filestores go along.

Usage::

    template_db.py                    have the base template, print its name
    template_db.py clone NAME         make the database NAME from it
    template_db.py drop NAME          drop a database and its filestore
"""

import argparse
import contextlib
import os
import shutil
import subprocess

import setup_env
from toolbox import (
    ADDONS,
    CACHE,
    DATA,
    LOGS,
    ROOT,
    digest,
    fail,
    locked,
    manifests,
    remove,
    say,
)

# Templates of a kind; those not used for longest are dropped. Enough for several
# people at work, as one that was just found must not be dropped before it is cloned.
KEPT = 8
ASSETS = ROOT / "tools" / "pregenerate_assets.py"


def sql(statement, database="postgres"):
    """Run SQL and return its rows as lines of text."""
    command = ["psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-d", database]
    done = subprocess.run(
        [*command, "-c", statement], capture_output=True, text=True, check=False
    )
    if done.returncode:
        fail(f"PostgreSQL refused: {statement}: {done.stderr.strip()}")
    return done.stdout.splitlines()


def exists(name):
    return bool(sql(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"))


def filestore(name):
    return DATA / "filestore" / name


def drop(name):
    """Drop a database, whoever is connected, and its filestore."""
    if exists(name):
        # one whose drop was interrupted is invalid: it can be dropped, not altered
        if sql(f"SELECT 1 FROM pg_database WHERE datname = '{name}' AND datistemplate"):
            sql(f'ALTER DATABASE "{name}" IS_TEMPLATE false')
        sql(f'DROP DATABASE "{name}" WITH (FORCE)')
    remove(filestore(name))


def clone(template, name):
    """Make a database from a template, replacing one of that name."""
    drop(name)
    sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
    if filestore(template).exists():
        shutil.copytree(filestore(template), filestore(name))
    # two databases must not look the same to the browser or to other servers
    sql(
        "UPDATE ir_config_parameter SET value = gen_random_uuid()"
        " WHERE key = 'database.uuid'",
        name,
    )


def rename(old, new):
    sql(f'ALTER DATABASE "{old}" RENAME TO "{new}"')
    if filestore(old).exists():
        filestore(old).rename(filestore(new))


def closure(names):
    """Our addons of that name, ours that they depend on, and the bridges among them.

    Sorted by name. Odoo installs a bridge by itself where all it depends on is there.
    """
    ours, wanted, todo = manifests(), set(), list(names)
    while todo:
        name = todo.pop()
        if name in ours and name not in wanted:
            wanted.add(name)
            todo += ours[name].get("depends", [])
    for name, data in ours.items():
        if data.get("auto_install") and wanted >= set(data["depends"]) & ours.keys():
            wanted.add(name)
    return sorted(wanted)


def third_party():
    """The modules our addons depend on that are not ours, with their own dependencies.

    All of them, so that one which is named in addition changes nothing.
    """
    ours, found = manifests(), set()
    todo = {name for data in ours.values() for name in data.get("depends", [])}
    todo.add("base")
    while todo:
        name = todo.pop()
        if name not in found and name not in ours:
            found.add(name)
            todo.update(setup_env.manifest(name).get("depends", ["base"]))
    return sorted(found)


def odoo(database, *arguments, log=None):
    """Run Odoo's command line on a database until it is done.

    :return: its exit code
    """
    command = ["odoo", "-d", database, "--no-http", "--stop-after-init", *arguments]
    if not log:
        return subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode
    remove(log)
    # what libraries print goes there as well
    with open(log, "a") as out:
        return subprocess.run(
            [*command, "--logfile", log],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            check=False,
        ).returncode


def install_log(name):
    """Where the log of a template's installation is."""
    return LOGS / f"install-{name}.log"


def install(database, modules, log, *arguments):
    """Install modules; on failure show the end of the log and stop."""
    if odoo(database, "-i", ",".join(modules), *arguments, log=log):
        with open(log) as lines:
            tail = lines.readlines()[-40:]
        drop(database)
        fail(
            f"the installation failed; the log is {log} and ends with:\n"
            + "".join(tail)
        )


def is_whole(name):
    # on a server that is shared, another cache could have the filestore
    return exists(name) and install_log(name).exists()


def build(name, fill):
    """Have a template, made by ``fill(database, log)`` when it is not there yet."""
    if not is_whole(name):
        with locked(f"template-{name.rpartition('_')[0]}"):
            if not is_whole(name):
                drop(name)
                new = f"{name}_new"
                drop(new)
                fill(new, install_log(name))
                sql(f'ALTER DATABASE "{new}" ALLOW_CONNECTIONS false IS_TEMPLATE true')
                rename(new, name)
                forget_old(name)
    os.utime(install_log(name))
    return name


def forget_old(name):
    """Drop the templates of a kind that were not used for the longest time."""
    kind = name.rpartition("_")[0]
    logs = LOGS.glob(f"install-{kind}_*.log")
    for log in sorted(logs, key=lambda path: path.stat().st_mtime, reverse=True)[KEPT:]:
        drop(log.stem.removeprefix("install-"))
        remove(log)


def base_template(demo=False):
    """Have the template with all third-party modules; the name of it."""
    modules = third_party()

    def fill(database, log):
        say("installing the modules of others (one to two minutes)")
        install(database, modules, log, *(["--with-demo"] if demo else []))

    kind = "demo" if demo else "base"
    return build(f"{kind}_{digest(str(CACHE), *setup_env.LOCKS, *modules)}", fill)


def full_template(names=None):
    """Have the template with our addons installed, or some of them; the name of it."""
    base, names = base_template(), closure(names or manifests())
    if not names:
        return base

    def fill(database, log):
        say(f"installing {', '.join(names)}")
        clone(base, database)
        install(database, names, log)
        if script(database, ASSETS):
            fail("the scripts and styles of the web client could not be bundled")

    return build(
        f"full_{digest(base, ASSETS, *names, *(ADDONS / name for name in names))}", fill
    )


@contextlib.contextmanager
def throw_away(template):
    """A database of this process's own, dropped at the end."""
    name = f"run_{os.getpid()}"
    try:
        clone(template, name)
        yield name
    finally:
        drop(name)


def script(database, path, *arguments):
    """Run a script on a database, see in_odoo.py.

    :return: its exit code
    """
    command = ["python", ROOT / "tools" / "in_odoo.py", database, path, *arguments]
    return subprocess.run(command, check=False).returncode


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("action", nargs="?", choices=["clone", "drop"])
    parser.add_argument("name", nargs="?")
    options = parser.parse_args()
    if options.action and not options.name:
        parser.error("which database?")
    setup_env.ready()
    if options.action == "drop":
        drop(options.name)
    elif options.action == "clone":
        clone(base_template(), options.name)
    else:
        print(base_template())


if __name__ == "__main__":
    main()

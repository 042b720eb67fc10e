#!/usr/bin/env python3
"""Check the sources, or mend what can be mended.

``lint.py [--fix] [--no-database] [--only FOLDER] [STEP ...]``: all steps by default,
and the whole repository. Each program says what it found; the end says which steps
failed.
"""

import argparse
import pathlib
import subprocess
import sys
import time

import idioms
import nodejs
import run_tests
import setup_env
import template_db
from toolbox import ADDONS, ROOT, fail, manifests, say

ONLY = []  # the folder to look at, as an option may say


def run(*command, **options):
    """Run a program in the repository and return whether it found nothing."""
    return not subprocess.run(command, cwd=ROOT, check=False, **options).returncode


def ours():
    """The folders of our addons, as the checks like them."""
    folders = [f"addons/{name}" for name in manifests()]
    return [path for path in folders if not ONLY or path in ONLY]


def sources(*suffixes):
    """The files of the repository with these suffixes, also those not committed yet."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    command += ["--", *ONLY]
    listing = subprocess.check_output(command, cwd=ROOT, text=True).split("\0")
    return [
        name for name in listing if name.endswith(suffixes) and (ROOT / name).exists()
    ]


def ruff(fix):
    check = ["ruff", "check", "--quiet", *(["--fix"] if fix else [])]
    layout = ["ruff", "format", "--quiet", *([] if fix else ["--check", "--diff"])]
    # formatted last, as a correction may need it
    return run(*check, *ONLY) & run(*layout, *ONLY)


def idiom(fix):
    return not idioms.check(ROOT / path for path in ours())


def pylint(fix):
    return not ours() or run("pylint", "--rcfile=.pylintrc", *ours())


def oca_module(fix):
    return not ours() or run("oca-checks-odoo-module", *ours())


def oca_po(fix):
    files = sources(".po", ".pot")
    return not files or run("oca-checks-po", "--disable=po-pretty-format", *files)


def prettier(fix):
    files = sources(".js", ".cjs", ".scss", ".xml", ".md", ".yml", ".yaml", ".json")
    mode = ["--write", "--log-level=warn"] if fix else ["--list-different"]
    # without a place for its cache it makes a node_modules folder here
    mode += ["--cache", "--cache-strategy=content"]
    mode += [f"--cache-location={nodejs.NODE}/cache"]
    return not files or not nodejs.run(
        "prettier/bin/prettier.cjs", *mode, "--ignore-unknown", *files
    )


def eslint(fix):
    files = [name for name in sources(".js") if "/static/lib/" not in name]
    options = ["--fix"] if fix else []
    return not files or not nodejs.run("eslint/bin/eslint.js", *options, *files)


def readme(fix):
    names = [pathlib.Path(path).name for path in ours()]
    return run("python", "tools/readme.py", *([] if fix else ["--check"]), *names)


# those that mend come before those that only look
STEPS = (ruff, readme, prettier, eslint, idiom, pylint, oca_module, oca_po)


def generated(name, fix, database):
    """Have a script write what it makes from a database, or compare it."""
    script = pathlib.Path("tools") / name
    return not template_db.script(database, script, *([] if fix else ["--check"]))


def translations(fix, database):
    return generated("i18n.py", fix, database)


def import_templates(fix, database):
    return generated("import_templates.py", fix, database)


def odoo(fix, database):
    return not run_tests.pytest(database, "--quiet", "tests/lint")


# these need our addons installed
DATABASE_STEPS = (translations, import_templates, odoo)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--fix", action="store_true", help="mend what can be mended")
    parser.add_argument("--no-database", action="store_true")
    parser.add_argument("--only", metavar="FOLDER", help="such as addons/dist_x")
    names = [step.__name__ for step in (*STEPS, *DATABASE_STEPS)]
    parser.add_argument("steps", nargs="*", metavar="STEP", help=", ".join(names))
    options = parser.parse_args()
    if set(options.steps) - set(names):
        parser.error(f"the steps are: {', '.join(names)}")
    if options.only:
        ONLY.append(options.only.rstrip("/"))
    setup_env.ready(dev=True)
    failed = []

    def perform(step, *arguments):
        start = time.monotonic()
        good = step(options.fix, *arguments)
        result = "ok" if good else "FAILED"
        say(f"{step.__name__}: {result} ({time.monotonic() - start:.0f} s)")
        if not good:
            failed.append(step.__name__)

    def wanted(steps):
        return [s for s in steps if not options.steps or s.__name__ in options.steps]

    for step in wanted(STEPS):
        perform(step)
    later = (
        []
        if options.no_database or not any(ADDONS.glob("*"))
        else wanted(DATABASE_STEPS)
    )
    if later:
        with template_db.throw_away(template_db.full_template()) as database:
            for step in later:
                perform(step, database)
    if failed:
        fail(f"these checks failed: {', '.join(failed)}", code=1)
    say("all checks passed")


if __name__ == "__main__":
    sys.exit(main())

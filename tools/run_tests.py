#!/usr/bin/env python3
"""Run the tests of the addons and of the project with pytest.

Each run has a database, a port and a log file of its own, so several can run at once.
Arguments go to pytest; those that are paths below ``addons`` only have these addons
installed, which is quicker.
"""

import os
import pathlib
import shutil
import subprocess
import sys

import nodejs
import setup_env
import template_db
from toolbox import ADDONS, CONF, LOGS, ROOT, apt_install, remove, say

# the names Odoo's test tools look for
BROWSERS = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
INSTALL_LOG_TEST = "tests/test_install_log.py"


def ensure_browser():
    """Have a browser for the tours.

    Without one Odoo skips them, and a skip fails the run: so it goes on after having
    said what to do.
    """
    if any(map(shutil.which, BROWSERS)):
        return
    if not apt_install(["chromium"], "for the tests in a browser"):
        say(
            "WARNING: there is no Chromium, so the tests in a browser will fail:"
            " install it with the system's package manager (apt install chromium)"
        )


def tested_addons(arguments):
    """The addons the arguments are about; nothing means all of them."""
    found = []
    for argument in arguments:
        path = pathlib.Path(argument.partition("::")[0])
        if not argument.startswith("-") and path.exists():
            path = path.resolve()
            if ADDONS not in path.parents:
                return []
            found.append(path.relative_to(ADDONS).parts[0])
    return found


def forget_old_logs():
    logs = sorted(LOGS.glob("run_*.log"), key=lambda path: path.stat().st_mtime)
    for log in logs[:-20]:
        remove(log)


def pytest(database, *arguments):
    """Run pytest on a database and return its exit code."""
    forget_old_logs()
    log = LOGS / f"{database}.log"
    say(f"testing in the database {database}; the log is {log}")
    command = ["python", "-m", "pytest", f"--odoo-config={CONF}", "--odoo-http"]
    command += [f"--odoo-database={database}", "--odoo-log-level=info"]
    command += [f"--odoo-extra=logfile={log}", *arguments]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def run(arguments):
    """Run the tests on a database of their own and return pytest's exit code."""
    ensure_browser()
    setup_env.ensure_reports()
    addons = tested_addons(arguments)
    if not addons:
        # for the check of accessibility
        os.environ["AXE"] = str(nodejs.modules() / "axe-core" / "axe.min.js")
    template = template_db.full_template(addons)
    os.environ["INSTALL_LOGS"] = str(template_db.install_log(template))
    if addons:
        arguments = [INSTALL_LOG_TEST, *arguments]
    if not arguments and (os.cpu_count() or 1) > 1:
        # a third quicker; more processes only wait for each other's browsers
        arguments = ["-n", "2", "--dist", "loadscope", "--no-loadscope-reorder"]
        arguments.append("--durations=15")
    with template_db.throw_away(template) as name:
        return pytest(name, *arguments)


def main():
    setup_env.ready(dev=True)
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Run Odoo's and the OCA's own tests with our addons installed, against a baseline.

The baseline is what the same tests gave without our addons, on the same modules:
``BASELINE=1`` makes it and writes ``tests/upstream/baseline.json``. Both use Odoo's
own runner on a fresh database, as some of these tests only work during installation.

``upstream.py [core] [oca]``: what Odoo has for stock, sale_stock and project (without
demonstration data), and what the OCA has for its addons that ours depend on (with it).
"""

import json
import os
import re
import subprocess
import sys

import run_tests
import setup_env
import template_db
from toolbox import LOGS, ROOT, fail, free_port, manifests, remove, say

BASELINE = ROOT / "tests" / "upstream" / "baseline.json"
CORE = ("stock", "sale_stock", "project")
TEST = re.compile(
    r"^\S+ \S+ \d+ [A-Z]+ \S+ odoo\.addons\.(?P<module>\w+)\.tests\.(?P<file>[\w.]+): "
    r"(?P<kind>FAIL|ERROR|skipped):? (?P<test>.+)$"
)
TOTAL = re.compile(r" odoo\.tests\.result: .* of (\d+) tests")


def oca_addons():
    """The addons of the OCA that ours depend on."""
    folder = setup_env.site_packages() / "odoo" / "addons"
    return [name for name in template_db.third_party() if (folder / name).is_dir()]


def groups():
    """What to run: {group: (addons to test, options)}."""
    found = {"core": (CORE, [])}
    if oca_addons():
        found["oca"] = (oca_addons(), ["--with-demo"])
    return found


def parse(log):
    """What a log says of the tests in it."""
    result = {"tests": 0, "failed": set(), "skipped": set()}
    with open(log, errors="replace") as lines:
        for line in lines:
            match = TEST.match(line)
            if match:
                # the reason of a skip follows a colon
                test = match["test"].partition(" : ")[0].strip()
                kind = "skipped" if match["kind"] == "skipped" else "failed"
                result[kind].add(f"{match['module']}.{match['file']}:{test}")
            if match := TOTAL.search(line):
                result["tests"] = int(match[1])
    return {
        key: sorted(value) if isinstance(value, set) else value
        for key, value in result.items()
    }


def run(group, tested, options, ours):
    """Run a group of tests on a fresh database."""
    modules = sorted({*template_db.third_party(), *tested, *ours})
    name = f"upstream_{os.getpid()}"
    log = LOGS / f"upstream-{group}{'' if ours else '-baseline'}.log"
    remove(log)
    say(f"{group}: testing {', '.join(tested)} (ten minutes or more); the log is {log}")
    command = ["odoo", "-d", name, "-i", ",".join(modules), *options]
    command += ["--test-tags", ",".join(f"/{module}" for module in tested)]
    command += [f"--http-port={free_port()}", "--stop-after-init", f"--logfile={log}"]
    try:
        with open(log, "a") as out:
            subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, check=False
            )
    finally:
        template_db.drop(name)
    result = parse(log)
    if not result["tests"]:
        fail(f"{group}: no test has run; see {log}")
    return result


def compare(group, before, after):
    """Say what fails or is skipped with our addons only.

    :return: how many tests that are
    """
    worse = 0
    for kind in ("failed", "skipped"):
        for test in sorted(set(after[kind]) - set(before[kind])):
            print(f"{group}: {kind} only with the suite: {test}")
            worse += 1
    if after["tests"] < before["tests"]:
        print(f"{group}: {after['tests']} tests instead of {before['tests']}")
        worse += 1
    failed = (
        f"{len(after['failed'])} failed (without the suite: {len(before['failed'])})"
    )
    skipped = f"{len(after['skipped'])} skipped ({len(before['skipped'])})"
    print(f"{group}: {after['tests']} tests ({before['tests']}), {failed}, {skipped}")
    return worse


def store(baseline):
    BASELINE.parent.mkdir(exist_ok=True)
    BASELINE.write_text(json.dumps(baseline, indent=2, sort_keys=True) + "\n")
    say(f"wrote {BASELINE}")


def main():
    setup_env.ready(dev=True)
    run_tests.ensure_browser()
    make = bool(os.environ.get("BASELINE"))
    baseline = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    if not make and not baseline:
        fail("there is no baseline: make one with make upstream BASELINE=1")
    ours = [] if make else list(manifests())
    wanted = {
        group: what
        for group, what in groups().items()
        if not sys.argv[1:] or group in sys.argv
    }
    worse = 0
    for group, (tested, options) in wanted.items():
        result = run(group, tested, options, ours)
        if make:
            baseline[group] = result
            store(baseline)
        elif group in baseline:
            worse += compare(group, baseline[group], result)
        else:
            fail(
                f"{group} is not in the baseline: make it with make upstream BASELINE=1"
            )
    if not make and not worse:
        print("with the suite they fail no more than without it")
    sys.exit(bool(worse))


if __name__ == "__main__":
    main()

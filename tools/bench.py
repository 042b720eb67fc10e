#!/usr/bin/env python3
"""Measure the suite against plain SQL, on a throw-away database.

``bench.py [--json FILE] [NAME ...]`` runs ``tests/benchmark/*.py``, or those named.
Each one defines ``run(env)``, which returns a list of measurements: dictionaries with
``name``, ``rows``, ``suite_seconds``, ``sql_seconds``, ``ratio`` and ``peak_mb``. What
it writes is rolled back after it.
"""

import argparse
import importlib.util
import json
import os
import pathlib
import sys

import setup_env
import template_db
from toolbox import ROOT

COLUMNS = ("name", "rows", "suite_seconds", "sql_seconds", "ratio", "peak_mb")
FOLDER = ROOT / "tests" / "benchmark"


def show(value):
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def table(results):
    """The measurements as text, in columns."""
    rows = [COLUMNS, *([show(one[key]) for key in COLUMNS] for one in results)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(COLUMNS))]
    lines = []
    for row in rows:
        first, *others = zip(row, widths, strict=True)
        cells = [first[0].ljust(first[1]), *(text.rjust(w) for text, w in others)]
        lines.append("  ".join(cells))
    return "\n".join(lines)


def measure(env, path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    results = module.run(env)
    env.cr.rollback()
    env.invalidate_all()
    for result in results:
        missing = set(COLUMNS) - set(result)
        if missing:
            raise ValueError(f"{path.name} leaves out {', '.join(sorted(missing))}")
    return results


def main(env, arguments):
    """Called on the database, see in_odoo.py."""
    target, *names = arguments
    results = []
    for path in sorted(FOLDER.glob("*.py")):
        if path.stem != "__init__" and (not names or path.stem in names):
            print(f"running {path.stem}", file=sys.stderr, flush=True)
            results += measure(env, path)
    print(table(results))
    if target:
        pathlib.Path(target).write_text(json.dumps(results, indent=2) + "\n")


def start():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--json", default="", metavar="FILE")
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    setup_env.ready()
    target = os.path.abspath(options.json) if options.json else ""
    with template_db.throw_away(template_db.full_template()) as database:
        code = template_db.script(database, __file__, target, *options.names)
    sys.exit(code)


if __name__ == "__main__":
    start()

#!/usr/bin/env python3
"""Measure the suite against plain SQL, on throw-away databases.

``bench.py [--json FILE] [NAME ...]`` runs ``tests/benchmark/*.py``, or those named.
Each one defines ``run(env)``, which returns a list of measurements: dictionaries with
``name``, ``rows``, ``suite_seconds``, ``sql_seconds``, ``ratio`` and ``peak_mb``. It
has a database and a process of its own: it may commit, and its memory is its own.
"""

import argparse
import importlib.util
import json
import os
import pathlib
import sys
import tempfile

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
    for result in results:
        missing = set(COLUMNS) - set(result)
        if missing:
            raise ValueError(f"{path.name} leaves out {', '.join(sorted(missing))}")
    return results


def main(env, arguments):
    """Called on the database, see in_odoo.py."""
    target, name = arguments
    results = measure(env, FOLDER / f"{name}.py")
    pathlib.Path(target).write_text(json.dumps(results))


def run(names):
    """Run the benchmarks one after the other; return their measurements."""
    template, results = template_db.full_template(), []
    with tempfile.TemporaryDirectory() as folder:
        target = os.path.join(folder, "results.json")
        for name in names:
            print(f"running {name}", file=sys.stderr, flush=True)
            with template_db.throw_away(template) as database:
                code = template_db.script(database, __file__, target, name)
            if code:
                sys.exit(code)
            results += json.loads(pathlib.Path(target).read_text())
    return results


def start():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--json", default="", metavar="FILE")
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    known = sorted(path.stem for path in FOLDER.glob("bench_*.py"))
    if not set(options.names) <= set(known):
        parser.error(f"there are: {', '.join(known)}")
    setup_env.ready()
    results = run(options.names or known)
    print(table(results))
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    start()

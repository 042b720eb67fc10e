"""Export the terms to translate of each addon to its ``i18n`` folder, or compare them.

Run on a database by ``tools/lint.py``, see ``in_odoo.py``.
"""

import io

from odoo.tools.translate import trans_export

from toolbox import ADDONS, ROOT, manifests

# they change with each export
DATES = (b'"POT-Creation-Date:', b'"PO-Revision-Date:')


def without_dates(content):
    lines = content.splitlines()
    return [line for line in lines if not line.startswith(DATES)]


def export(env, name):
    """The template of an addon's translations; empty without terms."""
    out = io.BytesIO()
    return out.getvalue() if trans_export(False, [name], out, "po", env) else b""


def main(env, arguments):
    """Write the templates that have changed; with ``--check`` name them."""
    stale = 0
    for name in manifests():
        path = ADDONS / name / "i18n" / f"{name}.pot"
        content = export(env, name)
        present = path.read_bytes() if path.exists() else b""
        if without_dates(content) == without_dates(present):
            continue
        if "--check" in arguments:
            print(f"{path.relative_to(ROOT)} is not up to date: run make fix")
            stale += 1
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
    return bool(stale)

#!/usr/bin/env python3
"""Run a script on a throw-away database with our addons installed.

``on_database.py SCRIPT [argument ...]``; see ``in_odoo.py`` for what the script has to
define.
"""

import sys

import setup_env
import template_db


def main():
    setup_env.ready()
    with template_db.throw_away(template_db.full_template()) as name:
        code = template_db.script(name, *sys.argv[1:])
    sys.exit(code)


if __name__ == "__main__":
    main()

"""Run a script on a database: ``in_odoo.py DATABASE SCRIPT [argument ...]``.

Called by other tools in the project's environment. The script defines
``main(env, arguments)``, which returns an exit code; its changes are committed when
that is zero or nothing.
"""

import importlib.util
import pathlib
import sys

import odoo.http  # noqa: F401 - parts of Odoo expect it to be loaded
from odoo.api import SUPERUSER_ID, Environment
from odoo.modules.registry import Registry
from odoo.tools import config


def main():
    database, script, *arguments = sys.argv[1:]
    options = ["--no-http", "-d", database, "--log-level=warn"]
    config.parse_config(options, setup_logging=True)
    path = pathlib.Path(script)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    with Registry(database).cursor() as cr:
        env = Environment(cr, SUPERUSER_ID, {})
        spec.loader.exec_module(module)
        code = module.main(env, arguments) or 0
        if code:
            cr.rollback()
    sys.exit(code)


if __name__ == "__main__":
    main()

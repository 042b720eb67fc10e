#!/usr/bin/env python3
"""Build the demo database, sum it up and serve it on this machine only.

It is kept as long as neither the pinned dependencies nor our addons change.

Environment:

- ``PORT``: where to serve (default: 8069)
- ``SERVE=0``: stop after the summary
- ``FRESH=1``: build it again in any case
"""

import os
import secrets
import sys

import setup_env
import template_db
from toolbox import (
    ADDONS,
    CACHE,
    LOGS,
    VENV,
    digest,
    fail,
    manifests,
    port_is_free,
    read_text,
    remove,
    say,
    write_private,
)

DATABASE = "dist_demo"
APPLICATION = "dist_rollout"
PASSWORD = CACHE / "demo.password"
STAMP = CACHE / "demo.stamp"


def build():
    """Build the database under another name, so that a failure leaves the old one."""
    # Odoo's own demonstration data would only stand in the way of the program's
    base = template_db.base_template()
    new, log = f"{DATABASE}_new", LOGS / "demo-install.log"
    addons = [APPLICATION] if APPLICATION in manifests() else list(manifests())
    say(f"installing {', '.join(addons)} (about half a minute)")
    template_db.clone(base, new)
    template_db.install(new, addons, log)
    if not PASSWORD.exists():
        write_private(PASSWORD, secrets.token_urlsafe(9))
    say("building the demo program and running the batch jobs once")
    if template_db.script(new, "tools/demo_prepare.py"):
        fail("the demo could not be prepared; see the messages above")
    template_db.drop(DATABASE)
    template_db.rename(new, DATABASE)


def ensure_database():
    """Have the demo database, built again when it is out of date."""
    key = digest(*setup_env.LOCKS, *(ADDONS / name for name in manifests()))
    present = template_db.exists(DATABASE) and read_text(STAMP)
    if present == key and not os.environ.get("FRESH"):
        return
    if present and not os.environ.get("FRESH"):
        say("the addons or their dependencies have changed: building the demo again")
    remove(STAMP)
    build()
    STAMP.write_text(key)


def serve(port):
    """Become the server."""
    url = f"http://localhost:{port}"
    # reports fetch their styles from the server itself
    template_db.sql(
        "INSERT INTO ir_config_parameter (key, value)"
        f" VALUES ('report.url', 'http://127.0.0.1:{port}')"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        DATABASE,
    )
    log = LOGS / "demo.log"
    say(f"serving {url} - stop with Ctrl-C; the log is {log}")
    os.execv(
        VENV / "bin" / "odoo",
        [
            "odoo",
            f"--database={DATABASE}",
            f"--db-filter=^{DATABASE}$",
            f"--http-port={port}",
            "--http-interface=127.0.0.1",
            "--max-cron-threads=1",
            f"--logfile={log}",
        ],
    )


def main():
    port = os.environ.get("PORT") or "8069"
    wanted = os.environ.get("SERVE") != "0"
    if not port.isdigit() or not 0 < int(port) < 65536:
        fail(f"PORT={port} is no port number")
    if wanted and not port_is_free(int(port)):
        fail(f"port {port} is in use: choose another one with make demo PORT=8070")
    setup_env.ready()
    setup_env.ensure_reports()
    with template_db.locked("demo"):
        ensure_database()
    code = template_db.script(DATABASE, "tools/demo_summary.py", port, str(PASSWORD))
    if code or not wanted:
        sys.exit(code)
    serve(int(port))


if __name__ == "__main__":
    main()

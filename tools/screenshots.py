#!/usr/bin/env python3
"""Take the pictures of the guides from the demo, in a real browser.

Writes ``docs/images/*.png``. What a page reports as an error stops the run.
"""

import contextlib
import shutil
import subprocess
import sys
import time
import urllib.request

import demo
import run_tests
import setup_env
import template_db
from toolbox import LOGS, ROOT, VENV, fail, free_port, say

IMAGES = ROOT / "docs" / "images"
DESKTOP = {"viewport": {"width": 1400, "height": 900}}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
}
# name of the picture: (login, device, address, text of the record to click or None)
PICTURES = {
    "home": ("steering", DESKTOP, "rollout-home", None),
    "blueprint": ("consultant", DESKTOP, "rollout-blueprints", "Distribution Template"),
    "conformance": ("consultant", DESKTOP, "rollout-conformance", None),
    "deviation": ("consultant", DESKTOP, "rollout-deviations", "Deliver in one step"),
    "phase": ("consultant", DESKTOP, "rollout-phases", "Gap analysis"),
    "requirements": ("consultant", DESKTOP, "rollout-requirements", None),
    "steering_pack": ("steering", DESKTOP, "rollout-steering-packs", "Steering Pack"),
    "phone_home": ("lille", PHONE, "rollout-home", None),
    "phone_observation": ("lille", PHONE, "rollout-observations", "Counter sales"),
    "waves": ("consultant", DESKTOP, "rollout-waves", None),
    "wave": ("steering", DESKTOP, "rollout-waves", "Wave 2"),
    "gate": ("consultant", DESKTOP, "rollout-gates", "LIL Lille"),
    "cycles": ("steward", DESKTOP, "migration-cycles", None),
    "reconciliation": ("controller", DESKTOP, "reconciliations", "Lille"),
    "hypercare": ("command", DESKTOP, "hypercare", None),
    "command_center": ("command", DESKTOP, "command-center", None),
    "phone_command_center": ("command", PHONE, "command-center", None),
    "phone_my_readiness": ("lille", PHONE, "my-readiness", None),
    "phone_gate": ("lille", PHONE, "my-readiness", "LIL Lille"),
}


@contextlib.contextmanager
def server():
    """Serve the demo while the pictures are taken; yields its address."""
    port = free_port()
    process = subprocess.Popen(
        [
            "odoo",
            f"--database={demo.DATABASE}",
            f"--db-filter=^{demo.DATABASE}$",
            "--http-interface=127.0.0.1",
            f"--http-port={port}",
            "--max-cron-threads=0",
            f"--logfile={LOGS / 'screenshots.log'}",
        ]
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _try in range(120):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{url}/web/health", timeout=5).close()
                break
            time.sleep(0.5)
        yield url
    finally:
        process.terminate()
        process.wait()


def take(browser, url, password, name):
    """Log in, open one screen and take its picture."""
    login, device, address, record = PICTURES[name]
    errors = []
    context = browser.new_context(**device)
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{url}/web/login")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", password)
    page.click("button[type=submit]")
    page.wait_for_selector(".o_main_navbar")
    page.goto(f"{url}/odoo/{address}")
    page.wait_for_selector(
        ".o_action_manager .o_view_controller, .o_action_manager .o_dist_command_center"
    )
    if record:
        page.click(
            f".o_kanban_record:has-text('{record}'), .o_data_row:has-text('{record}')"
        )
        page.wait_for_selector(".o_form_view")
    page.wait_for_timeout(1500)
    page.screenshot(path=IMAGES / f"{name}.png")
    context.close()
    if errors:
        fail(f"{name}: {errors[0]}")


def take_all(names):
    from playwright.sync_api import sync_playwright  # set up by main

    password = demo.PASSWORD.read_text()
    chromium = next(filter(None, map(shutil.which, run_tests.BROWSERS)))
    with server() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox"]
        )
        for name in names or PICTURES:
            say(name)
            take(browser, url, password, name)
        browser.close()


def main():
    setup_env.ready(dev=True)
    if sys.prefix == str(VENV):
        take_all(sys.argv[1:])
        return
    run_tests.ensure_browser()
    setup_env.install(ROOT / "requirements-docs.txt")
    with template_db.locked("demo"):
        demo.ensure_database()
    # again, with what has just been installed
    sys.exit(subprocess.call([VENV / "bin" / "python", __file__, *sys.argv[1:]]))


if __name__ == "__main__":
    main()

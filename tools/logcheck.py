"""Tell the lines of Odoo's log that our addons are to blame for."""

import logging
import re

from toolbox import ROOT, manifests

LINE = re.compile(
    r"^[\d-]{10} [\d:,]+ \d+ (?P<level>[A-Z]+) (?P<database>\S+) (?P<logger>[\w.]+): "
    r"(?P<message>.*)"
)
# A refused request is a warning there: tests look at the answer instead.
REQUESTS = "odoo.http"
# Not all of the repository: Odoo itself is unpacked below it.
OUR_FOLDERS = tuple(f"{ROOT / name}/" for name in ("addons", "tests", "tools"))


def is_ours(logger, message, path=""):
    """Whether a record comes from our code or is about one of our addons."""
    return (
        logger.startswith("odoo.addons.dist_")
        or path.startswith(OUR_FOLDERS)
        or str(ROOT / "addons") in message
        or any(re.search(rf"\b{name}\b", message) for name in manifests())
        or re.search(r"\bdist\.\w", message) is not None
    )


def is_fault(level, logger, message, path=""):
    """Whether a record should fail a run: all errors, and warnings that are ours."""
    if level < logging.WARNING:
        return False
    if level >= logging.ERROR:
        return True
    return logger != REQUESTS and is_ours(logger, message, path)


def faults(path):
    """The records of a log file that should fail a run, as texts.

    A record's further lines, such as a traceback, belong to it.
    """
    records = []
    with open(path, errors="replace") as lines:
        for line in lines:
            match = LINE.match(line)
            if match:
                records.append((match, [line]))
            elif records:
                records[-1][1].append(line)
    found = []
    for match, lines in records:
        level = getattr(logging, match["level"], logging.ERROR)
        message = match["message"] + "".join(lines[1:])
        if is_fault(level, match["logger"], message):
            found.append("".join(lines))
    return found

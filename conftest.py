"""What Odoo's own test runner does and pytest-odoo does not, and stricter logs.

- a warning or error of ours in the log fails the test it appears in, as does an error
  of anyone else
- a skip fails, unless it is expected
- tests tagged ``-standard`` are left out, and so are test classes that were imported
- each worker process has files of its own beside its own database
"""

import contextlib
import logging
import pathlib
import shutil
import sys

import pytest
import pytest_odoo

ROOT = pathlib.Path(__file__).parent
sys.path.insert(0, str(ROOT / "tools"))

import logcheck  # noqa: E402

# Tests that may be skipped: the part of a test's id that says which, and why.
EXPECTED_SKIPS = {
    "test_trial.py::TestTrial::test_northwind": "the sample is not the project's",
    "test_trial.py::TestTrial::test_adventureworks": "the sample is not the project's",
    "test_trial.py::TestAdventureWorks": "the sample is not the project's",
    "test_4_disk_full": "no file system can be mounted here",
}
# Classes that take minutes; the other workers go through the rest meanwhile.
FIRST = ("tests/test_screens.py", "tests/test_trial.py", "tests/test_upgrade.py")


@contextlib.contextmanager
def own_filestore(original_db_name, db_name):
    """Give a worker process a copy of the files that belong to its database.

    When workers share them, one that cleans up after a test class removes files that
    only another worker's open transaction knows.
    """
    if original_db_name == db_name:
        yield
        return
    from odoo.tools import config  # pylint: disable=import-outside-toplevel

    own = config.filestore(db_name)
    shutil.copytree(config.filestore(original_db_name), own)
    try:
        yield
    finally:
        shutil.rmtree(own, ignore_errors=True)


pytest_odoo._shared_filestore = own_filestore


class Faults(logging.Handler):
    """Collects the records that should fail a run."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.found = []

    def emit(self, record):
        message = record.getMessage()
        if logcheck.is_fault(record.levelno, record.name, message, record.pathname):
            self.found.append(f"{record.levelname} {record.name}: {message}")

    def take(self):
        found, self.found = self.found, []
        return found


FAULTS = Faults()


def pytest_sessionstart(session):
    logging.getLogger().addHandler(FAULTS)
    # pylint: disable=import-outside-toplevel
    from odoo.tests.common import BaseCase

    from odoo.addons.base.models import res_users

    # each class makes a dozen users: to hash their passwords as strongly as those of
    # people takes half a second each, about a fifth of the run
    res_users.MIN_ROUNDS = 1000
    # two browsers and the servers of other tests share the processors: while one
    # request builds the assets, another may wait longer than Odoo thinks of
    BaseCase.test_cursor_lock_timeout = 90


@pytest.fixture(autouse=True)
def no_faults_in_log():
    """Fail a test during which, or in the set-up of which, something was logged."""
    yield
    found = FAULTS.take()
    if found:
        pytest.fail("logged: " + "\n".join(found), pytrace=False)


def pytest_sessionfinish(session, exitstatus):
    """Count what was logged after the last test as well."""
    found = FAULTS.take()
    if found:
        session.exitstatus = exitstatus or pytest.ExitCode.TESTS_FAILED
        sys.stderr.write("logged after the last test: " + "\n".join(found) + "\n")


def is_test_case(cls):
    from odoo.tests.common import BaseCase  # pylint: disable=import-outside-toplevel

    return isinstance(cls, type) and issubclass(cls, BaseCase)


def pytest_pycollect_makeitem(collector, name, obj):
    """Give the test cases outside of addons the tags that Odoo gives the others."""
    if is_test_case(obj) and not obj.__module__.startswith("odoo.addons."):
        tags = set(getattr(obj, "test_tags", None) or {"post_install"})
        obj.test_tags = tags | {"standard"}
        obj.test_module = obj.__module__


def pytest_collection_modifyitems(config, items):
    kept, left_out = [], []
    for item in items:
        cls = getattr(item, "cls", None)
        wanted = not is_test_case(cls) or (
            cls.__module__ == item.module.__name__ and "standard" in cls.test_tags
        )
        (kept if wanted else left_out).append(item)
    # the longest class first, so that no worker waits for it at the end
    kept.sort(key=lambda item: not item.nodeid.startswith(FIRST))
    items[:] = kept
    config.hook.pytest_deselected(items=left_out)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if report.skipped and not hasattr(report, "wasxfail"):
        if not any(part in item.nodeid for part in EXPECTED_SKIPS):
            reason = call.excinfo.value if call.excinfo else ""
            report.outcome = "failed"
            report.longrepr = f"skipped, which nobody expects: {reason}"

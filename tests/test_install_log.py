"""The installation of the addons, which took place before the tests."""

import os
import pathlib

import pytest

import logcheck


@pytest.mark.parametrize("log", os.environ.get("INSTALL_LOGS", "").split(os.pathsep))
def test_install_log(log):
    """Nothing went wrong and nothing of ours was warned about."""
    if not log:
        # run without tools/run_tests.py: there was no installation to look at
        return
    assert pathlib.Path(log).stat().st_size
    assert not logcheck.faults(log)

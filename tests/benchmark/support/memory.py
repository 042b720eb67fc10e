"""Memory of the process, with a peak that can be measured anew."""

import ctypes
import gc
import pathlib
import resource

STATUS = pathlib.Path("/proc/self/status")
RESET = pathlib.Path("/proc/self/clear_refs")


def reset_peak():
    """Give back what is free and forget the peak so far, where the system allows it."""
    gc.collect()
    try:
        ctypes.CDLL("libc.so.6").malloc_trim(0)
        # see proc_pid_clear_refs(5): 5 resets the peak of the resident set
        RESET.write_text("5")
    except OSError:
        return


def peak_mb():
    """Return the largest resident set since the last reset, in MB."""
    if STATUS.exists():
        for line in STATUS.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

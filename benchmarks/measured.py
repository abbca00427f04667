"""Run a command to its end and to that of all that it leaves behind; prints seconds, CPU seconds and peak MiB as JSON.

python -m benchmarks.measured COMMAND…

A fork server outlives the run that started it by a moment: it becomes this process's child, so what it used counts too.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import subprocess
import sys
import time

PR_SET_CHILD_SUBREAPER = 36


def main() -> int:
    """The command's exit code."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    started = time.perf_counter()
    child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
    code = child.wait()
    seconds = time.perf_counter() - started
    try:
        while True:
            os.wait()
    except ChildProcessError:
        pass
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(json.dumps([seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024]))
    return code


if __name__ == "__main__":
    sys.exit(main())

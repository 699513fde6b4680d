"""A busy loop on every core, so that whatever runs under `nice` beside it runs as on a slow machine."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator

# It ends with its standard input, which closes when we end, however we end; Ctrl-C is for us to handle.
_LOOP = """
import os, signal, sys, threading

signal.signal(signal.SIGINT, signal.SIG_IGN)
os.sched_setaffinity(0, {int(sys.argv[1])})

def end_with_the_input():
    sys.stdin.read()
    os._exit(0)

threading.Thread(target=end_with_the_input).start()
while True:
    pass
"""
_SHARE = """
import os, sys, time

os.sched_setaffinity(0, {int(sys.argv[1])})
began, used = time.perf_counter(), time.process_time()
while time.perf_counter() - began < 3:
    pass
print((time.process_time() - used) / (time.perf_counter() - began))
"""


def cores() -> list[int]:
    """Return the cores that we may run on."""
    return sorted(os.sched_getaffinity(0))


@contextlib.contextmanager
def busy_cores() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Keep every core busy with a process of its own until the block ends."""
    with contextlib.ExitStack() as stack:
        loops = []
        for core in cores():
            loop = subprocess.Popen([sys.executable, "-c", _LOOP, str(core)], stdin=subprocess.PIPE)
            stack.callback(_end, loop)
            loops.append(loop)
        yield loops


def share(niceness: int) -> float:
    """Measure which share of a core a process of this niceness gets at the moment; it takes three seconds."""
    command = [*nice(niceness), sys.executable, "-c", _SHARE, str(cores()[0])]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def nice(niceness: int) -> list[str]:
    """Return what stands before a command that is to run at this niceness."""
    return ["nice", "-n", str(niceness)]


def _end(loop: subprocess.Popen[bytes]) -> None:
    loop.kill()
    loop.wait()
    assert loop.stdin
    loop.stdin.close()

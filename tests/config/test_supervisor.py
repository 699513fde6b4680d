import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from config.supervisor import AlreadyRunning, Child, PortTaken, Supervisor, alone_on, check_ports
from tests.waiting import until


def child(name: str, code: str) -> Child:
    return Child(name, [sys.executable, "-c", code])


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def running():
    """Start a supervisor over the given children; all of it ends with the test."""
    started = []

    def start(*children):
        lines: list[tuple[str, str]] = []
        supervisor = Supervisor(list(children), lambda name, line: lines.append((name, line)))
        supervisor.start()
        watcher = threading.Thread(target=supervisor.watch)
        watcher.start()
        started.append((supervisor, watcher))
        return supervisor, lines

    yield start
    for supervisor, watcher in started:
        supervisor.stop()
        watcher.join()


SLEEPER = "import time; print('up', flush=True); time.sleep(3600)"


def test_lines_come_with_the_name_of_their_process(running):
    _, lines = running(child("one", "print('hello')\nimport time; time.sleep(3600)"))
    until(lambda: ("one", "hello") in lines)


def test_a_child_that_dies_is_started_again(running):
    worker = child("one", SLEEPER)
    _, lines = running(worker)
    until(lambda: ("one", "up") in lines)
    assert worker.process
    first = worker.process.pid
    os.kill(first, signal.SIGKILL)
    until(lambda: lines.count(("one", "up")) == 2)
    assert worker.process.pid != first
    assert any("signal SIGKILL" in line for _, line in lines)


def test_stop_kills_a_child_that_does_not_listen_when_its_grace_is_over(running):
    deaf = child("deaf", "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + SLEEPER)
    deaf.grace = 0.3
    supervisor, lines = running(deaf)
    until(lambda: ("deaf", "up") in lines)
    supervisor.stop()
    assert deaf.process
    assert deaf.process.returncode == -signal.SIGKILL


def test_stop_leaves_no_grandchild_behind(running):
    code = (
        "import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(3600)']).pid, "
    )
    parent = child("parent", code + "flush=True)\n" + SLEEPER)
    supervisor, lines = running(parent)
    until(lambda: len(lines) == 2)
    supervisor.stop()
    until(lambda: not is_running(int(lines[0][1])))


def test_children_end_when_the_supervisor_is_killed(tmp_path):
    program = f"""
from config.supervisor import Child, Supervisor
import sys
s = Supervisor([Child("one", [sys.executable, "-c", {SLEEPER!r}])], lambda n, line: None)
s.start()
print(s.children[0].process.pid, flush=True)
s.watch()
"""
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.communicate()
    until(lambda: not is_running(pid))


def test_a_taken_port_is_named_with_its_setting():
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(PortTaken, match=f"Port in use: {port} .web.. .* set SES_WEB_PORT"):
            check_ports([Child("web", [], [("SES_WEB_PORT", "127.0.0.1", port)])])


def test_every_taken_port_is_named_at_once():
    with socket.socket() as first, socket.socket() as second:
        for holder in (first, second):
            holder.bind(("127.0.0.1", 0))
            holder.listen()
        ports = [("FIRST", "127.0.0.1", first.getsockname()[1]), ("SECOND", "127.0.0.1", second.getsockname()[1])]
        with pytest.raises(PortTaken, match="Ports in use: .* set FIRST, SECOND"):
            check_ports([Child("web", [], ports)])


def test_a_second_copy_on_the_same_data_is_refused(tmp_path):
    var, refused = tmp_path / "var", pytest.raises(AlreadyRunning, match=rf"process {os.getpid()}\)")
    with alone_on(var), refused, alone_on(var):
        pass
    with alone_on(var):
        pass


def test_a_killed_copy_leaves_its_data_to_the_next(tmp_path):
    program = f"""
import pathlib, time
from config.supervisor import alone_on
with alone_on(pathlib.Path({str(tmp_path)!r})):
    print("mine", flush=True)
    time.sleep(3600)
"""
    first = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert first.stdout
    first.stdout.readline()
    with pytest.raises(AlreadyRunning), alone_on(tmp_path):
        pass
    first.kill()
    first.communicate()
    with alone_on(tmp_path):
        assert (tmp_path / "up.pid").read_text() == str(os.getpid())


def test_a_child_that_cannot_be_started_now_is_started_later(running, monkeypatch):
    real, failures = subprocess.Popen, [BlockingIOError(11, "Resource temporarily unavailable"), MemoryError(12, "x")]

    def short_of_processes(*arguments, **options):
        if len(failures) > 1:
            raise failures.pop(0)
        return real(*arguments, **options)

    monkeypatch.setattr("config.supervisor.subprocess.Popen", short_of_processes)
    _, lines = running(child("one", SLEEPER))
    until(lambda: ("one", "up") in lines)
    assert any("cannot be started" in line for _, line in lines)


@pytest.mark.parametrize(
    "error", [RuntimeError("can't start new thread"), subprocess.SubprocessError("preexec_fn"), MemoryError()], ids=repr
)
def test_a_child_that_cannot_be_started_for_whatever_reason_ends_nothing(running, monkeypatch, error):
    real, failures = subprocess.Popen, [error]

    def short(*arguments, **options):
        if failures:
            raise failures.pop()
        return real(*arguments, **options)

    monkeypatch.setattr("config.supervisor.subprocess.Popen", short)
    _, lines = running(child("one", SLEEPER))
    until(lambda: ("one", "up") in lines)


def test_a_child_whose_lines_nobody_can_read_is_ended_and_started_again(running, monkeypatch):
    thread, launch, failures, started = threading.Thread, Supervisor._launched, [RuntimeError("no thread")], []

    def short_of_threads(*arguments, **options):
        if failures:
            raise failures.pop()
        return thread(*arguments, **options)

    def launched(supervisor, child):
        process = launch(supervisor, child)
        started.append(process.pid)
        return process

    monkeypatch.setattr(Supervisor, "_launched", launched)
    monkeypatch.setattr("config.supervisor.threading.Thread", short_of_threads)
    _, lines = running(child("one", SLEEPER))
    until(lambda: ("one", "up") in lines)
    assert len(started) == 2
    assert not is_running(started[0])

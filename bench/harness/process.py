"""Runs one program as a process of its own and says what it took."""
import dataclasses
import os
import signal
import subprocess
import tempfile
import threading
import time


class Failed(Exception):
    """A program that did not do its work; the text says why."""


@dataclasses.dataclass
class Run:
    seconds: float      # from start to end, as a user waits
    cpu_seconds: float  # of all threads
    peak_bytes: int     # largest resident size
    output: str


def run(command, threads, timeout):
    """Runs `command` on the first `threads` CPUs of this process. Raises Failed with the end of its messages."""
    cpus = sorted(os.sched_getaffinity(0))[:threads]
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        start = time.monotonic()
        process = subprocess.Popen([str(part) for part in command], stdout=out, stderr=err, stdin=subprocess.DEVNULL,
                                   start_new_session=True,
                                   preexec_fn=lambda: os.sched_setaffinity(0, cpus),
                                   env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
        expired = threading.Event()

        def stop():
            expired.set()
            os.killpg(process.pid, signal.SIGKILL)

        timer = threading.Timer(timeout, stop)
        timer.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise
        finally:
            timer.cancel()
        seconds = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        output, messages = out.read(), err.read()
    if expired.is_set():
        raise Failed(f"took longer than {timeout:.0f} s")
    if process.returncode != 0:
        lines = [line.strip() for line in (messages or output).splitlines() if line.strip()]
        raise Failed(f"exit code {process.returncode}: {lines[-1][:300] if lines else 'no message'}")
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, output)

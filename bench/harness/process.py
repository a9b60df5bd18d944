"""Runs one program as a process of its own and says what it took."""
import contextlib
import dataclasses
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile

LAUNCH = pathlib.Path(__file__).parent / "launch.py"


class Failed(Exception):
    """A program that did not do its work; the text says why."""


@dataclasses.dataclass
class Run:
    seconds: float      # from start to end, as a user waits
    cpu_seconds: float  # of all threads
    peak_bytes: int     # largest resident size of the program alone
    output: str         # what it wrote to stdout


def run(command, threads, timeout):
    """Runs `command` on the first `threads` CPUs of this process, for at most `timeout` seconds.

    Raises Failed with the end of its messages. However this ends, nothing that the program started is left.
    """
    program, *parts = map(str, command)
    with tempfile.TemporaryDirectory() as folder:
        figures, output, messages = (pathlib.Path(folder, name) for name in ("figures", "output", "messages"))
        with output.open("w") as out, messages.open("w") as err:
            launcher = subprocess.Popen([sys.executable, "-I", "-S", LAUNCH, figures, str(threads), program, *parts],
                                        stdout=out, stderr=err, stdin=subprocess.DEVNULL, start_new_session=True,
                                        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
            try:
                launcher.wait(timeout)
            except subprocess.TimeoutExpired:
                raise Failed(f"took longer than {timeout:g} s") from None
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(launcher.pid, signal.SIGKILL)
                launcher.wait()
        told = json.loads(figures.read_text())
        if "error" in told:
            raise Failed(f"{program}: {told['error']}")
        exit_code = told.pop("exit_code")
        if exit_code != 0:
            raise Failed(f"{ending(exit_code)}: {last_line(messages) or last_line(output) or 'no message'}")
        return Run(**told, output=output.read_text(errors="replace"))


def ending(exit_code):
    return f"exit code {exit_code}" if exit_code > 0 else f"ended by {signal.Signals(-exit_code).name}"


def last_line(path):
    lines = [line.strip() for line in path.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1][:300] if lines else None

"""What the figures of bench/quantize rest on: one process measured alone, ended whole, and failures that are told.

.venv/bin/python -m unittest discover -s bench/tests
"""
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

HARNESS = pathlib.Path(__file__).parent.parent / "harness"
sys.path.insert(0, str(HARNESS))

import cases  # noqa: E402
import judge  # noqa: E402
import main  # noqa: E402
import numpy  # noqa: E402
import table  # noqa: E402
import tools  # noqa: E402
from process import Failed, run  # noqa: E402

MEGABYTE = 1 << 20


def python(text, *arguments, threads=1, timeout=60):
    return run([sys.executable, "-S", "-c", text, *arguments], threads, timeout)


def runs(pid):
    try:
        return "Z" not in pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False


def ends(pid):
    """Whether the process ends within a few seconds."""
    for _ in range(100):
        if not runs(pid):
            return True
        time.sleep(0.05)
    return False


def heed_interrupts():
    """What a shell starts in the background ignores SIGINT, and so does all that this starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Process(unittest.TestCase):
    def test_peak_is_the_programs_own(self):
        ballast = os.urandom(100 * MEGABYTE)
        small = python("pass")
        large = python(f"held = b'x' * {200 * MEGABYTE}")
        self.assertLess(small.peak_bytes, len(ballast) / 2)
        self.assertAlmostEqual((large.peak_bytes - small.peak_bytes) / MEGABYTE, 200, delta=10)

    def test_seconds_are_the_clocks_and_cpu_seconds_the_processors(self):
        waiting = python("import time; time.sleep(0.5)")
        self.assertGreater(waiting.seconds, 0.5)
        self.assertLess(waiting.cpu_seconds, 0.4)

    def test_threads_are_cpus(self):
        self.assertEqual(python("import os; print(len(os.sched_getaffinity(0)))").output, "1\n")

    def test_failures_say_why(self):
        with self.assertRaisesRegex(Failed, "^exit code 3: a reason$"):
            python("import sys; print('a reason\\n', file=sys.stderr); sys.exit(3)")
        with self.assertRaisesRegex(Failed, "^ended by SIGABRT: no message$"):
            python("import os; os.abort()")
        with self.assertRaisesRegex(Failed, "^/none/such: No such file or directory$"):
            run(["/none/such"], 1, 60)

    def test_what_takes_too_long_is_ended_with_its_children(self):
        with tempfile.TemporaryDirectory() as folder:
            pid = pathlib.Path(folder, "pid")
            with self.assertRaisesRegex(Failed, "^took longer than 1 s$"):
                python("import subprocess, sys, time; p = subprocess.Popen(['sleep', '600']);"
                       "open(sys.argv[1], 'w').write(str(p.pid)); time.sleep(600)", pid, timeout=1)
            self.assertTrue(ends(int(pid.read_text())))

    def test_interrupted_leaves_nothing(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number.name), tempfile.TemporaryDirectory() as folder:
                build, pid = pathlib.Path(folder, "build"), pathlib.Path(folder, "pid")
                program = build / "bin" / "octet_bench_plain_pass"
                program.parent.mkdir(parents=True)
                program.write_text(f"#!/bin/sh\necho $$ >{pid}.part; mv {pid}.part {pid}; sleep 600; true\n")
                program.chmod(0o755)
                driver = subprocess.Popen([sys.executable, HARNESS / "main.py", "--smoke", "--build", build, "--tools",
                                           "plain", "--work", folder], stderr=subprocess.PIPE, text=True,
                                          preexec_fn=heed_interrupts)
                for _ in range(600):
                    if pid.exists() or driver.poll() is not None:
                        break
                    time.sleep(0.05)
                self.assertTrue(runs(int(pid.read_text())))
                driver.send_signal(number)
                self.assertTrue(driver.communicate(timeout=30)[1].endswith("bench/quantize: interrupted\n"))
                self.assertEqual(driver.returncode, 130)
                self.assertTrue(ends(int(pid.read_text())))


class Command(unittest.TestCase):
    def test_without_any_figure_it_fails(self):
        with tempfile.TemporaryDirectory() as folder:
            made = subprocess.run([sys.executable, HARNESS / "main.py", "--model", "m.xml", "--data", f"{folder}/none.npz",
                                   "--no-judge", "--work", folder], capture_output=True, text=True)
        self.assertEqual(made.returncode, 1)
        self.assertIn("none.npz: expected an .npz", made.stdout)
        self.assertTrue(made.stderr.endswith("bench/quantize: nothing could be measured\n"))

    def test_a_model_is_not_judged_on_what_quantizers_saw(self):
        made = subprocess.run([sys.executable, HARNESS / "main.py", "--model", "m.xml", "--data", "d.npz"],
                              capture_output=True, text=True)
        self.assertEqual(made.returncode, 2)
        self.assertIn("expected --eval-data NPZ", made.stderr)


class Cases(unittest.TestCase):
    def setUp(self):
        kept = tempfile.TemporaryDirectory()
        self.addCleanup(kept.cleanup)
        self.folder = pathlib.Path(kept.name)
        self.settings = tools.Settings(self.folder, self.folder, self.folder, "performance", 1, 60)

    def one(self, name, samples=2):
        return cases.single_case(self.folder / "m.xml", self.folder / name, None, cases.Sources(), self.folder / "cache",
                                 samples)

    def test_samples_are_limited_and_not_compressed(self):
        numpy.savez_compressed(self.folder / "d.npz", a=numpy.zeros((5, 1000)), b=numpy.arange(5))
        case = self.one("d.npz")
        self.assertEqual(case.samples, 2)
        self.assertGreater(case.calibration.stat().st_size, 2 * 8000)
        with numpy.load(case.calibration) as file:
            self.assertEqual(file["b"].tolist(), [0, 1])

    def test_what_is_no_npz_is_told(self):
        numpy.save(self.folder / "d.npy", numpy.zeros(3))
        (self.folder / "d.npz").write_bytes(b"PK\3\4damaged")
        for name in ("d.npy", "d.npz", "none.npz"):
            with self.subTest(name), self.assertRaisesRegex(Failed, f"{name}: expected an .npz"):
                self.one(name)

    def test_a_model_without_samples_is_an_entry_with_the_reason(self):
        entry = main.measure("m", lambda: self.one("none.npz"), tools.TOOLS, self.settings, 1, True, self.folder)
        self.assertRegex(entry["failed"], "none.npz")
        self.assertIn(entry["failed"], table.failed(entry))

    def test_tools_that_are_not_there_are_rows_with_the_reason(self):
        numpy.savez(self.folder / "d.npz", a=numpy.zeros((2, 3)))
        entry = main.measure("m", lambda: self.one("d.npz"), tools.TOOLS, self.settings, 1, False, self.folder)
        told = {tool["name"]: tool["failed"] for tool in entry["tools"]}
        self.assertEqual(list(told), [tool.name for tool in tools.TOOLS])
        self.assertRegex(told["octet"], "octet: No such file")
        self.assertRegex(told["nncf"], "^not set up")
        page = "\n".join(table.section(entry))
        for name, reason in told.items():
            self.assertIn(f"| {name} | {reason} |", page)

    def test_the_source_of_a_model_is_found(self):
        self.assertIsNone(cases.Sources(self.folder).find("m", self.folder / "m.xml"))
        (self.folder / "m.onnx").touch()
        self.assertEqual(cases.Sources().find("other", self.folder / "m.xml"), self.folder / "m.onnx")
        self.assertEqual(cases.Sources(self.folder).find("m", self.folder / "x" / "m.xml"), self.folder / "m.onnx")

    def test_a_judge_that_fails_leaves_a_note(self):
        case = cases.Case("m", self.folder / "m.xml", self.folder, self.folder / "e.npz", evaluate=self.folder / "eval.py")
        self.settings.folder(case).mkdir(parents=True)
        numpy.savez(case.evaluation, a=numpy.zeros((2, 3)))
        told = judge.judge(case, {"plain": case.model}, self.settings, self.folder / "python", 2, lambda text: None)
        notes = told["plain"]["notes"]
        self.assertEqual(len(notes), 2)
        self.assertRegex(notes[0], "^exactness: .*octet: No such file")
        self.assertRegex(notes[1], "^metric: eval.py needs the environment")

    def test_output_without_figures_is_told(self):
        self.assertEqual(cases.last_json('{"a": 0}\ntext', "a"), {"a": 0})
        for text in ("", "text", "{broken", '{"a": null}'):
            with self.subTest(text), self.assertRaises(Failed):
                cases.last_json(text, "a")


class Table(unittest.TestCase):
    def test_the_check_is_taken_off_before_the_ratio(self):
        runs = [tools.Result(seconds, 1.0, 50_000_000, None, {"phases": {"verify": 0.5}}) for seconds in (2.5, 4.5, 1.5)]
        entry = {"name": "octet", **main.figures(runs), "speed": [1.5, 1.25, 2.0], "sqnr_db": 20.04, "notes": []}
        self.assertEqual(table.cells(entry, {"plain_seconds": 0.5}),
                         ["octet", "2.50 (1.50–4.50); less the check 2.00", "4.00", "1.00", "50", "1.50 (1.25–2.00)", "20.0", ""])


if __name__ == "__main__":
    unittest.main()

"""Runs one program on the first CPUs that are allowed and writes what it took: launch.py FIGURES CPUS PROGRAM...

A process of its own between the harness and the program: the kernel takes what a process holds when it starts a program
for part of that program's largest resident size. This one imports next to nothing, so that what it passes on is less
than any program takes by itself.
"""
import json
import os
import sys
import time

figures, cpus, *command = sys.argv[1:]
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:int(cpus)])
start = time.monotonic()
try:
    process = os.posix_spawnp(command[0], command, os.environ)
except OSError as error:
    told = {"error": error.strerror}
else:
    _, status, usage = os.wait4(process, 0)
    told = {"seconds": time.monotonic() - start, "cpu_seconds": usage.ru_utime + usage.ru_stime,
            "peak_bytes": usage.ru_maxrss * 1024, "exit_code": os.waitstatus_to_exitcode(status)}
with open(figures, "w") as file:
    json.dump(told, file)

"""Runs the test programs with one fault switched on, and says who noticed."""

import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import tempfile
import time

MEMORY = 6 << 30  # a fault that allocates for ever ends as one that is caught
FILE = 4 << 30


def limit():
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE, FILE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class Outcome:
    def __init__(self, code, output, seconds):
        self.red, self.output, self.seconds = code != 0, output, seconds
        self.hung = code is None
        self.by_signal = signal.Signals(-code).name if code is not None and code < 0 else ""

    def test(self):
        """The first test that failed, or the one that was running when the program ended."""
        failed = re.findall(r"\[  FAILED  \] (\S+\.\S+)", self.output)
        if failed:
            return failed[0].rstrip(",")
        begun = re.findall(r"\[ RUN      \] (\S+)", self.output)
        return begun[-1] if begun else ""

    def how(self):
        return "hangs" if self.hung else self.by_signal or "fails"


def run(command, mutant, seconds, trace=None):
    """Runs in a folder of its own, at most so long; ends all processes that it began."""
    place = tempfile.mkdtemp(prefix="mutant")
    environment = dict(os.environ, TMPDIR=place, VITRINE_MUTANT=str(mutant))
    if trace:
        environment["VITRINE_MUTANT_TRACE"] = str(trace)
    log = pathlib.Path(place, "output")
    begun = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen([str(word) for word in command], cwd=place, env=environment,
                                   stdin=subprocess.DEVNULL, stdout=output,
                                   stderr=subprocess.STDOUT, preexec_fn=limit,
                                   start_new_session=True)
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            code = None
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
    text = log.read_bytes()[-200_000:].decode(errors="replace")
    shutil.rmtree(place, ignore_errors=True)
    return Outcome(code, text, time.monotonic() - begun)


class Suite:
    """A GoogleTest program: how long it takes when nothing is wrong, and whom it comes by."""

    def __init__(self, overlay, name):
        self.name, self.program = name, overlay.link(f"vitrine_{name}_tests")

    def measure(self, work):
        trace = work / f"reached_{self.name}"
        trace.unlink(missing_ok=True)
        outcome = run([self.program], "", 900, trace)
        if outcome.red:
            raise SystemExit(f"{self.program} {outcome.how()} without a mutant, in "
                             f"{outcome.test()}:\n{outcome.output[-3000:]}")
        self.seconds = outcome.seconds
        self.reached = set(map(int, trace.read_text().split()))

    def try_mutant(self, number):
        return run([self.program, "--gtest_fail_fast"], number, 20 + 6 * self.seconds)

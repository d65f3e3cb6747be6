"""Runs the test programs with one fault switched on, and says who noticed."""

import concurrent.futures
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
    os.chmod(place, 0o755)  # some tests go on as another user
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
    """A GoogleTest program: which tests come by which mutant, and how long they take."""

    QUICK = 2.0  # seconds: so long a first run of quick tests may take, which mostly decides

    def __init__(self, overlay, name):
        self.name, self.program = name, overlay.link(f"vitrine_{name}_tests")

    def list_tests(self):
        listed = run([self.program, "--gtest_list_tests"], "", 120)
        suite = ""
        for line in listed.output.splitlines():
            if line.startswith("  "):
                yield suite + line.split("#")[0].strip()
            elif line.endswith(".") or ".  #" in line:
                suite = line.split("#")[0].strip()

    def measure(self, work, jobs):
        """Runs every test by itself, without a mutant."""

        def alone(test):
            trace = work / "traces" / self.name / test.replace("/", "_")
            trace.parent.mkdir(parents=True, exist_ok=True)
            trace.unlink(missing_ok=True)
            outcome = run([self.program, f"--gtest_filter={test}"], "", 900, trace)
            if outcome.red:
                raise SystemExit(f"{test} {outcome.how()} without a mutant:\n"
                                 f"{outcome.output[-3000:]}")
            met = set(map(int, trace.read_text().split())) if trace.exists() else set()
            return outcome.seconds, met

        tests = list(self.list_tests())
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            self.tests = dict(zip(tests, pool.map(alone, tests)))
        self.reached = set().union(*(met for _, met in self.tests.values()))

    def coming_by(self, number):
        """(seconds, test) of those that run the mutant's place, the quickest first."""
        return sorted((seconds, test) for test, (seconds, met) in self.tests.items()
                      if number in met)

    def try_mutant(self, number):
        """The outcome of the first failure, or of the last run when there is none."""
        quick, slow, total = [], [], 0.0
        for seconds, test in self.coming_by(number):
            total += seconds
            (quick if total <= self.QUICK else slow).append((seconds, test))
        for group in filter(None, (quick, slow)):
            names = ":".join(test for _, test in group)
            limit = 20 + 10 * sum(seconds for seconds, _ in group)
            outcome = run([self.program, "--gtest_fail_fast", f"--gtest_filter={names}"], number,
                          limit)
            if outcome.red:
                return outcome
        return outcome

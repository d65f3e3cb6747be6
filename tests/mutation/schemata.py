"""Compiles changed sources beside an ordinary build, and links programs with them in front.

The build keeps its objects and libraries. Only the changed sources are compiled again, and since
their objects come before the libraries, they are what a program gets.
"""

import concurrent.futures
import json
import os
import pathlib
import shlex
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]


def render(text, mutants, start=0, end=None):
    """The source with every mutant beside its original. `mutants` is a list of (number, mutant);
    of two that overlap the wider one is written, with the other inside its original."""
    end = len(text) if end is None else end
    inside = sorted((m for m in mutants if start <= m[1].start and m[1].end <= end),
                    key=lambda m: (m[1].start, -m[1].end, m[0]))
    out, at = [], start
    while inside:
        number, mutant = inside.pop(0)
        if mutant.start < at:
            continue  # written within another
        nested = [m for m in inside if m[1].start >= mutant.start and m[1].end <= mutant.end]
        out.append(text[at:mutant.start])
        out.append(mutant.template.format(
            n=number, inner=render(text, nested, mutant.start, mutant.end)).replace(
                "MUTANT", "::vitrine_mutant::on"))
        at = mutant.end
    out.append(text[at:end])
    return "".join(out)


def read(path):
    return (ROOT / path).read_bytes().decode("latin-1")


def write_if_changed(path, data):
    if path.exists() and path.read_bytes() == data:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return True


class Overlay:
    """Changed sources and the programs linked with them, in the folder `work`."""

    def __init__(self, build, work, names=()):
        self.build, self.work, self.objects = build, work, []
        self.switch = work / "switch.hpp"
        write_if_changed(self.switch, (HERE / "switch.hpp").read_bytes())
        lines = "".join(f'"{name}",\n' for name in names)
        write_if_changed(work / "vitrine_mutant_names.inc", lines.encode())
        self.commands = {}
        for entry in json.loads((build / "compile_commands.json").read_text()):
            file = pathlib.Path(entry["file"])
            if file.is_relative_to(ROOT):
                words = shlex.split(entry["command"])
                while not words[0].endswith("++"):
                    words.pop(0)
                self.commands[file.relative_to(ROOT).as_posix()] = words

    def object_of(self, path):
        return self.work / "objects" / (path + ".o")

    def compile(self, path, text, only_check=False):
        """Whether the source `path` compiles with this text. Its object waits for link()."""
        source = self.work / "sources" / path
        write_if_changed(source, text.encode("latin-1"))
        target = self.object_of(path)
        inputs = [source, ROOT / path, self.switch, self.work / "vitrine_mutant_names.inc"]
        if not only_check and target.exists() and all(
                target.stat().st_mtime > file.stat().st_mtime for file in inputs):
            return True
        target.parent.mkdir(parents=True, exist_ok=True)
        # The library's own checks turn reads out of bounds into crashes that tests see.
        words = [*self.commands[path], "-w", "-D_GLIBCXX_ASSERTIONS", "-include", str(self.switch)]
        words[words.index("-o") + 1] = os.devnull if only_check else str(target)
        words[words.index(str(ROOT / path))] = str(source)
        if only_check:
            words.append("-fsyntax-only")
        done = subprocess.run(words, cwd=self.build, capture_output=True, text=True)
        if done.returncode != 0 and not only_check:
            target.unlink(missing_ok=True)
            self.message = done.stderr
        return done.returncode == 0

    def compile_all(self, texts, jobs):
        """Compiles path -> text; gives those that do not compile."""
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            good = list(pool.map(lambda item: self.compile(*item), texts.items()))
        self.objects = [self.object_of(path) for path, fine in zip(texts, good) if fine]
        return [path for path, fine in zip(texts, good) if not fine]

    def make(self, targets, jobs):
        """Brings the ordinary build up to date."""
        done = subprocess.run(["nice", "ninja", "-C", str(self.build), f"-j{jobs}", *targets],
                              capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(done.stdout[-4000:])

    def link(self, target):
        """The program `target` with the changed sources in it."""
        listed = subprocess.run(["ninja", "-C", str(self.build), "-t", "commands", target],
                                capture_output=True, text=True, check=True).stdout
        command = next(line for line in reversed(listed.splitlines())
                       if f"-o tests/{target} " in line or f"/{target} " in line and " -o " in line)
        words = shlex.split(next(part for part in command.split(" && ") if " -o " in part))
        program = self.work / "programs" / target
        program.parent.mkdir(parents=True, exist_ok=True)
        at = words.index("-o") + 1
        words[at] = str(program)
        words[at + 1:at + 1] = [str(object) for object in self.objects]
        subprocess.run(words, cwd=self.build, check=True)
        return program

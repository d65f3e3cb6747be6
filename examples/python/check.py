#!/usr/bin/env python3
"""Runs the examples of this folder as their users would, small, and looks at what they leave."""

import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


def run(name, *arguments):
    command = [sys.executable, HERE / name, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240)
    if done.returncode != 0 or done.stderr:
        sys.exit(f"{name} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def expect(pattern, text):
    if not re.search(pattern, text, re.M):
        sys.exit(f"nothing like\n{pattern}\nin\n{text}")


def main():
    with tempfile.TemporaryDirectory() as folder:
        told = run("weather.py", "--days", 30, folder)
        expect(r"^2880 readings imported$", told)
        expect(r"^Forest, first week: 168 hours, \d+ of them wet", told)
        expect(r"^the writer committed (1[2-9]|[2-9]\d|\d{3,}) calibrations meanwhile$", told)
        expect(r"the newest commit shows another Summit: True$", told)
        expect(r'^Summit has \d+ versions, the last one of "calibration \d+"$', told)
        expect(r"^verified: True$", told)
        for picture in ("means.png", "history.png"):
            if not (pathlib.Path(folder) / picture).read_bytes().startswith(b"\x89PNG"):
                sys.exit(f"{picture} is no picture")
    told = run("shared_tree.py", "--seconds", 1)
    expect(r"^vitrine +[1-9]\d* iterations, 0 incomplete, [1-9]\d* look-ups, 0 missed, 0 errors$", told)
    expect(r"^ZODB ", told)
    print("as promised")


main()

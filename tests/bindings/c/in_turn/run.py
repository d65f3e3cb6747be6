#!/usr/bin/env python3
"""A program in C++ and one in C write one store in turn, and `vitrine verify` agrees.

usage: run.py QUICKSTART IN_TURN VITRINE
"""

import subprocess
import sys
import tempfile


def run(folder, *command):
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def main(quickstart, in_turn, vitrine):
    with tempfile.TemporaryDirectory() as folder:
        for copies in (3, 14, 25):  # each run of quickstart adds one, and C ten
            expected = f"Emma by Jane Austen: {copies} copies before, {copies + 1} now\n"
            if (printed := run(folder, quickstart)) != expected:
                sys.exit(f"{printed!r} instead of {expected!r}")
            run(folder, in_turn, "library.vitrine")
            run(folder, vitrine, "verify", "library.vitrine")
    print("in turn")


main(*sys.argv[1:])

#!/usr/bin/env python3
"""The store of examples/packages, exported without the program, imported, and exported again.

usage: packages_round_trip.py VITRINE PACKAGES [CONTROL_FILE]

Without a control file one of 3,000 packages that depend on each other is made up.
"""

import pathlib
import random
import subprocess
import sys
import tempfile


def control_file(count):
    chance = random.Random(7)
    for number in range(count):
        depends = ", ".join(
            f"package-{chance.randrange(count)} (>= 1.{chance.randrange(9)}) | package-{chance.randrange(count)}"
            for _ in range(chance.randrange(6))
        )
        yield f"Package: package-{number}"
        yield "Status: install ok installed\nArchitecture: amd64"
        yield f"Version: 1.{chance.randrange(20)}-{number % 7}\nSection: section-{number % 40}"
        yield f"Installed-Size: {chance.randrange(100_000)}"
        if depends:
            yield f"Depends: {depends}"
        yield f"Description: package number {number}, Größe und \"Zeichen\"\n"


def run(*command):
    done = subprocess.run(command, capture_output=True, timeout=500)
    if done.returncode != 0:
        sys.exit(f"{command} ended with {done.returncode}:\n{done.stderr.decode()}")
    return done.stdout


def told(packages, control, store):
    lines = run(packages, control, "--store", store).splitlines()
    return [line for line in lines if not line.startswith(b"opened ")]  # the name and the time


def main(vitrine, packages, control=None):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        if control is None:
            control = folder / "control"
            control.write_text("\n".join(control_file(3000)))
        store, copy = folder / "store", folder / "copy"
        run(packages, control, "--store", store)
        lines = run(vitrine, "export", store)
        (folder / "lines").write_bytes(lines)
        run(vitrine, "import", copy, folder / "lines")
        if run(vitrine, "export", copy) != lines:
            sys.exit("the export of the imported store is another")
        if run(vitrine, "schema", copy) != run(vitrine, "schema", store):
            sys.exit("the imported store has other types")
        # The program goes on with the copy, and need not analyse again.
        if told(packages, control, copy) != told(packages, control, store):
            sys.exit("the program says something else of the imported store")
    objects = lines.count(b'\n{"object":')
    print(f"equal: {objects} objects, {len(lines)} bytes of lines")


main(*sys.argv[1:])

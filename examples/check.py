#!/usr/bin/env python3
"""Runs an example as its user would, in an empty folder, and checks what it prints.

usage: check.py quickstart|past|packages|bank|stock PROGRAM
"""

import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent

# What a control file can hold: fields over several lines, two architectures, a circle, alternatives,
# versions that do and do not fit, a virtual package, one that is removed, one older than another.
CONTROL = """\
Package: app
Status: install ok installed
Architecture: amd64
Version: 2.0-1
Section: games
Installed-Size: 100
Depends: lib (>= 1.0~rc1),
 gone | mail-agent,
 tool:any (>> 1),
 lib (>= 9) | data
Description: plays
 and goes on playing
 .
 for long

Package: lib
Status: install ok installed
Architecture: amd64
Version: 1.0
Section: libs
Installed-Size: 10
Depends: data (= 1:1.0)

Package: lib
Status: install ok installed
Architecture: i386
Version: 9.5
Section: libs
Installed-Size: 1000

# A comment.


Package: data
Status: install ok installed
Architecture: all
Version: 1:1.0
Section: misc
Installed-Size: 1
Pre-Depends: lib

Package: postman
Status: install ok installed
Architecture: amd64
Version: 3
Section: mail
Installed-Size: 5
Provides: mail-agent (= 3), letters
Depends: nowhere

Package: tool
Status: install ok installed
Architecture: i386
Multi-Arch: allowed
Version: 1.10
Section: utils
Installed-Size: 7

Package: tool
Status: install ok installed
Architecture: i386
Multi-Arch: allowed
Version: 1.9
Section: utils
Installed-Size: 9999

Package: removed
Status: deinstall ok config-files
Architecture: amd64
Version: 1
"""


def run(program, *arguments, status=0):
    done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=240)
    if done.returncode != status:
        sys.exit(f"{arguments}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    if done.stderr:
        sys.exit(f"{arguments}: standard error is no terminal, and yet:\n{done.stderr}")
    return done.stdout


def expect(pattern, text):
    if not re.search(pattern, text, re.M):
        sys.exit(f"nothing like\n{pattern}\nin\n{text}")


def as_promised(example, printed):
    readme = (HERE.parent / "README.md").read_text()
    mark = f"^<!-- output of examples/{example} -->\n```\n(.*?)^```$"
    promised = re.search(mark, readme, re.M | re.S)
    if promised is None or printed != promised[1]:
        sys.exit(f"the README promises something else than\n{printed}")


def quickstart(program):
    as_promised("quickstart", run(program))
    expect("4 copies before, 5 now", run(program))


def past(program):
    as_promised("past", run(program))
    run(program)


def packages(program):
    pathlib.Path("control").write_text(CONTROL)
    command = [program, "-s", "packages.vitrine", "control"]
    first = run(*command)
    expect(r"^ +5 +0\.1 MiB  app:amd64$", first)
    expect(r"^ +2 +1\.0 MiB  libs$", first)
    expect(r"^6 packages in 5 sections; 12 dependencies followed, 2 of them without a candidate$", first)
    expect(r"^meanwhile: (2[5-9]|[3-9]\d|\d{3,}) commits, which changed 6 packages$", first)
    expect(r"every time: it did not move$", first)

    app = run(*command, "--show", "app")
    expect(r"^app:amd64 2\.0-1: plays$", app)
    expect(r"with all that it needs 5 packages, ", app)
    expect(r"^  lib \(>= 1\.0~rc1\) +lib:amd64$", app)
    expect(r"^  gone \| mail-agent +postman:amd64$", app)
    expect(r"^  tool:any \(>> 1\) +tool:i386$", app)
    expect(r"^  lib \(>= 9\) \| data +data:all$", app)
    expect(r"^  nowhere +\(nothing in this file\)$", run(*command, "--show", "postman"))

    # The writer's changes were put back: both later runs answer as the first one.
    checksum = re.search(r"^checksum of all answers: (\w+)", first, re.M)[1]
    expect(rf"^checksum of all answers: {checksum}", run(*command))
    again = run(*command, "--again")
    expect(rf"^checksum of all answers: {checksum}", again)
    newest = re.search(r"^the newest commit answers (\w+)$", again, re.M)[1]
    if newest == checksum:
        sys.exit("the writer changed nothing that the answers show")

    # Another state of the file: what it names stays the same object, the rest goes.
    pathlib.Path("control").write_text(CONTROL.partition("Package: postman")[0])
    changed = run(*command)
    expect(r"^4 packages in 3 sections", changed)
    expect(r"^  gone \| mail-agent +\(nothing in this file\)$", run(*command, "--show", "app"))

    pathlib.Path("control").write_text("no field\n")
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 1 or "control:1: neither a field nor" not in done.stderr:
        sys.exit(f"a line that is no field: exit {done.returncode}, {done.stderr}")


def bank(program):
    small = [program, "bank.vitrine", "--transfers", "200"]
    expect(r"audits beside them, 0 failed$", run(*small))
    run(*small, "--crash", status=-signal.SIGKILL)
    after = run(*small)
    expect(r"^reopened ", after)
    books = re.findall(r"^ledger: (\d+) .* it replays to the balances$", after, re.M)
    receipts = re.findall(r"^receipts: (\d+) .* all are in the ledger$", after, re.M)
    if len(books) != 2 or len(receipts) != 2 or int(receipts[0]) < 100:
        sys.exit(f"the books after the crash:\n{after}")


def stock(program):
    first = run(program)
    expect(r"^tools, before:  hammer 5  saw 2$", first)
    expect(r"^tools, now:  hammer 1  saw 2$", first)
    expect(r"^there are no 100 saws$", first)
    expect(r'^there is no key \("garden", "pond"\) in this tree of \(string,string\) -> i64$', first)
    expect(r"^tools, before:  hammer 6  saw 4$", run(program))


def main(arguments):
    examples = {
        "quickstart": quickstart,
        "past": past,
        "packages": packages,
        "bank": bank,
        "stock": stock,
    }
    if len(arguments) != 2 or arguments[0] not in examples:
        print(__doc__)
        return 2
    program = str(pathlib.Path(arguments[1]).resolve())
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        examples[arguments[0]](program)
        os.chdir("/")
    print("as promised")
    return 0


sys.exit(main(sys.argv[1:]))

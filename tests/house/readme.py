#!/usr/bin/env python3
"""Keeps the READMEs true: what they print as a file is that file.

usage: readme.py ROOT | readme.py --self-test

A block of README.md or bindings/c/README.md whose line before is <!-- path/from/the/root --> must equal
that file, and every file of examples/quickstart must be printed in the first. The block after <!-- output of examples/quickstart --> is
compared by examples/quickstart's own test.
"""

import pathlib
import re
import sys
import tempfile

BLOCK = re.compile(r"^<!-- (\S+/\S+) -->\n```\w*\n(.*?)^```$", re.M | re.S)
QUICKSTART = "examples/quickstart"
PAGES = ["README.md", "bindings/c/README.md"]


def block_faults(root, page, blocks):
    for name, text in blocks.items():
        if not (root / name).is_file():
            yield f"{page} prints {name}, which is not there"
        elif (root / name).read_text() != text:
            yield f"{page} prints {name} as it is not"


def faults(root):
    printed = {}
    for page in PAGES:
        if (root / page).is_file():
            blocks = dict(BLOCK.findall((root / page).read_text()))
            yield from block_faults(root, page, blocks)
            printed |= blocks
    for path in sorted((root / QUICKSTART).iterdir()):
        if path.is_file() and f"{QUICKSTART}/{path.name}" not in printed:
            yield f"README.md does not print {QUICKSTART}/{path.name}"


def self_test():
    good = f"Text.\n\n<!-- {QUICKSTART}/a.cpp -->\n```cpp\nint a;\n```\n"
    bad = {
        "a character changed": good.replace("int a", "int b"),
        "a line more": good.replace("int a;\n", "int a;\n\n"),
        "another name": good.replace("a.cpp", "b.cpp"),
        "not printed": "Text.\n",
    }
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / QUICKSTART).mkdir(parents=True)
        (root / QUICKSTART / "a.cpp").write_text("int a;\n")
        for name, text in {"good": good, **bad}.items():
            (root / "README.md").write_text(text)
            if bool(list(faults(root))) == (name == "good"):
                wrong.append(f"judged wrongly: {name}")
    print("\n".join(wrong) or f"{len(bad)} bad samples found out")
    return 1 if wrong else 0


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    if len(arguments) != 1:
        print(__doc__)
        return 2
    found = list(faults(pathlib.Path(arguments[0]).resolve()))
    print("\n".join(found) or "the READMEs tell the truth")
    return 1 if found else 0


sys.exit(main(sys.argv[1:]))

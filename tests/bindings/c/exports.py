#!/usr/bin/env python3
"""The shared library exports what the header declares, under a version, and nothing else.

usage: exports.py HEADER LIBRARY
"""

import pathlib
import re
import subprocess
import sys

VERSION = "VITRINE_0.1"


def main(header, library):
    declared = set(re.findall(r"^VITRINE_API [^;(]*?(vitrine_\w+)\(", pathlib.Path(header).read_text(), re.M))
    command = ["nm", "--dynamic", "--defined-only", "--format=posix", library]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    names = {line.split()[0] for line in lines} - {VERSION, f"{VERSION}@@{VERSION}"}
    exported = {name.partition("@@")[0] for name in names if name.endswith(f"@@{VERSION}")}
    wrong = [f"exported, and not under {VERSION}: {name}" for name in sorted(names) if not name.endswith(f"@@{VERSION}")]
    wrong += [f"exported, and not declared: {name}" for name in sorted(exported - declared)]
    wrong += [f"declared, and not exported: {name}" for name in sorted(declared - exported)]
    print("\n".join(wrong) or f"{len(exported)} functions")
    return 1 if wrong or not exported else 0


sys.exit(main(*sys.argv[1:]))

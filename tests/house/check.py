#!/usr/bin/env python3
"""Keeps the house tidy: the rules of the tree that a compiler does not see.

usage: check.py ROOT | check.py --self-test

 1. Includes follow the arrows bindings -> btree -> mvcc -> core, whether they name a file by its
    place in the tree ("mvcc/epoch.hpp") or a public header (<vitrine/tree.hpp>).
 2. lmdb.h is included in core/lmdb only.
 3. Public headers (include/vitrine) include the standard library, Cap'n Proto and each other.
 4. The top level has no other entries than the ones it has always had.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

LAYERS = ["core", "mvcc", "btree", "bindings"]  # each may include itself and those before it
TOP = {"CMakeLists.txt", "CMakePresets.json", "README.md", "LICENSE", "tests", "examples", *LAYERS}
SOURCES = {".hpp", ".cpp", ".h"}
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')


def public(path):
    return "include/vitrine" in path.as_posix()


def includes(path):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        found = INCLUDE.match(line)
        if found:
            yield number, found[1]


def public_owners(root):
    """Which layer a public header belongs to, by the name that includes it."""
    owners = {}
    for layer in LAYERS:
        for path in (root / layer).rglob("*"):
            if path.is_file() and public(path.relative_to(root)):
                name = path.as_posix().rpartition("/include/")[2]
                owners[name] = layer
                if path.suffix == ".capnp":
                    owners[name + ".h"] = layer  # what capnp makes of it
    return owners


def include_faults(root):
    owners = public_owners(root)
    for layer in LAYERS:
        for path in sorted((root / layer).rglob("*")):
            if path.suffix not in SOURCES:
                continue
            place = path.relative_to(root)
            for number, name in includes(path):
                where = f"{place}:{number}: includes {name}"
                head = name.split("/")[0]
                target = head if head in LAYERS else owners.get(name)
                if target and LAYERS.index(target) > LAYERS.index(layer):
                    yield f"{where}: {layer} may not know of {target}"
                if name == "lmdb.h" and place.parts[:2] != ("core", "lmdb"):
                    yield f"{where}: LMDB stops inside core/lmdb"
                # A path in a public header is the standard library's or one of the three.
                if public(place) and (
                    name == "lmdb.h"
                    or name == "xxhash.h"
                    or ("/" in name and head not in {"vitrine", "capnp", "kj", "sys"})
                ):
                    yield f"{where}: users do not have it, or should not see it"


def top_level(root):
    """Entries of the top level; what Git ignores does not count."""
    if not (root / ".git").exists():
        return {path.name for path in root.iterdir()} - {"build"}
    command = ["git", "-c", f"safe.directory={root}", "-C", str(root), "ls-files", "-z"]
    command += ["--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return {name.split("/")[0] for name in names.split("\0") if name}


def top_level_faults(root):
    for name in sorted(top_level(root) - TOP):
        if not name.startswith("."):
            yield f"{name}: the top level is fixed; which layer does it belong to?"


def faults(root):
    return [*include_faults(root), *top_level_faults(root)]


GOOD = {
    "CMakeLists.txt": "",
    ".clang-format": "",
    "core/include/vitrine/version.hpp": "#include <compare>",
    "core/include/vitrine/vitrine.capnp": "",
    "core/lmdb/storage.cpp": '#include <lmdb.h>\n#include "core/ids.hpp"',
    "mvcc/epoch.hpp": "#include <boost/intrusive/list.hpp>\n#include <vitrine/version.hpp>",
    "mvcc/include/vitrine/stats.hpp": "#include <vitrine/version.hpp>",
    "btree/node.cpp": '#include "mvcc/epoch.hpp"',
    "bindings/cpp/include/vitrine/tree.hpp": "#include <capnp/message.h>\n#include <vitrine/vitrine.capnp.h>",
}
BAD = [  # one file each; added to the good sample, each must be found out
    ("core/up.cpp", '#include "mvcc/epoch.hpp"'),
    ("core/up_spaced.hpp", "  #  include <btree/node.hpp>"),
    ("mvcc/up.hpp", '#include "btree/node.hpp"'),
    ("btree/up.cpp", '#include "bindings/cpp/src/store.hpp"'),
    ("core/public_up.cpp", "#include <vitrine/stats.hpp>"),
    ("btree/public_up.cpp", "#include <vitrine/tree.hpp>"),
    ("core/leak.cpp", "#include <lmdb.h>"),
    ("core/memory/leak.cpp", "#include <lmdb.h>"),
    ("mvcc/leak.cpp", '#include "lmdb.h"'),
    ("bindings/cpp/include/vitrine/leak.hpp", "#include <lmdb.h>"),
    ("mvcc/include/vitrine/leak.hpp", "#include <boost/intrusive/list.hpp>"),
    ("bindings/cpp/include/vitrine/detail/leak.hpp", '#include "core/ids.hpp"'),
    ("utilities/string.hpp", ""),
    ("NOTES.md", ""),
]


def write(root, name, text):
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text)


def self_test():
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in GOOD.items():
            write(root, name, text)
        wrong += [f"found in the good sample: {fault}" for fault in faults(root)]
        for name, text in BAD:
            write(root, name, text)
            top = name.split("/")[0]
            if not any(fault.startswith((f"{name}:", f"{top}:")) for fault in faults(root)):
                wrong.append(f"not found: {name} with {text!r}")
            (root / name).unlink()
            if top not in TOP and (root / top).is_dir():
                (root / top).rmdir()
    print("\n".join(wrong) or f"{len(BAD)} bad samples found out")
    return 1 if wrong else 0


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    if len(arguments) != 1:
        print(__doc__)
        return 2
    found = faults(pathlib.Path(arguments[0]).resolve())
    print("\n".join(found) or "the house is tidy")
    return 1 if found else 0


sys.exit(main(sys.argv[1:]))

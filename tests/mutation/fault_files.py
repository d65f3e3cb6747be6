"""Named faults: what was once wrong, or could be, as changes to the text of a source.

A file of faults/ holds comments, then for each change its file, the old text between <<<< and ====
and the new one between ==== and >>>>, in which FAULT says whether the fault is switched on; then
the command lines that must notice it (programs below the build's tests/).
"""

import dataclasses
import pathlib

import schemata


@dataclasses.dataclass
class Change:
    path: str
    old: str
    new: str


@dataclasses.dataclass
class Fault:
    name: str
    changes: list
    caught_by: list


def refuse(path, what):
    raise SystemExit(f"{path.name}: {what}")


def read(path):
    fault = Fault(path.stem, [], [])
    file, part, parts = None, None, {}
    for line in path.read_text().splitlines():
        if line == "<<<<":
            part, parts = "old", {"old": [], "new": []}
        elif line == "====" and part == "old":
            part = "new"
        elif line == ">>>>" and part == "new":
            part = None
            fault.changes.append(Change(file, "\n".join(parts["old"]), "\n".join(parts["new"])))
        elif part:
            parts[part].append(line)
        elif line.startswith("file: "):
            file = line[6:]
        elif line.startswith("caught by: "):
            fault.caught_by.append(line[11:].split())
        elif line and not line.startswith("#"):
            refuse(path, f"what is this line? {line}")
    if part or not fault.changes or not fault.caught_by:
        refuse(path, "a fault is changes and the commands that notice it")
    return fault


def all_faults():
    return [read(path) for path in sorted((schemata.HERE / "faults").glob("*.fault"))]


def apply(faults):
    """The changed sources, path -> text. Refuses an old text that is not there exactly once."""
    texts = {}
    for number, fault in enumerate(faults):
        for change in fault.changes:
            if change.path not in texts:
                texts[change.path] = schemata.read(change.path)
            found = texts[change.path].count(change.old)
            name = pathlib.Path(fault.name + ".fault")
            if found != 1:
                refuse(name, f"{change.path} has this {found} times, not once:\n{change.old}")
            if "FAULT" not in change.new:
                refuse(name, "its new text does not say when: FAULT")
            texts[change.path] = texts[change.path].replace(
                change.old, change.new.replace("FAULT", f"::vitrine_mutant::on({number})"))
    return texts

"""Which mutants a run tries: drawn with a seed, spread evenly over the files."""

import hashlib
import pickle
import random

import find_mutants
import schemata

LAYERS = ("mvcc", "btree")


def equivalents():
    """Keys of the mutants that change nothing anybody could see; each has its reason below it."""
    path = schemata.HERE / "equivalent.txt"
    lines = path.read_text().splitlines() if path.exists() else []
    return {line for line in lines if " | " in line and not line.startswith((" ", "#"))}


def find_once(overlay, path):
    """The mutants of a source, kept from the last run when nothing changed."""
    state = schemata.read(path) + (schemata.HERE / "find_mutants.py").read_text()
    kept = overlay.work / "found" / hashlib.sha256((path + state).encode()).hexdigest()
    if kept.exists():
        return pickle.loads(kept.read_bytes())
    found = find_mutants.find(schemata.ROOT, path, overlay.commands[path])
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_bytes(pickle.dumps(found))
    return found


def of_file(overlay, path, seed):
    """A file's mutants in the order in which they are drawn, no two in one line."""
    found = find_once(overlay, path)
    candidates = list(found)
    random.Random(f"{seed} {path}").shuffle(candidates)
    return len(found), list({m.line: m for m in reversed(candidates)}.values())


def sample(overlay, count, seed, only):
    """`count` mutants, one of each file in turn for as long as it has any."""
    paths = sorted(path.relative_to(schemata.ROOT).as_posix() for layer in LAYERS
                   for path in (schemata.ROOT / layer).glob("*.cpp"))
    total, queues = 0, []
    for path in paths:
        if only in path:
            number, mutants = of_file(overlay, path, seed)
            total += number
            queues.append(mutants)
    random.Random(seed).shuffle(queues)
    most = max(map(len, queues))
    turns = [mutant for turn in range(most) for queue in queues for mutant in queue[turn:turn + 1]]
    return total, sorted(turns[:count], key=lambda m: (m.path, m.line))


def that_compile(overlay, mutants, jobs):
    """Compiles the sources with all of their mutants in them; drops the mutants that do not."""
    by_file = {}
    for mutant in mutants:
        by_file.setdefault(mutant.path, []).append(mutant)
    numbers = {mutant: number for number, mutant in enumerate(mutants)}

    def text(path):
        return schemata.render(schemata.read(path), [(numbers[m], m) for m in by_file[path]])

    bad = overlay.compile_all({path: text(path) for path in by_file}, jobs)
    for path in bad:
        by_file[path] = [m for m in by_file[path] if overlay.compile(
            path, schemata.render(schemata.read(path), [(numbers[m], m)]), only_check=True)]
    if bad and overlay.compile_all({path: text(path) for path in by_file if by_file[path]}, jobs):
        raise SystemExit(overlay.message)
    return [(numbers[m], m) for m in mutants if m in by_file[m.path]]

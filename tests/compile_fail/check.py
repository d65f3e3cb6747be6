#!/usr/bin/env python3
"""Checks that a source is refused by the compiler, with the message that it names.

usage: check.py COMPILER SOURCE [INCLUDE_FOLDER…]
       check.py --self-test COMPILER

The first line of SOURCE says what to expect:
    // expect: <regex>     it must not compile, and an error or note matches the regex
    // compiles            a control: the same code without the mistake
A case must not pass for any reason at all, a missing header included: the regex names the sentence
that the library prints, or, where the language itself refuses, the words of both compilers.
"""

import pathlib
import re
import subprocess
import sys
import tempfile


def compile_source(compiler, source, folders):
    command = [compiler, "-std=c++20", "-fsyntax-only"]
    command += [f"-I{folder}" for folder in folders]
    done = subprocess.run(command + [str(source)], capture_output=True, text=True)
    return done.returncode == 0, done.stderr


def verdict(compiler, source, folders):
    """None when the source behaves as its first line says, else what is wrong."""
    first = source.read_text().partition("\n")[0].strip()
    compiled, output = compile_source(compiler, source, folders)
    if first == "// compiles":
        return None if compiled else f"the control does not compile:\n{output}"
    expected = re.fullmatch(r"// expect: (\S.*)", first)
    if not expected:
        return "its first line is neither '// expect: <regex>' nor '// compiles'"
    if compiled:
        return "it compiles, and must not"
    # The compiler's messages alone: a source line that it echoes must not satisfy the regex.
    messages = re.findall(r" (?:error|note): (.*)", output)
    if not any(re.search(expected[1], message) for message in messages):
        return f"it is refused, but no message matches '{expected[1]}':\n{output}"
    return None


def self_test(compiler):
    wrong = 'static_assert(sizeof(int) == 0, "an int has a size");\n'
    samples = [  # (source, whether the check must be content)
        ("// expect: an int has a size\n" + wrong, True),
        ("// expect: another sentence\n" + wrong, False),
        ("// expect: an int has a size\n#include <no/such/header>\n", False),
        ("// expect: an int has a size\nint an_int_has_a_size;\n", False),
        ("// expect: only in a comment\nint x = y;  // only in a comment\n", False),
        ("// compiles\nint x;\n", True),
        ("// compiles\n" + wrong, False),
        ("int x;\n", False),
    ]
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "sample.cpp"
        for text, content in samples:
            source.write_text(text)
            if (verdict(compiler, source, []) is None) != content:
                print(f"judged wrongly (should be {'content' if content else 'refused'}):\n{text}")
                failed = 1
    return failed


def main(arguments):
    if len(arguments) == 2 and arguments[0] == "--self-test":
        return self_test(arguments[1])
    if len(arguments) < 2:
        print(__doc__)
        return 2
    compiler, source, *folders = arguments
    wrong = verdict(compiler, pathlib.Path(source), folders)
    if wrong:
        print(f"{source}: {wrong}")
    return 1 if wrong else 0


sys.exit(main(sys.argv[1:]))

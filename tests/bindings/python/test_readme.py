"""The README's program runs, and prints what the README says."""

import os
import re
import shutil
import subprocess
import sys

from conftest import ROOT


def test_the_program_of_the_readme(tmp_path):
    text = (ROOT / "bindings/python/README.md").read_text()
    program = re.search(r"^```python\n(import vitrine\n.*?)^```$", text, re.M | re.S)[1]
    promised = re.search(r"^It prints `(.*?)`", text, re.M)[1]
    shutil.copy(ROOT / "examples/quickstart/library.capnp", tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, env=os.environ
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, promised + "\n", "")


def test_the_program_of_the_top_readme(tmp_path):
    text = (ROOT / "README.md").read_text()
    program = re.search(r"^```python\n(import vitrine\n.*?)^```$", text, re.M | re.S)[1]
    shutil.copy(ROOT / "examples/quickstart/library.capnp", tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, env=os.environ
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "{'Emma': 3}\n", "")

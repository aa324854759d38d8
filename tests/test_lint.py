"""What `make lint` finds, so that a run in CI has one summary that tells all."""

import os
import subprocess
import sys

import pytest
from project import ROOT


@pytest.mark.skipif("CI" not in os.environ, reason="`make lint` does it")
def test_lint():
    command = [sys.executable, ROOT / "tools" / "lint.py"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print(done.stdout)  # the findings; the summary names their number only
    if done.returncode:
        pytest.fail(done.stdout.rstrip().splitlines()[-1], pytrace=False)

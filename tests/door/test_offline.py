"""No library that the companion brings reports to a host of its own."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_model_leaves_no_trace_of_reporting(tiny_model: Path, tmp_path: Path) -> None:
    """Where ONNX Runtime reports, it first keeps an identity in the home and the temporary folder."""
    code = f"from pathlib import Path; from ekphrasis.model import Matcher; Matcher.load(Path({str(tiny_model)!r}))"
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-B", "-c", code], check=True, env=environment, timeout=60)
    assert list(tmp_path.rglob("*")) == []

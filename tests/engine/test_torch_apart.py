from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TORCH_OF_TODAY = """
import sys
__version__ = "2.14.1"
"""


def test_gluoncv_is_imported_beside_a_torch_of_today(tmp_path: Path) -> None:
    """GluonCV wants one before 2.0, and gives up on any other that it finds."""
    (tmp_path / "torch.py").write_text(TORCH_OF_TODAY)
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import tui.engine, gluoncv\n"
        "assert gluoncv.model_zoo and 'torch' not in sys.modules\n"
        "import torch\n"
        "print(torch.__version__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "2.14.1", done.stderr

"""`python -m tests.data_adapters.write_bad_inputs`: docs/bad-inputs.md from what the inputs give today."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from bad_inputs import WALL  # noqa: E402
from bad_inputs_page import page, verdict  # noqa: E402

PAGE = Path(__file__).parents[2] / "docs" / "bad-inputs.md"

if __name__ == "__main__":
    verdicts = {}
    for bad in WALL:
        with tempfile.TemporaryDirectory() as folder:
            verdicts[bad.name] = verdict(bad.run(Path(folder)), Path(folder))
    PAGE.write_text(page(verdicts), encoding="utf-8")

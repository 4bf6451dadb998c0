"""What all tests share."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from once_a_run import share_a_folder

# The same examples on every machine, however busy it is; HYPOTHESIS_PROFILE=search looks for new ones.
settings.register_profile("steady", derandomize=True, print_blob=True, deadline=None)
settings.register_profile("search", max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

share_a_folder()

# No test meets the casebook, the users or the secret of whoever runs it.
os.environ["LOOKOUT_CASEBOOK"] = f"sqlite:///{tempfile.mkdtemp(prefix='lookout-casebook-')}/casebook.db"
os.environ["LOOKOUT_ATTACHMENTS"] = tempfile.mkdtemp(prefix="lookout-attachments-")

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real sample inputs; tests that need it are skipped where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"real sample inputs are not at {SHARED_DATA}")
    return SHARED_DATA

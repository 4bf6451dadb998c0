"""docs/bad-inputs.md: what became of each bad input, in a line that does not depend on the machine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bad_inputs import WALL

from data_adapters.run import SourceRun

ANSWER = "<folder>"
IN_THE_STORE = (
    "a file that cannot be used stops no other file and no other category; `stage` tries it again the next time",
    "a disk that fills up in the middle leaves the store as it was; the files count as not arrived",
    "the same bytes count once, whether staged or watched, alone or in an archive",
    "rows refused are kept with file, row, column, value and reason; of personal data (I01, I02) the value is masked",
    "a file whose name ends in .part, .tmp, .crdownload and the like waits until it is renamed",
)


def verdict(run: SourceRun, folder: Path) -> str:
    """What became of an input, in a line that does not depend on the machine."""
    if run.error:
        return run.error.replace(str(folder), ANSWER)
    assert run.result is not None
    account = run.result.files[0]
    rejected = ", ".join(f"{reason} {count}" for reason, count in sorted(account.rejected.items()))
    counted = f"{account.read} read, {account.accepted} accepted" + (f", rejected: {rejected}" if rejected else "")
    notes = "; ".join(note for note in account.notes if not note.startswith("columns absent"))
    return f"{counted} ({notes})" if notes else counted


def page(verdicts: Mapping[str, str]) -> str:
    """docs/bad-inputs.md."""
    lines = [
        "# Bad inputs",
        "",
        "Made by `python -m tests.data_adapters.write_bad_inputs`; a test keeps it current.",
        "",
    ]
    lines += [
        "Each is read as station hours (B02) by source `category`. Nothing in it is accepted wrongly, nothing lost in"
    ]
    lines += ["silence, and no other file of the same run is stopped. `<folder>` stands for where the file lies."]
    lines += [
        "",
        "`watch` and `stage` read by the same source and give the same; a test holds `stage` to it. Besides:",
        "",
    ]
    lines += [f"- {one}" for one in IN_THE_STORE]
    lines += [""]
    lines += ["| input | option | what it gives |", "|---|---|---|"]
    for bad in WALL:
        said = verdicts[bad.name].replace("|", "\\|").replace("\n", " ")
        lines.append(f"| {bad.name} | {bad.told} | {said} |")
    return "\n".join([*lines, ""])

"""A briefing as a file: page, PDF, DOCX, PPTX."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dashboard.briefing.document import Document
from dashboard.briefing.fonts import song_family
from dashboard.briefing.pack_files import HTML, PDF, page, pdf
from dashboard.briefing.paper import paper
from dashboard.briefing.slides import pptx_of
from dashboard.briefing.word import docx_of

OFFICE = "application/vnd.openxmlformats-officedocument"
TYPES: Mapping[str, str] = {
    "html": HTML,
    "pdf": PDF,
    "docx": f"{OFFICE}.wordprocessingml.document",
    "pptx": f"{OFFICE}.presentationml.presentation",
}


def file_of(document: Document, form: str, base_url: str, font_folder: Path | None = None) -> bytes:
    """The briefing as one of TYPES; `base_url` is set before every link.

    Raises  KeyError for another form; NoFont where there is nothing to print Chinese with
    """
    if form == "docx":
        return docx_of(document, base_url, font_folder)
    if form == "pptx":
        return pptx_of(document, base_url, font_folder)
    told = paper(document, base_url)
    if form == "html":
        return page(told, "briefing.html")
    if form != "pdf":
        raise KeyError(form)
    return pdf("briefing", {**told, "song": song_family(font_folder)}, font_folder)

"""A list as a workbook: little of it is in memory, however long it is."""

from __future__ import annotations

import io
import re
import tracemalloc
import zipfile
from pathlib import Path

from consumers.views import sheet

ROWS, TEXT = 2_000, "Cống trước nhà tôi tắc đã ba hôm, nước tràn ra đường. " * 60
MUCH = 2_000_000


def test_a_long_list_is_written_as_it_comes_and_held_nowhere(tmp_path: Path) -> None:
    """Ten megabytes of texts, and no two of them in memory. Every row is there, and nothing of it beside the file."""
    into = (tmp_path / "list.xlsx").open("w+b")
    folder = tmp_path / "rows"
    folder.mkdir()
    tracemalloc.start()
    book = sheet.Xlsx(into, str(folder))
    for number in range(ROWS):
        book.add([number, f"{number} {TEXT}", "=1+1"])
    held = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    book.close()
    into.seek(0)
    with zipfile.ZipFile(io.BytesIO(into.read())) as parts:
        page = parts.read("xl/worksheets/sheet1.xml").decode()
    into.close()

    assert held < MUCH < len(page)
    assert len(re.findall("<row ", page)) == ROWS
    assert f"{ROWS - 1} {TEXT}".strip() in page
    assert "<f>" not in page
    assert list(folder.iterdir()) == []

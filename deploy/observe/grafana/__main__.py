"""Writes petitions.json."""

from __future__ import annotations

from pathlib import Path

from deploy.observe.grafana.dashboard import dashboard, render
from deploy.observe.grafana.panels import ROWS

FILE = Path(__file__).with_name("petitions.json")


def text() -> str:
    description = "The pipeline and the SLA: what citizens wait for, the stages, the consumers, the deadlines, the processes."
    return render(dashboard("hanoi-petitions", "Phản ánh Hà Nội: dòng xử lý và hạn", description, ROWS))


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")

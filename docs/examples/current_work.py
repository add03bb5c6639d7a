"""An office's current work kept beside the service, with Python's own library alone: all of it once, then what has changed.

    export PETITIONS_URL=http://127.0.0.1:8080 PETITIONS_OFFICE=so-xd PETITIONS_TOKEN=…
    python current_work.py work.json          # again and again, from cron: each time only what has changed since is fetched

Of a petition only a higher `seq` counts, so that nothing is doubled however often it comes; a case that ended, or that went to another
office, leaves the file.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

ENDED = {"answered", "closed", "refused", "withdrawn", "merged"}


def pages(scope: str, since: str | None) -> Iterator[dict[str, Any]]:
    """Every case of the office that has changed since, in the order of the changes."""
    asked: dict[str, str] = {"scope": scope, "sort": "updated", "limit": "500"}
    if since:
        asked["updated_since"] = since
    while True:
        address = f"{os.environ['PETITIONS_URL']}/v1/departments/{os.environ['PETITIONS_OFFICE']}/cases?{urlencode(asked)}"
        with urlopen(Request(address, headers={"Authorization": f"Bearer {os.environ['PETITIONS_TOKEN']}"})) as answer:
            page = json.load(answer)
        yield from page["items"]
        if page["next"] is None:
            return
        asked["cursor"] = page["next"]


def main(place: Path) -> None:
    kept = json.loads(place.read_text(encoding="utf-8")) if place.exists() else {"since": None, "work": {}}
    work, since = kept["work"], kept["since"]
    for scope in ("office", "former"):
        for case in pages(scope, since):
            known = work.get(case["petition_id"])
            if known and known["seq"] >= case["seq"]:
                continue
            work[case["petition_id"]] = case
            kept["since"] = max(kept["since"] or "", case["updated_at"])
    kept["work"] = {id_: case for id_, case in work.items() if case["role"] == "owner" and case["state"] not in ENDED}
    place.write_text(json.dumps(kept, ensure_ascii=False, indent=1), encoding="utf-8")
    print(f"{len(kept['work'])} cases to work on")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

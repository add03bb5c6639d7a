"""What uploaded files are refused for, as problems."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from producers.files.arriving import WrongOffset
from producers.files.files import TooMuchWaiting
from producers.files.kinds import Refused
from producers.files.scanner import ScannerAway
from producers.files.store import StoreAway
from schemas.platform.logs import log
from schemas.web import Field, Problem

_STATUS = {"file_too_large": 413, "file_kind": 415}


@contextmanager
def told(*, whole: bool = True) -> Iterator[None]:
    """Make problems of what files are refused for. `whole`: the request is the file, so its size and kind have statuses of their own."""
    try:
        yield
    except Refused as refused:
        fields = [Field(refused.field, refused.rule, refused.limits)]
        raise Problem(_STATUS.get(refused.rule, 422) if whole else 422, "file-refused", fields=fields) from None
    except TooMuchWaiting:
        raise Problem(429, "uploads-waiting", headers={"Retry-After": "3600"}) from None
    except WrongOffset:
        raise Problem(409, "wrong-offset") from None
    except (StoreAway, ScannerAway) as error:
        log.warning("files-unavailable", error=type(error).__name__)
        raise Problem(503, "files-unavailable", headers={"Retry-After": "10"}) from None

"""Proper names in a petition: streets that are known, and words in capitals within a sentence (schools, markets, shops, hamlets)."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib import resources

import ahocorasick

from consumers.incidents.words import words_of
from schemas.platform.folding import fold
from schemas.reference import offices, wards

_WORD = re.compile(r"[^\W_]+")
_SENTENCE_END = re.compile(r"[.!?:;\n]\s*$|^\s*$")
MARKERS = words_of(
    "pho duong ngo ngach hem cho truong chung cu toa nha khu do thi kdt ktt tap the ho cau thon xom lang ap chua den dinh benh vien cong"
    " vien quan mam non tieu hoc thcs thpt dai hoc trung tam sieu thi ben xe nga tu ba so to dan dai lo quoc tinh cum"
)
"""Words before a name that are no part of it: `phố Huế` and `Huế` are one name."""
_ADMINISTRATIVE = re.compile(r"\b(?:phuong|quan|xa|huyen|thi xa|thi tran|p\.|q\.|[pq])\s*(?=[a-z])")
_NO_NAMES = words_of(
    "ubnd hdnd uy ban nhan dan thanh pho tp hn ha noi viet nam csgt ca cong an thcs thpt evn vnpt so xay dung phuong xa quan huyen kinh gui"
    " bo chu tich anh chi ong ba dien luc sdt zalo facebook ihanoi app covid wifi atm toi em chung de nghi xin cam on tran trong ngay thang"
    " thu hai ba tu nam sau bay chu nhat"
)
_ALSO_WORDS = frozenset({"thanh nien", "nha tho", "thanh cong", "hong tien", "hong ha", "trung hoa"})
"""Street names that are ordinary words, too: only when written in capitals or after `phố`, `đường`."""
_TITLES = words_of("anh chi ong ba co chu bac thay em chau cu ten")
_FAMILIES = words_of(
    "nguyen tran le pham hoang huynh phan vu vo dang bui do ngo duong ly doan trinh mai dao luong lam cao ta tong kieu quach luu"
    " phung nghiem"
)
"""Of nine people in ten."""
_OF_PEOPLE = words_of("nha to so cum ho chu lo den dinh tu")
"""Markers after which a person may be named as well as a place: `nhà Nguyễn Văn An`."""


def names(text: str, address: str | None = None) -> frozenset[str]:
    """Folded names, without their markers (`hue`, `hoa sen`); wards' and offices' names are left out: they are not where exactly. So
    are people's: they are nobody's business here.
    """
    found: set[str] = set()
    for part in filter(None, (text, address)):
        composed = _without_wards(unicodedata.normalize("NFC", part))
        shouted = _shouted(composed)
        found.update(_streets(composed, everywhere=shouted or composed == composed.lower()))
        if not shouted:
            found.update(_capitalised(composed))
    return frozenset(found)


def _without_wards(text: str) -> str:
    """Without `phường Láng`, `quận Cầu Giấy`: all petitions of a ward may have them, and some streets are called like wards."""
    folded = fold(text)
    for match in _ADMINISTRATIVE.finditer(folded):
        rest = folded[match.end() :]
        name = next((name for name in _wide_by_length() if rest.startswith(name) and not rest[len(name) :][:1].isalnum()), None)
        if name is not None:
            end = match.end() + len(name)
            text = f"{text[: match.start()]}{';' * (end - match.start())}{text[end:]}"
    return text


def _shouted(text: str) -> bool:
    """Written in capitals throughout: they say nothing."""
    letters = [letter for letter in text if letter.isalpha()]
    return sum(letter.isupper() for letter in letters) > 0.6 * len(letters)


def _streets(text: str, *, everywhere: bool) -> Iterator[str]:
    """Known streets. In a text with capitals, only those that are written so or stand after a marker."""
    folded = fold(text)
    for end, name in _street_machine().iter_long(folded):
        start = end - len(name) + 1
        if _inside_word(folded, start, end):
            continue
        marked = re.search(r"(?:pho|duong|ngo \S+|ngach \S+|hem \S+|so \S+|\d)\s+$", folded[:start]) is not None
        plain = (everywhere and name not in _ALSO_WORDS) or all(word[0].isupper() for word in text[start : end + 1].split())
        if marked or (plain and " " in name):
            yield _bare(name)


def _inside_word(text: str, start: int, end: int) -> bool:
    return (start > 0 and text[start - 1].isalnum()) or (end + 1 < len(text) and text[end + 1].isalnum())


@cache
def _street_machine() -> ahocorasick.Automaton:
    machine = ahocorasick.Automaton()
    text = resources.files("schemas.reference").joinpath("streets.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        name = fold(row["name_vi"])
        machine.add_word(name, name)
    machine.make_automaton()
    return machine


def _capitalised(text: str) -> Iterator[str]:
    """Runs of capitalised words; a single word at a sentence's start is an ordinary word."""
    run: list[str] = []
    start, before, last = 0, 0, ""
    for match in _WORD.finditer(text):
        word = match[0]
        if run and (text[before : match.start()].strip() or not (word[0].isupper() or word[0].isdigit())):
            yield from _run(run, text[:start], last)
            last, run = run[-1], []
        if run or word[0].isupper():
            start = start if run else match.start()
            run.append(fold(word))
        else:
            last = fold(word)
        before = match.end()
    yield from _run(run, text[:start], last)


def _run(run: list[str], before: str, last: str) -> Iterator[str]:
    """`last`: the word before the run. A ward's name counts only after a marker (`chợ Hoàng Mai`), else it is no exact place."""
    if not run or (len(run) == 1 and _SENTENCE_END.search(before)) or _is_person(run, last):
        return
    words = _without_ends(run)
    name = " ".join(words)
    marked = last in MARKERS or (bool(words) and words[0] != run[0])
    if name and (marked or name not in _wide_names() or name in _street_names()):
        yield name


def _is_person(run: list[str], last: str) -> bool:
    """`anh Tuấn`, `Chị Lan`, `Nguyễn Văn An`; not `phố Trần Bình`, `trường Nguyễn Siêu`, `Bà Triệu`."""
    if " ".join(run) in _street_names():
        return False
    called = last in _TITLES or (run[0] in _TITLES and len(run) > 1)
    placed = last in MARKERS - _OF_PEOPLE
    return called or (run[0] in _FAMILIES and len(run) > 1 and not placed)


def _without_ends(words: list[str]) -> list[str]:
    """Without markers at the start, and without numbers at the end (they are compared as numbers)."""
    first = 0
    while first < len(words) and words[first] in MARKERS and len(words) > first + 1:
        first += 1
    kept = words[first:]
    while kept and kept[-1].isdigit():
        kept.pop()
    return [] if all(word in _NO_NAMES or word in MARKERS for word in kept) else kept


def _bare(name: str) -> str:
    return " ".join(_without_ends(name.split())) or name


@cache
def _wide_names() -> frozenset[str]:
    """Names of wards (and of the districts of before 2025) and offices: all petitions of a ward may have them."""
    found: set[str] = {fold(ward.name_vi) for ward in wards().values()} | {fold(office.name_vi) for office in offices().values()}
    text = resources.files("schemas.reference").joinpath("old_wards.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        found |= {fold(row["district"]), fold(row["name_vi"])}
    return frozenset(found | {_bare(name) for name in found})


@cache
def _wide_by_length() -> tuple[str, ...]:
    return tuple(sorted(_wide_names(), key=len, reverse=True))


@cache
def _street_names() -> frozenset[str]:
    return frozenset(_bare(name) for name in _street_machine())


def shared(first: frozenset[str], second: frozenset[str]) -> bool:
    """Whether a name of one is, or is within, a name of the other (`ba trieu` in `vincom ba trieu`)."""
    return any(_within(one, other) or _within(other, one) for one in first for other in second)


def only_here(first: frozenset[str], second: frozenset[str]) -> bool:
    """Whether the first has a name that the second has nothing of."""
    return any(not any(_within(one, other) or _within(other, one) for other in second) for one in first)


def _within(short: str, long: str) -> bool:
    return f" {short} " in f" {long} "

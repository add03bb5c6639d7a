"""A plain keyword table: the category whose words occur most. Kept as the fall-back that needs no model file."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from schemas.base import Level
from schemas.intake import Classification, PetitionSubmitted, Place
from schemas.reference import TRIAGE_OFFICE, WARD_OWNER, categories, wards

VERSION = "keywords-1"
_WORDS = {
    "waste": "rac thai|xe rac|do rac|phe thai|thu gom|ve sinh moi truong",
    "pollution": "o nhiem|khoi|mui hoi|bui|khet|dot rac|xa thai",
    "drainage": "ngap|thoat nuoc|nap cong|cong tac|ho ga",
    "road-damage": "o ga|sut lun|mat duong|hu hong duong|cau hong",
    "traffic-signal": "den tin hieu|den do|bien bao|vach ke|giai phan cach",
    "traffic-order": "un tac|tac duong|do xe|dau xe|vuot den|nguoc chieu|xe tai",
    "street-lighting": "den duong|chieu sang|toi om|bong den",
    "trees": "cay xanh|cay do|canh cay|cong vien|cat tia",
    "sidewalk": "via he|long duong|lan chiem",
    "construction": "xay dung trai phep|khong phep|cong trinh|coi noi",
    "noise": "tieng on|karaoke|loa|on ao",
    "public-order": "trom|cuop|ma tuy|danh bac|danh nhau|lua dao",
    "fire-safety": "chay|pccc|chua chay|binh ga",
    "electricity": "mat dien|dien luc|day dien|tram bien ap|cot dien",
    "water-supply": "nuoc sach|mat nuoc|nuoc may|ong nuoc",
    "telecom": "internet|cap vien thong|song dien thoai|wifi|cap quang",
    "public-transport": "xe buyt|metro|ben xe|ve thang|tram dung",
    "health": "benh vien|tram y te|bao hiem y te|tiem|sot xuat huyet",
    "food-safety": "an toan thuc pham|ngo doc|thuc pham|quan an",
    "education": "truong hoc|hoc sinh|giao vien|hoc phi|tuyen sinh",
    "land": "so do|dat dai|giai phong mat bang|den bu|quy hoach",
    "admin-procedure": "mot cua|thu tuc|ho so|giay to|can cuoc|cong chung",
    "official-conduct": "can bo|thai do|nhung nhieu|hach dich|vo trach nhiem",
    "social-policy": "tro cap|bao hiem xa hoi|nguoi co cong|ho ngheo|that nghiep|luong",
    "digital-service": "ihanoi|ung dung|dich vu cong|vneid|dang nhap|otp",
    "animals": "cho tha rong|gia suc|chan nuoi|meo|cho can",
    "advertising": "quang cao|rao vat|to roi|bang ron",
    "market": "hang gia|gia ca|cho dan sinh|can dieu|xang dau",
}  # fmt: skip
_URGENT = ("chay lon", "no khi", "dien giat", "ho dien", "tai nan", "cuop", "cay do", "sap", "nguy hiem", "chet nguoi", "cuu")
_TABLE = {code: tuple(words.split("|")) for code, words in _WORDS.items()}


def fold(text: str) -> str:
    """Lower case without diacritics; đ becomes d."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(ch for ch in plain if not unicodedata.combining(ch))


def _owner(category: str, ward: str | None) -> str | None:
    owner = categories()[category].default_owner
    if owner != WARD_OWNER:
        return owner
    return wards()[ward].office if ward else None


def classify_one(petition: PetitionSubmitted) -> Classification:
    text = f" {fold(petition.text)} "
    scores = {code: sum(text.count(word) for word in words) for code, words in _TABLE.items()}
    best = max(scores, key=lambda code: scores[code])
    category = petition.category or (best if scores[best] else "other")
    ward = petition.location.ward_code if petition.location else None
    owner = _owner(category, ward)
    urgent = tuple(word for word in _URGENT if word in text)
    triage = owner is None or category == "other"
    return Classification(
        category=category,
        confidence=min(1.0, scores[best] / 2),
        level=Level.URGENT if urgent or petition.urgent else Level.ORDINARY,
        urgent_reasons=urgent,
        place=Place(ward_code=ward, method="given" if ward else None, confidence=1.0 if ward else 0.0),
        office=TRIAGE_OFFICE if triage or owner is None else owner,
        triage=triage,
        reasons=tuple(word for word in _TABLE.get(category, ()) if word in text),
        model_version=VERSION,
    )


def classify(petitions: Sequence[PetitionSubmitted]) -> list[Classification]:
    return [classify_one(petition) for petition in petitions]

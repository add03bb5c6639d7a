"""How a place was found, in one sentence for the dispatcher."""

from __future__ import annotations

from collections.abc import Iterable

from schemas.reference import wards
from schemas.reference.texts import Language
from streams.classify.place.areas import Spot
from streams.classify.place.trust import Reading

_SENTENCES: dict[Language, dict[str, str]] = {
    "vi": {
        "ward-name": "“{said}” → {wards}",
        "old-name": "“{said}” là tên cũ, nay thuộc {wards}",
        "street": "“{said}” thuộc {wards}",
        "one-of": "“{said}”: có thể là {wards}; cần hỏi thêm",
        "point": "tọa độ nằm trong {wards}",
        "point-near": "tọa độ gần tâm {wards} (ước đoán, chưa có ranh giới)",
        "point-outside": "tọa độ nằm ngoài địa giới Hà Nội",
        "agreed": "{text}; tọa độ phù hợp ({wards})",
        "contradicted": "{text}, nhưng {point}: mâu thuẫn, cần kiểm tra",
        "given": "người gửi chọn {wards}",
    },
    "en": {
        "ward-name": "“{said}” → {wards}",
        "old-name": "“{said}” is an old name, now in {wards}",
        "street": "“{said}” lies in {wards}",
        "one-of": "“{said}” may be {wards}; ask",
        "point": "the coordinates lie in {wards}",
        "point-near": "the coordinates are near the centre of {wards} (a guess without outlines)",
        "point-outside": "the coordinates lie outside Hanoi",
        "agreed": "{text}; the coordinates agree ({wards})",
        "contradicted": "{text}, but {point}: a contradiction, to be checked",
        "given": "the sender picked {wards}",
    },
}
_MOST = 8


class Reasons:
    """Sentences in one language."""

    def __init__(self, language: Language) -> None:
        self._sentences = _SENTENCES[language]
        self._or = " hoặc " if language == "vi" else " or "

    def _wards(self, codes: Iterable[str]) -> str:
        known = sorted(wards()[code].full_name_vi for code in codes)
        return self._or.join(known[:_MOST]) + (" …" if len(known) > _MOST else "")

    def _say(self, key: str, **values: str) -> str:
        return self._sentences[key].format_map(values)

    def by_text(self, reading: Reading) -> str:
        said = ", ".join(reading.said)[:200]
        several = len(reading.wards) > 1
        return self._say("one-of" if several else reading.method, said=said, wards=self._wards(reading.wards))

    def by_point(self, spot: Spot) -> str:
        if spot.ward is None:
            return self._say("point-outside")
        return self._say("point" if spot.outlined else "point-near", wards=self._wards((spot.ward,)))

    def agreed(self, spot: Spot, reading: Reading) -> str:
        fitting = {spot.ward} if spot.ward in reading.wards else spot.near & reading.wards
        return self._say("agreed", text=self.by_text(reading), wards=self._wards(code for code in fitting if code))

    def contradicted(self, spot: Spot, reading: Reading) -> str:
        return self._say("contradicted", text=self.by_text(reading), point=self.by_point(spot))

    def given(self, ward: str, reading: Reading | None, spot: Spot | None) -> str:
        text = self._say("given", wards=self._wards((ward,)))
        if reading:
            return self._say("contradicted", text=text, point=self.by_text(reading))
        return self._say("contradicted", text=text, point=self.by_point(spot)) if spot else text

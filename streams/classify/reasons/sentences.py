"""The sentences in which the classifier gives its reasons, Vietnamese and English."""

from __future__ import annotations

SENTENCES: dict[str, dict[str, str]] = {
    "vi": {
        "words": "{category}: vì có các từ {words}",
        "unsure": "chưa đủ chắc chắn, gần nhất là {first} ({sure}) hoặc {second} ({less})",
        "language-en": "viết bằng tiếng Anh: cần người đọc",
        "language-other": "không viết bằng tiếng Việt: cần người đọc",
        "kind": "nhận ra là {kind}",
        "sender-category": "người gửi chọn lĩnh vực {category}",
        "sender-urgent": "người gửi đánh dấu khẩn",
        "urgent": "khẩn vì {words}",
        "complex": "phức tạp vì {words}",
        "two-topics": "phức tạp vì còn có thể thuộc {second}",
    },
    "en": {
        "words": "{category}: because of the words {words}",
        "unsure": "not sure enough; nearest are {first} ({sure}) or {second} ({less})",
        "language-en": "written in English: a person must read it",
        "language-other": "not written in Vietnamese: a person must read it",
        "kind": "recognised as {kind}",
        "sender-category": "the sender chose the category {category}",
        "sender-urgent": "the sender marked it as urgent",
        "urgent": "urgent because of {words}",
        "complex": "complex because of {words}",
        "two-topics": "complex because it may belong to {second} too",
    },
}

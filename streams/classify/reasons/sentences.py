"""The sentences in which the classifier gives its reasons, Vietnamese and English."""

from __future__ import annotations

SENTENCES: dict[str, dict[str, str]] = {
    "vi": {
        "words": "{category}: vì có các từ {words}",
        "unsure": "chưa đủ chắc chắn, gần nhất là {first} ({sure}) hoặc {second} ({less})",
        "language": "viết bằng {language}: cần người đọc",
        "hard-to-read": "khó đọc: chỉ hiểu được {share} nội dung; có thể là {first} ({sure}) hoặc {second} ({less})",
        "media-only": "chỉ có ảnh hoặc tệp kèm theo: cần người xem",
        "situation": "tình huống được kể",
        "maybe-urgent": "có thể khẩn cấp: cần xem trước",
        "discreet": "việc riêng tư của một người: chỉ người xử lý đọc nội dung",
        "matters": "còn nói đến {others}: có thể tách thành phản ánh riêng",
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
        "language": "written in {language}: a person must read it",
        "hard-to-read": "hard to read: only {share} was understood; it may be {first} ({sure}) or {second} ({less})",
        "media-only": "only a picture or a file: a person must look",
        "situation": "the situation told",
        "maybe-urgent": "maybe urgent: look at it first",
        "discreet": "a person's own distress: only who works on it reads it",
        "matters": "it tells of {others} too: that may become a petition of its own",
        "kind": "recognised as {kind}",
        "sender-category": "the sender chose the category {category}",
        "sender-urgent": "the sender marked it as urgent",
        "urgent": "urgent because of {words}",
        "complex": "complex because of {words}",
        "two-topics": "complex because it may belong to {second} too",
    },
}

_LANGUAGES = """\
ko|tiếng Hàn|Korean, ja|tiếng Nhật|Japanese, zh|tiếng Trung|Chinese, th|tiếng Thái|Thai, lo|tiếng Lào|Lao, km|tiếng Khmer|Khmer,
my|tiếng Miến Điện|Burmese, ru|tiếng Nga|Russian, el|tiếng Hy Lạp|Greek, ar|tiếng Ả Rập|Arabic, he|tiếng Do Thái|Hebrew,
hi|tiếng Hindi|Hindi, fr|tiếng Pháp|French, de|tiếng Đức|German, es|tiếng Tây Ban Nha|Spanish, it|tiếng Ý|Italian,
pt|tiếng Bồ Đào Nha|Portuguese, id|tiếng Indonesia|Indonesian"""
_NAMED = [name.strip().split("|") for name in _LANGUAGES.split(",")]
LANGUAGES: dict[str, dict[str, str]] = {"vi": {code: name for code, name, _ in _NAMED}, "en": {code: name for code, _, name in _NAMED}}
"""What a dispatcher reads for a language that the model does not read (ISO 639-1)."""

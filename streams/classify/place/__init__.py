"""Where a petition is about: `Locator(...).locate(text, location)` gives the ward, how sure that is, and why. It reads reference data
and outlines, and knows no category, office or event.
"""

from __future__ import annotations

from streams.classify.place.areas import BadOutlinesError
from streams.classify.place.locator import Located, Locator
from streams.classify.place.trust import SURE

__all__ = ["SURE", "BadOutlinesError", "Located", "Locator"]

"""The model file: a compressed NumPy archive of small integers, the same bytes for the same training."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

OWN = "model.npz"
Floats = NDArray[np.float32]


class BadModelError(ValueError):
    """The file is not a model that this program can use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Numbers that turn scores into probabilities and probabilities into decisions."""

    category_scale: float
    """Softmax of `category_scale · score` is the confidence."""
    kind_scale: float
    urgent_slope: float
    urgent_intercept: float
    """Log odds of urgent = slope · score + lexicon weight · hits + intercept."""
    urgent_lexicon: float
    triage_below: float
    """Less sure than this goes to a person."""
    kind_from: float
    """A kind other than `petition` needs at least this probability."""
    urgent_margin: float = 0.0
    """So far below the line of urgency a text may be urgent still."""
    english_scale: float = 0.0
    """In place of `category_scale` for English; 0: the same."""
    english_margin: float = 0.0
    """In place of `urgent_margin` for English; 0: the same."""
    english_slope: float = 1.0
    """Log odds of the best category in English = slope · those of the softmax + intercept; slope at most 1 and intercept at least 0, so
    that the best stays the best."""
    english_intercept: float = 0.0

    def margin(self, *, english: bool) -> float:
        return self.english_margin if english and self.english_margin else self.urgent_margin


UNCALIBRATED = Calibration(
    category_scale=1.0,
    kind_scale=6.0,
    urgent_slope=1.0,
    urgent_intercept=0.0,
    urgent_lexicon=1.0,
    triage_below=0.0,
    kind_from=0.6,
)
"""Before calibration; the kinds keep these values, because rules (`kinds.py`) back them up."""


@dataclass(frozen=True)
class Model:
    """Columns of `weights` are the categories, then the kinds, then `urgent`. Rows are terms, weights without their idf."""

    terms: tuple[str, ...]
    idf: Floats
    weights: NDArray[np.int8]
    scale: Floats
    bias: Floats
    categories: tuple[str, ...]
    kinds: tuple[str, ...]
    calibration: Calibration
    trained: dict[str, Any]
    """What it was trained on: counts and a hash of the texts."""

    @cached_property
    def content(self) -> bytes:
        """The bytes of the file."""
        head = {
            "categories": self.categories,
            "kinds": self.kinds,
            "calibration": {name: getattr(self.calibration, name) for name in Calibration.__slots__},
            "trained": self.trained,
        }
        packed = io.BytesIO()
        np.savez_compressed(
            packed,
            head=np.frombuffer(json.dumps(head, ensure_ascii=False, sort_keys=True).encode(), np.uint8),
            terms=np.frombuffer("\n".join(self.terms).encode(), np.uint8),
            idf=self.idf.astype(np.float16),
            weights=self.weights,
            scale=self.scale,
            bias=self.bias,
        )
        return packed.getvalue()

    @cached_property
    def version(self) -> str:
        """`linear-` and twelve digits of the content's hash."""
        return f"linear-{hashlib.sha256(self.content).hexdigest()[:12]}"

    def save(self, path: Path) -> None:
        """Write the whole file beside `path`, then put it in place."""
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".tmp")
        unfinished.write_bytes(self.content)
        unfinished.replace(path)


def parse(content: bytes) -> Model:
    """Raises `BadModelError`."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as packed:
            parts = {name: packed[name] for name in packed.files}
        head = json.loads(parts["head"].tobytes())
        model = Model(
            terms=tuple(parts["terms"].tobytes().decode().split("\n")),
            idf=parts["idf"].astype(np.float32),
            weights=parts["weights"],
            scale=parts["scale"],
            bias=parts["bias"],
            categories=tuple(head["categories"]),
            kinds=tuple(head["kinds"]),
            calibration=Calibration(**head["calibration"]),
            trained=head["trained"],
        )
    except (KeyError, TypeError, ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise BadModelError(f"not a model file: {error}") from error
    columns = len(model.categories) + len(model.kinds) + 1
    if model.weights.shape != (len(model.terms), columns) or model.idf.shape != (len(model.terms),):
        raise BadModelError(f"weights are {model.weights.shape}, expected {(len(model.terms), columns)}")
    model.__dict__["content"] = content  # the cached property: packing it again would take longer than reading it
    return model


def own() -> Model:
    """The model that the project ships."""
    return parse(resources.files(__package__).joinpath(OWN).read_bytes())


def newest_path(directory: Path | None) -> Path | None:
    """The newest promoted model of a directory (file names sort by time); None: the shipped one is in use."""
    return max(directory.glob("*.npz"), default=None) if directory and directory.is_dir() else None


def read(path: Path | None) -> Model:
    """The model in a file, or the shipped one. Raises `BadModelError`, `OSError`."""
    return parse(path.read_bytes()) if path else own()


def newest(directory: Path | None) -> Model:
    """The newest promoted model of a directory, or the shipped one. Raises `BadModelError`, `OSError`."""
    return read(newest_path(directory))

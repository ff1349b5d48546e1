"""Which files of a data set are for training and which for validation, by their names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

_VALIDATION = ("val", "test")


def files_of(place: Path, suffix: str) -> list[Path]:
    """A file of a kind, or those that lie in a folder."""
    if place.suffix == suffix:
        return [place] if place.is_file() else []
    return sorted(place.glob(f"*{suffix}")) if place.is_dir() else []


def parted(files: Sequence[Path], root: Path) -> tuple[list[Path], list[Path]]:
    """Files for training, and for validation (none: to be divided). A name tells, or else that of
    the folder; test is for validation only where nothing else is."""
    train = [file for file in files if _says(file, root, ("train",))]
    rest = [file for file in files if file not in train]
    for word in _VALIDATION:
        kept = [file for file in rest if _says(file, root, (word,))]
        if kept:
            others = [file for file in rest if not _says(file, root, _VALIDATION)]
            return (train or others, kept) if train or others else (kept, [])
    return train or rest, []


def _says(file: Path, root: Path, words: Sequence[str]) -> bool:
    names = [file.stem.lower()]
    if file.parent not in (root, root / "annotations"):
        names.append(file.parent.name.lower())
    return any(word in name for word in words for name in names)


def named(files: Sequence[Path]) -> str:
    """Files in words; a name that tells nothing by itself, with its folder's."""
    return ", ".join(
        f"{file.parent.name}/{file.name}" if file.name.startswith("_") else file.name
        for file in files
    )

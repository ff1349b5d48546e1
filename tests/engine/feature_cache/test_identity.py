"""Data that has changed is other data, wherever its files lie."""

from __future__ import annotations

from pathlib import Path

from tui.engine.feature_cache.identity import digest_of_files


def test_pictures_behind_a_link_are_looked_at(tmp_path: Path) -> None:
    pictures, data = tmp_path / "disk", tmp_path / "data"
    pictures.mkdir()
    data.mkdir()
    (pictures / "a.jpg").write_bytes(b"1")
    (data / "JPEGImages").symlink_to(pictures)
    before = digest_of_files(data)
    assert digest_of_files(data) == before
    (pictures / "a.jpg").write_bytes(b"22")
    assert digest_of_files(data) != before


def test_a_link_that_leads_back_ends(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"1")
    (tmp_path / "again").symlink_to(tmp_path)
    assert digest_of_files(tmp_path)

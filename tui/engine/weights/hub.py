"""Files of the Hugging Face hub, or of the mirror that HF_ENDPOINT names, by way of its cache.

huggingface_hub finds the file, knows the cache and whether it is offline. The bytes are fetched
here: since its version 2 it begins anew after a download that broke off.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tui.engine.refusal import Refusal, in_one_line
from tui.engine.weights.fetch import NotServed, Progress, Wanted, digest, fetch, refused

SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class HubFile:
    """A file of the hub on this disk: where, of which commit, with which digest."""

    path: Path
    revision: str
    sha256: str


def hub_file(repository: str, file: str, progress: Progress) -> HubFile:
    """A file of the hub, from its cache, else fetched into it.

    Raises:
        NotServed: the hub, or the mirror, does not answer, or not with this file; offline mode is
            on and the cache has none.
        Refusal: the disk is full, or the cache may not be written.
    """
    # Slow to import, and not needed by any other question.
    from huggingface_hub import get_hf_file_metadata, hf_hub_url
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

    asked = f"{repository}/{file}"
    try:
        meta = get_hf_file_metadata(hf_hub_url(repository, file, endpoint=_endpoint()))
    except OfflineModeIsEnabled:
        return _cached(
            repository,
            file,
            f"{asked}: offline mode is on (HF_HUB_OFFLINE) and the cache has no such file; "
            "unset it, or give a file with --weights FILE",
        )
    except HfHubHTTPError as error:
        retry = error.response.headers.get("Retry-After", "")
        why_not = refused(f"{asked} at {_endpoint()}", error.response.status_code, retry)
        return _cached(repository, file, why_not)
    except Exception as error:
        why_not = f"{asked}: {_endpoint()} cannot be reached ({type(error).__name__})"
        return _cached(repository, file, why_not)
    if not meta.commit_hash or not meta.etag:
        raise NotServed(f"{asked}: what answers at {_endpoint()} is no hub (HF_ENDPOINT names it)")
    return _fetched(repository, file, meta, progress)


def _fetched(repository: str, file: str, meta: object, progress: Progress) -> HubFile:
    from huggingface_hub import constants, hf_hub_download
    from huggingface_hub.file_download import repo_folder_name

    commit, etag = meta.commit_hash, meta.etag  # type: ignore[attr-defined]
    url, size = meta.location, meta.size  # type: ignore[attr-defined]
    known = etag if SHA256.fullmatch(etag) else ""
    folder = Path(constants.HF_HUB_CACHE) / repo_folder_name(repo_id=repository, repo_type="model")
    blob = folder / "blobs" / etag
    wanted = Wanted(url, blob, known, size, _headers(url))
    sha256 = fetch(wanted, progress)
    if not sha256.startswith(known):
        # It was there, and is not what its name says.
        blob.unlink()
        sha256 = fetch(wanted, progress)
    # The blob stands where the library looks for it: what is left to it is the pointer. Offline
    # it asks its cache which commit the branch is at.
    try:
        (folder / "refs").mkdir(exist_ok=True)
        (folder / "refs" / constants.DEFAULT_REVISION).write_text(commit)
        path = hf_hub_download(
            repository,
            file,
            revision=commit,
            cache_dir=constants.HF_HUB_CACHE,
            endpoint=_endpoint(),
        )
    except OSError as error:
        raise Refusal(f"{folder}: {in_one_line(error)}") from error
    return HubFile(Path(path), commit, sha256)


def _cached(repository: str, file: str, why_not: str) -> HubFile:
    from huggingface_hub import constants, hf_hub_download

    cache = constants.HF_HUB_CACHE
    try:
        path = Path(hf_hub_download(repository, file, cache_dir=cache, local_files_only=True))
    except Exception:
        raise NotServed(why_not) from None
    sha256 = digest(path)
    named = path.resolve().name
    if SHA256.fullmatch(named) and named != sha256:
        raise NotServed(f"{path}: damaged (its SHA-256 is another); delete it, then try again")
    return HubFile(path, path.parent.name, sha256)


def _headers(url: str) -> dict[str, str]:
    from huggingface_hub.utils import build_hf_headers

    headers = {str(key): str(value) for key, value in build_hf_headers().items()}
    if urlsplit(url).netloc != urlsplit(_endpoint()).netloc:
        # A token is for the hub alone, not for where it keeps its files.
        headers.pop("authorization", None)
    return headers


def _endpoint() -> str:
    from huggingface_hub import constants

    return str(constants.ENDPOINT)

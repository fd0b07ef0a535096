"""``/archives``: repositories that are uploaded once and named by their digest."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request

from sandbox.api.archives import digest_of
from sandbox.api.body import accept
from sandbox.api.callers import Caller, caller_of
from sandbox.api.errors import ApiError
from sandbox.api.service import Service, service_of
from sandbox.archives import ArchiveError, read_archive
from sandbox.models import ArchiveInfo, ErrorAnswer

TAR_TYPES = frozenset({"application/x-tar", "application/gzip", "application/octet-stream"})

_ERRORS: dict[int | str, dict[str, Any]] = {
    413: {"model": ErrorAnswer, "description": "The archive is too large."},
    415: {"model": ErrorAnswer, "description": "The Content-Type is none of an archive."},
    408: {"model": ErrorAnswer, "description": "The archive took too long to arrive."},
    422: {"model": ErrorAnswer, "description": "It is no archive that could be used."},
    429: {"model": ErrorAnswer, "description": "This caller has many large bodies under way."},
    503: {"model": ErrorAnswer, "description": "All callers have; see `Retry-After`."},
}
_MISSING: dict[int | str, dict[str, Any]] = {
    404: {"model": ErrorAnswer, "description": "No such archive, or it has made room for others."},
    422: {"model": ErrorAnswer, "description": "It is no digest."},
}

router = APIRouter(tags=["archives"])
ServiceDep = Annotated[Service, Depends(service_of)]
CallerDep = Annotated[Caller, Depends(caller_of)]


@router.post(
    "/archives",
    response_model=ArchiveInfo,
    responses=_ERRORS,
    dependencies=[Depends(accept(TAR_TYPES))],
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/x-tar": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def upload(http: Request, service: ServiceDep, caller: CallerDep) -> ArchiveInfo:
    """Upload a tar archive (plain, gzip, bzip2 or xz) for `repository.digest`.

    It is kept in memory until others need the room or the service is started again; a run that names
    an archive that is gone is answered 422 `unknown_archive`, and the upload can be repeated.
    """
    data = await http.body()
    kept = service.archives_of(caller)
    digest = await asyncio.to_thread(digest_of, data)
    try:
        async with service.unpacking:
            # Many send the same one at once, and who waits too long sends it again: it is unpacked once.
            if digest not in kept:
                kept.add(digest, data, await asyncio.to_thread(_count_files, data))
    except ArchiveError as error:
        raise ApiError(422, "invalid_archive", f"the archive cannot be used: {error}") from None
    except ValueError as error:
        raise ApiError(413, "too_large", str(error)) from None
    return ArchiveInfo(digest=digest, size_bytes=len(data), files=kept.files_of(digest))


def _count_files(data: bytes) -> int:
    return len(read_archive(data))


@router.get("/archives/{digest}", response_model=ArchiveInfo, responses=_MISSING)
async def find(
    service: ServiceDep,
    caller: CallerDep,
    digest: Annotated[str, Path(pattern=r"^sha256:[0-9a-f]{64}$")],
) -> ArchiveInfo:
    """Whether an archive is here."""
    archives = service.archives_of(caller)
    data = archives.get(digest)
    if data is None:
        raise ApiError(404, "not_found", f"there is no archive {digest}")
    return ArchiveInfo(digest=digest, size_bytes=len(data), files=archives.files_of(digest))

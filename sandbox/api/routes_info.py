"""What the service tells about itself: languages, images, health, metrics."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST

from sandbox.api.present import to_image, to_language
from sandbox.api.service import Service, service_of
from sandbox.models import ImageInfo, LanguageInfo, Readiness

# A worker that has died is there again after about so long, unless something is wrong.
RETRY_AFTER_S = 1

router = APIRouter(tags=["about"])
ServiceDep = Annotated[Service, Depends(service_of)]


@router.get("/languages")
async def languages(service: ServiceDep) -> list[LanguageInfo]:
    """The languages that can be run, with their versions and default limits."""
    return [to_language(language) for language in service.languages.all.values()]


@router.get("/images")
async def images(service: ServiceDep) -> list[ImageInfo]:
    """The images that the connected workers have."""
    found = {
        image.digest: image for worker in service.workers.workers for image in worker.hello.images
    }
    return [to_image(image) for image in found.values()]


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process is up."""
    return {"status": "ok"}


@router.get("/readyz", response_model=Readiness, responses={503: {"model": Readiness}})
async def readyz(service: ServiceDep) -> JSONResponse:
    """Whether work can be taken, and why not; with what the host check found."""
    readiness = service.readiness()
    if readiness.ready:
        return JSONResponse(readiness.model_dump())
    return JSONResponse(readiness.model_dump(), 503, {"Retry-After": str(RETRY_AFTER_S)})


@router.get("/metrics", response_class=Response)
async def metrics(service: ServiceDep) -> Response:
    """Metrics for Prometheus."""
    return Response(service.metrics.text(), media_type=CONTENT_TYPE_LATEST)

"""``GET /docs``: the interface's own page, with its scripts from this machine, not from a CDN."""

from pathlib import Path

import fastapi_offline
from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse, Response

_ASSETS = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon.png": "image/png",
}


def mount_docs(app: FastAPI) -> None:
    """Adds the page and its assets, read now: later this process may not be allowed to read them."""
    directory = Path(fastapi_offline.__file__).parent / "static"
    contents = {name: (directory / name).read_bytes() for name in _ASSETS}

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url="/openapi.json",
            title=app.title,
            swagger_js_url="/docs/swagger-ui-bundle.js",
            swagger_css_url="/docs/swagger-ui.css",
            swagger_favicon_url="/docs/favicon.png",
        )

    for name, media_type in _ASSETS.items():
        _add_asset(app, name, contents[name], media_type)


def _add_asset(app: FastAPI, name: str, content: bytes, media_type: str) -> None:
    @app.get(f"/docs/{name}", include_in_schema=False)
    async def asset() -> Response:
        return Response(
            content, media_type=media_type, headers={"Cache-Control": "public, max-age=86400"}
        )

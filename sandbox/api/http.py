"""uvicorn's HTTP protocol, with a bound on what surrounds a body, and errors in the one form."""

import http

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from sandbox.api.errors import ApiError, answer

# Request line and headers together, or what stands between two pieces of a chunked body, or behind
# it. What comes in one piece from the kernel may be a little more.
MAX_HEAD_BYTES = 64 * 1024


class BoundedHttpProtocol(HttpToolsProtocol):
    """Refuses heads, chunk headers and trailers without end: uvicorn would keep them in memory.

    Bodies are counted in `sandbox.api.body`.
    """

    _since_progress_bytes = 0

    def data_received(self, data: bytes) -> None:
        """Counts what comes without completing anything."""
        self._since_progress_bytes += len(data)
        super().data_received(data)
        if self._since_progress_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
            message = f"the head of a request may have {MAX_HEAD_BYTES} bytes at most"
            self._refuse(ApiError(431, "too_large", message))

    def on_headers_complete(self) -> None:
        """From here on it is the body."""
        self._since_progress_bytes = 0
        super().on_headers_complete()

    def on_chunk_header(self) -> None:
        """A piece of a chunked body begins."""
        self._since_progress_bytes = 0

    def on_body(self, body: bytes) -> None:
        """A piece of a body."""
        self._since_progress_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """From here on it is the next request."""
        self._since_progress_bytes = 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """What is not HTTP gets the same form of answer as everything else."""
        self._refuse(ApiError(400, "malformed", "this is not valid HTTP/1.1"))

    def _refuse(self, error: ApiError) -> None:
        """Answers without the application, and ends the connection."""
        body = bytes(answer(error).body)
        head = (
            f"HTTP/1.1 {error.status_code} {http.HTTPStatus(error.status_code).phrase}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n"
            "connection: close\r\n\r\n"
        )
        self.transport.write(head.encode("ascii") + body)
        self.transport.close()

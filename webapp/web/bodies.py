"""What a request brings: its files are closed with it, also where reading it ended midway.

Werkzeug closes the files of a body that it read to the end. One that was cut off, as by a shopper
who goes away in the middle of an upload, would keep its file open until it happens to be collected.
"""

from typing import IO

from flask import Flask, Request


class OwningRequest(Request):
    """Flask's request, which remembers the files that it opened."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        stream = super()._get_file_stream(
            total_content_length, content_type, filename, content_length
        )
        self.__dict__.setdefault("opened_streams", []).append(stream)
        return stream

    def close(self) -> None:
        super().close()
        for stream in self.__dict__.pop("opened_streams", ()):
            stream.close()


def init_app(app: Flask) -> None:
    """Let each request of the app own its files."""
    app.request_class = OwningRequest

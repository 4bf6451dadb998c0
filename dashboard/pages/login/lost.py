"""What people meet at an address that is none, and where something broke: a page that says so, never another page."""

from __future__ import annotations

from collections.abc import Collection

from flask import Flask, abort, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from dashboard.pages.login.plain import notice_page

FOR_PROGRAMS = ("/data/", "/api/", "/work/", "/_dash", "/assets/", "/metrics", "/healthz")
CATCH_ALL = "/<path:path>"
NOTICES = {404: "missing", 500: "broken"}


def lost_pages(server: Flask, paths: Collection[str], language: str) -> None:
    """Answer what is no page, `paths` being all there are, with 404; tell people of that, and of failures, in words."""

    def refuse_unknown() -> None:
        if request.url_rule is not None and request.url_rule.rule == CATCH_ALL and request.path not in paths:
            abort(404)

    def tell(error: HTTPException) -> AnyResponse | HTTPException:
        is_read = request.method == "GET" and request.accept_mimetypes.accept_html
        if not is_read or error.code not in NOTICES or request.path.startswith(FOR_PROGRAMS):
            return error
        return notice_page(NOTICES[error.code], error.code, language)

    server.before_request(refuse_unknown)
    server.register_error_handler(HTTPException, tell)

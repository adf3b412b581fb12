"""The ASGI application: MiniStack's, with our Config service, our strictness, and the door for tests before it."""

from collections.abc import Callable

from ministack import app as ministack

from account import audit, config, door, faults, services, strictness, validation

TRANSPORT = b"x-forwarded-proto"
SCHEME = "http://"


def application(on_ready: Callable[[], None]) -> Callable:
    """Install everything and return the application; `on_ready` is called once it answers requests."""
    audit.install()
    config.install()
    services.install()
    strictness.install()
    validation.install()
    faults.install()

    async def serve(scope, receive, send):
        if scope["type"] == "lifespan":
            await ministack.app(scope, receive, _telling(send, on_ready))
            return
        scope = _in_origin_form(scope)
        if scope["type"] == "http" and scope["path"].startswith(door.PREFIX):
            await door.answer(scope, receive, send)
        else:
            await ministack.app(_over_tls(scope), receive, send)

    return serve


def _in_origin_form(scope: dict) -> dict:
    """A request to a proxy names scheme and host in its target ("absolute-form", RFC 9112): the path alone is served.

    So SDKs reach hosts that no name server knows, such as S3 Control's with the account in front, with `HTTP_PROXY`
    set to the account's endpoint.
    """
    if not scope["path"].startswith(SCHEME):
        return scope
    bare = {**scope, "path": "/" + scope["path"].removeprefix(SCHEME).partition("/")[2]}
    if raw := scope.get("raw_path"):
        bare["raw_path"] = b"/" + raw.removeprefix(SCHEME.encode()).partition(b"/")[2]
    return bare


def _over_tls(scope: dict) -> dict:
    """A request as policies shall see it: over TLS (`aws:SecureTransport`), unless it says `X-Forwarded-Proto: http`.

    AWS's endpoints are HTTPS; plain HTTP on loopback stands for them.
    """
    headers = scope.get("headers", [])
    if any(name.lower() == TRANSPORT for name, _ in headers):
        return scope
    return {**scope, "headers": [*headers, (TRANSPORT, b"https")]}


def _telling(send: Callable, on_ready: Callable[[], None]) -> Callable:
    async def sending(message):
        await send(message)
        if message["type"] == "lifespan.startup.complete":
            on_ready()

    return sending

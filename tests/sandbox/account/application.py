"""The ASGI application: MiniStack's, with our Config service, our strictness, and the door for tests before it."""

from collections.abc import Callable

from ministack import app as ministack

from account import audit, config, door, faults, services, strictness

TRANSPORT = b"x-forwarded-proto"


def application(on_ready: Callable[[], None]) -> Callable:
    """Install everything and return the application; `on_ready` is called once it answers requests."""
    audit.install()
    config.install()
    services.install()
    strictness.install()
    faults.install()

    async def serve(scope, receive, send):
        if scope["type"] == "lifespan":
            await ministack.app(scope, receive, _telling(send, on_ready))
        elif scope["type"] == "http" and scope["path"].startswith(door.PREFIX):
            await door.answer(scope, receive, send)
        else:
            await ministack.app(_over_tls(scope), receive, send)

    return serve


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

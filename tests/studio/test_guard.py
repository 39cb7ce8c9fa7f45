"""Who is let in, asked with the headers that browsers send."""

import asyncio

import httpx
import pytest

from impasto.studio.guard import COOKIE, LARGEST_REQUEST, Guard, is_loopback
from impasto.studio.guard import TOKEN as TOKEN_NAME

OURS = "127.0.0.1:8477"
TOKEN = "let-me-in"


async def inner(scope, receive, send):
    """What is guarded: it says how much it was sent."""
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            size, more = -1, False
        else:
            size, more = size + len(message.get("body", b"")), message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": f"{size}".encode()})


def keep(sent):
    async def send(message):
        sent.append(message)

    return send


def ask(guard, method="GET", path="/", body=None, **headers) -> httpx.Response:
    async def asking():
        transport = httpx.ASGITransport(app=guard)
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{OURS}") as client:
            return await client.request(
                method,
                path,
                content=body,
                headers={name.replace("_", "-"): one for name, one in headers.items()},
            )

    return asyncio.run(asking())


@pytest.fixture
def guard():
    return Guard(inner, [], None)


@pytest.mark.parametrize("host", [OURS, "localhost:8477", "LOCALHOST", "[::1]:8477"])
def test_its_own_names_are_let_in(guard, host):
    assert ask(guard, host=host).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8477",
        "127.0.0.1.evil.example",
        "evil@127.0.0.1",
        "",
        "192.168.0.7:8477",
        "0.0.0.0",
    ],
)
def test_other_names_are_refused(guard, host):
    """A foreign name that leads here is how a page of that name would get at the studio (DNS rebinding)."""
    answer = ask(guard, host=host)
    assert answer.status_code == 403
    assert answer.text.count("\n") == 1


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:1234", "http://localhost:8477"]
)
def test_what_another_page_asks_for_is_refused(guard, origin):
    assert ask(guard, "POST", origin=origin).status_code == 403
    assert ask(guard, origin=origin).status_code == 403


def test_its_own_page_may_ask(guard):
    answer = ask(guard, "POST", body=b"abc", origin=f"http://{OURS}", sec_fetch_site="same-origin")
    assert (answer.status_code, answer.text) == (200, "3")


def test_another_page_may_lead_here_but_not_show_or_fetch_anything(guard):
    link = {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate"}
    answer = ask(guard, **link, sec_fetch_dest="document")
    assert answer.status_code == 200
    assert answer.headers["x-frame-options"] == "DENY"
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert ask(guard, **link, sec_fetch_dest="iframe").status_code == 403
    assert ask(guard, "POST", **link, sec_fetch_dest="document").status_code == 403
    assert (
        ask(guard, sec_fetch_site="cross-site", sec_fetch_mode="no-cors", sec_fetch_dest="image").status_code
        == 403
    )


def test_a_request_is_bounded_before_it_is_read(guard):
    assert ask(guard, "POST", content_length=str(LARGEST_REQUEST + 1)).status_code == 413
    assert ask(guard, "POST", content_length="-1").status_code == 413


def test_a_body_without_a_length_is_bounded_too(guard, monkeypatch):
    monkeypatch.setattr("impasto.studio.guard.LARGEST_REQUEST", 1000)

    async def endless():
        for _ in range(100):
            yield b"x" * 100

    async def asking():
        transport = httpx.ASGITransport(app=guard)
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{OURS}") as client:
            return await client.post("/", content=endless())

    assert asyncio.run(asking()).text == "-1"  # to what is within, the browser has gone


class TestWithToken:
    @pytest.fixture
    def guard(self):
        return Guard(inner, ["studio.local"], TOKEN, any_address=True)

    def test_without_it_nobody_is_let_in(self, guard):
        for more in ({}, {"cookie": f"{COOKIE}=guess"}, {"cookie": "other=1"}):
            assert ask(guard, **more).status_code == 403
        assert ask(guard, path="/?token=guess").status_code == 403

    def test_it_is_shown_once_and_leaves_the_address(self, guard):
        answer = ask(guard, path=f"/?token={TOKEN}&a=b")
        assert (answer.status_code, answer.headers["location"]) == (303, "/?a=b")
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert ask(guard, cookie=cookie.split(";")[0]).status_code == 200

    def test_it_leads_nowhere_else(self, guard):
        """An address that begins with two slashes names another host."""
        sent = []
        query = f"{TOKEN_NAME}={TOKEN}".encode()
        scope = {"type": "http", "method": "GET", "path": "//evil.example/", "query_string": query}
        asyncio.run(guard({**scope, "headers": [(b"host", OURS.encode())]}, None, keep(sent)))
        assert dict(sent[0]["headers"])[b"location"] == b"/evil.example/"

    @pytest.mark.parametrize(
        ("host", "status"), [("192.168.0.7", 200), ("studio.local", 200), ("evil.example", 403)]
    )
    def test_addresses_and_its_own_name(self, guard, host, status):
        assert ask(guard, host=host, cookie=f"{COOKIE}={TOKEN}").status_code == status


def test_a_foreign_websocket_is_closed(guard):
    sent = []

    async def receive():
        return {"type": "websocket.connect"}

    headers = [(b"host", OURS.encode()), (b"origin", b"http://evil.example")]
    asyncio.run(guard({"type": "websocket", "headers": headers, "path": "/"}, receive, keep(sent)))
    assert sent[0]["type"] == "websocket.close"


@pytest.mark.parametrize(
    ("host", "alone"),
    [
        ("127.0.0.1", True),
        ("localhost", True),
        ("::1", True),
        ("127.8.8.8", True),
        ("0.0.0.0", False),
        ("box", False),
    ],
)
def test_loopback(host, alone):
    assert is_loopback(host) is alone

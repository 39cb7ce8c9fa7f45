"""Uploads, pictures and downloads by plain HTTP, without a page."""

import asyncio

import httpx
import pytest
from fastapi import FastAPI

import impasto
from impasto.studio import uploads
from impasto.studio.routes import add_routes, bundle_url, download_url, painting_url, source_url
from tests.studio.conftest import until


@pytest.fixture
def ask(atelier):
    app = FastAPI()
    add_routes(app, atelier)

    def call(method: str, url: str, body=None) -> httpx.Response:
        async def asking():
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                return await client.request(method, url, content=body)

        return asyncio.run(asking())

    return call


def test_an_upload_lies_on_the_desk(ask, atelier, pictures):
    body = (pictures / "monet.png").read_bytes()
    answer = ask("POST", "/studio/upload?role=painting&name=..%2Fmonet.png", body)
    assert answer.json() == {"line": "monet.png, 40 × 40"}
    source = atelier.desk.contents.styles[1][0]
    assert source.name == "monet.png"
    assert ask("GET", source_url(source.key, "thumb")).headers["content-type"] == "image/jpeg"
    assert list(atelier.folder.incoming.iterdir()) == []


@pytest.mark.parametrize(
    ("query", "body", "status", "words"),
    [
        ("role=painting&name=a.png", b"no picture", 422, "'a.png' is not a picture file"),
        ("role=painting&name=a.png", b"", 422, "is empty"),
        ("role=root&name=a.png", b"x", 400, "no such role"),
        ("role=settings&name=a.toml", b"strength = 7", 422, "a.toml', line 1: strength must be a number"),
        ("role=settings&name=a.toml", b"strenght = 1", 422, "did you mean strength"),
        ("role=settings&name=a.png", b"no picture", 422, "a.png"),
    ],
)
def test_what_cannot_be_used_is_one_line_and_changes_nothing(ask, atelier, query, body, status, words):
    version = atelier.desk.version
    answer = ask("POST", f"/studio/upload?{query}", body)
    assert (answer.status_code, answer.text.count("\n")) == (status, 0)
    assert words in answer.text
    assert str(atelier.folder.path) not in answer.text
    assert atelier.desk.version == version
    assert list(atelier.folder.incoming.iterdir()) == []


def test_an_upload_is_bounded_while_it_comes(ask, atelier, monkeypatch):
    monkeypatch.setattr(uploads, "LARGEST_FILE", 1000)
    answer = ask("POST", "/studio/upload?role=painting&name=big.png", b"x" * 1001)
    assert (answer.status_code, list(atelier.folder.incoming.iterdir())) == (422, [])
    assert "'big.png' is larger than" in answer.text


def test_a_settings_file_and_a_painted_picture_set_all_knobs(ask, atelier, tmp_path):
    impasto.write_settings(tmp_path / "mine.toml", impasto.Settings(strength=0.25, steps=7, seed=3))
    ask("POST", "/studio/upload?role=settings&name=mine.toml", (tmp_path / "mine.toml").read_bytes())
    assert (atelier.desk.settings.strength, atelier.desk.settings.steps, atelier.desk.settings.seed) == (
        0.25,
        7,
        3,
    )
    atelier.desk.take_settings({"recipe": "glaze", "size": 48, "scales": 1, "steps": 2, "strength": 0.8})
    record = atelier.paint()
    until(lambda: record.state == "finished")
    atelier.desk.take_settings({"steps": 1})
    ask("POST", "/studio/upload?role=settings&name=painted.png", record.picture.read_bytes())
    assert atelier.desk.settings == record.order.settings


def test_what_is_dropped_anywhere_says_itself_what_it_is(ask, atelier, pictures, tmp_path):
    def drop(name: str, body: bytes, role: str = "any") -> None:
        assert ask("POST", f"/studio/upload?role={role}&name={name}", body).status_code == 200

    desk = atelier.desk
    desk.place_photograph(None)
    desk.remove_style(desk.contents.styles[0][0].key)
    for name in ("photo.png", "paint.png", "monet.png"):
        drop(name, (pictures / name).read_bytes())
    assert desk.contents.photograph.name == "photo.png"
    assert [source.name for source, _ in desk.contents.styles] == ["paint.png", "monet.png"]
    drop("mine.toml", b"strength = 0.25\n", "painting")
    settings = impasto.Settings(recipe="glaze", size=48, scales=1, steps=2, strength=0.75, threads=1)
    impasto.Stylizer(settings).stylize(pictures / "photo.png", pictures / "paint.png").save(
        tmp_path / "x.png"
    )
    assert desk.settings == impasto.Settings(strength=0.25)
    drop("x.png", (tmp_path / "x.png").read_bytes())
    assert desk.settings == settings
    assert len(desk.contents.styles) == 2
    drop("x.png", (tmp_path / "x.png").read_bytes(), "painting")  # to its place: it is wanted as a picture
    assert [source.name for source, _ in desk.contents.styles][2:] == ["x.png"]


def test_files_of_this_machine_cannot_be_named_from_outside(ask, atelier):
    body = b'weights = "/etc/passwd"\nstart = "/etc/passwd"\nsteps = 9\n'
    ask("POST", "/studio/upload?role=settings&name=a.toml", body)
    settings = atelier.desk.settings
    assert (settings.weights, settings.steps) == (None, 9)
    assert "passwd" not in str(settings)


@pytest.mark.parametrize(
    "url",
    [
        "/studio/pictures/../desk.json/thumb",
        "/studio/pictures/%2e%2e/thumb",
        "/studio/pictures/..%2f..%2fetc/thumb",
        "/studio/paintings/..%2f..%2fdesk.json/picture",
        "/studio/paintings/%2e%2e/picture",
        "/studio/paintings/nobody/live",
        "/studio/pictures/0123/../../desk.json",
        "/desk.json",
    ],
)
def test_no_path_leaves_the_folder(ask, atelier, url):
    atelier.desk.save()
    assert ask("GET", url).status_code == 404


@pytest.mark.slow
def test_a_painting_is_downloaded_in_every_format(ask, atelier):
    atelier.desk.take_settings({"recipe": "glaze", "size": 48, "scales": 1, "steps": 2})
    record = atelier.paint()
    until(lambda: record.state == "finished")
    assert (
        ask("GET", painting_url(record.id, "picture", record.version)).content == record.picture.read_bytes()
    )
    for format, bits, magic in (
        ("png", 8, b"\x89PNG"),
        ("png", 16, b"\x89PNG"),
        ("tiff", 16, b"II*\0"),
        ("jpeg", 8, b"\xff\xd8"),
        ("webp", 8, b"RIFF"),
    ):
        answer = ask("GET", download_url(record.id, format, bits))
        assert answer.content.startswith(magic)
        assert 'filename="photo-paint.' in answer.headers["content-disposition"]
    assert ask("GET", bundle_url(record.id)).content.startswith(b"PK")
    assert ask("GET", download_url(record.id, "jpeg", 16)).status_code == 400
    assert list(atelier.folder.incoming.iterdir()) == []


def test_what_is_not_there_yet_is_said(ask, atelier):
    atelier.queue._yielding = lambda: True
    record = atelier.paint()
    for url in (
        painting_url(record.id, "picture", 0),
        download_url(record.id, "png", 8),
        bundle_url(record.id),
    ):
        assert ask("GET", url).status_code in (404, 422)

"""The server as a program: its address, its refusals, its end, and what a kill costs."""

import json
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

import impasto
from impasto.cli import main
from impasto.studio import LOOPBACK
from tests.studio.conftest import until
from tests.studio.serving import PATIENCE, Served

PICTURES = ("photo.png", "paint.png")


def get(url: str, **headers: str) -> tuple[int, bytes]:
    request = urllib.request.Request(
        url, headers={name.replace("_", "-"): one for name, one in headers.items()}
    )
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


@pytest.mark.slow
def test_one_line_when_it_opens_one_when_it_closes(tmp_path, capsys):
    served = Served(tmp_path / "mine")
    status, page = get(served.address)
    assert status == 200
    assert b"impasto studio" in page
    assert get(served.address, Host="evil.example")[0] == 403
    assert get(served.address, Origin="http://evil.example")[0] == 403
    socket_io = f"{served.address}_nicegui_ws/socket.io/?EIO=4&transport=polling"
    assert get(socket_io, Origin="http://evil.example")[0] == 403
    assert main(["studio", "--no-open", "--port", "0", "--folder", str(tmp_path / "mine")]) == 2
    assert "another studio works in" in capsys.readouterr().err
    assert served.end() == 0
    assert [line.split(" ")[:4] for line in served.lines] == [
        ["The", "studio", "is", "open"],
        ["The", "studio", "is", "closed."],
    ]
    assert served.errors == []


@pytest.mark.slow
def test_where_others_reach_it_the_address_has_a_token(tmp_path):
    served = Served(tmp_path, "--host", "0.0.0.0")
    port = int(served.address.split(":")[2].split("/")[0])
    token = served.address.split("token=")[1]
    assert len(token) >= 32
    assert get(f"http://127.0.0.1:{port}/")[0] == 403
    assert get(f"http://127.0.0.1:{port}/studio/look")[0] == 403
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    with opener.open(f"http://127.0.0.1:{port}/?token={token}", timeout=PATIENCE) as answer:
        assert (answer.status, answer.url) == (200, f"http://127.0.0.1:{port}/")
    assert served.end(signal.SIGTERM) == 0


def test_a_port_that_is_taken_is_one_line(tmp_path, capsys):
    with socket.create_server((LOOPBACK, 0)) as other:
        port = other.getsockname()[1]
        assert main(["studio", "--no-open", "--port", str(port), "--folder", str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"error: nobody can be served at 127.0.0.1:{port}")
    assert told.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--host", "no.such.host.invalid"], "is no address of this machine"),
        (["--port", "70000"], "port is a number from 0 to 65535"),
        (["--folder", "/dev/null/x"], "cannot be worked in"),
    ],
)
def test_what_cannot_be_served_is_one_line(options, words, tmp_path, capsys):
    folder = [] if "--folder" in options else ["--folder", str(tmp_path)]
    assert main(["studio", "--no-open", "--port", "0", *folder, *options]) == 2
    told = capsys.readouterr().err
    assert words in told
    assert told.count("\n") == 1


def test_without_its_packages_it_says_what_to_install(tmp_path):
    code = (
        "import sys; sys.modules['nicegui'] = None; from impasto.cli import main; sys.exit(main(['studio']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: the studio needs its packages: pip install 'impasto[studio]'\n"


@pytest.mark.slow
def test_killed_and_started_again_it_goes_on_to_the_bit(tmp_path, open_atelier, pictures):
    """Killed with -9 in the middle of a painting: what is started next paints the same bytes as if nothing had been."""
    atelier = open_atelier(begin=False)
    for role, name in zip(("place_photograph", "add_style"), PICTURES, strict=True):
        getattr(atelier.desk, role)(atelier.library.add_copy(pictures / name, name))
    atelier.desk.take_settings({"recipe": "glaze", "size": 48, "scales": 2, "steps": 20, "threads": 1})
    record = atelier.paint()
    atelier.close()

    def told() -> dict:
        return json.loads((record.home / "record.json").read_text())

    hold = tmp_path / "hold"
    hold.touch()
    first = Served(tmp_path / "studio", HOLD=str(hold), HOLD_AT="4")
    until(lambda: hold.read_text() == "4", "step 4")
    first.end(signal.SIGKILL)
    assert told()["state"] == "painting"
    assert len(impasto.load_checkpoint(record.checkpoint).history) < 4
    assert not record.picture.exists()

    second = Served(tmp_path / "studio")
    until(lambda: told()["state"] == "finished", "the painting")
    assert second.end() == 0
    settings = impasto.Settings(recipe="glaze", size=48, scales=2, steps=20, threads=1)
    result = impasto.Stylizer(settings).stylize(pictures / PICTURES[0], pictures / PICTURES[1])
    result.save(tmp_path / "alone.png")
    assert record.picture.read_bytes() == (tmp_path / "alone.png").read_bytes()

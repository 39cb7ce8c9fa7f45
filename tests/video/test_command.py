"""`impasto video` and `impasto resume` on tiny films: what goes in comes out, and nothing is lost on the way."""

import os
import signal
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

import impasto
from impasto.video.open_film import open_film
from impasto.video.painting import FilmPainting
from impasto.video.state import State
from tests.video.conftest import sound_of, write

OPTIONS = (
    *("--recipe", "glaze", "--steps", "3", "--scales", "1", "--threads", "1", "--frame-steps", "2"),
    "--quiet",
)


def command(*more, film="film.mkv", output="out.mkv", codec="ffv1"):
    return ["video", film, "style.png", "-o", output, *OPTIONS, *(("--codec", codec) if codec else ()), *more]


def frames_of(path):
    return [one.pixels for one in open_film(path).frames(Fraction(0), None, print)]


def times_of(path):
    return [float(one.time) for one in open_film(path).frames(Fraction(0), None, print)]


@pytest.fixture
def film(cinema, pan):
    write(cinema / "film.mkv", pan.frames, sound=0.6)
    return cinema / "film.mkv"


@pytest.mark.slow
def test_size_rate_times_and_sound_stay(cinema, run, pan):
    times = [Fraction(t, 1000) for t in (0, 40, 200, 240, 300, 500)]  # a variable rate
    write(cinema / "film.mkv", pan.frames, times=times, sound=0.4)
    assert run(*command()).code == 0
    about = open_film(cinema / "out.mkv").about
    assert about.size == (36, 48)
    assert times_of(cinema / "out.mkv") == [float(one) for one in times]
    assert sound_of(cinema / "out.mkv") == sound_of(cinema / "film.mkv")
    assert list(cinema.glob("out.mkv.film*")) == []


@pytest.mark.slow
@pytest.mark.parametrize("sound", [0.1, 2.0])
def test_a_sound_track_of_another_length_is_copied_whole(cinema, run, pan, sound):
    write(cinema / "film.mkv", pan.frames[:2], sound=sound)
    assert run(*command(codec=None, output="out.mp4")).code == 0
    before, after = sound_of(cinema / "film.mkv"), sound_of(cinema / "out.mp4")
    assert [data for _, data in after] == [data for _, data in before]
    assert all(abs(a - b) < Fraction(1, 500) for (a, _), (b, _) in zip(after, before, strict=True))


@pytest.mark.slow
def test_h264_is_what_others_expect(film, cinema, run):
    assert run(*command(codec=None, output="out.mp4")).code == 0
    with av.open(str(cinema / "out.mp4")) as out:
        stream = out.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert stream.average_rate == 10


@pytest.mark.slow
def test_odd_sides_stay(cinema, run, pan):
    write(cinema / "film.mkv", [one[:35, :47] for one in pan.frames[:2]])
    assert run(*command(codec=None, output="out.mp4")).code == 0
    assert open_film(cinema / "out.mp4").about.size == (35, 47)


@pytest.mark.slow
def test_a_part_of_the_film_with_its_part_of_the_sound(cinema, run, pan):
    write(cinema / "film.mkv", pan.frames, sound=0.6)
    assert run(*command("--from", "0.2", "--to", "0.5", "--every", "2")).code == 0
    assert times_of(cinema / "out.mkv") == [0, 0.2]
    packets = [data for _, data in sound_of(cinema / "out.mkv")]
    whole = [data for time_, data in sound_of(cinema / "film.mkv") if 0.2 <= time_ < 0.5]
    assert packets == whole


@pytest.mark.slow
def test_a_turned_film_comes_out_upright(cinema, run, pan):
    write(cinema / "film.mp4", pan.frames[:2], codec="libx264")
    data = (cinema / "film.mp4").read_bytes()
    at = data.index(b"tkhd") + 44  # version 0: the matrix, 9 numbers of 16.16 and 2.30 bits
    one, minus = (65536).to_bytes(4, "big"), (2**32 - 65536).to_bytes(4, "big")
    nothing, last = bytes(4), (2**30).to_bytes(4, "big")
    quarter = nothing + one + nothing + minus + nothing + nothing + nothing + nothing + last  # clockwise
    (cinema / "turned.mp4").write_bytes(data[:at] + quarter + data[at + 36 :])
    flat, turned = frames_of(cinema / "film.mp4"), frames_of(cinema / "turned.mp4")
    assert np.array_equal(turned[0], np.rot90(flat[0], -1))
    assert run(*command(film="turned.mp4")).code == 0
    assert open_film(cinema / "out.mkv").about.size == (48, 36)


@pytest.mark.slow
def test_alpha_stays_where_the_file_has_it(cinema, run, pan):
    alpha = np.full((36, 48, 1), 255, np.uint8)
    alpha[:, :20] = 60
    write(cinema / "film.mkv", [np.dstack([one, alpha]) for one in pan.frames[:2]], pixels="bgra")
    assert run(*command()).code == 0
    shown = list(open_film(cinema / "out.mkv").frames(Fraction(0), None, print))
    assert np.array_equal(shown[1].alpha, alpha[..., 0])
    assert run(*command(output="folder", codec=None)).code == 0
    assert impasto.read_picture(cinema / "folder" / "frame-00001.png").alpha.min() == pytest.approx(60 / 255)


@pytest.mark.slow
def test_pictures_in_pictures_out(cinema, run, pan):
    from impasto.images.io.write import write_picture
    from tests.video.test_flow import tensor

    (cinema / "shots").mkdir()
    for number, one in enumerate(pan.frames[:3], 9):
        write_picture(cinema / "shots" / f"shot-{number}.png", tensor(one))  # 9, 10, 11: no zeros before them
    assert run(*command(film="shots/shot-*.png", output="out", codec=None)).code == 0
    assert run(*command("--rate", "4", film="shots", output="out.mkv")).code == 0
    assert [len(list((cinema / "out").iterdir())), times_of(cinema / "out.mkv")] == [3, [0, 0.25, 0.5]]
    for number, one in enumerate(frames_of(cinema / "out.mkv"), 1):
        assert np.array_equal(one, frames_of(cinema / "out")[number - 1])


@pytest.mark.slow
def test_a_film_of_one_frame(cinema, run, pan):
    write(cinema / "film.mkv", pan.frames[:1])
    assert run(*command()).code == 0
    assert len(frames_of(cinema / "out.mkv")) == 1


@pytest.mark.slow
def test_a_damaged_frame_is_told_and_left_out(cinema, run, pan):
    write(cinema / "film.mkv", pan.frames, codec="libx264")
    with av.open(str(cinema / "film.mkv")) as whole:
        packets = [bytes(one) for one in whole.demux(video=0) if one.size]
    data = bytearray((cinema / "film.mkv").read_bytes())
    at = data.index(packets[3])
    data[at : at + len(packets[3])] = bytes(len(packets[3]))
    (cinema / "film.mkv").write_bytes(bytes(data))
    outcome = run(*[one for one in command() if one != "--quiet"])
    assert outcome.code == 0
    assert outcome.err.count("is damaged and is left out") >= 1
    assert 1 <= len(frames_of(cinema / "out.mkv")) < 6


def test_refusals_are_one_line_and_lose_nothing(film, cinema, refused):
    (cinema / "there.mkv").write_bytes(b"mine")
    (cinema / "words.mp4").write_text("no film")
    with av.open(str(cinema / "song.mkv"), "w") as out:
        tone = out.add_stream("aac", rate=8000, layout="mono")
        piece = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        piece.sample_rate, piece.pts = 8000, 0
        for packet in [*tone.encode(piece), *tone.encode(None)]:
            out.mux(packet)
    assert "exists" in refused(*command(output="there.mkv"))
    assert (cinema / "there.mkv").read_bytes() == b"mine"
    assert "does not exist" in refused(*command(film="nowhere.mp4"))
    assert "cannot be read" in refused(*command(film="words.mp4"))
    assert "no picture in it, only audio" in refused(*command(film="song.mkv"))
    assert "is the film" in refused(*command("--force", output="film.mkv"))
    assert "does not hold codec ffv1" in refused(*command(output="out.mp4"))
    assert "expected one of" in refused(*command(codec="theora"))
    assert "lies before" in refused(*command("--from", "3", "--to", "2"))
    assert "no frame from 9 s on" in refused(*command("--from", "9"))
    assert "SECONDS:NAME=VALUE" in refused(*command("--key", "soon"))
    assert "may change" in refused(*command("--key", "1:size=3"))
    assert "frame rate of its own" in refused(*command("--rate", "5"))
    assert "8 bits" in refused(*command("--bits", "16"))
    assert not (cinema / "out.mkv").exists()
    assert not list(cinema.glob("*.film"))


def test_without_the_extra_one_line_says_what_to_install(film, refused, monkeypatch):
    monkeypatch.setattr("impasto.cli.commands.video.find_spec", lambda name: None)
    assert "pip install 'impasto[video]'" in refused(*command())


# Going on.


@pytest.fixture
def straight(film, cinema, run):
    """The bytes of a film whose painting nobody disturbs."""

    def paint(*more):
        assert run(*command(*more, output="straight.mkv")).code == 0
        return (cinema / "straight.mkv").read_bytes()

    return paint


@pytest.mark.slow
@pytest.mark.parametrize("more", [("--recipe", "paint"), ("--passes", "2"), ("--loop",)])
def test_ctrl_c_leaves_a_film_of_what_there_is_and_resume_the_same_bytes(
    film, cinema, run, monkeypatch, straight, more
):
    events = FilmPainting.events

    def interrupted(self):
        for number, event in enumerate(events(self)):
            if number == 9:  # in the middle of the third frame
                signal.raise_signal(signal.SIGINT)
            yield event

    with monkeypatch.context() as patch:
        patch.setattr(FilmPainting, "events", interrupted)
        assert run(*command(*more)).code == 130
    assert len(frames_of(cinema / "out.mkv")) == 2
    assert len(sound_of(cinema / "out.mkv")) < len(sound_of(film))
    assert run("resume", "out.mkv.film", "--quiet").code == 0
    assert (cinema / "out.mkv").read_bytes() == straight(*more)
    assert not (cinema / "out.mkv.film").exists()


@pytest.mark.slow
def test_a_film_that_is_not_finished_is_not_painted_over(film, cinema, run, refused, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(FilmPainting, "save", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        assert run(*command()).code == 130
    assert "impasto resume" in refused(*command())


@pytest.mark.slow
def test_resume_notices_other_inputs(film, cinema, run, refused, monkeypatch, pan):
    events = FilmPainting.events

    def interrupted(self):
        for number, event in enumerate(events(self)):
            if number == 9:
                signal.raise_signal(signal.SIGINT)
            yield event

    with monkeypatch.context() as patch:
        patch.setattr(FilmPainting, "events", interrupted)
        assert run(*command()).code == 130
    (cinema / "out.mkv").write_bytes(b"somebody else's")
    assert "is not the film that was left there" in refused("resume", "out.mkv.film")
    assert (cinema / "out.mkv").read_bytes() == b"somebody else's"
    write(film, pan.frames[:4])
    assert "has changed" in refused("resume", "out.mkv.film", "--force")


PROGRAM = """
import sys
import tests.video.dying_process
from impasto.cli import main
from tests.helpers import tiny_encoder
sys.exit(main(sys.argv[1:], encoder=tiny_encoder))
"""


@pytest.mark.slow
def test_killed_and_resumed_the_same_bytes(film, cinema, run, straight):
    expected = straight()
    (cinema / "die").touch()
    root = Path(__file__).resolve().parents[2]
    words = [sys.executable, "-c", PROGRAM, *command()]
    ended = subprocess.run(words, cwd=cinema, env={**os.environ, "PYTHONPATH": f"{root}/src:{root}"})
    assert ended.returncode == -signal.SIGKILL
    assert (cinema / "out.mkv.film" / "paint-00001.png").exists()
    assert not (cinema / "out.mkv").exists()
    assert run("resume", "out.mkv.film", "--quiet").code == 0
    assert (cinema / "out.mkv").read_bytes() == expected


@pytest.mark.slow
def test_the_plan_is_told_and_info_tells_how_it_was_painted(film, cinema, run, refused):
    words = [*command("--strength", "0.4", "--to", "0.3"), "--key", "0.2:strength=0.6"]
    outcome = run(*[one for one in words if one != "--quiet"])
    assert "3 frames in 1 shot: about" in outcome.err
    assert "of disk until it is done" in outcome.err
    told = run("info", "out.mkv").out
    assert "film.mkv" in told
    assert "3 of 3" in told
    again = told.strip().splitlines()[-1].split()
    assert again[:3] == ["impasto", "video", "film.mkv"]
    (cinema / "out.mkv").rename(cinema / "before.mkv")
    assert run(*again[1:], "--codec", "ffv1", "--quiet").code == 0
    assert (cinema / "out.mkv").read_bytes() == (cinema / "before.mkv").read_bytes()
    assert '"frames": 3' in run("info", "out.mkv", "--json").out
    assert "carries no metadata" in refused("info", "film.mkv")


@pytest.mark.slow
def test_what_the_file_cannot_do_as_the_film_does_is_told(cinema, run, pan):
    alpha = np.full((35, 48, 1), 90, np.uint8)
    write(cinema / "film.mkv", [np.dstack([one[:35], alpha]) for one in pan.frames[:1]], pixels="bgra")
    outcome = run(*[one for one in command(output="out.mp4", codec=None) if one != "--quiet"])
    assert "is shown on white" in outcome.err
    assert "a side is odd" in outcome.err
    white = frames_of(cinema / "out.mp4")[0].astype(float)
    assert run(*command()).code == 0
    clear = frames_of(cinema / "out.mkv")[0] * (90 / 255) + 255 * (165 / 255)
    assert np.abs(white - clear).mean() < 6  # on black it would be some 150


@pytest.mark.slow
def test_a_disk_that_is_full_loses_nothing(film, cinema, run, refused, straight, monkeypatch):
    expected, write_paint = straight(), State.write_paint

    def full(self, visit, pixels, **more):
        if visit == 3:
            raise impasto.OutputError("'paint' could not be written (No space left on device)")
        write_paint(self, visit, pixels, **more)

    with monkeypatch.context() as patch:
        patch.setattr(State, "write_paint", full)
        assert "nothing is lost: go on with `impasto resume" in refused(*command())
    assert run("resume", "out.mkv.film", "--quiet").code == 0
    assert (cinema / "out.mkv").read_bytes() == expected
    monkeypatch.setattr(State, "free", lambda self: 1000)
    assert "more than is free there" in refused(*[one for one in command("--force") if one != "--quiet"])


@pytest.mark.slow
def test_killed_between_the_film_and_the_end(film, cinema, run, straight, monkeypatch):
    """The film is there, and its folder, too: it is known for what it is."""
    with monkeypatch.context() as patch:
        patch.setattr(State, "remove", lambda self: (_ for _ in ()).throw(KeyboardInterrupt))
        assert run(*command()).code == 130
    before = (cinema / "out.mkv").read_bytes()
    assert (cinema / "out.mkv.film").is_dir()
    assert run("resume", "out.mkv.film", "--quiet").code == 0
    assert (cinema / "out.mkv").read_bytes() == before
    assert not (cinema / "out.mkv.film").exists()


@pytest.mark.slow
def test_a_variable_rate_stays_in_mp4_and_a_film_that_begins_late_does(cinema, run, pan):
    times = [Fraction(t, 1000) for t in (100, 140, 300, 340, 400, 600)]
    write(cinema / "film.mkv", pan.frames, times=times, sound=0.6)
    assert run(*command(codec=None, output="out.mp4")).code == 0
    assert times_of(cinema / "out.mp4") == [float(one) for one in times]
    assert run(*command("--from", "0.25", codec=None, output="part.mp4")).code == 0
    assert times_of(cinema / "part.mp4") == [0, 0.04, 0.1, 0.3]

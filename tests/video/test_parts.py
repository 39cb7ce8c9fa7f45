"""A film painted by two workers: the same bytes as by one process, stopped and gone on with, and joined."""

from dataclasses import replace
from pathlib import Path

import pytest

from impasto.batch import cluster
from impasto.batch.engine import Ended, Working
from impasto.cli.film import Shared, _begin_parts
from impasto.errors import SettingsError
from impasto.settings import Settings
from impasto.video.job import FilmJob
from impasto.video.parts import FilmParts
from impasto.video.segments import OVERLAP, join_segments, paint_segment, segments_of
from impasto.video.state import State, default_folder
from impasto.video.temporal import Temporal
from tests.batch.conftest import in_this_process
from tests.video.conftest import QUICK, SIZE, sound_of, write
from tests.video.synthetic import camera, film, noise_picture
from tests.video.test_command import command

pytestmark = pytest.mark.slow

__all__ = ["in_this_process"]


@pytest.fixture
def job(cinema, pan):
    other = film(255 - noise_picture(80, 120, 5) // 3, SIZE, 3, lambda i: camera(10 + i, 10))
    write(cinema / "film.mkv", [*pan.frames[:3], *other.frames], sound=0.6)
    settings, temporal = Settings(**QUICK), Temporal(frame_steps=2)
    styles = ((cinema / "style.png", 1.0),)
    return FilmJob(cinema / "film.mkv", styles, cinema / "out.mkv", settings, temporal, codec="ffv1")


@pytest.fixture
def processes(in_this_process, monkeypatch):
    """Workers that are processes, with a tiny network; one ends itself where there is a file "die"."""
    tests = Path(__file__).resolve().parents[1]
    preload = [str(tests / "batch" / "tiny_process.py"), str(tests / "video" / "dying_process.py")]
    monkeypatch.setattr(cluster, "PROCESSES", True)
    monkeypatch.setattr(cluster, "PRELOAD", [*cluster.PRELOAD, *preload])


def in_one_piece(job):
    whole = job.to(job.output.with_name("whole.mkv"))
    painting = whole.begin(job.output.with_name("whole"))
    for _ in painting:
        pass
    painting.save(whole.output, codec="ffv1")
    return whole.output.read_bytes()


def test_two_workers_paint_the_bytes_of_one_process(job, cinema, run):
    assert run(*command("--workers", "2")).code == 0
    assert (cinema / "out.mkv").read_bytes() == in_one_piece(job)
    assert sound_of(cinema / "out.mkv") == sound_of(cinema / "film.mkv")
    assert list(cinema.glob("out.mkv.film*")) == []


@pytest.mark.slow
def test_a_worker_killed_in_the_middle_changes_nothing(job, cinema, processes):
    parts = FilmParts(job, State(cinema / "parts"), workers=2)
    (cinema / "die").touch()
    ended = [event for event in parts.run() if isinstance(event, Ended)]
    assert not (cinema / "die").exists()  # one did
    assert [one.failed for one in ended] == [None, None]
    parts.save()
    assert job.output.read_bytes() == in_one_piece(job)


@pytest.mark.slow
def test_parts_of_a_long_shot_have_the_bytes_of_one_after_another(cinema, job):
    job = replace(job, settings=Settings(**{**QUICK, "steps": 1}), temporal=Temporal(frame_steps=1))
    panning = film(noise_picture(80, 120), SIZE, OVERLAP + 4, lambda i: camera(20 + 2 * i, 20))
    write(cinema / "film.mkv", panning.frames)
    parts = FilmParts(job, State(cinema / "parts"), workers=2, longest=OVERLAP + 2)
    ended = [event for event in parts.run() if isinstance(event, Ended)]
    assert sorted(one.task.name for one in ended) == ["frames 1 to 14", "frames 3 to 16"]
    assert parts.save() == OVERLAP + 4
    segments = segments_of(job, OVERLAP + 2)
    folders = [paint_segment(job, one, cinema / f"alone-{one.number}") for one in segments]
    join_segments(job.to(cinema / "alone.mkv"), segments, folders)
    assert (cinema / "out.mkv").read_bytes() == (cinema / "alone.mkv").read_bytes()


def test_a_stopped_film_goes_on(job, cinema, run):
    state, shared = State(default_folder(job.output)), Shared(2, None, None)
    parts, _ = _begin_parts(job, state, shared, False)
    for event in parts.run():
        if isinstance(event, Working):
            parts.stop()
    assert not parts.failed
    assert run("resume", "out.mkv.film", "--quiet").code == 0
    assert (cinema / "out.mkv").read_bytes() == in_one_piece(job)
    assert not state.folder.exists()


def test_as_much_of_the_beginning_as_is_painted_is_written(job, cinema):
    parts = FilmParts(job, State(cinema / "parts"), workers=1)
    assert parts.save() == 0
    assert not job.output.exists()
    paint_segment(job, parts.segments[0], parts.folders[0])
    assert parts.save() == 3
    assert len(sound_of(job.output)) < len(sound_of(job.film))


def test_a_part_that_fails_is_named_and_nothing_is_lost(job, cinema, run, monkeypatch):
    (cinema / "out.mkv.film").mkdir()
    (cinema / "out.mkv.film" / "part-00001").write_bytes(b"")  # in the way of the second shot
    monkeypatch.setattr("impasto.cli.commands.video._new_folder", lambda *_: State(Path("out.mkv.film")))
    refusal = run(*command("--workers", "2"))
    assert refusal.code == 2
    assert "frames 4 to 6 could not be painted" in refusal.err
    assert "impasto resume out.mkv.film" in refusal.err
    (cinema / "out.mkv.film" / "part-00001").unlink()
    assert run("resume", "out.mkv.film", "--quiet").code == 0
    assert (cinema / "out.mkv").read_bytes() == in_one_piece(job)


def test_what_cannot_be_shared_out_is_refused(job, cinema, refused):
    assert "--workers or --scheduler" in refused(*command("--segment", "20"))
    assert "not both" in refused(*command("--workers", "2", "--scheduler", "tcp://127.0.0.1:1"))
    assert "one piece" in refused(*command("--workers", "2", "--loop"))
    assert list(cinema.glob("out.mkv*")) == []
    with pytest.raises(SettingsError, match=rf"\b{OVERLAP}\b.*\b{OVERLAP}\b"):
        FilmParts(replace(job), State(cinema / "parts"), workers=2, longest=OVERLAP)

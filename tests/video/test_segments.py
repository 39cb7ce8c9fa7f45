"""A film painted in parts, as many machines do it, and joined."""

import re
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from impasto.errors import CheckpointError, SettingsError
from impasto.settings import Settings
from impasto.video.job import FilmJob
from impasto.video.open_film import open_film
from impasto.video.segments import Segment, join_segments, paint_segment, segments_of
from impasto.video.state import State
from impasto.video.temporal import Temporal
from tests.video.conftest import QUICK, SIZE, sound_of, write
from tests.video.synthetic import camera, film, noise_picture


@pytest.fixture
def job(cinema, pan):
    other = film(255 - noise_picture(80, 120, 5) // 3, SIZE, 3, lambda i: camera(10 + i, 10))
    write(cinema / "film.mkv", [*pan.frames, *other.frames], sound=0.9)
    settings, temporal = Settings(**QUICK), Temporal(frame_steps=2)
    return FilmJob(
        cinema / "film.mkv",
        ((cinema / "style.png", 1.0),),
        cinema / "out.mkv",
        settings,
        temporal,
        codec="ffv1",
    )


def painted(job, parts):
    folders = [job.output.with_name(f"part-{one.number}") for one in parts]
    for part, folder in reversed(list(zip(parts, folders, strict=True))):  # in any order
        paint_segment(job, part, folder)
    return folders


@pytest.mark.slow
def test_shots_painted_apart_have_the_bytes_of_one_piece(job, cinema):
    parts = segments_of(job)
    assert parts == [Segment(0, 0, 6), Segment(1, 6, 9)]
    join_segments(job, parts, painted(job, parts))
    whole = job.to(cinema / "whole.mkv").begin(cinema / "folder")
    for _ in whole:
        pass
    whole.save(cinema / "whole.mkv", codec="ffv1")
    assert (cinema / "out.mkv").read_bytes() == (cinema / "whole.mkv").read_bytes()
    assert sound_of(cinema / "out.mkv") == sound_of(cinema / "film.mkv")


@pytest.mark.slow
def test_parts_of_a_shot_fade_into_one_another(job, cinema):
    parts = segments_of(job, longest=4, overlap=2)
    assert parts == [Segment(0, 0, 4), Segment(1, 2, 6, fades=2), Segment(2, 6, 9)]
    folders = painted(job, parts)
    join_segments(job, parts, folders)
    shown = list(open_film(cinema / "out.mkv").frames(Fraction(0), None, print))
    assert len(shown) == 9
    one, other = (State(folders[i]).paint(n).astype(float) for i, n in ((0, 2), (1, 0)))
    assert np.abs(shown[2].pixels - (one * 2 + other) / 3).max() <= 1
    assert np.array_equal(shown[4].pixels, State(folders[1]).paint(2))


def test_a_job_goes_to_another_process_as_json(job):
    assert FilmJob.from_dict(job.as_dict()) == job


def test_what_cannot_be_joined_is_refused(job, cinema):
    parts = segments_of(job)
    with pytest.raises(CheckpointError, match=re.escape(str(cinema / "a"))):
        join_segments(job, parts, [cinema / "a", cinema / "b"])
    with pytest.raises(SettingsError, match="--loop"):
        segments_of(replace(job, temporal=Temporal(loop=True)))
    with pytest.raises(SettingsError, match=r"\b3\b.*\b3\b"):
        segments_of(job, longest=3, overlap=3)

"""What a user names becomes jobs; two with one name, and what cannot be, are refused in one line."""

from pathlib import Path

import pytest

from impasto.batch.job import Job
from impasto.batch.jobs import Habits, jobs_in, jobs_of
from impasto.errors import OutputError, PictureError, SettingsError
from impasto.images.io.write import write_picture
from tests.helpers import random_image


@pytest.fixture
def desk(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("photos/a.png", "photos/b.jpg", "paintings/monet.png", "paintings/wave.png", "old/a.png"):
        Path(name).parent.mkdir(exist_ok=True)
        write_picture(name, random_image(8, 12))
    Path("photos/notes.txt").write_text("no picture")
    for name in ("masks/a.png", "masks/b.png"):
        Path(name).parent.mkdir(exist_ok=True)
        write_picture(name, random_image(8, 12))
    return tmp_path


def names(jobs):
    return [job.name for job in jobs]


HABITS = Habits(Path("out"))


def test_every_photograph_with_every_painting(desk):
    jobs = jobs_of(["photos"], ["paintings/wave.png", "paintings/monet.png"], HABITS)
    assert names(jobs) == ["a__wave.png", "b__wave.png", "a__monet.png", "b__monet.png"]
    assert jobs[1].content == str(desk / "photos" / "b.jpg")
    assert jobs[1].styles == ((str(desk / "paintings" / "wave.png"), 1.0),)
    assert jobs[1].output == str(desk / "out" / "b__wave.png")
    assert len({job.unfinished for job in jobs}) == 4


def test_patterns_and_files(desk):
    assert names(jobs_of(["*/a.*"], ["paintings/w*.png"], Habits(Path("out"), "{photo_folder}/{photo}"))) == [
        "masks/a.png",
        "old/a.png",
        "photos/a.png",
    ]
    with pytest.raises(PictureError, match=r"photos/\*\.tif.*photograph"):
        jobs_of(["photos/*.tif"], ["paintings"], HABITS)


def test_a_name_with_brackets_is_a_file(desk):
    write_picture("photos/[1].png", random_image(8, 12))
    assert names(jobs_of(["photos/[1].png"], ["paintings/wave.png"], HABITS)) == ["[1]__wave.png"]


def test_pair_by_pair(desk):
    assert names(jobs_of(["photos"], ["paintings"], HABITS, pairs=True)) == ["a__monet.png", "b__wave.png"]
    with pytest.raises(SettingsError, match=r"\b1 photograph.*\b2 painting"):
        jobs_of(["photos/a.png"], ["paintings"], HABITS, pairs=True)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("{number:03}", "001.png"),
        ("{painting}/{photo}.jpg", "wave/a.jpg"),
        ("{photo}-{strength}-{size}.tif", "a-0.25-64.tif"),
        ("{painting_folder}_{photo}.v2", "paintings_a.v2.png"),
    ],
)
def test_a_pattern_of_names(desk, pattern, expected):
    habits = Habits(Path("out"), pattern, {"strength": 0.25, "size": 64})
    assert names(jobs_of(["photos/a.png"], ["paintings/wave.png"], habits)) == [expected]


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        ("{foto}.png", r"has \{foto\}; did you mean photo\?; expected \{photo\}"),
        ("{photo.__class__}.png", r"\{photo\.__class__\}"),
        ("{photo", r"\{photo\b"),
        ("{}.png", r"\{\}"),
    ],
)
def test_a_pattern_that_cannot_be_used(desk, pattern, line):
    with pytest.raises(SettingsError, match=line):
        jobs_of(["photos/a.png"], ["paintings/wave.png"], Habits(Path("out"), pattern))


def test_two_with_one_name_are_refused(desk):
    with pytest.raises(SettingsError, match=r"a__wave\.png.*old.*--name"):
        jobs_of(["photos/a.png", "old/a.png"], ["paintings/wave.png"], HABITS)
    with pytest.raises(SettingsError, match=r"wave\.png.*--name"):
        jobs_of(["photos"], ["paintings/wave.png"], Habits(Path("out"), "{painting}.png"))


def test_no_result_takes_the_place_of_what_is_read(desk):
    with pytest.raises(OutputError, match=r"a\.png"):
        jobs_of(["photos/a.png"], ["paintings/wave.png"], Habits(Path("photos"), "{photo}.png"))


def test_what_is_missing_is_told(desk):
    with pytest.raises(PictureError, match=r"content picture.*nowhere\.png"):
        jobs_of(["nowhere.png"], ["paintings"], HABITS)
    with pytest.raises(SettingsError, match="there is no painting"):
        jobs_of(["photos"], [], HABITS)


def test_masks_go_by_the_photograph(desk):
    habits = Habits(
        Path("out"), where={"protect": Path("masks/{photo}.png"), "masks": (Path("masks/a.png"),)}
    )
    first, second = jobs_of(["photos"], ["paintings/wave.png"], habits)
    assert first.where == {"protect": str(desk / "masks/a.png"), "masks": [str(desk / "masks/a.png")]}
    assert second.where["protect"] == str(desk / "masks/b.png")
    Path("masks/b.png").unlink()
    with pytest.raises(PictureError, match=r"protect.*b\.png"):
        jobs_of(["photos"], ["paintings/wave.png"], habits)


def test_a_job_is_plain_data(desk):
    import json

    (job,) = jobs_of(["old"], ["paintings/wave.png"], Habits(Path("out"), settings={"size": 64}))
    assert Job.from_data(json.loads(json.dumps(job.as_data()))) == job


def test_a_digest_changes_with_a_file_or_a_setting(desk):
    def digest(**settings):
        (job,) = jobs_of(["old"], ["paintings/wave.png"], Habits(Path("out"), settings=settings))
        return job.digest()

    before = digest(size=64)
    assert digest(size=64) == before
    assert digest(size=65) != before
    write_picture("old/a.png", random_image(9, 12, 3), overwrite=True)
    assert digest(size=64) != before


CSV = """content,style,output,strength,light,protect,mask
photos/a.png,paintings/wave.png,,0.25,off,,
"photos/b.jpg",paintings/wave.png:2; paintings/monet.png,blends/b.jpg,,,masks/b.png,masks/a.png;masks/b.png
"""
TOML = """
size = 64
[[job]]
content = "photos/a.png"
style = "paintings/wave.png"
strength = 0.25
light = false

[[job]]
content = "photos/b.jpg"
style = ["paintings/wave.png:2", "paintings/monet.png"]
output = "blends/b.jpg"
protect = "masks/b.png"
mask = ["masks/a.png", "masks/b.png"]
"""


@pytest.mark.parametrize(("name", "text"), [("jobs.csv", CSV), ("jobs.toml", TOML)])
def test_a_table_of_jobs(desk, tmp_path_factory, monkeypatch, name, text):
    Path(name).write_text(text)
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))  # paths count from the table's folder
    habits = Habits(desk / "out", settings={"size": 64, "alpha": 3, "beta": 4})
    first, second = jobs_in(desk / name, habits)
    assert names([first, second]) == ["a__wave.png", "blends/b.jpg"]
    assert first.settings == {
        "size": 64,
        "strength": 0.25,
        "light": False,
    }  # strength stands for alpha and beta
    assert second.settings == {"size": 64, "alpha": 3, "beta": 4}
    assert second.styles == (
        (str(desk / "paintings/wave.png"), 2.0),
        (str(desk / "paintings/monet.png"), 1.0),
    )
    assert second.where == {
        "masks": [str(desk / "masks/a.png"), str(desk / "masks/b.png")],
        "protect": str(desk / "masks/b.png"),
    }


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("a.csv", "content,stile\n", r"line 1: 'stile' is no setting.*did you mean .*style"),
        ("a.csv", "content\nx.png\n", "line 1: expected a line of column names with content and style"),
        ("a.csv", "content,style,style\n", "line 1: the column style is there twice"),
        ("a.csv", "", "line 1: .*column names"),
        ("a.csv", "content,style\n", "has no jobs"),
        ("a.csv", "content,style\n,paintings/wave.png\n", "line 2: there is no content"),
        ("a.csv", "content,style\nphotos/a.png,\n", "line 2: expected a style"),
        (
            "a.csv",
            "content,style\nphotos/a.png,b,c\n",
            "line 2: expected 2 cells as in the first line, got 3",
        ),
        (
            "a.csv",
            "content,style,size\n\nphotos/a.png,paintings/wave.png,big\n",
            "line 3: size",
        ),
        (
            "a.csv",
            "content,style,size\nphotos/a.png,paintings/wave.png,3\n",
            "line 2: size.*16",
        ),
        ("a.csv", 'content,style\n"photos/a.png,x\n', "this is no CSV"),
        (
            "a.csv",
            "content,style,light\nphotos/a.png,paintings/wave.png,dim\n",
            "line 2: light",
        ),
        ("a.toml", "[[job]]\ncontent = 3\n", "line 1: .*content"),
        ("a.toml", "\n[job]\ncontent = 'a'\n", "a job is a table"),
        ("a.toml", "[[job]]\n\n[[job]]\nstyle='x'\n", "line 1: .*content"),
        (
            "a.toml",
            "[[job]]\ncontent='photos/a.png'\nstyle='paintings/wave.png'\nsise=3\n",
            "line 1: .*sise",
        ),
        ("a.toml", "[[job]\n", "line 1"),
        ("a.toml", "[[job]]\ncontent='photos/a.png'\nstyle='x.png:0'\n", "line 1: "),
    ],
)
def test_a_table_that_cannot_be_used(desk, name, text, line):
    Path(name).write_text(text)
    with pytest.raises(SettingsError, match=line) as caught:
        jobs_in(name, HABITS)
    assert name in str(caught.value)


def test_a_table_that_is_not_there(desk):
    with pytest.raises(SettingsError, match=r"jobs\.csv"):
        jobs_in("jobs.csv", HABITS)

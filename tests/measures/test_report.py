"""Whole reports with a tiny network: what a user of the library sees."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

import impasto
from impasto.errors import OutputError, PictureError, SettingsError
from impasto.images.io.write import write_picture
from impasto.measures.measure import Measure
from impasto.measures.rendering import page
from impasto.painting.result import PartOfResult, Result
from impasto.vgg.vgg19 import VGG19
from tests.helpers import random_image, tiny_weights

CONTENT, STYLE = random_image(36, 48, 1), random_image(40, 40, 2)
NAMES = [
    *("content distance", "style distance", "palette", "brush", "scene", "grain", "colour distance"),
    *("sharpness", "noise", "lattice", "seams", "border", "identity"),
]
SHORT = {"scales": 1, "steps": 2}


def encoder() -> VGG19:
    return VGG19(tiny_weights(), pooling="average")


def painted(**fields) -> Result:
    return impasto.Stylizer(impasto.Settings(**SHORT, **fields), encoder=encoder()).stylize(CONTENT, STYLE)


@pytest.fixture(scope="module")
def result() -> Result:
    return painted()


@pytest.fixture(scope="module")
def report(result):
    return impasto.report(result, encoder=encoder())


def test_a_result_knows_its_parents(result, report):
    again = impasto.report(result, CONTENT, STYLE, encoder=encoder(), identity=False)
    assert again.measures == report.measures[:-1]
    assert [one.name for one in again.measures] == NAMES[:-1]


def test_any_picture_can_be_measured(result, report, tmp_path):
    picture = (result.image[0].permute(1, 2, 0) * 255).round().byte().numpy()
    found = impasto.report(picture, CONTENT, STYLE, encoder=encoder())
    assert "it carries no settings" in found.notes[0]
    assert found["colour distance"].values["result to painting"]["distance"] == pytest.approx(
        report["colour distance"].values["result to painting"]["distance"], abs=1e-3
    )


def test_a_file_is_measured_with_the_settings_it_carries(tmp_path):
    picture = painted(border="zeros", style_layers="relu3_2", threads=1)
    picture.save(tmp_path / "out.png")
    found = impasto.report(tmp_path / "out.png", CONTENT, STYLE, encoder=encoder(), identity=False)
    assert not found.notes
    assert found.about["settings"]["border"] == "zeros"
    assert found.about["settings"]["threads"] is None  # of the computer it was painted on
    assert found.about["optimised"] == {"content": ["relu4_2"], "style": ["relu3_2"]}
    assert "relu3_2" in found["style distance"].values


def test_settings_of_another_version_are_noted(tmp_path):
    write_picture(tmp_path / "out.png", CONTENT, metadata={"settings": {"brush": "wide"}})
    found = impasto.report(tmp_path / "out.png", CONTENT, STYLE, encoder=encoder(), identity=False)
    assert "another version" in found.notes[0]


def test_every_measure_is_explained_with_its_source(report):
    assert [one.name for one in report.measures] == NAMES
    for one in report.measures:
        assert one.sentence.endswith(".")
        assert one.source.endswith(".")
        assert one.sentence in " ".join(impasto.report_table(report).split())
        assert one.source in " ".join(impasto.report_table(report).split())
        for row, values in one.values.items():
            assert row in impasto.report_table(report)
            assert all(np.isfinite(value) for value in values.values())


def test_every_measure_stands_in_the_documentation_with_its_source(report):
    rows = (Path(__file__).parents[2] / "docs" / "report.md").read_text("utf-8")
    for one in report.measures:
        row = next(line for line in rows.splitlines() if line.startswith(f"| {one.name} |"))
        assert row.split(" | ")[2].split(", ")[0] in one.source


def test_json_gives_the_same_measures_back(report, tmp_path):
    impasto.save_report(report, tmp_path / "report.json")
    read = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert read == report.as_dict()
    assert tuple(Measure(**one) for one in read["measures"]) == report.measures


def test_the_painting_itself_has_no_style_distance_and_the_photograph_no_content_distance():
    as_content = impasto.report(CONTENT, CONTENT, STYLE, encoder=encoder(), identity=False)
    assert all(row["result"] < 1e-12 for row in as_content["content distance"].values.values())
    as_style = impasto.report(STYLE, STYLE, STYLE, encoder=encoder(), identity=False)
    assert all(row["result"] < 1e-12 for row in as_style["style distance"].values.values())


def test_the_identity_test_sees_a_start_with_noise(report):
    assert report["identity"].values["largest"]["difference"] < 255e-5
    noisy = impasto.report(
        CONTENT, CONTENT, STYLE, settings=impasto.Settings(start="noise", **SHORT), encoder=encoder()
    )
    assert noisy["identity"].values["mean"]["difference"] > 10


def test_a_start_that_is_a_file_is_not_needed_again():
    settings = impasto.Settings(start="sketch.png", **SHORT)
    found = impasto.report(CONTENT, CONTENT, STYLE, settings=settings, encoder=encoder())
    assert found["identity"].values["largest"]["difference"] < 255e-5


@pytest.mark.slow
def test_what_is_not_looked_at_is_noted_in_one_line():
    left = torch.zeros(36, 48)
    left[:, :24] = 1
    stylizer = impasto.Stylizer(impasto.Settings(**SHORT), encoder=encoder())
    result = stylizer.stylize(CONTENT, [STYLE, CONTENT], masks=[left, 1 - left])
    (line,) = impasto.report(result, encoder=encoder()).notes
    assert "painted with style 2, mask, mask 2, too" in line
    assert line.endswith("the first painting as a whole, and the identity test does without")
    (line,) = impasto.report(result, encoder=encoder(), identity=False).notes
    assert "identity" not in line


def test_the_identity_test_says_what_it_paints(report):
    said = report["identity"].sentence
    assert "at 48 x 36 pixels, from the start underpainting" in said
    assert "one painting, no regions" in said


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["png", "pdf", "svg"])
def test_the_page_is_the_same_file_every_time(report, tmp_path, kind):
    for name in ("one", "two"):
        impasto.save_report(report, tmp_path / f"{name}.{kind}")
    assert (tmp_path / f"one.{kind}").read_bytes() == (tmp_path / f"two.{kind}").read_bytes()


def test_the_page_shows_all_pictures_and_curves(report):
    figure = page(report)
    titles = [axes.get_title() for axes in figure.get_axes()]
    for wanted in (
        "photograph, 48",
        "painting, 40",
        "result, 48",
        "difference",
        "content dist",
        "style dist",
        "noise",
    ):
        assert any(title.startswith(wanted) for title in titles)
    assert sum(len(axes.images) for axes in figure.get_axes()) == 4
    style = next(axes for axes in figure.get_axes() if axes.get_title() == "style distance")
    assert list(style.lines[0].get_ydata()) == report["style distance"].column("result")


def test_what_stands_there_is_not_replaced(report, tmp_path):
    (tmp_path / "report.png").write_bytes(b"dear")
    with pytest.raises(OutputError, match=r"report\.png"):
        impasto.save_report(report, tmp_path / "report.png")
    with pytest.raises(SettingsError, match=r"\.json, \.png, \.pdf, \.svg"):
        impasto.save_report(report, tmp_path / "report.txt")
    assert (tmp_path / "report.png").read_bytes() == b"dear"


def test_a_missing_parent_and_another_shape_are_one_line(result):
    with pytest.raises(SettingsError, match=r"content.*style"):
        impasto.report(CONTENT, CONTENT, encoder=encoder())
    with pytest.raises(PictureError, match=r"36 x 48.*48 x 36"):
        impasto.report(torch.rand(1, 3, 48, 36), CONTENT, STYLE, encoder=encoder())
    with pytest.raises(KeyError):
        impasto.report(result, encoder=encoder(), identity=False)["beauty"]


def test_a_process_with_some_rows_only_gives_no_report(result):
    part = PartOfResult(**{name: getattr(result, name) for name in Result.__dataclass_fields__})
    with pytest.raises(SettingsError, match="rank 0"):
        impasto.report(part, encoder=encoder())

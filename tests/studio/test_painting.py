"""One painting after the other: watched, steered, paused, stopped, gone on with, and always the same bytes."""

import io
import zipfile
from pathlib import Path

import pytest
import torch
from PIL import Image

import impasto
from impasto.cli import main
from impasto.errors import OutputError
from impasto.explore.paint import Explorer
from impasto.images.io.write import write_picture
from impasto.studio import frames, look, work
from impasto.studio import record as record_module
from impasto.studio.grid_work import GridWork
from impasto.studio.page.report import make_report
from impasto.studio.record import bundle, export
from impasto.studio.routes import parts_of
from tests.studio.conftest import lay, until

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def no_first_look(monkeypatch):
    """It would paint and measure beside every painting here; test_look.py has it."""
    monkeypatch.setattr(look, "_CALM", 3600.0)


def painted(atelier, record) -> bytes:
    until(lambda: record.ended and atelier.queue.work is None, f"{record.title} ({record.state})")
    assert record.problem == ""
    return record.picture.read_bytes()


def alone(pictures: Path, to: Path, adjustments=(), **settings) -> bytes:
    """What the library paints by itself, without a studio."""
    fields = {"size": 48, "scales": 2, "steps": 6, "threads": 1, **settings}
    stylizer = impasto.Stylizer(impasto.Settings(recipe="glaze", **fields))
    painting = stylizer.paint(pictures / "photo.png", pictures / "paint.png", adjustments=adjustments)
    for _ in painting:
        pass
    painting.result().save(to)
    return to.read_bytes()


def after_steps(monkeypatch, number: int, action) -> None:
    """Do something, once, in the painter's own thread after so many steps."""
    stepped, done = work.Work._stepped, []

    def then(self, painting, step, pace):
        stepped(self, painting, step, pace)
        if step.number == number and not done:
            done.append(True)
            action(self)

    monkeypatch.setattr(work.Work, "_stepped", then)


def test_the_same_bytes_as_without_a_studio(atelier, pictures, tmp_path):
    record = atelier.paint()
    assert painted(atelier, record) == alone(pictures, tmp_path / "alone.png")
    assert (record.state, record.steps, record.done, record.size) == ("finished", 15, 1.0, (48, 36))
    assert record.small("thumb").is_file()
    assert not record.checkpoint.exists()


def test_what_is_changed_while_it_is_painted_is_in_the_recipe(atelier, pictures, tmp_path, monkeypatch):
    after_steps(monkeypatch, 4, lambda one: one.adjust({"strength": 0.8}))
    record = atelier.paint()
    data = painted(atelier, record)
    assert record.adjustments == [{"step": 4, "strength": 0.8}]
    assert data == alone(pictures, tmp_path / "alone.png", [(4, {"strength": 0.8})])
    assert data != alone(pictures, tmp_path / "plain.png")


def test_changes_between_two_steps_are_one(atelier, monkeypatch):
    def change(one):
        for changes in ({"beta": 3.0}, {"strength": 0.2}, {"strength": 0.8}, {"variation": 0.1}):
            one.adjust(changes)
        assert one.settings_now == {"strength": 0.8, "variation": 0.1}

    after_steps(monkeypatch, 4, change)
    record = atelier.paint()
    painted(atelier, record)
    assert record.adjustments == [{"step": 4, "strength": 0.8, "variation": 0.1}]


def test_nothing_is_changed_after_the_last_step(atelier, monkeypatch):
    after_steps(monkeypatch, 15, lambda one: one.adjust({"strength": 0.8}))
    record = atelier.paint()
    painted(atelier, record)
    assert record.adjustments == []


def test_paused_and_gone_on_with(atelier, pictures, tmp_path, monkeypatch):
    after_steps(monkeypatch, 5, lambda one: one.pause())
    record = atelier.paint()
    until(lambda: record.state == "paused")
    at_work = atelier.queue.work
    assert (record.steps, at_work.left()) == (5, None)
    assert record.checkpoint.is_file()
    at_work.adjust({"strength": 0.9})
    at_work.go_on()
    data = painted(atelier, record)
    assert data == alone(pictures, tmp_path / "alone.png", [(5, {"strength": 0.9})])


def test_stopped_and_kept_and_gone_on_with_to_the_bit(atelier, pictures, tmp_path, monkeypatch):
    after_steps(monkeypatch, 5, lambda one: one.keep())
    record = atelier.paint()
    painted(atelier, record)
    assert (record.state, record.steps) == ("kept", 5)
    assert record.summary == "stopped at 5 of 15"
    assert impasto.read_metadata(record.picture)["steps"] == 5
    atelier.queue.again(record.id)
    until(lambda: record.state == "finished")
    assert painted(atelier, record) == alone(pictures, tmp_path / "alone.png")


def test_discarded_means_gone(atelier, monkeypatch):
    after_steps(monkeypatch, 3, lambda one: one.discard())
    record = atelier.paint()
    until(lambda: record.id not in atelier.queue.records)
    until(lambda: not record.home.exists())


@pytest.mark.parametrize("paused", [False, True])
def test_closed_and_opened_again_it_goes_on_to_the_bit(open_atelier, pictures, tmp_path, monkeypatch, paused):
    atelier = open_atelier()
    lay(atelier, pictures)
    after_steps(monkeypatch, 5, lambda one: one.pause())
    after_steps(monkeypatch, 4, lambda one: one.adjust({"strength": 0.8}))
    record = atelier.paint()
    until(lambda: record.state == "paused")
    atelier.close()
    if not paused:
        record.state = "painting"
        record.save()
    again = open_atelier()
    record = again.queue.records[record.id]
    if paused:
        until(lambda: again.queue.work and record.state == "paused")
        again.queue.work.go_on()
    assert painted(again, record) == alone(pictures, tmp_path / "alone.png", [(4, {"strength": 0.8})])


def test_a_change_after_the_last_checkpoint_is_made_again(open_atelier, pictures, tmp_path, monkeypatch):
    """The server is killed at step 9; its checkpoint is of step 1, its record knows of a change at step 6."""
    atelier = open_atelier()
    lay(atelier, pictures)
    after_steps(monkeypatch, 6, lambda one: one.adjust({"strength": 0.8}))
    after_steps(monkeypatch, 9, lambda one: one.pause())
    with monkeypatch.context() as killing:
        killing.setattr(work.Work, "_save_checkpoint", only_once(work.Work._save_checkpoint))
        record = atelier.paint()
        until(lambda: record.steps == 9 and record.state == "paused")
        record.state = "painting"
        record.save()
        assert len(impasto.load_checkpoint(record.checkpoint).history) == 1
        killing.setattr(type(record), "save", lambda self: None)  # nothing more is written of it
        atelier.close()
    again = open_atelier()
    record = again.queue.records[record.id]
    assert painted(again, record) == alone(pictures, tmp_path / "alone.png", [(6, {"strength": 0.8})])


def only_once(method):
    done = []

    def call(self, *arguments):
        if not done:
            done.append(True)
            method(self, *arguments)

    return call


def test_one_after_the_other_in_the_order_that_was_chosen(atelier, monkeypatch):
    begun = []
    run = work.Work.run
    monkeypatch.setattr(work.Work, "run", lambda self: (begun.append(self.record.id), run(self)))
    first = atelier.paint()
    until(lambda: atelier.queue.work is not None)
    atelier.queue.work.pause()
    others = [atelier.paint() for _ in range(3)]
    atelier.queue.move(others[2].id, -1)
    atelier.queue.move(others[0].id, 1)
    wanted = [others[2], others[0], others[1]]
    assert atelier.queue.waiting() == wanted
    atelier.queue.remove(others[1].id)
    atelier.queue.work.go_on()
    for record in (first, *wanted[:2]):
        painted(atelier, record)
    assert begun == [first.id, others[2].id, others[0].id]
    assert not others[1].home.exists()


def test_one_that_fails_is_one_line_and_the_next_is_painted(atelier):
    atelier.queue._yielding = lambda: True  # nothing is painted yet
    first = atelier.paint()
    atelier.library.file(first.order.content).write_bytes(b"no picture any more")
    until(lambda: first.state == "failed")
    assert "photo.png" in first.problem
    assert "\n" not in first.problem


def test_a_full_disk_loses_nothing(atelier, pictures, tmp_path, monkeypatch):
    """The picture waits in memory until there is room."""
    full = [True]
    keep = record_module._save_canvas

    def keep_canvas(path, result):
        if full[0]:
            raise OutputError("the disk is full")
        keep(path, result)

    monkeypatch.setattr(record_module, "_save_canvas", keep_canvas)
    record = atelier.paint()
    until(lambda: record.state == "paused")
    assert record.problem.startswith("the disk is full")
    full[0] = False
    atelier.queue.work.go_on()
    assert painted(atelier, record) == alone(pictures, tmp_path / "alone.png")


def test_checkpoints_that_cannot_be_written_do_not_end_it(atelier, pictures, tmp_path, monkeypatch):
    def full(*_, **__):
        raise OutputError("'painting.checkpoint' could not be written (No space left on device)")

    monkeypatch.setattr(impasto.Painting, "save_checkpoint", full)
    notes = []
    after_steps(monkeypatch, 2, lambda one: notes.append(one.note))
    record = atelier.paint()
    assert painted(atelier, record) == alone(pictures, tmp_path / "alone.png")
    assert "a checkpoint is missing" in notes[0]


def test_only_colours_are_taken_without_painting(atelier, pictures, tmp_path):
    atelier.desk.turn("colour", "only")
    record = atelier.paint()
    data = painted(atelier, record)
    result = impasto.recolor(
        pictures / "photo.png", pictures / "paint.png", size=48, scales=2, steps=6, threads=1, recipe="glaze"
    )
    result.save(tmp_path / "alone.png")
    assert data == (tmp_path / "alone.png").read_bytes()


@pytest.mark.parametrize(
    ("name", "bits"), [("x.tif", 16), ("x.png", 16), ("x.png", 8), ("x.jpg", 8), ("x.webp", 8)]
)
def test_a_download_is_what_the_command_line_would_have_written(atelier, pictures, tmp_path, name, bits):
    record = atelier.paint()
    painted(atelier, record)
    export(record, tmp_path / name, bits)
    assert (tmp_path / name).read_bytes() == alone(pictures, tmp_path / f"alone-{name}", bits=bits)


def test_everything_that_is_downloaded_paints_it_again(atelier, pictures, tmp_path, monkeypatch):
    """The archive, unpacked elsewhere: its command gives the same bytes, with what was changed on the way."""
    write_picture(pictures / "stays.png", torch.linspace(-1, 2, 48).clamp(0, 1).expand(1, 3, 36, 48))
    atelier.desk.mask("protect", atelier.library.add_copy(pictures / "stays.png", "stays.png"))
    atelier.desk.add_style(atelier.library.add_copy(pictures / "monet.png", "monet.png"))
    atelier.desk.weigh(atelier.desk.contents.styles[1][0].key, 2.5)
    after_steps(monkeypatch, 4, lambda one: one.adjust({"strength": 0.8, "styles": [1.0, 3.0]}))
    record = atelier.paint()
    data = painted(atelier, record)
    files, command = parts_of(atelier, record)
    bundle(record, tmp_path / "all.zip", files, command)
    elsewhere = tmp_path / "elsewhere"
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        archive.extractall(elsewhere)
    monkeypatch.chdir(elsewhere)
    words = (elsewhere / "again.txt").read_text().split()
    assert main([*words[1:], "--quiet"]) == 0
    output = words[words.index("-o") + 1]
    assert (elsewhere / output).read_bytes() == data


def test_a_painting_that_starts_from_another_is_painted_again_from_its_recipe(atelier, tmp_path, monkeypatch):
    first = atelier.paint()
    painted(atelier, first)
    start = atelier.library.add_copy(first.picture, "first.png", "start picture")
    atelier.desk.take_order(first.order, start)
    record = atelier.paint()
    data = painted(atelier, record)
    files, command = parts_of(atelier, record)
    bundle(record, tmp_path / "all.zip", files, command)
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        archive.extractall(tmp_path / "elsewhere")
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert "--start first.png" in command
    assert main([*command.split()[1:], "--quiet"]) == 0
    assert Path(command.split()[command.split().index("-o") + 1]).read_bytes() == data


def test_a_report_is_that_of_the_command_line_and_made_once(atelier, pictures, monkeypatch):
    record = atelier.paint()
    painted(atelier, record)
    words = make_report(atelier, record)
    record.picture.with_name("photo-paint.png").write_bytes(record.picture.read_bytes())
    assert words == impasto.report_table(
        impasto.report(
            record.picture.with_name("photo-paint.png"), pictures / "photo.png", pictures / "paint.png"
        )
    )
    with Image.open(record.home / "report.png") as page:
        assert min(page.size) > 500
    monkeypatch.setattr(impasto, "report", None)  # it is not measured again
    assert make_report(atelier, record) == words


def test_a_bug_in_one_painting_does_not_end_the_others(atelier, monkeypatch, capsys):
    def broken(*_):
        raise KeyError("a bug")

    with monkeypatch.context() as breaking:
        breaking.setattr(work.Work, "_stepped", broken)
        first = atelier.paint()
        until(lambda: first.state == "failed")
    assert "KeyError" in first.problem
    assert "Traceback" in capsys.readouterr().err
    painted(atelier, atelier.paint())


def test_a_grid_waits_in_the_queue_like_any_painting(atelier, tmp_path):
    record = atelier.explore(["strength=0.2,0.8"], 48)
    data = painted(atelier, record)
    assert data == (record.grid / "sheet.png").read_bytes()
    assert record.title == "photo × paint: strength"
    page = (record.grid / "index.html").read_text()
    assert "photo.png" in page
    assert str(tmp_path) not in page
    assert (record.state, record.steps, record.of_steps) == ("finished", 2, 2)


def test_a_grid_is_seen_while_its_pictures_come_into_being(atelier, monkeypatch):
    """It changes before one is finished, and its places stay where they are."""
    for name, value in {"WATCHED_SECONDS": float("inf"), "LEAST_SECONDS": 0.0, "SHARE": float("inf")}.items():
        monkeypatch.setattr(frames, name, value)
    seen = []
    plain = frames.Frames.show

    def show(self, what, *, now=False):
        plain(self, what, now=now)
        if isinstance(what, Explorer):
            seen.append((what.done, self.jpeg))

    monkeypatch.setattr(frames.Frames, "show", show)
    painted(atelier, atelier.explore(["strength=0.2,0.8"], 48))
    assert len({jpeg for done, jpeg in seen if done == 0}) > 1
    assert len({jpeg for done, jpeg in seen if done == 1}) > 1
    assert len({Image.open(io.BytesIO(jpeg)).size for _, jpeg in seen}) == 1


def test_a_grid_that_was_interrupted_goes_on(open_atelier, pictures, monkeypatch):
    atelier = open_atelier()
    lay(atelier, pictures)
    with monkeypatch.context() as closing:

        def show(self, explorer):
            atelier.queue._closing = True
            self.close()

        closing.setattr(GridWork, "_show", show)
        record = atelier.explore(["strength=0.2,0.5,0.8"], 48)
        until(lambda: atelier.queue._closing and atelier.queue.work is None)
        atelier.close()
    written = {path: path.stat().st_mtime_ns for path in (record.grid / "cells").glob("*.png")}
    assert len(written) == 1
    again = open_atelier()
    painted(again, again.queue.records[record.id])
    assert all(path.stat().st_mtime_ns == then for path, then in written.items())


def test_what_cannot_be_varied_is_told_at_once(atelier):
    with pytest.raises(impasto.SettingsError, match="strenght"):
        atelier.explore(["strenght"], 48)
    assert atelier.queue.records == {}


def test_what_another_version_painted_is_kept_and_told(open_atelier, pictures):
    atelier = open_atelier(begin=False)
    lay(atelier, pictures)
    record, other = atelier.paint(), atelier.paint()
    atelier.close()
    file = record.home / "record.json"
    file.write_text(file.read_text().replace('"glaze"', '"of the future"'))
    again = open_atelier(begin=False)
    assert list(again.queue.records) == [other.id]
    assert again.queue.unreadable == 1
    assert file.exists()
    assert again.library.get(record.order.content.key) is not None

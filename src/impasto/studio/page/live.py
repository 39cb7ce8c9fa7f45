"""The side of a painting: how far it is, what can be changed while it is painted, and what can be done with it."""

from collections.abc import Callable, Hashable, Sequence
from functools import partial
from typing import Any

from nicegui import ui

from impasto.memory.process import resident
from impasto.settings import ADJUSTABLE, SCHEMA
from impasto.settings.values import bytes_text
from impasto.studio.page.finished import draw_finished
from impasto.studio.page.knob import Knob
from impasto.studio.page.parts import button, confirm, folded, heading, set_label
from impasto.studio.page.view import View
from impasto.studio.work import Work
from impasto.ui.progress import CURVE_BOX, clock, curve_points, duration, parts_of

_FRONT = ("strength", "variation", "protect_strength")


def draw_live(view: View) -> None:
    """Draw the side: while a painting is painted its progress and knobs, afterwards its recipe."""
    at_work, done = ui.element("div").classes("scroll"), ui.element("div").classes("scroll")
    with at_work:
        _draw_progress(view)
        with ui.element("div") as changes:
            _draw_knobs(view)
    with done:
        draw_finished(view)

    def turn() -> None:
        at_work.set_visibility(view.work is not None)
        done.set_visibility(view.work is None)
        changes.set_visibility(view.record is not None and not view.record.order.vary)

    view.watch(lambda: (view.subject, view.work is not None), turn)


def _draw_progress(view: View) -> None:
    heading("Painting")
    bar = ui.linear_progress(0.0, show_value=False).props('rounded size=6px aria-label="Progress"')
    where = ui.label().classes("fact")
    cost = ui.label().classes("hint")
    draw_curve = _curve()
    left = ui.label().classes("fact")
    note = ui.label().classes("problem")
    with ui.element("div").classes("row"):
        toggle = partial(_do, view, Work.toggle)
        pause = button("Pause", toggle, "pause", strong=True, tip="Pause and go on (space)")
        button("Stop and keep", lambda: _do(view, Work.keep), tip="End it with the picture as it is")
        question = "Discard this painting? The picture and all its files go."
        discard = partial(_do, view, Work.discard)
        ask = partial(confirm, question, "Discard it", "Keep painting", discard)
        button("Discard", ask, tip="End it and forget it")

    def draw() -> None:
        work = view.work
        if work is None:
            return
        step = work.step
        bar.set_value(round(work.record.done, 3))
        where.set_text(_where(work))
        shown = [] if step is None else [f"Cost {step.cost.total:.4g}", *parts_of(step.cost)]
        cost.set_text(" · ".join(shown))
        draw_curve([one.total for one in work.history])
        remaining = work.left()
        parts = [f"{duration(work.record.seconds)} so far"] if work.record.seconds else []
        parts += [f"{clock(remaining)} left"] if remaining is not None else []
        left.set_text(" · ".join([*parts, f"{bytes_text(resident())} of memory"]))
        note.set_text(work.record.problem or work.note)
        pause.set_text("Go on" if work.paused else "Pause")
        pause.props(f"icon={'play_arrow' if work.paused else 'pause'}")

    view.watch(lambda: _seen(view), draw)


def _curve() -> Callable[[Sequence[float]], None]:
    """The curve of the cost; what is returned draws it anew, of J at every step."""
    with ui.element("svg").classes("curve") as svg:
        svg._props.update(viewBox=CURVE_BOX, preserveAspectRatio="none", role="img")
        svg._props["aria-label"] = "The cost at every step"
        line = ui.element("polyline")

    def draw(costs: Sequence[float]) -> None:
        points = curve_points(costs)
        svg.set_visibility(bool(points))
        if line._props.get("points") != points:
            line._props["points"] = points
            line.update()

    return draw


def _seen(view: View) -> Hashable:
    work = view.work
    if work is None:
        return None
    record, remaining = work.record, work.left()
    so_far = record.id, record.state, record.problem, round(record.done, 3), len(work.history)
    return *so_far, work.doing, work.paused, work.note, remaining and round(remaining)


def _where(work: Work) -> str:
    step = work.step
    if work.record.state == "paused":
        return f"paused after step {work.record.steps} of {work.record.of_steps}"
    if work.doing != "painting" or step is None:
        return work.doing
    height, width = step.size
    return f"scale {step.scale} of {step.scales} ({width} × {height}), step {step.step} of {step.steps}"


def _draw_knobs(view: View) -> None:
    heading("Change it while it is painted")

    def turned(name: str, value: Any) -> None:
        if view.work is not None:
            view.work.adjust({name: SCHEMA[name].checked(value)})

    knobs = {name: Knob(SCHEMA[name], turned, resettable=False) for name in _FRONT}

    def draw_more() -> None:
        for name in ADJUSTABLE:
            if name in SCHEMA and name not in _FRONT:
                knobs[name] = Knob(SCHEMA[name], turned, resettable=False)

    folded(draw_more, lambda: draw())
    weights = ui.element("div")
    changes = ui.label().classes("hint")

    def draw() -> None:
        work = view.work
        if work is None:
            return
        changed = work.settings_now
        settings = work.record.order.settings
        for name, knob in knobs.items():
            knob.show(changed.get(name, getattr(settings, name)), name in changed)
        knobs["protect_strength"].element.set_visibility(work.record.order.protect is not None)
        changes.set_text(_as_text(work))

    def draw_weights() -> None:
        weights.clear()
        work = view.work
        if work is not None and len(work.record.order.styles) > 1:
            with weights:
                _draw_weights(view, work)

    def seen() -> Hashable:
        work = view.work
        return work and (work.record.id, str(work.settings_now), len(work.record.adjustments))

    view.watch(seen, draw)
    view.watch(lambda: view.work and view.work.record.id, draw_weights)


def _draw_weights(view: View, work: Work) -> None:
    now = list(work.settings_now.get("styles", [weight for _, weight in work.record.order.styles]))
    ui.label("What each painting counts").classes("knob-name")
    for number, (source, _) in enumerate(work.record.order.styles):
        with ui.element("div").classes("row"):
            ui.label(source.name).classes("hint")
            made = ui.number(value=now[number], min=1e-6, step=0.5).props("dense outlined")
            set_label(made, f"What {source.name} counts beside the others")

            def weigh(made: Any = made, number: int = number) -> None:
                if made.value and made.value != now[number] and view.work is work:
                    now[number] = float(made.value)
                    work.adjust({"styles": list(now)})

            made.on("blur", weigh).on("keydown.enter", weigh)


def _as_text(work: Work) -> str:
    last = [dict(one) for one in work.record.adjustments[-3:]]
    return "; ".join(
        f"step {one.pop('step')}: " + ", ".join(f"{name} {value}" for name, value in one.items())
        for one in last
    )


def _do(view: View, action: Callable[[Work], None]) -> None:
    if view.work is not None:
        action(view.work)

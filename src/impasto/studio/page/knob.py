"""One knob: a setting of the table, drawn as its kind and range say, with its own sentence of help."""

import math
from collections.abc import Callable
from typing import Any

from nicegui import ui

from impasto.errors import ImpastoError
from impasto.settings import Setting
from impasto.studio.page.parts import set_label, tool
from impasto.ui.commands import as_text

_WIDE = 40.0  # a range whose ends are further apart than this, as a quotient, is turned in equal factors
_TYPED = "dense outlined debounce=400"  # a field takes effect when one has stopped typing, or leaves it
_BESIDE = 16  # characters that a field beside its name has room for
_TURNS = 200  # places of a slider

Turned = Callable[[str, Any], None]
"""A function that is called with the setting's name and its value; None: as the recipe has it. Raises SettingsError."""


class Knob:
    """A setting on the page.

    turned: called when the painter turns it. resettable: whether it can be left to the recipe.
    """

    def __init__(self, row: Setting, turned: Turned, *, resettable: bool = True):
        self.row, self._turned = row, turned
        self._showing = False
        with ui.element("div").classes("knob" if _is_wide(row) else "knob beside") as self.element:
            with ui.element("div").classes("knob-top"):
                ui.label(label_of(row)).classes("knob-name")
                self._shown = ui.label().classes("knob-value")
                self._reset = tool("undo", f"{label_of(row)}: as the recipe has it", lambda: self._turn(None))
                self._reset.set_visibility(resettable)
            self._control = self._draw()
            self._problem = ui.label().classes("problem")
            with ui.label(row.help).classes("help"):
                ui.tooltip(row.help).props("anchor='top middle' self='bottom middle'")
        self._resettable = resettable
        self._problem.set_visibility(False)

    def show(self, value: Any, own: bool) -> None:
        """Show a value; own: whether the painter has set it, and not the recipe."""
        self._showing = True
        try:
            self._shown.set_text(_as_text(self.row, value))
            self._control.set_value(self._position(value))
            self._reset.set_visibility(own and self._resettable)
            self.element.classes(add="own" if own else "", remove="" if own else "own")
            self._problem.set_visibility(False)
        finally:
            self._showing = False

    def _turn(self, value: Any) -> None:
        if self._showing:
            return
        try:
            self._turned(self.row.name, value)
        except ImpastoError as error:
            self._problem.set_text(str(error))
            self._problem.set_visibility(True)
        else:
            self._problem.set_visibility(False)

    def _draw(self) -> Any:
        row = self.row
        made: Any
        choices = {"choice": row.choices, "path": row.words}.get(row.kind)
        if choices:
            options = {one: str(one) for one in choices}
            made = ui.select(options, on_change=lambda event: self._turn(event.value))
            made.props("dense outlined options-dense")
        elif row.kind == "switch":
            made = ui.switch(on_change=lambda event: self._turn(event.value)).props("dense")
        elif _slides(row):
            made = ui.slider(min=0, max=_TURNS, step=1, on_change=lambda event: self._slid(event.value))
            made.props("dense")
        elif row.kind in ("number", "whole"):
            made = ui.number(placeholder=row.unset or None, on_change=lambda event: self._number(event.value))
            made.props(_TYPED)
        else:
            made = ui.input(placeholder=row.unset or None, on_change=lambda event: self._text(event.value))
            made.props(_TYPED)
        set_label(made, f"{label_of(row)}: {row.help}")
        return made

    def _number(self, value: float | None) -> None:
        if value is not None and self.row.kind == "whole" and value == int(value):
            value = int(value)
        if value != self._last:
            self._turn(value)

    def _text(self, value: str | None) -> None:
        if (value or None) != self._last:
            self._turn(value or None)

    def _slid(self, place: float) -> None:
        if not self._showing:
            value = _value_at(self.row, place / _TURNS)
            self._shown.set_text(_as_text(self.row, value))
            self._turn(value)

    def _position(self, value: Any) -> Any:
        """The position of the control for a value."""
        self._last = value
        if _slides(self.row):
            return round(_TURNS * _place_of(self.row, value))
        if self.row.kind == "layers":
            self._last = as_text(value)
        return self._last


def label_of(row: Setting) -> str:
    """The name of a knob.

    >>> from impasto.settings import SCHEMA
    >>> label_of(SCHEMA["style_scale"])
    'Style scale'
    """
    return row.name.replace("_", " ").capitalize()


def _slides(row: Setting) -> bool:
    return row.kind == "number" and row.high is not None and row.high <= 100


def _is_wide(row: Setting) -> bool:
    """Whether it takes a line of its own."""
    return _slides(row) or row.kind == "layers" or (not row.words and len(row.unset) > _BESIDE)


def _range(row: Setting) -> tuple[float, float, bool]:
    """The ends of a slider, and whether it is turned in equal factors."""
    assert row.low is not None
    assert row.high is not None
    return row.low, row.high, row.low > 0 and row.high / row.low > _WIDE


def _value_at(row: Setting, place: float) -> float:
    """The value at a place from 0 to 1, to three digits."""
    low, high, in_factors = _range(row)
    value = low * (high / low) ** place if in_factors else low + (high - low) * place
    return min(max(float(f"{value:.3g}"), low), high)


def _place_of(row: Setting, value: float | None) -> float:
    """The place of a value, from 0 to 1."""
    low, high, in_factors = _range(row)
    if value is None:
        return 0.5
    if in_factors:
        return math.log(value / low) / math.log(high / low)
    return (value - low) / (high - low)


def _as_text(row: Setting, value: Any) -> str:
    if not _slides(row):
        return ""  # the field itself says it
    return f"{value:g}" if value is not None else row.unset or "as the recipe has it"

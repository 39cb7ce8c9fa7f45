"""A picture to look at: zoom, pan, before and after, side by side with others."""

from nicegui.element import Element


class PictureView(Element, component="picture_view.js", esm={"impasto-components": "shared"}):
    """A picture that fills its place on the page and changes without flicker.

    The wheel or two fingers zoom about their place, dragging pans, a double click changes between the whole picture and
    its actual size. Keys, when it has the focus: + - 0 (whole) 1 (actual size), arrows pan, or move the divider while
    there is one. Beyond 100 percent pixels are crisp. What is seen is held in fractions of the picture: a larger one
    of the same shape, such as the next scale of a painting, is seen in the same way; one of another shape as a whole.

    The element takes the size that its surroundings give it. Elements within it lie over the picture.

    Events: `failed`, with the `url`, when a picture cannot be loaded; the one before it stays.

    source: URL of the picture; "" for none.
    before: URL of a picture to compare with, of the same shape: a divider to drag shows it on the left.
    label: what the picture is, for screen readers.
    group: views of one page with the same name of a group zoom and pan together.
    """

    def __init__(self, source: str = "", *, before: str = "", label: str = "", group: str = ""):
        super().__init__()
        with self.props.suspend_updates():
            self.props.update(source=source, before=before, label=label, group=group)

    def set_source(self, url: str) -> None:
        """Show another picture, once it is loaded and decoded.

        Pictures that come faster than they can be decoded are left out; the last is always shown. A changed picture
        needs a changed URL, such as one with a version.
        """
        self.props["source"] = url

    def set_before(self, url: str | None) -> None:
        """Compare with another picture, of the same shape; with none, take the divider away."""
        self.props["before"] = url or ""

    def set_group(self, name: str) -> None:
        """Zoom and pan together with the views of this group from now on; "" for alone."""
        self.props["group"] = name

    def fit(self) -> None:
        """Show the whole picture."""
        self.run_method("fit")

    def actual_size(self) -> None:
        """Show one pixel of the picture as one pixel of the screen."""
        self.run_method("actualSize")

"""What an exploration is of, in words."""

from pathlib import Path

from impasto.explore.paint import Subject


def test_one_painting():
    subject = Subject(Path("in/photo.jpg"), ((Path("monet.jpg"), 1.0),))
    assert subject.title == "photo.jpg in the manner of monet.jpg"
    assert subject.shown() == [(Path("in/photo.jpg"), "photo.jpg"), (Path("monet.jpg"), "monet.jpg")]
    assert not subject.protects


def test_several_paintings_and_masks():
    names = [(Path(f"{letter}.jpg"), weight) for letter, weight in (("a", 2.0), ("b", 0.25), ("c", 1.0))]
    face = Path("face.png")
    subject = Subject(Path("photo.jpg"), tuple(names), {"protect": face})
    assert subject.title == "photo.jpg in the manner of a.jpg and 2 more"
    assert [words for _, words in subject.shown()] == [
        *("photo.jpg", "a.jpg, weight 2", "b.jpg, weight 0.25", "c.jpg", "face.png (protect mask)")
    ]
    assert subject.protects

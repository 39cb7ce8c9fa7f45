"""Tiny films, made here, and a tiny network: the real command line and the real stylizer on them."""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

av = pytest.importorskip("av", reason="films need the extra impasto[video]")
pytest.importorskip("cv2", reason="films need the extra impasto[video]")

import impasto  # noqa: E402
from impasto.images.io.write import write_picture  # noqa: E402
from impasto.settings import Settings  # noqa: E402
from impasto.vgg.vgg19 import VGG19  # noqa: E402
from impasto.video.stylizer import VideoStylizer  # noqa: E402
from impasto.video.temporal import Temporal  # noqa: E402
from tests.cli.conftest import one_thread, refused, run  # noqa: E402
from tests.helpers import random_image, tiny_encoder, tiny_weights  # noqa: E402
from tests.video.synthetic import Synthetic, camera, film, noise_picture  # noqa: E402

__all__ = ["one_thread", "refused", "run"]

SHORT = {"steps": 3, "scales": 1, "threads": 1}
QUICK = {**SHORT, "recipe": "glaze"}
"""Where it does not matter how a frame is painted: half the time of the default recipe."""
SIZE = (36, 48)


def write(
    path: Path,
    frames: Sequence[np.ndarray],
    *,
    rate: Fraction = Fraction(10),
    times: Sequence[Fraction] | None = None,
    codec: str = "ffv1",
    sound: float | None = None,
    sound_rate: int = 8000,
    pixels: str | None = None,
) -> None:
    """A film of uint8 frames, without loss unless the codec has some; sound: seconds of a tone in AAC."""
    kinds = {"ffv1": "bgr0", "libx264": "yuv444p"}
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=rate, options={"crf": "8"} if codec == "libx264" else {})
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = pixels or kinds[codec]
        base = Fraction(1, 1000)
        stream.time_base = stream.codec_context.time_base = base
        tone = None
        if sound is not None:
            tone = out.add_stream("aac", rate=sound_rate, layout="mono")
        for number, pixels_ in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(pixels_, format="rgb24" if pixels_.shape[2] == 3 else "rgba")
            time = number / rate if times is None else times[number]
            frame.pts, frame.time_base = round(time / base), base
            for packet in stream.encode(frame):
                out.mux(packet)
        for packet in stream.encode(None):
            out.mux(packet)
        if tone is not None:
            wave = np.sin(np.arange(round(sound * sound_rate)) * 0.3).astype(np.float32)[None]
            for first in range(0, wave.shape[1], 1024):
                piece = av.AudioFrame.from_ndarray(
                    np.ascontiguousarray(wave[:, first : first + 1024]), format="fltp", layout="mono"
                )
                piece.sample_rate, piece.pts, piece.time_base = sound_rate, first, Fraction(1, sound_rate)
                for packet in tone.encode(piece):
                    out.mux(packet)
            for packet in tone.encode(None):
                out.mux(packet)


def sound_of(path: Path) -> list[tuple[Fraction, bytes]]:
    """Time and bytes of every packet of sound."""
    with av.open(str(path)) as container:
        if not container.streams.audio:
            return []
        return [(p.pts * Fraction(p.time_base), bytes(p)) for p in container.demux(audio=0) if p.size]


@pytest.fixture
def pan() -> Synthetic:
    """Six frames of a camera that moves by whole pixels over a picture."""
    return film(noise_picture(80, 120), SIZE, 6, lambda i: camera(20 + 3 * i, 20 + i))


@pytest.fixture
def cinema(tmp_path, monkeypatch, one_thread) -> Iterator[Path]:
    """The current folder: style.png is there, the default network is tiny."""
    monkeypatch.chdir(tmp_path)
    write_picture(tmp_path / "style.png", random_image(40, 40, 2))
    with impasto.encoders_made_by(tiny_encoder):
        yield tmp_path


@pytest.fixture
def painter() -> Callable[..., VideoStylizer]:
    """A VideoStylizer with a tiny network; settings and temporal may be changed."""

    def make(temporal: Temporal | None = None, **settings) -> VideoStylizer:
        return VideoStylizer(
            Settings(**{**SHORT, **settings}), temporal=temporal or Temporal(frame_steps=2),
            encoder=VGG19(tiny_weights()),
        )  # fmt: skip

    return make

"""An afternoon sky: two decks of lit clouds over a blue that pales towards the horizon."""

from dataclasses import dataclass

import numpy as np

from drawing.fields import Field, mix, rgb, sample, smoothstep, spectral_noise

SUN = np.array([-0.74, 0.57, -0.36], np.float32)  # points to the sun; of unit length to a part in 500
SUNLIGHT = rgb(3.1, 2.4, 1.55)
SKYLIGHT = rgb(0.24, 0.32, 0.46)
ZENITH = rgb(0.10, 0.23, 0.56)
HORIZON = rgb(0.74, 0.80, 0.86)
LIT_CLOUD = rgb(1.55, 1.43, 1.26)
DARK_CLOUD = rgb(0.30, 0.35, 0.44)


@dataclass(frozen=True)
class Sky:
    """The sun's direction (3,), and the periodic noise its clouds are looked up in."""

    sun: Field
    billows: Field
    wisps: Field


def draw_sky(sun: Field, rng: np.random.Generator) -> Sky:
    """A sky with its own clouds."""
    return Sky(sun, spectral_noise(rng, 1024, 1.65), spectral_noise(rng, 1024, 1.5, (0.35, 1.0)))


def cloud_density(sky: Sky, x: Field, y: Field) -> Field:
    """How thick the cumulus stands over a point of the cloud deck; below zero is clear."""
    warp = sample(sky.billows, x * 0.5 + 311, y * 0.5 + 97)
    mass = sample(sky.billows, x + 9 * warp, y + 9 * warp)
    detail = sample(sky.billows, x * 4.1 + 57, y * 4.1)
    return 0.85 * mass + 0.24 * detail + 0.08 * sample(sky.billows, x * 13.0, y * 13.0 + 31) + 0.22


def sky_light(sky: Sky, ways: Field) -> Field:
    """Linear light (n, 3) of the sky seen along the unit vectors `ways` (n, 3)."""
    up = np.clip(ways[:, 1], 0.0, 1.0)
    reach = 95.0 / (up + 0.10)
    x, y = ways[:, 0] * reach, ways[:, 2] * reach
    blue = mix(HORIZON, ZENITH, smoothstep(-0.12, 0.62, up) ** 0.8)
    veil = smoothstep(0.0, 2.4, sample(sky.wisps, x * 1.3 + 500, y * 2.6)) * 0.35
    light = mix(blue, HORIZON * 1.1, veil)
    thick = cloud_density(sky, x, y)
    towards = sum(cloud_density(sky, x + d * sky.sun[0], y + d * sky.sun[2]) for d in (10.0, 34.0)) / 2
    lit = smoothstep(-0.55, 0.5, thick - towards) * (1 - 0.58 * smoothstep(0.15, 1.3, thick))
    cloud = mix(DARK_CLOUD, LIT_CLOUD, lit)
    cover = smoothstep(-0.02, 0.5, thick)
    far = np.exp(-up * 9.0)
    light = mix(light, mix(cloud, HORIZON, 0.65 * far), cover)
    glow = np.clip(ways @ sky.sun, 0, 1) ** 6
    return (light + glow[:, None] * np.array([0.5, 0.36, 0.2], np.float32)).astype(np.float32)

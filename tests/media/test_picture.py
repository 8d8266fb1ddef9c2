"""The slots alone: any shape fits, key frames come when asked for."""

import av
import numpy as np
import pytest

from server.media.picture import CARD_COLOUR, HEIGHT, WIDTH, Encoder, Fit, still_card


def picture(width: int, height: int, rgb: tuple[int, int, int] = (200, 30, 30)) -> av.VideoFrame:
    return av.VideoFrame.from_ndarray(np.full((height, width, 3), rgb, np.uint8), format="rgb24")


@pytest.mark.parametrize(("width", "height"), [(320, 180), (1920, 1080), (240, 320), (641, 33), (16, 16), (40, 400)])
def test_every_shape_fits_whole(width: int, height: int) -> None:
    fitted = Fit()(picture(width, height))
    assert (fitted.width, fitted.height, fitted.format.name) == (WIDTH, HEIGHT, "yuv420p")
    image = fitted.to_ndarray(format="rgb24")
    assert image[HEIGHT // 2, WIDTH // 2][0] > 150
    if width / height < WIDTH / HEIGHT - 0.01:
        assert image[HEIGHT // 2, 0].max() < 20, "bars at the sides"


def test_the_card_is_plain() -> None:
    planes = [set(bytes(plane)) for plane in still_card().planes]
    assert planes == [{value} for value in CARD_COLOUR]


def test_key_frames_come_when_asked_for_across_sources() -> None:
    encoder = Encoder(500_000)
    packets = []
    for number in range(12):
        source = picture(320, 180) if number < 6 else picture(240, 320, (30, 30, 200))
        packets += encoder.encode(source, number * 6000, key=number in (0, 6))
    assert [packet.is_keyframe for packet in packets] == [number in (0, 6) for number in range(12)]
    assert [packet.pts for packet in packets] == [number * 6000 for number in range(12)]

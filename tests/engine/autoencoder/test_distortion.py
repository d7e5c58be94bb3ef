"""Pictures turned and stretched at random still show the same thing."""

import pytest
import torch

from engine.autoencoder.distortion import distorted


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def drawn(n: int, height: int, width: int, half_y: float, half_x: float):
    """Return an ellipse in the middle of n pictures, 0 to 200."""
    y = torch.arange(height).view(-1, 1) - (height - 1) / 2
    x = torch.arange(width) - (width - 1) / 2
    inside = (y / half_y) ** 2 + (x / half_x) ** 2 <= 1
    return (inside * 200).to(torch.uint8).expand(n, 1, height, width)


def spreads(images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the variance of what is drawn, along the height and along the width."""
    height, width = images.shape[2:]
    found = []
    for axis, side in ((3, height), (2, width)):
        weight = images.sum(axis)[:, 0] / images.sum((1, 2, 3)).view(-1, 1)
        at = torch.arange(side) - (side - 1) / 2
        found.append((weight * at**2).sum(1))
    return found[0], found[1]


def test_nothing_happens_by_nothing() -> None:
    images = torch.randint(0, 256, (4, 2, 9, 12), dtype=torch.uint8)
    same = distorted(images, 0.0, 0.0, seeded())
    assert torch.allclose(same, images.float(), atol=1e-2)


def test_the_same_seed_gives_the_same_pictures() -> None:
    images = drawn(8, 28, 28, 4, 9)
    one, two, other = (distorted(images, 20.0, 0.2, seeded(s)) for s in (1, 1, 2))
    assert torch.equal(one, two)
    assert not torch.allclose(one, other, atol=1.0)
    assert not torch.allclose(one[0], one[1], atol=1.0)


@pytest.mark.parametrize(("height", "width"), [(48, 96), (96, 48), (40, 40)])
def test_a_disc_stays_a_disc_when_it_is_turned(height, width) -> None:
    images = drawn(16, height, width, 12, 12)
    turned = distorted(images, 45.0, 0.0, seeded())
    down, across = spreads(turned)
    assert torch.allclose(down, across, rtol=0.03)
    assert torch.allclose(down, spreads(images.float())[0], rtol=0.03)


def test_a_bar_is_turned_by_no_more_than_asked() -> None:
    images = drawn(64, 48, 96, 3, 20)
    before = spreads(images.float())[0]
    little, much = (
        spreads(distorted(images, degrees, 0.0, seeded()))[0] - before
        for degrees in (5.0, 40.0)
    )
    # sin(angle)^2 of the difference of the two variances, 100 and 2.25.
    assert little.max() < 0.0076 * 98 * 1.4
    assert 20 < much.max() < 0.413 * 98 * 1.1


def test_sides_are_stretched_each_for_itself() -> None:
    images = drawn(64, 60, 60, 12, 12)
    down, across = spreads(distorted(images, 0.0, 0.25, seeded()))
    plain = spreads(images.float())[0]
    for ratio in ((down / plain).sqrt(), (across / plain).sqrt()):
        assert 0.73 < ratio.min() < 0.85
        assert 1.15 < ratio.max() < 1.27
    assert (down / across).std() > 0.1

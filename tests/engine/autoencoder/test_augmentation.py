import pytest
import torch

from engine.autoencoder.agreement import disagreement
from engine.autoencoder.augmentation import changed, hidden, masked, moved, rolled
from engine.autoencoder.recipe import TrainingParams


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def images():
    return torch.randint(1, 256, (40, 2, 12, 20), generator=generator()).to(torch.uint8)


def test_nothing_is_changed_unless_asked(images):
    params = TrainingParams()
    assert not params.changes
    assert changed(images, params, generator()) is images
    assert hidden(images, params, generator()) is images


def test_moved_pictures_keep_their_content_and_repeat_their_border(images):
    found = moved(images, 2, generator())
    assert found.dtype == torch.uint8
    places = set()
    for before, after in zip(images, found, strict=True):
        fits = [
            (y, x)
            for y in range(-2, 3)
            for x in range(-2, 3)
            if torch.equal(after, _shifted(before, y, x))
        ]
        assert len(fits) == 1
        places.add(fits[0])
    assert len(places) > 10


def _shifted(image, y, x):
    height, width = image.shape[1:]
    wide = torch.nn.functional.pad(image[None].float(), (2, 2, 2, 2), mode="replicate")
    return wide[0, :, 2 - y : 2 - y + height, 2 - x : 2 - x + width].to(image.dtype)


def test_rolled_pictures_lose_nothing(images):
    found = rolled(images, 0.5, generator())
    for before, after in zip(images, found, strict=True):
        ways = [torch.equal(after, before.roll(by, 2)) for by in range(20)]
        assert sum(ways) == 1
    assert not torch.equal(found, images)


def test_a_mask_hides_bands_no_wider_than_chosen(images):
    found = masked(images.float(), 0.25, generator())
    gone = found == 0
    columns, rows = gone.all(2).sum(2), gone.all(3).sum(2)
    assert columns.max() in (4, 5)  # of 20
    assert rows.max() == 3  # of 12
    bands = gone.all(2, keepdim=True) | gone.all(3, keepdim=True)
    assert torch.equal(bands.expand_as(gone), gone)
    assert torch.equal(found[~gone], images.float()[~gone])


def test_noise_is_as_strong_as_chosen(images):
    params = TrainingParams(noise=0.5)
    pixels = torch.zeros(images.shape)
    found = hidden(pixels, params, generator())
    assert found.std() == pytest.approx(0.5, rel=0.05)


def test_the_same_numbers_change_pictures_in_the_same_way(images):
    params = TrainingParams(shift=3, roll=0.2, mask=0.3, noise=0.1)
    one, same, other = (
        hidden(changed(images, params, g).float(), params, g)
        for g in (generator(1), generator(1), generator(2))
    )
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_views_that_agree_and_clips_that_differ_are_wanted():
    clips = torch.randn(500, 4, generator=generator())
    far = torch.randn(500, 4, generator=generator(1))
    alike = torch.zeros(500, 4)
    copied = clips[:, :1].expand(-1, 4)
    best = disagreement(clips * 1.1, clips * 1.1)
    assert best < 0.1
    for worse in (
        disagreement(clips, far),
        disagreement(alike, alike),
        disagreement(copied, copied),
    ):
        assert worse > best + 0.1
    assert torch.isfinite(disagreement(clips[:1], clips[:1]))

"""The network has the shape of the published one (Guo et al., ICONIP 2017)."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from engine.autoencoder.architecture import (
    NetworkParams,
    Shape,
    layer_sizes,
    parameter_count,
)
from engine.autoencoder.model import Autoencoder
from engine.errors import ParameterError

# Kernel x kernel x in x out, and a bias per output.
PUBLISHED = {
    "convolutions.0": 5 * 5 * 1 * 32 + 32,
    "convolutions.2": 5 * 5 * 32 * 64 + 64,
    "convolutions.4": 3 * 3 * 64 * 128 + 128,
    "to_embedding": 1152 * 10 + 10,  # 3 x 3 x 128 numbers
    "from_embedding": 10 * 1152 + 1152,
    "transposed.0": 3 * 3 * 128 * 64 + 64,
    "transposed.2": 5 * 5 * 64 * 32 + 32,
    "transposed.4": 5 * 5 * 32 * 1 + 1,
}


def network(shape: Shape, **params) -> Autoencoder:
    torch.manual_seed(0)
    return Autoencoder(shape, NetworkParams(**params)).eval()


def outputs(model: Autoencoder) -> list[tuple[int, ...]]:
    """Return the shape of what each layer with weights gives for one image."""
    seen: list[tuple[int, ...]] = []
    for module in model.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
            module.register_forward_hook(
                lambda _, __, made: seen.append(tuple(made.shape[1:]))
            )
    with torch.no_grad():
        model(torch.zeros(1, *model.shape))
    return seen


def test_digits_go_through_the_published_layers() -> None:
    assert outputs(network(Shape(1, 28, 28), embedding=10)) == [
        (32, 14, 14),
        (64, 7, 7),
        (128, 3, 3),
        (10,),
        (1152,),
        (64, 7, 7),
        (32, 14, 14),
        (1, 28, 28),
    ]


def test_feature_images_go_through_the_same_layers() -> None:
    assert outputs(network(Shape(1, 48, 96), embedding=32)) == [
        (32, 24, 48),
        (64, 12, 24),
        (128, 6, 12),
        (32,),
        (128 * 6 * 12,),
        (64, 12, 24),
        (32, 24, 48),
        (1, 48, 96),
    ]


def test_every_layer_has_the_published_number_of_weights() -> None:
    model = network(Shape(1, 28, 28), embedding=10)
    counted: dict[str, int] = {}
    for name, weights in model.named_parameters():
        layer = name.rpartition(".")[0]
        counted[layer] = counted.get(layer, 0) + weights.numel()
    assert counted == PUBLISHED
    assert sum(counted.values()) == 275_979


def test_kernels_and_strides_are_the_published_ones() -> None:
    model = network(Shape(1, 28, 28), embedding=10)
    for half, kernels in (
        (model.convolutions, (5, 5, 3)),
        (model.transposed, (3, 5, 5)),
    ):
        layers = [m for m in half if isinstance(m, nn.Conv2d | nn.ConvTranspose2d)]
        assert [m.kernel_size for m in layers] == [(k, k) for k in kernels]
        assert {m.stride for m in layers} == {(2, 2)}


@pytest.mark.parametrize(
    ("shape", "params"),
    [
        (Shape(1, 28, 28), NetworkParams(embedding=10)),
        (Shape(1, 48, 96), NetworkParams(embedding=1024)),
        (Shape(3, 48, 96), NetworkParams(embedding=32, base=16)),
        (Shape(2, 9, 8), NetworkParams(embedding=1, base=1, activation="gelu")),
    ],
)
def test_weights_are_counted_without_a_network(shape, params) -> None:
    with torch.device("meta"):
        weights = Autoencoder(shape, params).parameters()
    assert parameter_count(shape, params) == sum(w.numel() for w in weights)


def test_the_count_of_digits_is_the_published_one() -> None:
    assert parameter_count(Shape(1, 28, 28), NetworkParams(embedding=10)) == 275_979


def test_every_side_from_8_on_comes_back() -> None:
    params = NetworkParams(embedding=1, base=1)
    for side in range(8, 130):
        for shape in (Shape(1, side, 8), Shape(1, 8, side)):
            with torch.device("meta"):
                _, made = Autoencoder(shape, params)(torch.empty(2, *shape))
            assert made.shape == (2, *shape)


@settings(max_examples=25, deadline=None)
@given(
    st.integers(1, 3),
    st.integers(8, 40),
    st.integers(8, 40),
    st.sampled_from(["relu", "gelu"]),
)
def test_any_image_gives_an_embedding_and_an_image(channels, height, width, kind):
    shape = Shape(channels, height, width)
    model = network(shape, embedding=3, base=2, activation=kind)
    images = torch.randint(0, 256, (2, *shape), dtype=torch.uint8)
    with torch.no_grad():
        embedding, made = model(model.normalised(images))
        restored = model.restored(made)
    assert embedding.shape == (2, 3)
    assert made.shape == (2, *shape)
    assert torch.isfinite(made).all()
    assert 0.0 <= restored.min() <= restored.max() <= 255.0


@pytest.mark.parametrize(("height", "width"), [(7, 28), (28, 7), (1, 1), (0, 8)])
def test_smaller_images_are_refused_in_words(height, width) -> None:
    with pytest.raises(ParameterError, match=f"8 pixels; it has {height} x {width}"):
        layer_sizes(height, width)
    with pytest.raises(ParameterError, match="at least 8"):
        Autoencoder(Shape(1, height, width), NetworkParams())


def test_the_embedding_is_linear_unless_asked_otherwise() -> None:
    images = torch.randn(64, 1, 8, 8)
    with torch.no_grad():
        assert network(Shape(1, 8, 8), embedding=8).encode(images).min() < 0
        bent = network(Shape(1, 8, 8), embedding=8, linear=False)
        assert bent.encode(images).min() == 0


def test_pixels_go_there_and_back() -> None:
    model = network(Shape(1, 8, 8), embedding=2)
    images = torch.arange(64, dtype=torch.uint8).view(1, 1, 8, 8) * 4
    pixels = model.normalised(images)
    assert -1.0 <= pixels.min() < pixels.max() <= 1.0
    assert torch.allclose(model.restored(pixels), images.float(), atol=1e-3)

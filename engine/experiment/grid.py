"""Which combinations an experiment tries."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from engine.clustering.methods import METHODS
from engine.errors import ParameterError
from engine.features.representation import RepresentationParams
from engine.features.spectral import FEATURES
from engine.params import Params

CLASSES = "classes"
"""The k that stands for as many clusters as there are classes."""

_ARRAYS = ("mean_std", "mean", "profile", "frames")
_IMAGES = ("image", "image_columns")
_JOINED = (
    "mel+mfcc_without_first",
    "chroma+mfcc_without_first",
    "mel+chroma+mfcc_without_first",
    "mfcc_without_first+descriptors",
)

GRIDS: dict[str, dict[str, Any]] = {
    "quick": {
        "features": ("mfcc_without_first", "mel", "chroma"),
        "poolings": ("mean_std", "image_columns"),
        "methods": ("kmeans", "agglomerative"),
    },
    "study": {
        "features": tuple(FEATURES),
        "poolings": (*_ARRAYS, *_IMAGES),
        "methods": ("kmeans", "fuzzy_cmeans", "agglomerative", "dbscan"),
    },
    "full": {
        "features": (*FEATURES, "descriptors", *_JOINED),
        "poolings": (*_ARRAYS, *_IMAGES),
        "scalings": ("power", "none", "standard"),
        "manifolds": ("none", "umap"),
        "methods": tuple(METHODS),
    },
}
"""The grids that come ready made, from the smallest to the largest."""


@dataclass(frozen=True)
class Grid:
    """Every matrix with every method at every k.

    Parameters
    ----------
    representations : tuple of RepresentationParams
        One per matrix.
    methods : tuple of (name, Params)
        Entries of `engine.clustering.methods.METHODS` and their parameters.
    ks : tuple of int or "classes"
        Numbers of clusters, for methods that take one.
    seeds : tuple of int
        Each is given to everything that has one.

    Raises
    ------
    ParameterError
        If an axis is empty, a method is unknown or a k is below 1.
    """

    representations: tuple[RepresentationParams, ...]
    methods: tuple[tuple[str, Params], ...]
    ks: tuple[int | str, ...] = (CLASSES,)
    seeds: tuple[int, ...] = (0,)

    def __post_init__(self) -> None:
        """Check the axes."""
        for axis in dataclasses.fields(self):
            if not getattr(self, axis.name):
                raise ParameterError(f"Grid.{axis.name} must hold at least one value")
        for name, _ in self.methods:
            _method(name)
        for k in self.ks:
            if k != CLASSES and not (isinstance(k, int) and k >= 1):
                raise ParameterError(
                    f"Grid.ks must be numbers from 1 or {CLASSES!r}; one is {k!r}"
                )

    @classmethod
    def of(
        cls,
        *,
        features: Sequence[str],
        poolings: Sequence[str],
        methods: Sequence[str],
        scalings: Sequence[str] = ("power",),
        reductions: Sequence[str] = ("none",),
        manifolds: Sequence[str] = ("none",),
        ks: Sequence[int | str] = (CLASSES,),
        seeds: Sequence[int] = (0,),
        base: RepresentationParams | None = None,
    ) -> Grid:
        """Combine values of every axis.

        Parameters
        ----------
        features, poolings, scalings, reductions, manifolds : sequence of str
            Values of the fields of `RepresentationParams`; several features joined by
            "+" are one value.
        methods : sequence of str
            Names, each followed by parameters where it is not to have its defaults:
            "agglomerative:linkage=average:metric=cosine".
        ks, seeds : sequence
        base : RepresentationParams, optional
            What the axes do not say.

        Raises
        ------
        ParameterError
            If a value is unknown. A combination that only contradicts itself (a
            picture of descriptors) is left out, unless all do.
        """
        axes: dict[str, Sequence[str]] = {
            "feature": features,
            "pooling": poolings,
            "scaling": scalings,
            "reduction": reductions,
            "manifold": manifolds,
        }
        base = base or RepresentationParams()
        # So that a misspelt value is not taken for a contradiction.
        for declared in base.declared():
            for value in axes.get(declared.name, ()):
                declared.checked(value, type(base).__name__)
        matrices: list[RepresentationParams] = []
        refused: ParameterError | None = None
        for values in product(*axes.values()):
            try:
                matrix = base.replace(**dict(zip(axes, values, strict=True)))
                if matrix.feature == "descriptors":  # which have no pooling
                    matrix = matrix.replace(pooling=poolings[0])
            except ParameterError as error:
                refused = error
                continue
            if matrix not in matrices:
                matrices.append(matrix)
        if refused and not matrices:
            raise refused
        chosen = tuple(parsed_method(text) for text in methods)
        return cls(tuple(matrices), chosen, tuple(ks), tuple(seeds))

    @classmethod
    def named(cls, name: str, **changes: Any) -> Grid:
        """Return one of `GRIDS`, with some axes replaced.

        Parameters
        ----------
        name : str
            "quick", a first look of seconds; "study", the study's own table of five
            features as arrays and images; "full", with everything there is.
        **changes
            As for `of`.
        """
        if name not in GRIDS:
            raise ParameterError(
                f"A grid must be one of {', '.join(GRIDS)}; it is {name!r}"
            )
        return cls.of(**(GRIDS[name] | changes))


def parsed_method(text: str) -> tuple[str, Params]:
    """Return what "name:field=value:field=value" stands for.

    Raises
    ------
    ParameterError
        For an unknown name or a value out of range.
    """
    name, *settings = text.split(":")
    params = _method(name)
    values = {}
    kinds = {declared.name: declared.kind for declared in params.declared()}
    for setting in settings:
        field, _, value = setting.partition("=")
        values[field] = typed(value, kinds.get(field, str))
    return name, params.from_dict(values)


def _method(name: str) -> type[Params]:
    if name not in METHODS:
        raise ParameterError(
            f"A method must be one of {', '.join(METHODS)}; one is {name!r}"
        )
    return METHODS[name].params


def typed(text: str, kind: type) -> object:
    """Return what a text stands for as a value of a field; itself where it is none."""
    if kind is bool:
        return {"yes": True, "true": True, "no": False, "false": False}.get(
            text.lower(), text
        )
    try:
        return kind(text)
    except ValueError:
        return text

"""Everything that was chosen between the files and the map, as one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Any

from engine.audio.preparing import PreparationParams
from engine.autoencoder.runs import NETWORK
from engine.clustering.methods import METHODS
from engine.errors import ParameterError, ProjectError
from engine.features.projection import ProjectionParams
from engine.features.representation import RepresentationParams
from engine.features.spectral import FeatureParams
from engine.params import Params

_STEPS = ("preparation", "features", "representation", "projection")
# What of a representation an embedding goes through.
AFTER_NETWORK = (
    *("scaling", "exponent", "reduction", "components", "variance"),
    *("manifold", "dimensions", "neighbours", "min_dist", "seed"),
)


@cache
def _defaults() -> dict[str, Params]:
    return {name: method.params() for name, method in METHODS.items()}


@dataclass(frozen=True)
class Pipeline:
    """The parameters of every step, in the order in which a sound meets them.

    Parameters
    ----------
    preparation : PreparationParams
        What is done to a sound before anything is computed.
    features : FeatureParams
        How a clip becomes five features.
    representation : RepresentationParams
        How stored features become one row of a matrix.
    method : str
        The chosen entry of `engine.clustering.methods.METHODS`.
    methods : mapping of method name to Params
        The parameters of every method, so that trying another one forgets nothing.
    projection : ProjectionParams
        How the matrix becomes the map.
    network : str
        The network whose embedding stands for a clip in place of its features, named
        as by `engine.autoencoder.runs.Run.network`; "" for none.

    Raises
    ------
    ParameterError
        If the method is not in the table, or the low-pass is beyond the sample rate.
    """

    preparation: PreparationParams = field(default_factory=PreparationParams)
    features: FeatureParams = field(default_factory=FeatureParams)
    representation: RepresentationParams = field(default_factory=RepresentationParams)
    method: str = "agglomerative"
    methods: Mapping[str, Params] = field(default_factory=_defaults)
    projection: ProjectionParams = field(default_factory=ProjectionParams)
    network: str = ""

    def __post_init__(self) -> None:
        """Check what the steps ask of each other, and give every method parameters."""
        if self.method not in METHODS:
            raise ParameterError(
                f"Pipeline.method must be one of {', '.join(METHODS)}; "
                f"it is {self.method!r}"
            )
        if self.network and not NETWORK.fullmatch(self.network):
            raise ParameterError(
                "Pipeline.network must be the name of a kept network, such as "
                f"20260131-235959-0a1b2c@20; it is {self.network!r}"
            )
        self.preparation.check_rate(self.features.rate)
        object.__setattr__(self, "methods", _defaults() | dict(self.methods))

    @property
    def method_params(self) -> Params:
        """The parameters of the chosen method."""
        return self.methods[self.method]

    @property
    def n_clusters(self) -> int | None:
        """The chosen number of clusters; None where the method finds it itself."""
        return getattr(self.method_params, "n_clusters", None)

    def choosing(self, method: str | None = None, **values: Any) -> Pipeline:
        """Return a copy with another method and other parameters, by their names alone.

        >>> Pipeline().choosing("kmeans", feature="mel", n_clusters=14).n_clusters
        14

        Parameters
        ----------
        method : str, optional
            By default the one that is chosen already.
        **values
            Fields of whatever steps have one of that name, as on the command line.

        Raises
        ------
        ParameterError
            If a name is unknown or a value out of range.
        """
        chosen = replace(self, method=method or self.method)
        steps: dict[str, Params] = {n: getattr(chosen, n) for n in _STEPS}
        steps["method_params"] = chosen.method_params
        known = {name for step in steps.values() for name in step.to_dict()}
        if unknown := sorted(values.keys() - known):
            raise ParameterError(
                f"{unknown[0]} is no parameter of any step with {chosen.method}; these "
                f"are: {', '.join(sorted(known))}"
            )
        changed: dict[str, Any] = {
            n: step.replace(**{k: values[k] for k in values.keys() & step.to_dict()})
            for n, step in steps.items()
        }
        method_params = changed.pop("method_params")
        return replace(chosen, **changed).with_method_params(method_params)

    def with_method_params(self, params: Params) -> Pipeline:
        """Return a copy with other parameters for the chosen method."""
        return replace(self, methods={**self.methods, self.method: params})

    def with_n_clusters(self, k: int) -> Pipeline:
        """Return a copy with another number of clusters for the chosen method."""
        return self.with_method_params(self.method_params.replace(n_clusters=k))

    @cached_property
    def extraction_key(self) -> str:
        """A name for the stored features: equal where they are."""
        return f"{self.preparation.key()}/{self.features.key()}"

    @cached_property
    def matrix_key(self) -> str:
        """A name for the matrix: equal where stored features and representation are.

        With a network, what chooses among the features does not count.
        """
        if not self.network:
            return f"{self.extraction_key}/{self.representation.key()}"
        kept = {n: getattr(self.representation, n) for n in AFTER_NETWORK}
        key = RepresentationParams(**kept).key()
        return f"{self.extraction_key}/{self.network}/{key}"

    @cached_property
    def grouping_key(self) -> str:
        """A name for the question that a grouping answers.

        Of a tree the number of clusters is only a cut, so it does not count.
        """
        params = self.method_params
        if METHODS[self.method].grows_tree:
            params = params.replace(n_clusters=1)
        return f"{self.matrix_key}/{self.method}/{params.key()}"

    @cached_property
    def layout_key(self) -> str:
        """A name for the question that a map answers."""
        return f"{self.matrix_key}/{self.projection.key()}"

    def to_dict(self) -> dict[str, Any]:
        """Return nested dicts of JSON scalars."""
        return {
            "preparation": self.preparation.to_dict(),
            "features": self.features.to_dict(),
            "representation": self.representation.to_dict(),
            "method": self.method,
            "methods": {name: p.to_dict() for name, p in self.methods.items()},
            "projection": self.projection.to_dict(),
            "network": self.network,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Pipeline:
        """Make a pipeline from what `to_dict` returned.

        Raises
        ------
        ProjectError
            If something in it is missing, unknown or out of range.
        """
        try:
            return cls(
                preparation=PreparationParams.from_dict(values.get("preparation", {})),
                features=FeatureParams.from_dict(values["features"]),
                representation=RepresentationParams.from_dict(values["representation"]),
                method=values["method"],
                methods={
                    name: METHODS[name].params.from_dict(chosen)
                    for name, chosen in values["methods"].items()
                },
                projection=ProjectionParams.from_dict(values["projection"]),
                network=values.get("network", ""),
            )
        except (KeyError, TypeError, AttributeError, ParameterError) as error:
            raise ProjectError(f"The parameters cannot be read: {error}") from error

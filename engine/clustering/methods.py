"""The table of clustering methods, in the order in which they are offered.

Each lives in the file of its name, which declares its `Params`, its ``fit`` and its
`Method`. A new one is such a file and its name below.
"""

from engine.clustering import (
    agglomerative,
    dbscan,
    fuzzy_cmeans,
    gaussian_mixture,
    hdbscan,
    kmeans,
)
from engine.clustering.method import Fit, Method

__all__ = ["METHODS", "Fit", "Method"]

METHODS: dict[str, Method] = {
    module.METHOD.name: module.METHOD
    for module in (
        kmeans,
        fuzzy_cmeans,
        agglomerative,
        dbscan,
        hdbscan,
        gaussian_mixture,
    )
}

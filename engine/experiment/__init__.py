"""Features x representations x methods x k as one table that can be taken up again.

>>> found = run(scan_folder("sounds"), Grid.named("study"), "results")
>>> print(found.best().markdown())
"""

from engine.experiment.embedding import NetworkEmbedding, parsed_network
from engine.experiment.grid import CLASSES, Grid
from engine.experiment.running import run
from engine.experiment.sources import MatrixFile, Source, StoredFeatures
from engine.experiment.table import Table

__all__ = [
    "CLASSES",
    "Grid",
    "MatrixFile",
    "NetworkEmbedding",
    "Source",
    "StoredFeatures",
    "Table",
    "parsed_network",
    "run",
]

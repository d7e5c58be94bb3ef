"""AudioClust's engine: sounds in, features, groups and scores out; no window needed.

The folders stand in the order in which a sound flows through them: `engine.audio`,
`engine.features`, `engine.clustering`, `engine.projects`.
"""

__version__ = "0.1.0"

"""Arrays in, an index out: plots that know neither the document nor the engine."""

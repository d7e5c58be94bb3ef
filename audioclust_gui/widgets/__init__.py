"""Controls that views are made of; they know the engine's values, not the document."""

"""Groups and their truth: methods, trees, partitions and scores."""

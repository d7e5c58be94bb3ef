"""What a clip looks like in numbers: features, images, matrices, projections."""

"""What a person made of a collection, and the file that keeps it."""

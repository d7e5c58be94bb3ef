"""A convolutional autoencoder of feature images, and groups in its embedding.

Light to import: what needs torch or lightning is imported inside the functions that use
it, or lies in a module that only those functions import.
"""

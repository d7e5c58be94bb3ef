"""The window of AudioClust.

Importing the package imports nothing else, because the worker process passes through
it on its way to the engine and must never pay for Qt.
"""

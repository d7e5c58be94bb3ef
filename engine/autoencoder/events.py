"""What a run measures, where TensorBoard finds it."""

from __future__ import annotations

import math
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from engine.autoencoder.history import Epoch

FOLDER = "tensorboard"  # in that of a run


class Events:
    """A log that is written at once, and given up where that cannot be.

    Written by tensorboardX' own thread, a full disk would leave training waiting for
    it for ever. A log is not worth a run: what is, says so when the disk is full.

    Parameters
    ----------
    folder : Path
        Of the run; a folder is made in it when something is first written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER
        self._writer: Any = None
        self._given_up = False

    def add(self, epoch: Epoch) -> None:
        """Write down what was measured in an epoch."""
        if self._given_up:
            return
        from tensorboardX.proto.event_pb2 import Event
        from tensorboardX.proto.summary_pb2 import Summary

        values = [
            Summary.Value(tag=name, simple_value=value)
            for name, value in asdict(epoch).items()
            if name != "number" and math.isfinite(value)
        ]
        event = Event(
            wall_time=time.time(), step=epoch.number, summary=Summary(value=values)
        )
        try:
            self._opened().write_event(event)
            self._writer.flush()
        except OSError:
            self._given_up = True
            self.close()

    def close(self) -> None:
        """Close the file, which is opened anew if something follows."""
        writer, self._writer = self._writer, None
        if writer is not None:
            with suppress(OSError):
                writer.close()

    def _opened(self) -> Any:
        if self._writer is None:
            from tensorboardX.event_file_writer import EventsWriter

            self._folder.mkdir(parents=True, exist_ok=True)
            # The writer's own name counts whole seconds: of two it would keep one.
            count = len(list(self._folder.iterdir()))
            self._writer = EventsWriter(str(self._folder / "events"), f".{count}")
        return self._writer

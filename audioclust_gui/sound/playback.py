"""Sound on a click: the one voice that the window speaks to."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from audioclust_gui.sound.cache import SoundCache
from audioclust_gui.sound.device import WORKS, DeviceSink
from audioclust_gui.sound.loader import Loaded, Request, SoundLoader
from audioclust_gui.sound.mixer import Mixer
from audioclust_gui.sound.performance import Performance
from audioclust_gui.sound.sequence import Item, Sequence, Turn
from audioclust_gui.sound.sink import Output, Sink

TICK = 33
"""Milliseconds between two positions of the playhead."""


class Playback(QObject):
    """One sound at a time: the newest click plays, whatever was asked before.

    Times are in seconds from the beginning of the clip, whatever the speed. All methods
    belong to the window's thread and return at once; decoding and opening the device
    happen elsewhere.

    Parameters
    ----------
    sink : Sink, optional
        Where the sound goes; the default device unless a test has its own.
    cache : SoundCache, optional
        Where decoded clips stay.
    """

    started = Signal(object, float)
    """A clip begins to sound: its token, and its duration in seconds."""
    finished = Signal(object)
    """The clip with this token came to its end by itself, and no other one follows."""
    stopped = Signal()
    """Silence was asked for, or the device went, while a clip played or loaded."""
    position_changed = Signal(float)
    """Where the playhead is, about 30 times a second while a clip sounds."""
    failed = Signal(object, str)
    """The clip with this token cannot be heard, and why; a sequence goes on."""
    noted = Signal(object, str)
    """What is to be known of the clip with this token although it plays."""
    device_changed = Signal(str)
    """Why there is no sound, in plain words; "" once there is."""
    devices_listed = Signal(tuple)
    """Names of the outputs that there are, asked for by `look_for_devices`."""

    _loaded = Signal(object)
    _replaced = Signal()

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        sink: Sink | None = None,
        cache: SoundCache | None = None,
    ) -> None:
        super().__init__(parent)
        self._output = Output(sink or DeviceSink(), partial(self._hop, "_replaced"))
        self._cache = cache or SoundCache()
        deliver = partial(self._hop, "_loaded")
        self._loader = SoundLoader(self._output, self._cache, deliver)
        self._loaded.connect(self._on_loaded)
        self._replaced.connect(self._tell)
        self._timer = QTimer(self, interval=TICK)
        self._timer.timeout.connect(self._tick)
        self._volume, self._loop, self._matched = 1.0, False, True
        self._speed, self._keep_pitch = 1.0, True
        self._device = ""
        self._mixer: Mixer | None = None
        self._sequence: Sequence | None = None
        self._performance: Performance | None = None  # once the output is open
        self._again: tuple[Item, float] | None = None  # what `toggle` plays
        self._where = 0.0
        self._trouble: str | None = None
        self._note = ""

    def play(
        self,
        path: str | Path,
        start: float = 0.0,
        end: float | None = None,
        *,
        at: float = 0.0,
        token: object = None,
    ) -> None:
        """Play a clip in place of what sounds.

        Parameters
        ----------
        path : str or Path
            The file.
        start, end : float
            The span of it that is the clip, in seconds; None is the end of the file.
        at : float
            Where in the clip to begin, in seconds from its beginning.
        token : object
            What the signals call this clip; a view's own name for it.
        """
        item = Item(token, path, start, end)
        self._start(Sequence([item], alone=True), max(at, 0.0))

    def play_all(self, items: Iterable[Item], pause: float = 0.0) -> None:
        """Play clips one after the other, to the sample, in place of what sounds.

        `started` tells of each, `failed` of those that cannot be heard, in their turn,
        and `finished` of the last one. A loop repeats them all.

        Parameters
        ----------
        items : iterable of Item
            Taken only as far as they are needed. An empty one is silence.
        pause : float
            Seconds of silence between two of them.
        """
        self._start(Sequence(items, max(pause, 0.0)))

    def toggle(self) -> None:
        """Stop what plays, or play the last clip again from where it was begun."""
        if self.is_playing():
            self.stop()
        elif self._again is not None:
            item, at = self._again
            self._start(Sequence([item], alone=True), at)

    def stop(self) -> None:
        """Be silent."""
        if self.is_playing():
            self._silence()
            self.stopped.emit()

    def seek(self, seconds: float) -> None:
        """Go on from another place of the clip that plays; else do nothing."""
        seconds = max(seconds, 0.0)
        sought = self._performance is not None and self._performance.seek(seconds)
        if self._sequence is not None and not sought:
            self._begin_anew(self._sequence, seconds)

    def set_volume(self, volume: float) -> None:
        """Set the volume, 0 to 1; the gain is its square, closer to what is heard."""
        self._volume = min(max(volume, 0.0), 1.0)
        if self._mixer is not None:
            self._mixer.set_gain(self._volume**2)

    def volume(self) -> float:
        """Return the volume, 0 to 1."""
        return self._volume

    def set_loop(self, loop: bool) -> None:
        """Let a clip or a sequence start again when it ends."""
        self._loop = loop
        if self._listen() and self._performance is not None:
            self._performance.repeat(loop)
            self._go_on()

    def loop(self) -> bool:
        """Tell whether what ends starts again."""
        return self._loop

    def set_speed(self, speed: float, keep_pitch: bool = True) -> None:
        """Play slower or faster from now on, 0.25 to 2, with the pitch kept or not."""
        self._speed, self._keep_pitch = min(max(speed, 0.25), 2.0), keep_pitch
        if self._mixer is not None:
            self._mixer.set_speed(self._speed, keep_pitch)

    def speed(self) -> float:
        """Return the speed, 0.25 to 2."""
        return self._speed

    def keeps_pitch(self) -> bool:
        """Tell whether the speed leaves the pitch as it is."""
        return self._keep_pitch

    def set_matched(self, matched: bool) -> None:
        """Let all clips be equally loud, or as loud as they are in their files."""
        self._matched = matched
        if self._listen() and self._performance is not None:
            self._performance.match(matched, self._loop)

    def matched(self) -> bool:
        """Tell whether all clips are made equally loud."""
        return self._matched

    def levels(self) -> tuple[float, float]:
        """Return the peaks, left and right, 0 to 1, since they were last asked for."""
        return (0.0, 0.0) if self._mixer is None else self._mixer.peaks()

    def set_device(self, name: str) -> None:
        """Play on the output of this name, "" for the default; what sounds goes on."""
        if name != self._device:
            self._device = name
            self._output.choose(name)
            if self._listen() and self._sequence is not None:
                self._begin_anew(self._sequence, self.position() or 0.0)

    def device(self) -> str:
        """Return the name of the output that was chosen, "" for the default."""
        return self._device

    def look_for_devices(self) -> None:
        """Look which outputs there are; `devices_listed` tells, a little later."""

        def look() -> None:
            self._hop("devices_listed", self._output.outputs())

        threading.Thread(target=look, name="devices", daemon=True).start()

    def prefetch(self, clips: Iterable[tuple[str | Path, float, float | None]]) -> None:
        """Decode ahead what may be clicked next, once a sound has been played.

        The likeliest first, as (path, start, end); they replace those named before.
        """
        self._loader.prefetch(clips)

    def position(self) -> float | None:
        """Return where the playhead is, or None while nothing plays."""
        performance = self._performance
        if performance is not None and (frame := performance.frame) is not None:
            self._where = frame / performance.mixer.rate
        return None if self._sequence is None else self._where

    def is_playing(self) -> bool:
        """Tell whether a clip sounds, or is about to."""
        return self._sequence is not None

    def shutdown(self) -> None:
        """Be silent for good and give the device back; for the end of the program."""
        self._silence()
        self._loader.close()

    # What plays, from the request to its end ----------------------------------------

    def _start(self, sequence: Sequence, at: float = 0.0) -> None:
        if sequence.take(False) is None:
            self.stop()
        else:
            self._let_go()
            self._sequence = sequence
            self._begin_anew(sequence, at)

    def _begin_anew(self, sequence: Sequence, at: float) -> None:
        """Ask for all turns, on the output as it is now, the first from a place on."""
        self._loader.cancel()
        self._timer.stop()
        self._performance, self._where = None, at
        first, mixer = sequence.turns[0], self._output.mixer
        first.at = at
        if mixer is not None and self._output.settled:
            performance = self._perform(sequence, mixer)
            for turn in sequence.turns:
                performance.ask(turn)
        else:
            for turn in sequence.turns:
                turn.renew()
            self._loader.request(Request(first.ticket, first.span, at))
        if first.loading and self._mixer is not None:
            self._mixer.stop()  # nothing of the last clip is heard while one loads
        self._go_on()

    def _perform(self, sequence: Sequence, mixer: Mixer) -> Performance:
        self._performance = Performance(sequence, mixer, self._loader, self._cache)
        if mixer is not self._mixer:
            self._mixer = mixer
            mixer.set_gain(self._volume**2)
            mixer.set_speed(self._speed, self._keep_pitch)
        return self._performance

    def _go_on(self) -> None:
        """Tell what failed, ask for what comes next, and hand over what is there."""
        performance = self._performance
        if performance is None:
            return
        sequence = performance.sequence
        while not performance.begun and sequence.turns[0].reason:
            if len(sequence.turns) == 1 and not performance.take(self._loop):
                self._finish(performance)
                return
            if not self._told(performance, sequence.turns.popleft()):
                return
        performance.look_ahead(self._speed, self._loop)
        first = sequence.turns[0]
        if performance.hand_over(self._matched, self._loop):
            self._again = (first.item, first.at)
            self._timer.start()
            self._told(performance, first)
        elif not performance.begun and not first.loading:
            self._timer.start()  # what follows it comes at once, or it begins without

    def _told(self, performance: Performance, turn: Turn) -> bool:
        """Tell of a turn that began or failed; False if a listener went elsewhere."""
        performance.sequence.last = turn.item.token
        if turn.reason:
            self.failed.emit(turn.item.token, turn.reason)
        elif not turn.told and turn.sound is not None:
            turn.told = True
            seconds = turn.sound.source.length / performance.mixer.rate
            self.started.emit(turn.item.token, seconds)
        return performance is self._performance

    def _tick(self) -> None:
        performance = self._performance
        if performance is None or not self._output.alive:
            self._silence()
            self._tell(f"The sound device is gone: {WORKS} The next play looks again.")
            self.stopped.emit()
        elif not self._listen():
            pass
        elif self._output.mixer is not performance.mixer:  # another device, or anew
            self._begin_anew(performance.sequence, self.position() or 0.0)
        else:
            performance.patient = False
            if note := performance.watch(self._matched, self._loop):
                self.noted.emit(performance.sequence.last, note)
            self._go_on()
            if performance is not self._performance:
                return
            if performance.over:
                self._finish(performance)
            elif performance.begun:
                self.position_changed.emit(self.position())

    def _listen(self) -> bool:
        """Tell what the mixer has begun; False if a listener went elsewhere."""
        performance = self._performance
        if performance is None:
            return True
        for turn in performance.listen():
            self._where = 0.0
            self._again = (turn.item, 0.0)
            if not self._told(performance, turn):
                return False
        return True

    def _finish(self, performance: Performance) -> None:
        """Tell of the failures at the end, and of the end."""
        sequence = performance.sequence
        failed = [turn for turn in sequence.turns if turn.reason]
        self._silence()
        for turn in failed:
            sequence.last = turn.item.token
            self.failed.emit(turn.item.token, turn.reason)
        if self._sequence is None and (performance.begun or not sequence.alone):
            self.finished.emit(sequence.last)

    def _let_go(self) -> None:
        """Forget what plays or loads; the mixer fades it when something else begins."""
        self._loader.cancel()
        self._timer.stop()
        if self._sequence is not None:
            self._sequence.close()
        self._sequence = self._performance = None

    def _silence(self) -> None:
        self._let_go()
        if self._mixer is not None:
            self._mixer.stop()

    # From other threads -------------------------------------------------------------

    def _hop(self, signal: str, *values: object) -> None:
        """Emit a signal from another thread; it arrives in the window's."""
        with contextlib.suppress(RuntimeError):  # the window is gone
            getattr(self, signal).emit(*values)

    def _on_loaded(self, loaded: Loaded) -> None:
        self._tell()
        sequence, performance = self._sequence, self._performance
        turn = sequence.find(loaded.ticket) if sequence else None
        if sequence is None or turn is None:
            loaded.close()
            return
        if performance is None:
            performance = self._perform(sequence, loaded.mixer)
            for other in list(sequence.turns)[1:]:
                performance.ask(other)
        if performance.mixer is loaded.mixer:
            turn.sound, turn.reason = loaded.sound, loaded.reason
            sequence.audible |= turn.sound is not None
            self._go_on()
        else:  # the output was replaced in the meantime
            loaded.close()
            self._begin_anew(sequence, self._where)

    def _tell(self, trouble: str | None = None) -> None:
        trouble = self._output.trouble if trouble is None else trouble
        if trouble != self._trouble:
            self._trouble = trouble
            self.device_changed.emit(trouble)
        before, self._note = self._note, self._output.note
        if self._note != before and self._note and self._sequence is not None:
            self.noted.emit(self._sequence.turns[0].item.token, self._note)

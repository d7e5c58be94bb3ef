"""A playback that plays nothing and ends a clip when told to; a worker likewise."""

from PySide6.QtCore import QObject, Signal

from audioclust_gui.jobs import Job
from audioclust_gui.worker import Failure


class PaperPlayback(QObject):
    """What `Playback` offers to the rest of the window, without any sound."""

    started = Signal(object, float)
    finished = Signal(object)
    stopped = Signal()
    position_changed = Signal(float)
    failed = Signal(object, str)
    noted = Signal(object, str)
    device_changed = Signal(str)
    devices_listed = Signal(object)

    def __init__(self):
        super().__init__()
        self.token, self.pause, self.looked = None, None, 0
        self.prefetched, self._rest = [], iter(())
        self.asked = {"volume": 1.0, "speed": (1.0, True), "matched": True}
        self.asked |= {"device": "", "loop": False}
        self.peaks = (0.0, 0.0)

    def play(self, path, start, end, *, at, token):
        self.pause, self._rest = None, iter(())
        self._begin(token)

    def play_all(self, items, pause):
        self.pause, self._items = pause, items
        self._rest = iter(items)
        self.go_on()

    def go_on(self, *, fails=False):
        """Come to the end of what sounds, or find that it cannot be heard."""
        before, self.token = self.token, None
        following = next(self._rest, None)
        if following is None and self.asked["loop"]:
            self._rest = iter(self._items)
            following = next(self._rest)
        if fails:
            self.token = following  # so that it is playing
            self.failed.emit(before, "It is broken")
        if following is not None:
            self._begin(following.token)
        elif not fails:
            self.finished.emit(before)

    def seek(self, seconds):
        self.started.emit(self.token, 1.0)  # as if it had to be read again

    def stop(self):
        if self.is_playing():
            self.token, self._rest = None, iter(())
            self.stopped.emit()

    def is_playing(self):
        return self.token is not None

    def prefetch(self, clips):
        self.prefetched = [path for path, *_ in clips]

    def levels(self):
        return self.peaks

    def look_for_devices(self):
        self.looked += 1

    def set_speed(self, speed, keep_pitch):
        self.asked["speed"] = speed, keep_pitch

    def speed(self):
        return self.asked["speed"][0]

    def keeps_pitch(self):
        return self.asked["speed"][1]

    def set_volume(self, volume):
        self.asked["volume"] = volume

    def volume(self):
        return self.asked["volume"]

    def set_loop(self, loop):
        self.asked["loop"] = loop

    def set_matched(self, matched):
        self.asked["matched"] = matched

    def matched(self):
        return self.asked["matched"]

    def set_device(self, name):
        self.asked["device"] = name

    def device(self):
        return self.asked["device"]

    def _begin(self, token):
        self.token = token
        self.started.emit(token, 1.0)


class PaperJobs:
    """Keeps what the quick worker is asked, until a test answers."""

    def __init__(self):
        self.all = []

    def ask(self, target, *args, title, then, slot=None):
        job = Job(target, args, title)
        job.succeeded.connect(then)
        self.all.append(job)
        return job

    @property
    def last(self):
        return self.all[-1]

    def asked(self):
        """Return the names of the functions that were asked for."""
        return [job.target.partition(":")[2] for job in self.all]

    def answer(self, value):
        """Let the last question be answered, unless nobody wants to know any more."""
        self.last.settle("cancelled" if self.last.cancel_asked else "succeeded", value)

    def fail(self, why):
        self.last.settle("failed", Failure(why))


def heard_to_the_end(playback):
    """Return the tokens of what sounds and of all that follows."""
    heard = []
    while playback.is_playing():
        heard.append(playback.token)
        playback.go_on()
    return heard

"""Workers that exist on paper: a test says what they find, and when."""

from PySide6.QtCore import QObject, Signal

from audioclust_gui.jobs import Job


class PaperJobs(QObject):
    """Takes the place of `Jobs`; whoever asks waits until a test answers.

    Attributes
    ----------
    long, quick, training : list of Job
        What each lane was asked, the latest last.
    """

    started = Signal(object)

    def __init__(self):
        super().__init__()
        self.long, self.quick, self.training = [], [], []
        self.questions = {}  # the arguments, which a job forgets at its end

    def run(self, target, *args, title, then=None, slot=None):
        job = self._take(self.long, target, args, title, then)
        self.started.emit(job)
        return job

    def ask(self, target, *args, title, then, slot=None):
        return self._take(self.quick, target, args, title, then)

    def train(self, target, *args, title):
        return self._take(self.training, target, args, title, None)

    def waiting(self, function):
        """Return the jobs that run this function and have not ended."""
        return [
            job
            for job in self.long + self.quick + self.training
            if job.outcome is None and job.target.endswith(f":{function}")
        ]

    def _take(self, lane, target, args, title, then):
        job = Job(target, args, title)
        if then is not None:
            job.succeeded.connect(then)
        lane.append(job)
        self.questions[job.ticket] = args
        return job

"""What an application is made of before it has a window: its models, by name."""

from __future__ import annotations

from dataclasses import dataclass

from audioclust_gui.audition import Audition
from audioclust_gui.branching import Branching
from audioclust_gui.colouring import Colouring
from audioclust_gui.describing import Describing
from audioclust_gui.document import Document
from audioclust_gui.jobs import Jobs
from audioclust_gui.listening import Listening
from audioclust_gui.neighbouring import Neighbouring
from audioclust_gui.places import FirstPlaces, SecondPlaces
from audioclust_gui.preferences import Preferences
from audioclust_gui.presets import Presets
from audioclust_gui.session import Session
from audioclust_gui.sound.playback import Playback
from audioclust_gui.studying import Studying
from audioclust_gui.suggesting import Suggesting
from audioclust_gui.theme import Theme
from audioclust_gui.thumbnails import Thumbnails
from audioclust_gui.training import Training
from audioclust_gui.workflow import Workflow


@dataclass(frozen=True)
class Parts:
    """The models of one application; each says in its own file what it is for."""

    document: Document
    jobs: Jobs
    session: Session
    theme: Theme
    studying: Studying
    workflow: Workflow
    playback: Playback
    audition: Audition
    branching: Branching
    presets: Presets
    suggesting: Suggesting
    describing: Describing
    neighbouring: Neighbouring
    listening: Listening
    colouring: Colouring
    first: FirstPlaces
    second: SecondPlaces
    thumbnails: Thumbnails
    training: Training
    preferences: Preferences

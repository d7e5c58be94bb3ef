"""What the window's process may load, and that no process outlives it."""

import json
import subprocess
import sys
import textwrap

HEAVY = (
    "torch",
    "lightning",
    "librosa",
    "scipy",
    "sklearn",
    "numba",
    "matplotlib",
    "pandas",
)


def run(code, *args):
    finished = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *map(str, args)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def test_a_whole_demo_run_with_sound_loads_nothing_heavy(places):
    code = """
        import json, sys
        from PySide6.QtWidgets import QApplication
        import audioclust_gui.snapshot as snapshot
        from audioclust_gui.app import build
        from audioclust_gui.sound.playback import Playback
        from audioclust_gui.sound.sink import SilentSink
        from pathlib import Path

        if __name__ == "__main__":
            qt = QApplication([])
            app = build(qt, "dark", Playback(sink=SilentSink()))
            heard = []
            app.playback.started.connect(lambda token, _: heard.append(token))
            # At the beginning, so that the sound has the whole run to start in.
            app.document.replaced.connect(lambda: app.window.dataset.step(1))
            code = snapshot.take(app, None, Path(sys.argv[1]))
            print(json.dumps([code, heard, sorted(sys.modules)]))
    """
    out = run(code, places / "out")
    code, heard, modules = json.loads(out.splitlines()[-1])
    assert code == 0
    assert heard
    loaded = {name.partition(".")[0] for name in modules}
    assert loaded & set(HEAVY) == set()
    picture = places / "out" / "audioclust.png"
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert len((places / "out" / "clusters.csv").read_text().splitlines()) == 361
    assert str(picture) in out


def test_the_command_explains_a_missing_folder(places):
    finished = subprocess.run(
        [sys.executable, "-m", "audioclust_gui", "--snapshot", "out", "nowhere"],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=places,
        env=None,
        check=False,
    )
    assert finished.returncode == 1
    assert "nowhere" in finished.stderr
    assert "does not exist" in finished.stderr


def test_the_worker_does_not_load_qt(places):
    code = """
        import sys
        import audioclust_gui.__main__, audioclust_gui.worker
        assert not any(name.startswith("PySide6") for name in sys.modules)
        print("ok")
    """
    assert run(code).strip() == "ok"

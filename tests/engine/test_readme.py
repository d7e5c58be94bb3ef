"""What the README says about the engine is true."""

import re
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"


def test_the_notebook_example_runs(places, finished, capsys):
    (example,) = re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.S)
    folder = finished.dataset.root
    exec(example.replace("path/to/folder", folder), {})
    assert f"nmi={finished.scores.nmi}" in capsys.readouterr().out


def test_every_key_it_names_is_a_key_of_the_window():
    from audioclust_gui import map_menu, menus, sound_menu, training_menu

    files = (Path(m.__file__) for m in (menus, sound_menu, map_menu, training_menu))
    source = "".join(file.read_text("utf-8") for file in files)
    known = {
        key
        for text in re.findall(r'"([^"\n]*)"', source)
        for key in text.rpartition("\\t")[2].split("; ")
    }
    table = README.read_text("utf-8").partition("## Keys")[2].partition("##")[0]
    column = " ".join(line.split("|")[1] for line in table.splitlines() if "|" in line)
    keys = re.findall(r"Ctrl\+[\w+]+|\b(?:Space|Esc|Return|[A-Z])\b|[\[\]]", column)
    assert len(keys) >= 20
    assert not set(keys) - known

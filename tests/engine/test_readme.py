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
    from audioclust_gui import menus

    source = Path(menus.__file__).read_text("utf-8")
    table = README.read_text("utf-8").partition("## Keys")[2].partition("##")[0]
    keys = re.findall(r"Ctrl\+[\w+]+|\bSpace\b|\bEsc\b|\bL\b|\bH\b", table)
    assert len(keys) > 8
    for key in keys:
        assert f'"{key}"' in source, key

"""What the architecture promises, checked against the sources themselves."""

import ast
import json
import os
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PACKAGES = ("engine", "audioclust_gui")
SOURCES = sorted(
    file for package in PACKAGES for file in ROOT.glob(f"{package}/**/*.py")
)
TESTS = sorted(ROOT.glob("tests/**/*.py"))

# What takes a quarter of a second or more to import, or belongs to a window.
HEAVY = frozenset(
    {"torch", "lightning", "librosa", "scipy", "sklearn", "numba", "matplotlib"}
    | {"pandas", "umap", "openTSNE", "fastcluster", "skfuzzy"}
    | {"soundfile", "soxr", "audioread"}
)
WINDOW = frozenset({"PySide6", "shiboken6", "pyqtgraph", "sounddevice"})
# What derives from heavy classes: for notebooks, and for no module of ours.
LEAVES = frozenset({"engine.clustering.estimators"})
# What derives from torch's classes: imported inside functions, or by each other.
NETWORKS = frozenset(
    f"engine.autoencoder.{name}"
    for name in (
        *("agreement", "augmentation", "batches", "best", "clustering_layer"),
        *("devices", "distortion", "fitting", "learner", "model", "silence"),
        *("trainers", "watching"),
    )
)
PICKLING = frozenset({"pickle", "cPickle", "cloudpickle", "dill", "shelve", "marshal"})

IMPORT_ALL = """
import importlib, json, pkgutil, sys
package = importlib.import_module(sys.argv[1])
for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    if not module.name.endswith(".__main__") and module.name not in sys.argv[2:]:
        importlib.import_module(module.name)
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    # A child that writes no UTF-8 would fail on Windows before it says why.
    return subprocess.run(
        arguments,
        cwd=ROOT,
        capture_output=True,
        check=False,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )


def test_imports_run_downward_only() -> None:
    linter = "from importlinter.cli import lint_imports_command as lint; lint()"
    linting = run(sys.executable, "-c", linter, "--no-cache")
    assert linting.returncode == 0, linting.stdout + linting.stderr


@pytest.mark.parametrize(
    ("package", "unwanted"),
    [("engine", HEAVY | WINDOW), ("audioclust_gui", HEAVY | {"sounddevice"})],
)
def test_every_module_is_light_to_import(
    package: str, unwanted: frozenset[str]
) -> None:
    importing = run(sys.executable, "-c", IMPORT_ALL, package, *LEAVES, *NETWORKS)
    assert importing.returncode == 0, importing.stderr
    loaded = set(json.loads(importing.stdout.splitlines()[-1]))
    assert package in loaded
    assert not loaded & unwanted


def test_what_is_heavy_to_import_is_imported_by_nobody() -> None:
    imports = {
        (file.name, module)
        for file in SOURCES
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom | ast.Import)
        for name in node.names
        for module in (name.name, f"{getattr(node, 'module', '')}.{name.name}")
        if module in LEAVES or module.rpartition(".")[0] in LEAVES
    }
    assert not imports


def hazards(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield (line, what) for everything that runs code from a file, or re-enters Qt."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                modules = [alias.name for alias in names]
            case ast.ImportFrom(module=str(module)):
                modules = [module]
            case _:
                modules = []
        for module in modules:
            if module.partition(".")[0] in PICKLING:
                yield node.lineno, f"import of {module}"
        match node:
            case ast.keyword(arg="allow_pickle", value=ast.Constant(value=False)):
                pass
            case ast.keyword(arg="weights_only", value=ast.Constant(value=True)):
                pass
            case ast.keyword(arg="allow_pickle" | "weights_only" as name):
                yield node.value.lineno, f"{name} of another value"
            case ast.Attribute(attr="processEvents"):
                yield node.lineno, "processEvents"


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "def f():\n    from pickle import loads",
        "np.load(file, allow_pickle=True)",
        "torch.load(file, weights_only=False)",
        "QApplication.processEvents()",
    ],
)
def test_hazards_are_recognised(source: str) -> None:
    assert list(hazards(ast.parse(source)))


def test_no_hazards_in_the_sources() -> None:
    found = [
        f"{file.relative_to(ROOT)}:{line}: {what}"
        for file in SOURCES
        for line, what in hazards(ast.parse(file.read_text(encoding="utf-8")))
    ]
    assert SOURCES
    assert not found


def test_no_file_is_longer_than_400_lines() -> None:
    lengths = {
        str(file.relative_to(ROOT)): len(file.read_text(encoding="utf-8").splitlines())
        for file in SOURCES + TESTS
    }
    assert not {file: length for file, length in lengths.items() if length > 400}


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(name): version for name, version in pairs}


def declared() -> Iterator[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    yield from map(Requirement, project["build-system"]["requires"])
    yield from map(Requirement, project["project"]["dependencies"])
    for extra in project["project"]["optional-dependencies"].values():
        yield from map(Requirement, extra)


def required() -> Iterator[Requirement]:
    """Yield what the project requires, and what that requires as far as installed."""
    pending = list(declared())
    seen: set[tuple[str, str]] = set()
    while pending:
        requirement = pending.pop()
        yield requirement
        for extra in ("", *requirement.extras):
            key = (canonicalize_name(requirement.name), extra)
            if key in seen:
                continue
            seen.add(key)
            try:
                further = metadata.requires(requirement.name) or []
            except metadata.PackageNotFoundError:
                continue
            pending += [
                found
                for found in map(Requirement, further)
                if found.marker is None or found.marker.evaluate({"extra": extra})
            ]


def test_constraints_pin_every_dependency() -> None:
    pinned = pins()
    loose = {
        str(requirement)
        for requirement in required()
        if not requirement.specifier.contains(
            pinned.get(canonicalize_name(requirement.name), ""), prereleases=True
        )
    }
    assert not loose


def test_an_installed_wheel_finds_its_resources(tmp_path: Path) -> None:
    pytest.importorskip("hatchling", reason="hatchling, the build backend, is absent")
    building = run(
        sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)
    )
    assert building.returncode == 0, building.stdout + building.stderr
    (wheel,) = tmp_path.glob("*.whl")
    packed = set(zipfile.ZipFile(wheel).namelist())
    resources = {
        f"audioclust_gui/resources/{file.relative_to(ROOT / 'resources').as_posix()}"
        for file in ROOT.glob("resources/**/*")
        if file.is_file()
    }
    assert "audioclust_gui/resources/audioclust.svg" in resources
    assert resources <= packed
    assert {str(file.relative_to(ROOT).as_posix()) for file in SOURCES} <= packed

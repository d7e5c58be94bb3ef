"""A tree that is read back from its Newick text is the same tree."""

import re
import time
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import cophenet, linkage
from scipy.spatial.distance import pdist, squareform

from engine.clustering.hierarchy import Hierarchy
from engine.clustering.newick import newick
from engine.errors import ParameterError

TOKEN = re.compile(r"'(?:[^']|'')*'|[(),:;]|[^\s()\[\]':;,]+")
FOUR = [[2, 0, 0.1, 2], [1, 3, 0.1, 2], [4, 5, 1 / 3, 4]]


@dataclass
class Node:
    name: str = ""
    length: float | None = None
    children: list["Node"] = field(default_factory=list)


def parsed(text: str) -> Node:
    """Read a tree as the standard says, and nothing that it forbids."""
    assert text.endswith(";\n")
    assert len(text.splitlines()) == 1
    levels, node, measuring = [[]], Node(), False
    for token in TOKEN.findall(text):
        if token == "(":
            levels.append([])
        elif token in (",", ")", ";"):
            levels[-1].append(node)
            node = Node(children=levels.pop()) if token == ")" else Node()
        elif token == ":":
            measuring = True
        elif measuring:
            node.length, measuring = float(token), False
        elif token[0] == "'":
            node.name = token[1:-1].replace("''", "'")
        else:
            node.name = token.replace("_", " ")
    ((root,),) = levels
    return root


def distances(node: Node, between: dict) -> dict[str, float]:
    """Return how far below a node its leaves are, and note how far apart they are."""
    if not node.children:
        return {node.name: 0.0}
    below: dict[str, float] = {}
    for child in node.children:
        theirs = {
            name: far + child.length for name, far in distances(child, between).items()
        }
        for one, far in below.items():
            for other, farther in theirs.items():
                between[one, other] = between[other, one] = far + farther
        below |= theirs
    return below


@settings(max_examples=40, deadline=None)
@given(
    st.integers(2, 25),
    st.sampled_from(["single", "average", "complete", "ward"]),
    st.integers(0, 99),
)
def test_leaves_are_twice_the_height_of_their_merge_apart(n, method, seed) -> None:
    rng = np.random.default_rng(seed)
    points = rng.integers(0, 4, (n, 2)) * rng.choice([1e-9, 1.0, 1e12])  # with ties
    tree = linkage(pdist(points.astype(float)), method)
    between: dict[tuple[str, str], float] = {}
    distances(parsed(newick(Hierarchy(tree), [f"c{i}" for i in range(n)])), between)
    expected = 2 * squareform(cophenet(tree))
    found = [[between.get((f"c{i}", f"c{j}"), 0) for j in range(n)] for i in range(n)]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(max_size=12), min_size=4, max_size=4), st.text(max_size=9))
def test_any_name_comes_back(names, branch) -> None:
    root = parsed(newick(Hierarchy(FOUR), names, {6: branch}))
    leaves = [leaf for child in root.children for leaf in child.children]
    found = [leaf.name for leaf in leaves]
    assert [printed(names[i]) for i in (2, 0, 1, 3)] == found
    assert root.name == printed(branch)


def printed(name: str) -> str:
    """Put a blank for what would end the line or drive a terminal."""
    return re.sub("[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", name)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("bell/0-a+b.wav", "bell/0-a+b.wav"),
        ("a_b.wav", "'a_b.wav'"),  # unquoted, its underscore would be a blank
        ("it's [1.0-2.0 s]", "'it''s [1.0-2.0 s]'"),
        ("(x,y):z;", "'(x,y):z;'"),
        ("two\nlines\t.wav", "'two lines .wav'"),
        ("鳥の声 🐦.wav", "'鳥の声 🐦.wav'"),
        ("caf\udce9.wav", "'caf\ufffd.wav'"),
    ],
)
def test_names_are_quoted_where_the_format_wants_it(name, written) -> None:
    text = newick(Hierarchy([[0, 1, 2.5, 2]]), ["x", name])
    assert text == f"(x:2.5,{written}:2.5);\n"
    text.encode()


def test_children_stand_as_in_the_linkage_and_no_digit_is_lost() -> None:
    text = newick(Hierarchy(FOUR), "abcd", {4: "low", 6: "all", 0: "not this"})
    length = repr(1 / 3 - 0.1)
    below = f"(c:0.1,a:0.1)low:{length},(b:0.1,d:0.1):{length}"
    assert text == f"({below})all;\n"


def test_one_clip_is_a_tree() -> None:
    assert newick(Hierarchy(np.empty((0, 4))), ["only one.wav"]) == "'only one.wav';\n"


def test_a_chain_of_50_000_is_no_recursion() -> None:
    n = 50_000
    merges = np.arange(n - 1)
    pairs = [np.append(0, n + merges[:-1]), merges + 1]
    tree = Hierarchy(np.column_stack([*pairs, merges + 1.0, merges + 2]))
    began = time.perf_counter()
    text = newick(tree, [f"clip {i}" for i in range(n)])
    assert time.perf_counter() - began < 10  # a square of 50 000 would take minutes
    node, deep = parsed(text), 0
    while node.children:
        node, deep = node.children[0], deep + 1
    assert (deep, node.name, node.length) == (n - 1, "clip 0", 1.0)


def test_names_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ParameterError, match="4 names, one per leaf; there are 3"):
        newick(Hierarchy(FOUR), "abc")
    with pytest.raises(ParameterError, match="node must be 0 to 6"):
        newick(Hierarchy(FOUR), "abcd", {7: "x"})

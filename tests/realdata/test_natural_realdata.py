"""Natural cuts of real recordings: are they where the labels say?"""

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from engine.audio.scanning import scan_folder
from engine.clustering.hierarchy import Hierarchy
from engine.clustering.methods import METHODS
from engine.clustering.natural import natural_cuts
from engine.features.extraction import extract
from engine.features.representation import represent
from engine.features.spectral import FeatureParams
from engine.features.store import FeatureStore

pytestmark = pytest.mark.realdata


@pytest.mark.parametrize("name", ["fsdd", "bengalese_finch_syllables"])
def test_one_of_a_few_natural_cuts_is_as_good_as_the_best_of_all(
    name, realdata: Path, tmp_path: Path
):
    dataset = scan_folder(realdata / name)
    found = extract(dataset, folder=tmp_path, workers=1)
    represented = represent(FeatureStore(tmp_path, FeatureParams()), found.keys)
    truth = np.array(dataset.labels)[represented.rows]
    method = METHODS["agglomerative"]
    fit = method.fit(represented.matrix, method.params())
    tree = Hierarchy(fit.linkage)

    def agreement(k):
        return adjusted_rand_score(truth, tree.labels_at(k))

    natural = natural_cuts(tree)
    assert 1 <= len(natural) <= 6
    best = max(agreement(k) for k in range(2, 61))
    assert max(agreement(k) for k in natural) > 0.9 * best

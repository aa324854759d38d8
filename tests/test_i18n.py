"""The committed terms are those of the installed add-ons; what the files alone can tell is lint's."""

import os

import i18n
import pytest


@pytest.mark.skipif("CRM_TEST_TERMS" not in os.environ, reason="needs the export that `make test` makes")
def test_terms_are_those_of_the_source():
    folder = os.environ["CRM_TEST_TERMS"]
    assert os.listdir(folder), "nothing was exported"
    assert not i18n.stale(folder), "`make i18n` brings the files up to date"

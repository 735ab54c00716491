"""Certificates for the tests of this folder, made once."""

from __future__ import annotations

import pytest

from tests.certificates import Certificates, make_certificates


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """A throw-away authority with server certificates good and bad."""
    return make_certificates(tmp_path_factory.mktemp("certificates"))

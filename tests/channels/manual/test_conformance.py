import pytest

from tests.channels.kit.suite import Conformance
from tests.channels.manual.driver import Desk


class TestManual(Conformance):
    @pytest.fixture
    def driver(self) -> Desk:
        return Desk()

"""The kit's own assertions are explained like those of any test."""

import pytest

pytest.register_assert_rewrite("tests.channels.kit.suite")

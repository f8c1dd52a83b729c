"""What takes a minute to make is made once: tests that share it stay together on one process."""

import pytest


@pytest.mark.xdist_group("kept together")
def test_a_group_is_kept_on_one_process(request):
    """xdist keeps together what its mark's name ends the id of; a runner that drops it splits every group."""
    if not getattr(request.config.option, "loadgroup", False):
        pytest.skip("only one process")

    assert request.node.nodeid.endswith("@kept together")

"""What a page weighs with all that it loads before the search is opened; and it stands still."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from sitebuilder.build.page_budget import BUDGET, KINDS, weigh
from tests.support.server import SITE

TRIES = 3
pytestmark = [pytest.mark.site, pytest.mark.browser]


@pytest.mark.parametrize("folder", ["en", "zh"])
def test_no_kind_of_page_is_over_its_budget(browser: Browser, folder: str) -> None:
    """All assets, uncompressed, without figures; none from another host; nothing moves."""
    found = {name: weigh(browser, SITE / folder / name) for name in KINDS}
    for name, seen in found.items():
        print(f"\n{folder}/{name:40} {seen.weight:9,}", end="")

    assert {name: seen.weight for name, seen in found.items() if seen.weight > BUDGET} == {}
    assert {name: seen.other_hosts for name, seen in found.items() if seen.other_hosts} == {}
    # A page shows itself after a second without its fonts, which a busy machine may need to read.
    moving = [name for name, seen in found.items() if seen.shift]
    for _ in range(TRIES):
        moving = [name for name in moving if weigh(browser, SITE / folder / name).shift]
    assert moving == []

"""Axe finds nothing, in any state, however the page is seen. That is the floor, not the aim."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from road import Road
from visitor import Visitor, states

RULES = {
    "runOnly": {
        "type": "tag",
        "values": [f"wcag{version}{level}" for version in ("2", "21", "22") for level in ("a", "aa", "aaa")]
        + ["best-practice"],
    },
    "rules": {"target-size": {"enabled": True}, "color-contrast-enhanced": {"enabled": True}},
}
VIEWS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "forced colours": {"forced_colors": "active"},
    "more contrast": {"contrast": "more"},
    "more contrast, dark": {"contrast": "more", "color_scheme": "dark"},
    "320 px": {"viewport": {"width": 320, "height": 640}},
}


@pytest.mark.parametrize("view", VIEWS)
def test_no_rule_is_broken_in_any_state(view: str, visit: Callable[..., Visitor], road: Road) -> None:
    visitor = visit(road.url, **VIEWS[view])
    axe = Axe()
    for state in states(visitor, road):
        found = axe.run(visitor.page, options=RULES).response["violations"]
        assert [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found] == [], state

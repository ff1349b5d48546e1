"""What is said of a model under the cursor."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from tui.app.glyphs import glyphs
from tui.app.model_rows import ModelRow, model_rows
from tui.app.widgets.model_facts import facts


def row(name: str, **changes: object) -> ModelRow:
    """The row of a zoo name, with other facts in its entry."""
    found = next(one for one in model_rows((), ()) if one.source.model == name)
    assert found.entry is not None
    return replace(found, entry=msgspec.structs.replace(found.entry, **changes))


def test_a_name_that_cannot_be_built_says_why() -> None:
    reason = "resnet50_v1 cannot be built without network: the zoo downloads weights for it"
    said = facts(row("resnet50_v1", reason=reason), glyphs(), 80)
    assert said[0] == "resnet50_v1"
    assert said[-1] == "cannot be built without network: the zoo downloads weights for it"
    assert not any("weights resnet50" in part for part in said)


def test_where_the_weights_cannot_be_had_it_says_what_can() -> None:
    said = facts(row("center_net_resnet50_v1b_dcnv2_voc"), glyphs(), 80)[-1]
    assert said.endswith("not on this disk; its trunk resnet50_v1b can be had")
    said = facts(row("ssd_512_mobilenet1.0_voc"), glyphs(), 80)[-1]
    assert "nearest to get: " in said
    assert not said.endswith(": ")

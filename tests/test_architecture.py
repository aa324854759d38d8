"""The add-ons depend on each other as docs/architecture.md draws it, and the arrows keep the rules."""

import ast
import re

from project import ADDONS, ROOT

# what every domain add-on stands on, what knows no domain, and what sits on top
GROUND = {"crm_base", "crm_review", "crm_customer", "crm_product"}
DOMAINS = {"crm_sales_target", "crm_contract", "crm_order_review", "crm_aftersales", "crm_expense"}
TOP = {"crm_desktop", "crm_suite"}


def manifests():
    return {file.parent.name: ast.literal_eval(file.read_text()) for file in ADDONS.glob("*/__manifest__.py")}


def arrows():
    """(add-on, what it depends on) within the repository, as the manifests say."""
    known = manifests()
    return {(name, other) for name, manifest in known.items() for other in manifest["depends"] if other in known}


def test_the_picture_is_true():
    picture = (ROOT / "docs" / "architecture.md").read_text().split("```mermaid")[1].split("```")[0]
    assert set(re.findall(r"(\w+) --> (\w+)", picture)) == arrows()


def test_domain_addons_do_not_know_each_other():
    for name, other in arrows():
        bridge = manifests()[name].get("auto_install")
        if name in DOMAINS:
            assert other not in DOMAINS | TOP, f"{name} must not depend on {other}: make a bridge"
        if name in GROUND:
            assert other in GROUND, f"{name} is shared ground and must not depend on {other}"
        if other in TOP:
            assert name in TOP or bridge, f"{name} must not depend on {other}, which sits on top"


def test_every_addon_is_free_and_described():
    for name, manifest in manifests().items():
        assert manifest["license"] == "AGPL-3", name
        assert manifest["version"].startswith("19.0."), name
        if not name.startswith("test_"):
            assert (ADDONS / name / "README.md").exists(), f"addons/{name}/README.md is missing"


def test_test_addons_are_never_needed():
    assert not [arrow for arrow in arrows() if arrow[1].startswith("test_")]

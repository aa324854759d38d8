"""What the web client asks the server for to show a view: the specification of ``web_search_read`` and ``web_read``."""

from lxml import etree

from odoo.tools.safe_eval import safe_eval


def specification(env, model, xmlid):
    """The fields that a list or form view reads, with those of its many2one fields and lists in it."""
    view_type = env.ref(xmlid).type
    views = env[model].get_views([(env.ref(xmlid).id, view_type)])
    arch = etree.fromstring(views["views"][view_type]["arch"])
    return _fields(env[model], arch)


def search_box(env, model, xmlid):
    """The function that makes a domain of text typed into a view's search box and sent by Enter: its first field's."""
    views = env[model].get_views([(env.ref(xmlid).id, "search")])
    node = etree.fromstring(views["views"]["search"]["arch"]).find("field")
    if node.get("filter_domain"):
        return lambda text: safe_eval(node.get("filter_domain"), {"self": text})
    return lambda text: [(node.get("name"), node.get("operator", "ilike"), text)]


def _fields(model, arch):
    result = {}
    for node in arch.xpath(".//field[count(ancestor::field) = $depth]", depth=len(arch.xpath("ancestor::field"))):
        name = node.get("name")
        field = model._fields[name]
        result[name] = {}
        if field.type == "many2one":
            result[name] = {"fields": {"display_name": {}}}
        elif field.type in ("one2many", "many2many") and node.get("invisible") not in ("1", "True"):
            result[name] = _lines(model.env[field.comodel_name], node)
    return result


def _lines(model, node):
    inside = next((child for child in node if child.tag in ("list", "kanban")), None)
    if inside is not None:
        return {"fields": _fields(model, inside), "limit": int(inside.get("limit", 40))}
    return {"fields": {name: {} for name in ("display_name", "color") if name in model._fields}}

"""What the web client asks the server for to show a view."""

from lxml import etree

from odoo.tools.safe_eval import safe_eval


def list_request(env, model, xmlid):
    """The arguments of ``web_search_read`` for a list's first page, without the domain."""
    arch = _arch(env, model, xmlid)
    return {
        "specification": _fields(env[model], arch),
        "limit": int(arch.get("limit", 80)),
        "count_limit": int(arch.get("count_limit", 10_000)) + 1,
    }


def form_specification(env, model, xmlid):
    """The argument of ``web_read`` for a form."""
    return _fields(env[model], _arch(env, model, xmlid))


def search_panel(env, model, xmlid):
    """The calls made for the search panel when the list is opened: (method, field, arguments) each."""
    for node in _arch(env, model, xmlid).iterfind("searchpanel/field"):
        multi = node.get("select") == "multi"
        arguments = {
            "expand": node.get("expand") == "1",
            "limit": int(node.get("limit", 200)),
            "enable_counters": node.get("enable_counters") == "1",
        }
        if multi:
            arguments["comodel_domain"] = safe_eval(node.get("domain", "[]"))
        yield f"search_panel_select_{'multi_' if multi else ''}range", node.get("name"), arguments


def search_box(env, model, xmlid):
    """The function that makes a domain of text typed into a view's search box and sent by Enter: its first field's."""
    node = _arch(env, model, xmlid).find("field")
    if node.get("filter_domain"):
        return lambda text: safe_eval(node.get("filter_domain"), {"self": text})
    return lambda text: [(node.get("name"), node.get("operator", "ilike"), text)]


def _arch(env, model, xmlid):
    view = env.ref(xmlid).sudo()
    return etree.fromstring(env[model].get_views([(view.id, view.type)])["views"][view.type]["arch"])


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

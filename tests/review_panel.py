"""What a user does with a document and its review panel, and calls as he could make them himself."""

PANEL = ".o_crm_review_panel"
DIALOG = ".o_crm_review_dialog"

RPC = """async ([model, method, args, kwargs]) => {
    const response = await fetch(`/web/dataset/call_kw/${model}/${method}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ jsonrpc: "2.0", method: "call", params: { model, method, args, kwargs } }),
    });
    const { result, error } = await response.json();
    if (error) throw new Error(error.data.message);
    return result;
}"""


def call(one, model, method, *args, **kwargs):
    return one.page.evaluate(RPC, [model, method, args, kwargs])


def read(one, model, record_id, *names):
    [values] = call(one, model, "read", [record_id], list(names))
    return values


def open_document(one, model, record_id, wait_for=PANEL):
    one.page.goto(f"{one.url}/odoo/{model}/{record_id}")
    one.page.wait_for_selector(wait_for)


def put_in_force(admin, model, name, domain, *steps):
    """A flow for the documents of a model that meet a domain, before all others.

    :param steps: one after the other, each a login, or a login and a domain of the documents that need this step
    """
    steps = [step if isinstance(step, tuple) else (step, False) for step in steps]
    users = call(admin, "res.users", "search_read", [["login", "in", [login for login, _domain in steps]]], ["login"])
    ids = {user["login"]: user["id"] for user in users}
    [kind_id] = call(admin, "crm.review.kind", "search", [["model", "=", model]])
    flow = {
        "name": name,
        "kind_id": kind_id,
        "sequence": 0,
        "domain": domain,
        "step_ids": [
            [
                0,
                0,
                {
                    "name": f"{login} 审批",
                    "rank": rank,
                    "who": "users",
                    "user_ids": [[6, 0, [ids[login]]]],
                    "domain": condition,
                },
            ]
            for rank, (login, condition) in enumerate(steps, start=1)
        ],
    }
    [flow_id] = call(admin, "crm.review.flow", "create", [flow])
    call(admin, "crm.review.flow", "action_publish", [flow_id])
    return flow_id


def wait_for_state(one, state):
    one.page.wait_for_selector(f"{PANEL}.o_crm_review_{state}")


def decide(one, comment="", colleague=None):
    """Fill in the open dialog and go on with it."""
    page = one.page
    page.wait_for_selector(DIALOG)
    if colleague:
        page.fill(f"{DIALOG} fieldset[name=people] input", colleague)
        page.click(f".o-autocomplete--dropdown-item:has-text('{colleague}')")
    page.fill(f"{DIALOG} textarea[name=comment]", comment)
    page.click(f"{DIALOG} button[name=confirm]")
    page.wait_for_selector(DIALOG, state="detached")


def act(one, action, comment="", colleague=None):
    """Press a button of the panel, or one under "more", and go on with its dialog."""
    press(one, action)
    decide(one, comment, colleague)


def press(one, action):
    page = one.page
    button = f"{PANEL} button[name={action}]"
    if not page.locator(button).count():
        page.click(f"{PANEL} button[name=more]")
        button = f".dropdown-item[name={action}]"
    page.click(button)


def submit(one, model, record_id):
    open_document(one, model, record_id)
    act(one, "submit", "请审批")
    wait_for_state(one, "pending")


def approve(one, model, record_id, comment="同意"):
    open_document(one, model, record_id, f"{PANEL} button[name=approve]")
    act(one, "approve", comment)
    one.page.wait_for_selector(f"{PANEL} button[name=approve]", state="detached")


def press_button(one, name, confirm=False):
    """Press a button of the form's header; on the phone they lie in a menu."""
    page, button = one.page, f"button[name={name}]"
    page.wait_for_selector(f"{PANEL}, {button}")
    if not page.locator(button).is_visible():
        page.click(".o_statusbar_buttons .dropdown-toggle")
    with page.expect_response(lambda response: "/call_button/" in response.url and response.url.endswith(name)):
        page.click(button)
        if confirm:
            page.click(".modal-footer .btn-primary")


def new_bookkeeper(admin, mark):
    """The demo company keeps no books yet: a user who does. :return: login"""
    groups = call(
        admin,
        "ir.model.data",
        "search_read",
        [["model", "=", "res.groups"], ["name", "in", ["group_account_invoice", "group_receivables_accountant"]]],
        ["res_id"],
    )
    user = {"name": "会计", "login": f"kj{mark}", "password": "demo", "lang": "zh_CN"}
    user["group_ids"] = [[4, group["res_id"]] for group in groups]
    call(admin, "res.users", "create", [user])
    return user["login"]

"""What a user does with the review panel of a document, and calls as he could make them himself."""

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

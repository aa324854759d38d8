"""A contract in the browser, in Chinese, each step by the one whose work it is: from the quotation to the renewal."""

import datetime
import time

from review_panel import (
    PANEL,
    act,
    approve,
    call,
    new_bookkeeper,
    open_document,
    press_button,
    read,
    submit,
    wait_for_state,
)

CONTRACT, CHANGE = "crm.contract", "crm.contract.change"
PRICE, RAISED = 800, 880  # untaxed; 100 of them take the managing director's approval, too
TAX = 1.13


def day(days=0):
    return datetime.date.today() + datetime.timedelta(days=days)


def open_tab(one, name):
    one.page.click(f".o_notebook a[name={name}]")
    one.page.wait_for_selector(f".o_notebook a.active[name={name}]")


def fill(one, field, value, within=".o_form_view"):
    widget = f"{within} .o_field_widget[name={field}]"
    one.page.locator(f"{widget} input, {widget} textarea").first.fill(str(value))


def choose(one, field, label, within=".o_form_view"):
    one.page.click(f"{within} .o_field_widget[name={field}] input")
    one.page.click(f".o_select_menu_item:has-text('{label}')")


def save(one):
    with one.page.expect_response(lambda response: response.url.endswith("/web_save")) as saved:
        one.page.click(".o_form_button_save")
    assert "error" not in saved.value.json(), saved.value.json()


def press_for_form(one, name, form):
    """Press a button of the form that opens another document, or a dialog."""
    press_button(one, name)
    one.page.wait_for_selector(form)


def choose_record(one, field, name, within=".o_form_view"):
    fill(one, field, name, within)
    one.page.click(f".o-autocomplete--dropdown-item:has-text('{name}')")


def add_payment(one, place, name, percent, event, days):
    rows = ".o_field_widget[name=milestone_ids]"
    one.page.click(f"{rows} .o_field_x2many_list_row_add a")
    row = f"{rows} .o_data_row.o_selected_row:nth-child({place})"
    fill(one, "name", name, row)
    fill(one, "percent", percent, row)
    choose(one, "due_event", event, row)
    fill(one, "due_days", days, row)


def change_line(one, **values):
    """Enter values in the first line of a change."""
    page, rows = one.page, ".o_field_widget[name=line_ids]"
    open_tab(one, "lines")
    for name, value in values.items():
        page.click(f"{rows} .o_data_row:first-child td[name={name}]")
        fill(one, name, value, f"{rows} .o_selected_row")


def order_batch(one, contract, order_type, quantity):
    """Order so much of the only line of a contract, in its dialog. :return: id of the confirmed order"""
    page, before = one.page, read(one, CONTRACT, contract, "order_ids")["order_ids"]
    open_document(one, CONTRACT, contract)
    press_for_form(one, "action_make_orders", ".modal button[name=action_make_orders]")
    choose_record(one, "order_type_id", order_type, ".modal")
    page.click(".modal .o_data_row td[name=quantity]")
    fill(one, "quantity", quantity, ".modal .o_selected_row")
    one.shot(f"4-order-{quantity}")
    page.click(".modal button[name=action_make_orders]")
    page.wait_for_selector("button[name=action_confirm]")
    press_button(one, "action_confirm")
    page.wait_for_selector("button[name=action_confirm]", state="detached")
    [order] = set(read(one, CONTRACT, contract, "order_ids")["order_ids"]) - {*before}
    return order


def deliver(one, order):
    """The warehouse delivers an order; that it does is not the point here."""
    [picking] = call(one, "stock.picking", "search", [["sale_id", "=", order], ["state", "!=", "cancel"]])
    for move in call(one, "stock.move", "search_read", [["picking_id", "=", picking]], ["product_uom_qty"]):
        call(one, "stock.move", "write", [move["id"]], {"quantity": move["product_uom_qty"], "picked": True})
    call(one, "stock.picking", "button_validate", [picking])


def post_invoices(one, contract):
    """The bookkeeper opens the drafts of a contract one by one and posts them. :return: their ids"""
    drafts = call(one, "account.move", "search", [["crm_contract_id", "=", contract], ["state", "=", "draft"]])
    for move in drafts:
        open_document(one, "account.move", move, "button[name=action_post]:visible")
        press_button(one, "action_post")
        one.page.wait_for_selector("button[name=action_post]:visible", state="detached")
    return drafts


def receive(one, *moves):
    """The customer's money comes; that it is registered is not the point here."""
    for move in moves:
        context = {"lang": "zh_CN", "active_model": "account.move", "active_ids": [move]}
        [payment] = call(one, "account.payment.register", "create", [{"payment_date": str(day())}], context=context)
        call(one, "account.payment.register", "action_create_payments", [payment], context=context)


def assert_adds_up(one, contract):
    """Plan = amount, invoiced and open = plan, received and open = plan, delivered and open = quantity."""
    names = ("amount_total", "amount_invoiced", "amount_to_invoice", "amount_received", "amount_open")
    money = read(one, CONTRACT, contract, *names, "milestone_ids", "line_ids")
    total = money["amount_total"]
    rows = call(one, "crm.contract.milestone", "read", money["milestone_ids"], ["amount", *names[1:]])
    assert round(sum(row["amount"] for row in rows), 2) == round(total, 2)
    for name in names[1:]:
        assert round(sum(row[name] for row in rows), 2) == round(money[name], 2), name
    assert round(money["amount_invoiced"] + money["amount_to_invoice"], 2) == round(total, 2)
    assert round(money["amount_received"] + money["amount_open"], 2) == round(total, 2)
    for line in call(
        one, "crm.contract.line", "read", money["line_ids"], ["quantity", "qty_delivered", "qty_to_deliver"]
    ):
        assert line["qty_delivered"] + line["qty_to_deliver"] == line["quantity"]
    return money


def new_quotation(admin, seller, mark):
    """:return: id of a quotation of 100 pieces for a customer of the seller"""
    [customer] = call(
        seller, "res.partner", "search", [["is_crm_customer", "=", True], ["user_id.login", "=", "zhangwei"]], 0, 1
    )
    [tax] = call(admin, "account.tax", "search", [["type_tax_use", "=", "sale"], ["amount", "=", 13]], 0, 1)
    product = {"name": f"晶体振荡器 {mark}", "default_code": f"XT{mark}", "is_storable": True, "list_price": PRICE}
    [product_id] = call(admin, "product.product", "create", [{**product, "crm_floor_price": 600}])
    line = {"product_id": product_id, "product_uom_qty": 100, "price_unit": PRICE, "tax_ids": [[6, 0, [tax]]]}
    [quotation] = call(seller, "sale.order", "create", [{"partner_id": customer, "order_line": [[0, 0, line]]}])
    return quotation


def test_from_the_quotation_to_the_renewal(screen):
    admin, seller, stock = screen("gaoyuan"), screen("zhangwei"), screen("zhulin")
    reviewers = [screen(login) for login in ("liuyang", "majun", "guofang", "xuzhiyuan")]
    head, boss = reviewers[0], reviewers[-1]
    mark = f"{time.time_ns() % 10**8:08d}"
    bookkeeper = screen(new_bookkeeper(admin, mark))
    order_type = f"合同出货 {mark}"
    kind = {"name": order_type, "code": f"T{mark}", "needs_review": False, "shipment_review": False}
    call(admin, "crm.order.type", "create", [kind])

    # a quotation becomes a contract in one click
    open_document(seller, "sale.order", new_quotation(admin, seller, mark), "button[name=action_crm_make_contract]")
    seller.shot("1-quotation")
    press_for_form(seller, "action_crm_make_contract", ".o_form_view .o_notebook a[name=plan]")
    fill(seller, "title", f"振荡器供货合同 {mark}")
    seller.shot("1-contract-as-made")
    open_tab(seller, "clauses")
    seller.page.wait_for_selector(".o_field_widget[name=clause_ids] .o_data_row")
    open_tab(seller, "plan")
    add_payment(seller, 1, "预付款", 30, "签署", 7)
    add_payment(seller, 2, "到货款", 70, "交货", 30)
    save(seller)
    seller.shot("1-contract")
    [contract] = call(seller, CONTRACT, "search", [["title", "=", f"振荡器供货合同 {mark}"]])
    assert round(assert_adds_up(seller, contract)["amount_total"], 2) == round(100 * PRICE * TAX, 2)

    # reviewed and signed
    submit(seller, CONTRACT, contract)
    for one in reviewers:
        approve(one, CONTRACT, contract)
    open_document(seller, CONTRACT, contract)
    seller.shot("2-approved")
    press_for_form(seller, "action_sign", ".modal button[name=action_done]")
    fill(seller, "our_signatory", "张伟", ".modal")
    seller.shot("2-signing")
    press_button(seller, "action_done")
    seller.page.wait_for_selector("button[name=action_sign]", state="detached")
    assert read(seller, CONTRACT, contract, "state")["state"] == "signed"

    # two payments invoiced, the first one paid
    open_document(bookkeeper, CONTRACT, contract)
    bookkeeper.shot("3-contract")
    press_for_form(bookkeeper, "action_view_moves", ".o_list_view.o_view_controller .o_data_row")
    bookkeeper.shot("3-invoices")
    first, second = sorted(post_invoices(bookkeeper, contract))
    bookkeeper.shot("3-invoice")
    receive(bookkeeper, first)
    money = assert_adds_up(bookkeeper, contract)
    assert not money["amount_to_invoice"] and money["amount_received"] < money["amount_total"]

    # delivered in two batches
    for quantity in (60, 40):
        deliver(stock, order_batch(seller, contract, order_type, quantity))
        assert_adds_up(seller, contract)
    assert read(seller, CONTRACT, contract, "state")["state"] == "in_progress"  # not paid yet

    # twenty more and dearer: reviewers see both sides, then it holds
    open_document(seller, CONTRACT, contract)
    press_for_form(seller, "action_change", ".o_form_view .o_field_widget[name=reason]")
    choose(seller, "kind", "数量")
    fill(seller, "reason", "客户追加 20 只，原料涨价")
    change_line(seller, quantity=120, price_unit=RAISED)
    save(seller)
    open_tab(seller, "diff")
    seller.shot("5-change")
    [change] = call(seller, CHANGE, "search", [["contract_id", "=", contract], ["is_open", "=", True]])
    submit(seller, CHANGE, change)
    for one in reviewers:
        open_document(one, CHANGE, change, f"{PANEL} button[name=approve]")
        both = one.page.locator(".o_field_widget[name=diff_html]")
        both.locator(".table-danger", has_text="100").first.wait_for()
        both.locator(".table-success", has_text="120").first.wait_for()
        both.locator(".table-success", has_text=str(RAISED)).first.wait_for()
        if one in (head, boss):
            one.shot(f"5-diff-{'head' if one is head else 'boss'}")
        act(one, "approve", "同意")
        one.page.wait_for_selector(f"{PANEL} button[name=approve]", state="detached")
    money = assert_adds_up(seller, contract)
    assert round(money["amount_total"], 2) == round(120 * RAISED * TAX, 2)
    open_document(seller, CONTRACT, contract)
    press_for_form(seller, "action_compare", ".modal .o_field_widget[name=diff_html] .table-success")
    seller.shot("5-versions")

    # the rest is delivered and paid: completed
    deliver(stock, order_batch(seller, contract, order_type, 20))
    receive(bookkeeper, second, *post_invoices(bookkeeper, contract))
    money = assert_adds_up(seller, contract)
    assert money["amount_received"] == money["amount_total"]
    open_document(seller, CONTRACT, contract)
    assert read(seller, CONTRACT, contract, "state")["state"] == "completed"
    seller.shot("6-completed")
    press_for_form(seller, "action_open_progress", ".o_crm_contract_progress")
    seller.shot("6-progress")

    # renewed
    open_document(seller, CONTRACT, contract)
    press_for_form(seller, "action_renew", ".o_form_view .o_field_widget[name=reason]")
    fill(seller, "reason", "明年继续供货")
    open_tab(seller, "terms")
    fill(seller, "date_start", day(1))
    fill(seller, "date_end", day(365))
    save(seller)
    open_tab(seller, "diff")
    seller.shot("7-renewal")
    [change] = call(seller, CHANGE, "search", [["contract_id", "=", contract], ["is_open", "=", True]])
    submit(seller, CHANGE, change)
    for one in reviewers:
        approve(one, CHANGE, change)
    open_document(seller, CHANGE, change)
    press_for_form(seller, "action_renewal", "button[name=action_sign]")
    seller.shot("7-renewed")
    [renewal] = call(seller, CONTRACT, "search", [["renewed_from_id", "=", contract]])
    assert_adds_up(seller, renewal)


def test_a_termination_lists_its_effects_first(screen):
    seller = screen("zhangwei")
    reviewers = [screen(login) for login in ("liuyang", "majun", "guofang")]
    [contract] = call(seller, CONTRACT, "search", [["title", "=", "2026 年四季度饮料供货合同"]])
    orders = read(seller, CONTRACT, contract, "order_ids")["order_ids"]
    numbers = [order["name"] for order in call(seller, "sale.order", "read", orders, ["name"])]
    assert numbers

    open_document(seller, CONTRACT, contract)
    press_for_form(seller, "action_terminate", ".o_form_view .o_field_widget[name=date_termination]")
    fill(seller, "date_termination", day())
    fill(seller, "reason", "客户停产，协商终止")
    save(seller)
    for number in numbers:
        seller.page.wait_for_selector(f".o_field_widget[name=effects_html] li:has-text('{number}')")
    seller.shot("1-effects")
    [change] = call(seller, CHANGE, "search", [["contract_id", "=", contract], ["is_open", "=", True]])
    submit(seller, CHANGE, change)
    for one in reviewers:
        open_document(one, CHANGE, change, f"{PANEL} button[name=approve]")
        one.page.wait_for_selector(f".o_field_widget[name=effects_html] li:has-text('{numbers[0]}')")
        act(one, "approve", "同意")
        one.page.wait_for_selector(f"{PANEL} button[name=approve]", state="detached")
    open_document(seller, CHANGE, change)
    wait_for_state(seller, "approved")
    seller.shot("2-applied")
    assert read(seller, CONTRACT, contract, "state")["state"] == "terminated"
    states = call(seller, "sale.order", "read", orders, ["state"])
    assert {order["state"] for order in states} == {"cancel"}
    open_document(seller, CONTRACT, contract)
    seller.shot("3-terminated")

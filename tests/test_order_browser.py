"""An order in the browser, in Chinese, each step by the one whose work it is: from the inquiry to its documents."""

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
    put_in_force,
    read,
    submit,
    wait_for_state,
)

from conftest import PHONE


def fill_in(one, field, value):
    """Enter a number on the packing page, which the server keeps at once."""
    with one.page.expect_response(lambda response: "/call_kw/crm.shipment.request/pack_" in response.url):
        field.fill(str(value))
        field.press("Tab")


def test_from_the_inquiry_to_the_documents(screen):
    admin, seller = screen("gaoyuan"), screen("zhangwei")
    head, director, boss = screen("liuyang"), screen("wangjianguo"), screen("xuzhiyuan")
    engineer, developer, buyer, accountant = screen("sunhao"), screen("majun"), screen("zhulin"), screen("guofang")
    mark = f"{time.time_ns() % 10**8:08d}"
    day = datetime.date.today()
    later = str(day + datetime.timedelta(days=30))

    [customer] = call(
        seller, "res.partner", "search", [["is_crm_customer", "=", True], ["user_id.login", "=", "zhangwei"]], 0, 1
    )
    [product] = call(
        admin,
        "product.product",
        "create",
        [
            {
                "name": f"晶体振荡器 {mark}",
                "default_code": f"XT{mark}",
                "is_storable": True,
                "list_price": 80,
                "crm_floor_price": 60,
                "standard_price": 35,
                "weight": 0.01,
                "crm_hs_code": "8541600000",
                "crm_declaration_elements": "用途：通信设备|品牌：无",
            }
        ],
    )
    [order_type] = call(
        admin,
        "crm.order.type",
        "create",
        [
            {
                "name": f"外销 {mark}",
                "code": f"T{mark}",
                "needs_review": True,
                "is_overseas": True,
                "shipment_review": True,
            }
        ],
    )
    ours = f"[('partner_id', '=', {customer}), ('crm_order_type_id', '{{}}', False)]"
    overdue, below = "[('crm_credit_overdue', '=', True)]", "[('crm_below_floor', '=', True)]"
    put_in_force(admin, "crm.inquiry", mark, f"[('title', '=', '{mark}')]", "liuyang")
    put_in_force(admin, "sale.order", f"{mark} 报价", ours.format("="), "liuyang", ("xuzhiyuan", below))
    put_in_force(
        admin,
        "sale.order",
        f"{mark} 销售申请",
        ours.format("!="),
        *("liuyang", "majun", "zhulin", "guofang", "xuzhiyuan"),
    )
    put_in_force(
        admin,
        "crm.shipment.request",
        f"{mark} 出货",
        f"[('partner_id', '=', {customer})]",
        *("wangjianguo", "sunhao", ("xuzhiyuan", overdue)),
    )

    # the inquiry, from the page of all kinds of applications
    seller.open("new-application", ".o_crm_application_page, .o_action")
    seller.shot("1-new-application")
    users = call(admin, "res.users", "search_read", [["login", "in", ["sunhao", "zhulin"]]], ["login"])
    [inquiry] = call(
        seller,
        "crm.inquiry",
        "create",
        [
            {
                "title": mark,
                "partner_id": customer,
                "needed_by": str(day + datetime.timedelta(days=3)),
                "answerer_ids": [[6, 0, [user["id"] for user in users]]],
                "line_ids": [[0, 0, {"product_id": product, "quantities": "100/1000", "target_price": 50}]],
            }
        ],
    )
    submit(seller, "crm.inquiry", inquiry)
    approve(head, "crm.inquiry", inquiry)
    for login, one, values in (
        ("sunhao", engineer, {"feasibility": "conditional", "feasibility_note": "工作温度 0 到 70 度"}),
        ("zhulin", buyer, {"feasibility": "yes", "moq": 100, "lead_time": 21, "valid_until": later}),
    ):
        [answer] = call(
            one, "crm.inquiry.answer", "search", [["inquiry_id", "=", inquiry], ["user_id.login", "=", login]]
        )
        call(one, "crm.inquiry.answer", "write", [answer], values)
        if one is buyer:
            for price in read(one, "crm.inquiry.answer", answer, "price_ids")["price_ids"]:
                call(one, "crm.inquiry.price", "write", [price], {"price": 58})
        open_document(one, "crm.inquiry.answer", answer, "button[name=action_answer]")
        one.shot(f"2-answer-{login}")
        one.page.click("button[name=action_answer]")
        one.page.wait_for_selector("button[name=action_answer]", state="detached")

    # the quotation is below the floor price: one step more
    open_document(seller, "crm.inquiry", inquiry, "button[name=action_make_quotation]")
    seller.shot("3-answered")
    press_button(seller, "action_make_quotation")
    [quotation] = call(seller, "sale.order", "search", [["crm_inquiry_id", "=", inquiry]])
    [line] = read(seller, "sale.order", quotation, "order_line")["order_line"]
    breaks = read(seller, "sale.order.line", line, "crm_break_ids")["crm_break_ids"]
    call(seller, "crm.quotation.break", "unlink", breaks)
    call(seller, "sale.order.line", "write", [line], {"product_uom_qty": 100, "price_unit": 58})
    submit(seller, "sale.order", quotation)
    approve(head, "sale.order", quotation)
    approve(boss, "sale.order", quotation, "低于底价，同意一次")
    open_document(seller, "sale.order", quotation)
    wait_for_state(seller, "approved")
    seller.shot("4-quotation")

    # the application: five positions, one of which sends it back
    press_button(seller, "action_crm_make_application")
    [order] = call(seller, "sale.order", "search", [["crm_quotation_id", "=", quotation]])
    [incoterm] = call(seller, "account.incoterms", "search", [["code", "=", "FOB"]])
    terms = {"incoterm": incoterm, "crm_port_loading": "Shanghai", "crm_port_discharge": "Hamburg"}
    call(seller, "sale.order", "write", [order], {"crm_order_type_id": order_type, **terms})
    [line] = read(seller, "sale.order", order, "order_line")["order_line"]
    call(seller, "sale.order.line", "write", [line], {"crm_requested_date": later, "crm_promised_date": later})
    open_document(seller, "sale.order", order)
    seller.page.click(".o_notebook a[name=crm_application]")
    seller.page.fill(".o_field_widget[name=client_order_ref] input", f"PO-{mark}")
    act(seller, "submit", "请审批")
    wait_for_state(seller, "pending")
    seller.shot("5-application")
    approve(head, "sale.order", order)
    open_document(developer, "sale.order", order, f"{PANEL} button[name=reject]")
    act(developer, "reject", "按整盘 250 只下单")
    call(seller, "sale.order.line", "write", [line], {"product_uom_qty": 250})
    submit(seller, "sale.order", order)
    open_document(head, "sale.order", order, f"{PANEL} button[name=changes]")
    head.page.click(f"{PANEL} button[name=changes]")
    head.page.wait_for_selector(f"{PANEL} .o_crm_review_changes td:has-text('250')")
    head.shot("6-changes")
    for one in (head, developer, buyer, accountant, boss):
        approve(one, "sale.order", order)
    assert read(seller, "sale.order", order, "state")["state"] == "sale"

    # made, and asked to be shipped although the customer owes money
    [production] = call(engineer, "mrp.production", "create", [{"product_id": product, "product_qty": 250}])
    call(engineer, "mrp.production", "action_confirm", [production])
    call(engineer, "mrp.production", "write", [production], {"qty_producing": 250})
    call(engineer, "mrp.production", "button_mark_done", [production])
    owe_money(screen(new_bookkeeper(admin, mark)), customer)
    open_document(seller, "sale.order", order)
    press_button(seller, "action_crm_request_shipment")
    [request] = call(seller, "crm.shipment.request", "search", [["line_ids.order_id", "=", order]])
    submit(seller, "crm.shipment.request", request)
    approve(director, "crm.shipment.request", request)
    call(engineer, "crm.shipment.request", "action_release_quality", [request])
    approve(engineer, "crm.shipment.request", request)
    assert read(seller, "crm.shipment.request", request, "crm_credit_overdue")["crm_credit_overdue"]
    approve(boss, "crm.shipment.request", request, "本次例外放行")
    open_document(seller, "crm.shipment.request", request)
    seller.shot("7-shipment-released")

    # packed on the phone
    phone = screen("zhulin", PHONE)
    open_document(phone, "crm.shipment.request", request)
    press_button(phone, "action_scan")
    phone.page.fill(".o_crm_scan_code", f"XT{mark}")
    phone.page.press(".o_crm_scan_code", "Enter")
    phone.page.wait_for_selector(".o_crm_scan_to_pack .alert-success")
    fill_in(phone, phone.page.locator(".o_crm_carton_quantity"), 250)
    for place, value in enumerate((4, 40, 30, 25)):  # kg and cm
        fill_in(phone, phone.page.locator(".o_crm_carton_measure").nth(place), value)
    phone.shot("8-packing")
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    phone.page.click(".o_crm_packed:enabled")
    press_button(phone, "action_ship", confirm=True)
    state = read(seller, "sale.order.line", line, "qty_delivered", "product_uom_qty")
    assert state["qty_delivered"] == state["product_uom_qty"] == 250
    seller.open("shipment-progress", ".o_data_row, .o_kanban_record")
    seller.shot("9-progress")

    # the set of documents
    for report, record in (
        ("crm_shipment.packing_list", request),
        ("crm_shipment.commercial_invoice", request),
        ("crm_shipment.sales_contract", order),
    ):
        answer = seller.page.request.get(f"{seller.url}/report/pdf/{report}/{record}")
        assert answer.ok and answer.body().startswith(b"%PDF"), report


def owe_money(bookkeeper, customer):
    """An invoice of the customer that should have been paid."""
    past = str(datetime.date.today() - datetime.timedelta(days=40))
    invoice = {
        "move_type": "out_invoice",
        "partner_id": customer,
        "invoice_date": past,
        "invoice_date_due": past,
        "invoice_line_ids": [[0, 0, {"name": "往年货款", "quantity": 1, "price_unit": 500}]],
    }
    [move] = call(bookkeeper, "account.move", "create", [invoice])
    call(bookkeeper, "account.move", "action_post", [move])

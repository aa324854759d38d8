"""Reviews in the browser, in Chinese: from the submission of a document through its steps to the decision."""

from contextlib import suppress

from playwright.sync_api import TimeoutError
from review_panel import DIALOG, PANEL, act, call, decide, press, put_in_force, wait_for_state

from conftest import DESKTOP, PHONE


def approved_by(admin, title, *logins):
    """A flow that approvals of this title take, through these users one after the other."""
    return put_in_force(admin, "crm.approval", title, f"[('title', '=', '{title}')]", *logins)


def enter_and_submit(one, title, comment="请审批"):
    """:return: path of the new approval"""
    page = one.page
    one.open("approvals/new", PANEL)
    page.fill(".o_field_widget[name=title] input", title)
    page.fill(".o_field_widget[name=amount] input", "3000")
    page.click(f"{PANEL} button[name=submit]")
    decide(one, comment)
    wait_for_state(one, "pending")
    return page.url.partition("/odoo/")[2]


def test_approve_and_reject_to_a_step(screen):
    title = "测试：逐级审批"
    approved_by(screen("gaoyuan"), title, "liuyang", "wangjianguo", "guofang")
    seller, first, second = screen("zhangwei"), screen("liuyang"), screen("wangjianguo")
    path = enter_and_submit(seller, title)
    assert seller.page.locator(".o_form_readonly").count(), "the document is locked"
    seller.shot("submitted")

    first.open(path, f"{PANEL} button[name=approve]")
    first.shot("to-approve")
    act(first, "approve", "同意")
    first.page.wait_for_selector(f"{PANEL} button[name=approve]", state="detached")

    second.open(path, f"{PANEL} button[name=reject]")
    press(second, "reject")
    second.page.wait_for_selector(f"{DIALOG} fieldset[name=target]")
    second.page.click(f"{DIALOG} button[name=confirm]")  # without the comment that it needs
    second.page.wait_for_selector(f"{DIALOG} textarea.is-invalid")
    second.page.check(f"{DIALOG} #crm_review_rank_1")
    second.page.check(f"{DIALOG} #crm_review_return_true")
    second.shot("reject")
    decide(second, "请部门再核对金额")

    # the first step's reviewer has the document open and is told without reloading
    first.page.wait_for_selector(f"{PANEL} button[name=approve]")
    assert first.page.inner_text(f"{PANEL} .o_crm_review_refusal").count("请部门再核对金额")
    first.shot("sent-back")
    act(first, "approve", "已核对")

    second.page.wait_for_selector(f"{PANEL} button[name=approve]")
    act(second, "approve")
    third = screen("guofang")
    third.open(path, f"{PANEL} button[name=approve]")
    act(third, "approve", "批准")
    wait_for_state(third, "approved")
    press(third, "progress")
    third.page.wait_for_selector(".o_crm_review_progress .o_crm_review_lap")
    assert third.page.locator(".o_crm_review_progress .o_crm_review_rejected").count() == 1
    third.shot("progress")


def test_add_signer_withdraw_forward(screen):
    title = "测试：加签与转办"
    approved_by(screen("gaoyuan"), title, "liuyang", "guofang")
    seller, manager, colleague = screen("zhangwei"), screen("liuyang"), screen("lina")
    path = enter_and_submit(seller, title)

    manager.open(path, f"{PANEL} button[name=approve]")
    press(manager, "add_signer")
    manager.page.wait_for_selector(DIALOG)
    manager.shot("add-signer")
    decide(manager, "请先看", "李娜")
    manager.page.wait_for_selector(f"{PANEL} button[name=approve]", state="detached")
    colleague.open(path, f"{PANEL} button[name=approve]")
    act(colleague, "approve", "没有问题")

    manager.page.wait_for_selector(f"{PANEL} button[name=approve]")
    act(manager, "approve")
    manager.page.wait_for_selector(f"{PANEL} button[name=approve]", state="detached")
    act(manager, "withdraw", "看错了")
    manager.page.wait_for_selector(f"{PANEL} button[name=approve]")
    act(manager, "forward", "请你处理", "陈静")
    manager.page.wait_for_selector(f"{PANEL} button[name=approve]", state="detached")
    manager.shot("forwarded")

    heir = screen("chenjing")
    heir.open(path, f"{PANEL} button[name=approve]")
    press(heir, "progress")
    heir.page.wait_for_selector(".o_crm_review_progress")
    heir.shot("progress")


def test_rejected_changed_submitted_again(screen):
    title = "测试：修改后再提交"
    approved_by(screen("gaoyuan"), title, "liuyang")
    seller, manager = screen("zhangwei"), screen("liuyang")
    path = enter_and_submit(seller, title)
    manager.open(path, f"{PANEL} button[name=reject]")
    act(manager, "reject", "金额太高")

    seller.open(path, f"{PANEL} button[name=submit]")
    assert "金额太高" in seller.page.inner_text(f"{PANEL} .o_crm_review_refusal")
    seller.shot("rejected")
    seller.page.fill(".o_field_widget[name=amount] input", "2000")
    act(seller, "submit", "已改")
    wait_for_state(seller, "pending")

    manager.page.wait_for_selector(f"{PANEL} button[name=changes]")
    manager.page.click(f"{PANEL} button[name=changes]")
    manager.page.wait_for_selector(f"{PANEL} .o_crm_review_changes td:has-text('2,000.00')")
    manager.shot("changes")
    press(manager, "progress")
    manager.page.wait_for_selector(".o_crm_review_progress .nav-link:nth-child(1)")
    assert manager.page.locator(".o_crm_review_progress .nav-link").count() == 2
    manager.page.click(".modal-footer .btn-secondary")
    manager.page.click(".o_notebook a[name=snapshot]")
    manager.page.wait_for_selector(".o_crm_review_snapshot .table-warning")
    manager.shot("snapshot")


def test_urge_and_recall(screen):
    title = "测试：催办与撤回"
    approved_by(screen("gaoyuan"), title, "liuyang")
    seller = screen("zhangwei")
    enter_and_submit(seller, title)
    act(seller, "urge", "急用")
    act(seller, "recall", "不需要了")
    wait_for_state(seller, "recalled")
    assert seller.page.locator(".o_form_editable").count(), "the document is the requester's again"
    seller.shot("recalled")


def open_todo(page):
    """Open the list behind the badge; again, as a page that is still being built closes what is opened over it."""
    for _attempt in range(3):
        page.click(".o_crm_review_todo")
        with suppress(TimeoutError):
            page.wait_for_selector("button[data-kind]", timeout=8000)
            return
    raise AssertionError("the badge opens no list")


def test_from_the_badge_on_the_phone(screen):
    title = "测试：手机审批"
    approved_by(screen("gaoyuan"), title, "liuyang", "guofang")
    enter_and_submit(screen("zhangwei"), title)
    for name, size in (("desktop", DESKTOP), ("phone", PHONE)):
        manager = screen("liuyang", size)
        page = manager.page
        manager.open("approvals", ".o_list_view, .o_kanban_view")
        page.wait_for_selector(".o_crm_review_count")
        open_todo(page)
        manager.shot(f"{name}-badge")
        page.click("button[data-kind]:has-text('通用审批')")
        page.wait_for_selector(".o_facet_value" if size is DESKTOP else ".o_kanban_record")
        manager.shot(f"{name}-to-do")
    page.click(f".o_kanban_record:has-text('{call(manager, *last_task())[0]['doc_name']}')")
    page.wait_for_selector(f"{PANEL} button[name=approve]")
    manager.shot("phone-document")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    press(manager, "approve")
    page.wait_for_selector(DIALOG)
    manager.shot("phone-approve")
    decide(manager, "同意")
    page.wait_for_selector(f"{PANEL} button[name=approve]", state="detached")
    press(manager, "progress")
    page.wait_for_selector(".o_crm_review_progress")
    manager.shot("phone-progress")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def last_task():
    return "crm.review.line", "search_read", [["state", "=", "pending"]], ["doc_name"], 0, 1, "id desc"


def test_draw_a_flow(screen):
    admin = screen("gaoyuan")
    flow_id = approved_by(admin, "测试：画流程", "liuyang", "guofang")
    page = admin.page
    admin.open(f"review-flows/{flow_id}", ".o_crm_flow_step")
    assert not page.locator(".o_crm_flow button[name=insert]").count(), "a flow in force does not change"
    page.click("button[name=action_new_version]")
    page.wait_for_selector(".o_crm_flow button[name=insert]")

    page.locator(".o_crm_flow button[name=insert]").nth(1).click()
    page.fill(".modal .o_field_widget[name=name] input", "上级会签")
    page.click(".modal .o_field_widget[name=who] input")
    page.locator(".o_select_menu_item").nth(3).click()
    page.click(".modal .o_form_button_save")
    page.wait_for_selector(".modal", state="detached")
    assert names(page) == [["liuyang 审批"], ["上级会签"], ["guofang 审批"]]

    card, rank = page.locator(".o_crm_flow_step").nth(2), page.locator(".o_crm_flow_column").nth(0)
    start, end = card.bounding_box(), rank.bounding_box()
    page.mouse.move(start["x"] + 30, start["y"] + 12)
    page.mouse.down()
    page.mouse.move(start["x"] + 20, start["y"] + 20, steps=3)
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] - 10, steps=20)
    admin.shot("dragging")
    page.mouse.up()
    page.wait_for_function("document.querySelectorAll('.o_crm_flow_column').length == 2")
    assert names(page) == [["liuyang 审批", "guofang 审批"], ["上级会签"]]
    page.click(".o_form_button_save")
    page.wait_for_selector(".o_form_saved")
    page.reload()
    page.wait_for_selector(".o_crm_flow_step")
    assert names(page) == [["liuyang 审批", "guofang 审批"], ["上级会签"]]
    admin.shot("drawn")


def names(page):
    return page.evaluate("""[...document.querySelectorAll(".o_crm_flow_column")].map((rank) =>
        [...rank.querySelectorAll(".o_crm_flow_step strong")].map((name) => name.textContent))""")

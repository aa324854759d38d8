"""A customer's code from the request to the customer, and what else a salesperson does with customers, in Chinese."""

from conftest import PHONE

PANEL = ".o_crm_review_panel"
DIALOG = ".o_crm_review_dialog"
ROW = ".o_data_row"
LICENCE = {"name": "licence.txt", "mimeType": "text/plain", "buffer": b"licence"}


def open_named(one, path, name):
    """Open the record of this name from its list."""
    one.open(path, ROW)
    one.page.locator(ROW, has_text=name).first.locator(".o_data_cell").nth(1).click()
    one.page.wait_for_selector(".o_form_view")


def approve(one, name):
    open_named(one, "customer-codes", name)
    one.page.click(f"{PANEL} button[name=approve]")
    one.page.click(f"{DIALOG} button[name=confirm]")
    one.page.wait_for_selector(DIALOG, state="detached")


def test_a_code_is_requested_reviewed_drawn(screen):
    name = "绍兴青禾电器有限公司"
    seller = screen("zhangwei")
    page = seller.page
    seller.open("customer-codes", ROW)
    seller.shot("list")
    seller.open("customer-codes/new", ".o_form_view")
    page.fill(".o_field_widget[name=customer_name] input", name)
    page.fill(".o_field_widget[name=phone] input", "0575-88120126")
    page.set_input_files(".o_field_widget[name=attachment_ids] input[type=file]", [LICENCE])
    page.wait_for_selector(".o_field_widget[name=attachment_ids] :text('licence.txt')")
    page.click(f"{PANEL} button[name=submit]")
    page.click(f"{DIALOG} button[name=confirm]")
    page.wait_for_selector(f"{PANEL} :text('刘洋')")
    seller.shot("submitted")
    for login in ("liuyang", "wuqian"):
        reviewer = screen(login)
        approve(reviewer, name)
        reviewer.shot(f"approved-{login}")
    open_named(seller, "customer-codes", name)
    code = page.inner_text("button[name=action_open_customer] .o_stat_value").strip()
    assert code
    page.click("button[name=action_open_customer]")
    page.wait_for_selector("button[name=action_crm_contacts]")
    assert page.locator(".o_inner_group .o_field_widget[name=customer_code]").inner_text() == code
    seller.shot("customer")


def test_a_code_is_requested_on_the_phone(screen):
    seller = screen("zhaolei", PHONE)
    page = seller.page
    seller.open("customer-codes", ".o_kanban_record")
    seller.shot("kanban")
    page.locator(".o_kanban_record", has_text="杭州云起茶业").click()
    page.wait_for_selector(".o_form_view")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    seller.shot("form")


def test_status_star_and_recycle_bin(screen):
    seller = screen("lina")
    page = seller.page
    seller.open("crm-customers/new", ".o_form_view")
    page.fill(".o_field_widget[name=name] input", "无锡待删除测试有限公司")
    page.click(".o_form_button_save")
    page.wait_for_selector(".o_form_saved")

    page.click(".o_field_widget[name=crm_is_favourite] a, .o_field_widget[name=crm_is_favourite] button")
    page.get_by_role("button", name="变更状态").click()
    page.locator(".modal").get_by_label("失效").check()
    page.fill(".modal .o_field_widget[name=reason] input", "客户停产")
    page.locator(".modal").get_by_role("button", name="变更状态").click()
    page.wait_for_selector(".modal", state="detached")
    page.wait_for_selector(".o_statusbar_status .o_arrow_button_current:text('失效')")
    page.get_by_role("button", name="状态历史").click()
    page.wait_for_selector(f"{ROW} :text('客户停产')")
    seller.shot("status-history")

    seller.open("followed-customers", f"{ROW} :text('无锡待删除测试')")
    seller.shot("followed")
    open_named(seller, "followed-customers", "无锡待删除测试")
    page.click(".o_cp_action_menus button")
    page.get_by_role("menuitem", name="移入回收站").click()
    page.fill(".modal .o_field_widget[name=reason] input", "重复录入")
    page.locator(".modal").get_by_role("button", name="移入回收站").click()
    page.wait_for_selector(".modal", state="detached")

    seller.open("customer-recycle-bin", f"{ROW} :text('无锡待删除测试')")
    seller.shot("bin")
    page.locator(ROW, has_text="无锡待删除测试").get_by_role("button", name="恢复").click()
    page.wait_for_selector(f"{ROW} :text('无锡待删除测试')", state="detached")

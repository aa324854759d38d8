"""A salesperson's day with customers, in the browser, in Chinese."""

from conftest import PHONE

CUSTOMERS = "crm-customers"
ROW = ".o_data_row"


def search(page, text):
    page.fill(".o_searchview_input", text)
    page.wait_for_selector(f".o_searchview_autocomplete .focus:has-text('{text}')")  # what Enter takes
    page.keyboard.press("Enter")
    page.wait_for_selector(".o_facet_value")


def test_enter_find_edit_a_customer(screen):
    seller = screen("zhangwei")
    page = seller.page
    seller.open(CUSTOMERS, ROW)
    assert page.locator(".o_breadcrumb").get_by_text("客户资料").is_visible()
    seller.shot("list")

    page.get_by_role("button", name="新建").first.click()
    page.fill(".o_field_widget[name=name] input", "苏州测试仪表有限公司")
    page.fill(".o_field_widget[name=phone] input", "0512-6555 0123")
    page.click(".o_form_button_save")
    page.wait_for_selector(".o_form_saved")
    seller.shot("entered")

    seller.open(CUSTOMERS, ROW)
    search(page, "szcsyb")
    page.wait_for_function(f"document.querySelectorAll('{ROW}').length == 1")
    seller.shot("found-by-initials")
    page.click(f"{ROW} .o_data_cell[name=name]")
    page.wait_for_selector(".o_form_view")
    page.fill(".o_field_widget[name=short_name] input", "苏测")
    with page.expect_response(lambda response: response.url.endswith("/web_save")):
        page.click(".o_form_button_save")
    page.reload()
    page.wait_for_selector(".o_form_view")
    assert page.input_value(".o_field_widget[name=short_name] input") == "苏测"
    seller.shot("saved")


def test_a_duplicate_is_told_and_stopped(screen):
    seller = screen("lina")
    page = seller.page
    seller.open(f"{CUSTOMERS}/new", ".o_form_view")
    page.fill(".o_field_widget[name=name] input", "Alfred's Futterkiste")
    page.keyboard.press("Tab")
    page.wait_for_selector(".o_crm_duplicates:not(.d-none) :text('Alfreds Futterkiste')")
    seller.shot("warned")
    page.click(".o_form_button_save")
    page.wait_for_selector(".modal :text('非重复说明')")
    seller.shot("stopped")


def test_follow_up_on_the_phone(screen):
    seller = screen("zhangwei", PHONE)
    page = seller.page
    seller.open(CUSTOMERS, ".o_kanban_record")
    seller.shot("customers")
    page.locator(".o_kanban_record:not(.o_kanban_ghost)").first.click()
    page.wait_for_selector(".o_form_view")
    seller.shot("customer")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_roles_see_their_own(screen):
    """The salesperson fewer than his manager, the general manager all 91 of Northwind at least."""
    counts = []
    for login in ("zhangwei", "liuyang", "xuzhiyuan"):
        one = screen(login)
        one.open(CUSTOMERS, ROW)
        counts.append(int(one.page.inner_text(".o_pager_limit").rstrip("+")))
        one.shot(login)
    assert 0 < counts[0] < counts[1] < counts[2], counts
    assert counts[2] >= 91

"""Follow-ups with check-in on the phone, the worklist, visit plan and daily report, in Chinese."""

import time

from playwright.sync_api import expect

from conftest import PHONE

SHANGHAI = {"latitude": 31.2304, "longitude": 121.4737, "accuracy": 15}
ROW = ".o_data_row"
CARD = ".o_kanban_record:not(.o_kanban_ghost)"
BUTTON = ".o_crm_check_in button"


def phone_width(page):
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def save(page):
    page.click(".o_form_button_save")
    page.wait_for_selector(".o_form_saved")


def choose(page, name, text):
    """An option of a selection, and what the server makes of it."""
    box = page.locator(f".o_field_widget[name={name}] input")
    box.click()
    with page.expect_response(lambda response: response.url.endswith("/onchange")):
        page.locator(".o_select_menu_item").get_by_text(text, exact=True).click()
    expect(box).to_have_value(text)


def test_check_in_on_the_phone(screen):
    """Into the customer's file, check in on arrival, write it up after the meeting."""
    seller = screen("zhangwei", PHONE)
    page = seller.page
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation(SHANGHAI)
    seller.open("crm-visit-plan?view_type=kanban", CARD)
    phone_width(page)
    seller.shot("visit-plan")
    page.locator(f"{CARD} button[name=action_visit]").first.click()
    page.wait_for_selector(BUTTON)
    phone_width(page)
    seller.shot("new")
    page.click(BUTTON)
    page.wait_for_selector(".o_crm_check_in .text-success")
    page.wait_for_selector(".o_form_saved")
    assert "15" in page.inner_text(".o_crm_check_in")
    seller.shot("checked-in")
    page.fill(".o_field_widget[name=content] textarea", "现场确认了仓储条件，客户同意下周试单。")
    page.locator(".o_field_widget[name=next_in] .o_selection_badge").nth(2).click()
    save(page)
    assert page.locator(".o_field_widget[name=next_date]").inner_text().strip()
    phone_width(page)
    seller.shot("written-up")
    page.reload()
    page.wait_for_selector(".o_crm_check_in .text-success")
    assert not page.locator(BUTTON).count()


def test_without_permission_it_says_so(screen):
    seller = screen("lina", PHONE)
    page = seller.page
    page.context.clear_permissions()
    seller.open("crm-visit-plan?view_type=kanban", CARD)
    page.locator(f"{CARD} button[name=action_visit]").first.click()
    page.wait_for_selector(BUTTON)
    page.click(BUTTON)
    page.wait_for_selector(".o_crm_check_in .text-danger")
    phone_width(page)
    seller.shot("refused")
    page.fill(".o_field_widget[name=content] textarea", "没有定位，也能登记。")
    save(page)


def test_worklist(screen):
    """Five buckets with their numbers; a follow-up moves the customer out of his."""
    seller = screen("zhangwei")
    page = seller.page
    seller.open("crm-worklist", ".o_search_panel")
    page.wait_for_selector(ROW)
    values = page.locator(".o_search_panel_category_value")
    assert values.count() == 6  # with "all"
    seller.shot("buckets")
    overdue = values.filter(has_text="逾期未跟进").last
    before = int(overdue.locator(".o_search_panel_counter").inner_text())
    overdue.locator("header").click()
    page.wait_for_function(f"document.querySelectorAll('{ROW}').length == {before}")
    page.locator(f"{ROW} button").first.click()
    page.wait_for_selector(".modal .o_form_view")
    page.fill(".modal .o_field_widget[name=content] textarea", "已电话联系。")
    page.locator(".modal .o_field_widget[name=next_in] .o_selection_badge").first.click()
    seller.shot("new-follow-up")
    page.locator(".modal .o_form_button_save").click()
    page.wait_for_selector(".modal", state="detached")
    page.reload()
    page.wait_for_selector(ROW)
    overdue = page.locator(".o_search_panel_category_value").filter(has_text="逾期未跟进").last
    # the panel shows at first what it knew before
    expect(overdue.locator(".o_search_panel_counter")).to_have_text(str(before - 1))


def test_daily_report_and_who_has_none(screen):
    seller = screen("yangfan")
    page = seller.page
    page.goto(f"{seller.url}/odoo/action-crm_customer.crm_daily_report_action_today")
    page.wait_for_selector(".o_form_view")
    page.fill(".o_field_widget[name=summary] textarea", "今天回访两家客户，均满意。")
    seller.shot("mine")
    page.click("button[name=action_submit]")
    page.wait_for_selector(".o_field_widget[name=summary].o_readonly_modifier")
    seller.shot("handed-in")
    manager = screen("chenjing")
    manager.page.goto(f"{manager.url}/odoo/action-crm_customer.crm_daily_report_action_missing")
    manager.page.wait_for_selector(".o_list_view")
    assert "杨帆" not in manager.page.inner_text(".o_list_view")
    manager.shot("not-handed-in")
    manager.open("crm-daily-reports", ROW)
    manager.shot("all")


def test_contacts(screen):
    """Cards into contacts, and the map of who reports to whom."""
    seller = screen("zhangwei")
    page = seller.page
    seller.open("crm-customers", ROW)
    page.click(f"{ROW} .o_data_cell[name=name]")
    page.wait_for_selector(".o_form_view")
    company = page.input_value(".o_field_widget[name=name] input, .o_field_widget[name=name] textarea")
    number = time.time_ns() % 10**7  # another one at each run
    cards = "".join(
        f"BEGIN:VCARD\nVERSION:3.0\nFN:{name}\nORG:{company}\nTEL;TYPE=CELL:{mobile}{number:07d}\nEND:VCARD\n"
        for name, mobile in (("王芳", 1390), ("李强", 1391))
    )
    page.goto(f"{seller.url}/odoo/action-crm_customer.vcard_import_action")
    page.wait_for_selector(".o_field_widget[name=file] input[type=file]", state="attached")
    page.set_input_files(
        ".o_field_widget[name=file] input[type=file]",
        {"name": "cards.vcf", "mimeType": "text/vcard", "buffer": cards.encode("gbk")},
    )
    page.wait_for_selector(f"{ROW} :text('王芳')")
    seller.shot("cards")
    page.click("button[name=action_import]")
    page.wait_for_selector(".modal", state="detached")
    page.click(f"{ROW}:has-text('李强') .o_data_cell[name=name]")
    page.wait_for_selector(".o_form_view")
    with page.expect_response(lambda response: response.url.endswith("/onchange")):
        page.check(".o_field_widget[name=birthday_is_lunar] input")
    for name, text in (("lunar_month", "八月"), ("lunar_day", "十五")):
        choose(page, name, text)
    page.fill(".o_field_widget[name=superior_id] input", "王芳")
    page.locator(".o-autocomplete--dropdown-item:has-text('王芳')").last.click()
    save(page)
    assert page.locator(".o_field_widget[name=next_birthday]").inner_text()
    seller.shot("contact")
    page.click("button[name=action_crm_relation_map]")
    page.wait_for_selector(".o_hierarchy_node")
    seller.shot("relation-map")

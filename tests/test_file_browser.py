"""The file centre in the browser, in Chinese: versions, search of contents, preview, share links, refusals."""

import datetime
import time

from review_panel import call, open_document, press_button

from conftest import PHONE, SCREENSHOTS

CONTRACT, FILE = "crm.contract", "crm.file"
MEGABYTE = 2**20
ROW = ".o_list_view .o_data_row"


def new_contract(seller, mark):
    """:return: id of a contract of the seller"""
    [customer] = call(
        seller, "res.partner", "search", [["is_crm_customer", "=", True], ["user_id.login", "=", "zhangwei"]], 0, 1
    )
    [contract] = call(seller, CONTRACT, "create", [{"partner_id": customer, "title": f"文件测试合同 {mark}"}])
    return contract


def open_files_of(one, contract):
    open_document(one, CONTRACT, contract, "button[name=action_crm_files]")
    press_button(one, "action_crm_files")
    one.page.wait_for_selector(".o_crm_file_upload")


def text_file(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text, encoding="gb18030")  # as Windows writes it in China
    return path


def upload(one, path, within=".o_control_panel", route="/crm_file/upload"):
    """Choose a file as the button's dialog does, and wait for the server's answer."""
    with one.page.expect_response(lambda response: response.url.endswith(route)):
        one.page.locator(f"{within} input[type=file]").first.set_input_files(path)


def wait_for_notice(one, *texts):
    """Wait for what is told, and close it."""
    notice = one.page.locator(".o_notification")
    for text in texts:
        notice = notice.filter(has_text=text)
    notice.first.wait_for()
    notice.first.locator(".o_notification_close").click()
    notice.first.wait_for(state="detached")


def search(one, text):
    page = one.page
    page.fill(".o_searchview_input", text)
    page.wait_for_selector(".o_searchview_autocomplete")
    with page.expect_response(lambda response: f"/{FILE}/web_search_read" in response.url):
        page.press(".o_searchview_input", "Enter")
    page.wait_for_selector(f".o_facet_value:has-text('{text}')")


def read_contents(admin):
    """What the scheduler does right after an upload; in tests it stands still."""
    [job] = call(admin, "ir.model.data", "search_read", [["name", "=", "ir_cron_index"]], ["res_id"])
    call(admin, "ir.cron", "method_direct_trigger", [job["res_id"]])


def status(one, path):
    return one.page.request.get(f"{one.url}{path}").status


def wait_until(ready, seconds=30):
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end, "nothing has changed"
        time.sleep(0.2)


def test_versions_of_a_contract(screen, tmp_path):
    admin, seller, colleague = screen("gaoyuan"), screen("zhangwei"), screen("lina")
    page, mark = seller.page, f"{time.time_ns() % 10**8:08d}"
    word = f"恒温晶振验收{mark}"
    contract = new_contract(seller, mark)

    # two files of one name: a version, and nothing is lost
    open_files_of(seller, contract)
    path = text_file(tmp_path, f"技术协议 {mark}.txt", f"第一稿：{word}，质保期十二个月")
    upload(seller, path)
    page.wait_for_selector(f"{ROW}:has-text('{path.name}')")
    path.write_text("第二稿：质保期二十四个月", encoding="gb18030")
    upload(seller, path)
    wait_for_notice(seller, path.name, "第 2 版")
    row = page.locator(ROW, has_text=path.name)
    assert row.count() == 1
    row.locator("td[name=version_number]", has_text="2").wait_for()
    seller.shot("1-contract")

    # an old version is looked at and restored
    row.locator("td[name=name]").click()
    versions = page.locator(".o_field_widget[name=version_ids] .o_data_row")
    versions.nth(1).wait_for()
    seller.shot("2-versions")
    versions.nth(1).locator(".o_crm_file_preview").click()
    page.frame_locator(".o-FileViewer iframe").locator("body", has_text=word).wait_for()
    seller.shot("2-preview")
    page.click(".o-FileViewer-headerButton.h4")
    page.wait_for_selector(".o-FileViewer", state="detached")
    versions.nth(1).locator("button[name=action_restore]").click()
    page.click(".modal-footer .btn-primary")
    versions.nth(2).wait_for()
    assert versions.count() == 3
    with page.expect_download() as download:
        page.click(".o_statusbar_buttons button[name=action_download]")
    assert word in download.value.path().read_text(encoding="gb18030")
    assert download.value.suggested_filename == path.name

    # it is found by the words in it, by who may read the contract
    read_contents(admin)
    seller.open("files", ROW)
    search(seller, word)
    page.locator(ROW, has_text=path.name).wait_for()
    assert page.locator(ROW).count() == 1
    seller.shot("3-found")
    colleague.open("files", ".o_crm_file_upload")
    search(colleague, word)
    colleague.page.wait_for_selector(".o_view_nocontent")
    colleague.shot("3-not-found")

    # and nobody else opens its addresses
    [file] = call(seller, FILE, "search_read", [["name", "=", path.name]], ["attachment_id", "version_ids"])
    attachment = file["attachment_id"][0]
    for address in (
        f"/web/content/{attachment}",
        f"/web/image/{attachment}",
        f"/crm_file/text/{file['version_ids'][0]}",
    ):
        assert word.encode("gb18030") not in (answer := colleague.page.request.get(f"{colleague.url}{address}")).body()
        assert word.encode() not in answer.body()
    assert status(seller, f"/web/content/{attachment}") == 200
    assert status(colleague, f"/web/content/{attachment}") in (403, 404)
    assert status(colleague, f"/crm_file/text/{file['version_ids'][0]}") == 404

    # on the phone
    phone = screen("zhangwei", PHONE)
    phone.open("files", ".o_kanban_record:not(.o_kanban_ghost)")
    phone.shot("4-phone")
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    phone.page.click(f".o_kanban_record:has-text('{path.name}')")
    phone.page.wait_for_selector(".o_field_widget[name=version_ids]")
    phone.shot("4-phone-form")
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_share_link(screen, chromium, tmp_path):
    seller = screen("zhangwei")
    page, mark = seller.page, f"{time.time_ns() % 10**8:08d}"
    path = text_file(tmp_path, f"报价说明 {mark}.txt", f"有效期三十天 {mark}")
    open_files_of(seller, new_contract(seller, mark))
    upload(seller, path)
    page.click(f"{ROW}:has-text('{path.name}') td[name=name]")
    page.wait_for_selector("button[name=action_share]")

    press_button(seller, "action_share")
    page.fill(".modal .o_field_widget[name=note] input", "客户采购部")
    seller.shot("1-share")
    press_button(seller, "action_open")
    link = page.locator(".o_field_widget[name=url]")
    link.locator("text=/crm_file/share/").wait_for()
    seller.shot("2-link")
    address = link.inner_text().split()[0]

    guest = chromium.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
    try:
        visitor = guest.new_page()
        visitor.goto(address)
        visitor.wait_for_selector(f"h1:has-text('{path.name}')")
        visitor.screenshot(path=SCREENSHOTS / "test_share_link-3-visitor.png")
        with visitor.expect_download() as download:
            visitor.click("button[type=submit]")
        assert mark in download.value.path().read_text(encoding="gb18030")
        assert guest.request.get(f"{address}x").status == 404, "a guessed token"

        # it ends at its time
        [share] = call(
            seller, "crm.file.share", "search", [["note", "=", "客户采购部"], ["file_id.name", "=", path.name]]
        )
        soon = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=2)
        call(seller, "crm.file.share", "write", [share], {"date_to": f"{soon:%Y-%m-%d %H:%M:%S}"})
        wait_until(lambda: guest.request.get(address).status == 404)

        # and when it is revoked
        later = soon + datetime.timedelta(days=2)
        call(seller, "crm.file.share", "write", [share], {"date_to": f"{later:%Y-%m-%d %H:%M:%S}"})
        assert guest.request.get(address).status == 200
        press_button(seller, "action_revoke", confirm=True)
        page.wait_for_selector("button[name=action_revoke]", state="detached")
        assert guest.request.get(address).status == 404
        visitor.goto(address)
        assert path.name not in visitor.inner_text("body")
    finally:
        guest.close()


def test_refused_files(screen, tmp_path):
    seller = screen("zhangwei")
    mark = f"{time.time_ns() % 10**8:08d}"
    contract = new_contract(seller, mark)
    program, disguised, large = (
        tmp_path / f"{name} {mark}.{kind}" for name, kind in (("安装", "exe"), ("照片", "jpg"), ("大图", "zip"))
    )
    program.write_bytes(b"x")
    disguised.write_bytes(b"MZ\x90\x00" + bytes(100))
    with large.open("wb") as stream:
        stream.truncate(51 * MEGABYTE)

    open_files_of(seller, contract)
    for path, words in ((program, "不接受 exe 类型"), (disguised, "不接受 exe 类型"), (large, "最多只能上传 50 MB")):
        upload(seller, path)
        wait_for_notice(seller, path.name, words)
    # the same in the messages of the contract
    open_document(seller, CONTRACT, contract, ".o-mail-Chatter-attachFiles")
    for path, words in ((program, "不接受 exe 类型"), (large, "最多只能上传 50 MB")):
        upload(seller, path, ".o-mail-Chatter", "/mail/attachment/upload")
        if path is program:
            seller.shot("refused")
        wait_for_notice(seller, path.name, words)
    assert not call(seller, FILE, "search_count", [["res_model", "=", CONTRACT], ["res_id", "=", contract]])

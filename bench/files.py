"""The file centre at 10,000 files (or more) of customers and orders, beside raw SQL and Odoo's own attachments.

    .venv/bin/python bench/files.py 10k -d my_files     the size is that of the files; they stay there

A fifth of the files has three versions, all have a content of 300 to 3,000 characters that is found by its words.
Readers are the administrator, a manager with a tenth and a salesperson with a hundredth of the customers.
"""

import random
import sys

# first: it makes the add-ons known
from database import SIZES, environment, parser, registry, vacuum
from timing import head, page, raw, row, timed

from odoo import Command
from odoo.tools import SQL

VIEW = ("crm.file", "crm_file.crm_file_view_list")
CUSTOMERS = 2_000
SEED = 20260101
# words of contracts, as frequent here as there
WORDS = (
    "合同 供方 需方 质量 标准 验收 交货 地点 方式 运输 费用 负担 包装 付款 期限 违约 责任 争议 解决 仲裁 法院 签订 生效"
    " 晶振 恒温 温补 频率 稳定度 相位 噪声 老化 电源 电压 输出 波形 封装 尺寸 温度 范围 筛选 可靠性 试验 检验 报告 图纸"
    " 附件 规格"
).split()


def main():
    options = parser(__doc__.partition("\n")[0]).parse_args()
    base = registry(options)
    with environment(base, commit=True) as env:
        users = fill(env, SIZES[options.size])
    vacuum(options.database, "crm_file", "crm_file_version", "ir_attachment", "res_partner")
    head(f"{SIZES[options.size]:,} files; ms, median of the runs")
    for role, uid in users.items():
        report(base, role, uid)


def report(base, role, uid):
    print(f"-- {role}")
    row("list, first page", page(base, uid, *VIEW), raw(base, FIRST), timed(base, uid, attachments))
    row("list, page 20", page(base, uid, *VIEW, offset=1_520))
    for what, word in (
        ("name, rare", "F00123"),
        ("name, pinyin", "hetong"),
        ("content, rare", "独一无二"),
        ("content, a third of all", "相位噪声"),
        ("content, all", "验收"),
        ("two words of a content", "老化 仲裁"),
    ):
        row(f"search {what} ({word})", page(base, uid, *VIEW, [("full_search", "ilike", word)]), by_hand(base, word))
    row("count by type", timed(base, uid, lambda env: env["crm.file"].formatted_read_group([], ["kind"], ["__count"])))
    row("form", timed(base, uid, form))


def form(env):
    file = env["crm.file"].search([("version_number", ">", 1)], limit=1)
    fields = ("number", "name", "upload_date", "note")
    versions = {"fields": {**{fname: {} for fname in fields}, "user_id": {"fields": {"display_name": {}}}}}
    file.web_read({"name": {}, "document_name": {}, "crm_in_write_scope": {}, "version_ids": versions})


def attachments(env):
    """Odoo's own list of the same attachments."""
    domain = [("res_model", "in", ("res.partner", "sale.order"))]
    env["ir.attachment"].web_search_read(domain, {"name": {}, "res_name": {}}, limit=80, count_limit=10_001)


def by_hand(base, word):
    """Names and contents by what a plain program would ask: a part of the text."""
    return raw(
        base,
        SQL(
            "SELECT id, name FROM crm_file WHERE active AND (name ILIKE %(word)s OR content_text LIKE %(word)s)"
            " ORDER BY upload_date DESC, id DESC LIMIT 80",
            word=f"%{word}%",
        ),
    )


FIRST = """
    SELECT file.*, partner.name FROM crm_file AS file
 LEFT JOIN res_partner AS partner ON partner.id = file.user_id
     WHERE file.active ORDER BY upload_date DESC, file.id DESC LIMIT 80
"""


def fill(env, size):
    """The readers by role; customers and files are made where they are missing."""
    users = {"administrator": env.ref("base.user_admin").id}
    for role, login in (("sales_manager", "bench_file_manager"), ("salesperson", "bench_file_seller")):
        user = env["res.users"].search([("login", "=", login)]) or new_user(env, role, login)
        users[role] = user.id
    if env["crm.file"].search_count([]) < size:
        make(env, size, users)
    return users


def new_user(env, role, login):
    line = Command.create({"role_id": env.ref(f"crm_base.res_users_role_{role}").id})
    vals = {"name": login, "login": login, "role_line_ids": [line]}
    return env["res.users"].with_context(no_reset_password=True).create(vals)


def make(env, size, users):
    chance = random.Random(SEED)
    owners = [users["salesperson"]] + [users["sales_manager"]] * 10 + [env.uid] * 89
    vals = [
        # names that look like none other, for the search of duplicates
        {"name": f"{chance.getrandbits(64):x}", "is_crm_customer": True, "user_id": owners[number % len(owners)]}
        for number in range(CUSTOMERS)
    ]
    partner_ids = env["res.partner"].with_context(tracking_disable=True).create(vals).ids
    for start in range(0, size, 500):
        vals = []
        for number in range(start, start + 500):
            name, partner_id = f"合同F{number:05}.txt", partner_ids[number % CUSTOMERS]
            for _version in range(3 if number % 5 == 0 else 1):
                text = "".join(chance.choice(WORDS) for _word in range(chance.randint(150, 1500)))
                vals.append({"name": name, "raw": text.encode(), "res_model": "res.partner", "res_id": partner_id})
            if number % 1000 == 7:
                vals[-1]["raw"] += "独一无二".encode()
        env["ir.attachment"].create(vals)
        index(env)
        env.cr.commit()
        env.invalidate_all()
        print(f"\r{start + 500:,} files", end="", file=sys.stderr)
    print(file=sys.stderr)


def index(env):
    env["crm.file"].search([("is_indexed", "!=", True)])._index_content()


if __name__ == "__main__":
    main()

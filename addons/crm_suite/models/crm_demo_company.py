# Chinese data: the names of the demo company's flows, positions and pools
import csv
import io
import logging
from datetime import datetime, time, timedelta

from pytz import timezone

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError

from ..tools.northwind import Northwind, read_csv

_logger = logging.getLogger(__name__)

LOADED = "crm_suite.demo_company"  # the parameter that tells it is loaded
PASSWORD = "demo"
TIMEZONE = "Asia/Shanghai"
OPENING_TIME = time(9)


class CrmDemoCompany(models.AbstractModel):
    """A trading company of Shanghai with a user for every role and the customers and orders of Northwind.

    What it holds stands in the files of `demo/`. The customers and orders come in through the suite's own imports, in
    the name of the demo company's CRM administrator.
    """

    _name = "crm.demo.company"
    _description = "Demo Company"

    @api.model
    def load_company(self, shift_years=28):
        """Load the demo company into the current company, all of it or nothing; once it is there, do nothing.

        :param int shift_years: added to the dates of the orders, which are from 1996 to 1998
        :return: whether it has been loaded by this call
        :raise AccessError: the user is no CRM administrator
        :raise UserError: there are customers already
        """
        if not self.env.su and not self.env.user.has_group("crm_base.group_crm_admin"):
            raise AccessError(self.env._("Only a CRM administrator loads the demo company. Ask him."))
        # sudo: setting up a company, its departments and users takes rights of several applications
        self = self.sudo()
        if self._is_loaded():
            _logger.info("The demo company is there already")
            return False
        self._check_is_empty()
        northwind = Northwind(shift_years)
        self._set_up_company()
        users = self._create_users()
        self._create_departments(users)
        # from here on in the administrator's name, with his rights, language and time zone
        administrator = next(user for user in users.values() if user.has_group("crm_base.group_crm_admin"))
        office = self.with_user(administrator).with_context(
            lang=administrator.lang, tz=TIMEZONE, allowed_company_ids=self.env.company.ids, tracking_disable=True
        )
        logins = {user["employee"]: user["login"] for user in read_csv("company", "users") if user["employee"]}
        office._import_customers(northwind, logins)
        office._assign_assistant(users)
        office._import_products(northwind)
        office._import_orders(northwind, logins)
        office._create_products()
        office._create_followups(northwind)
        office._create_visits(users)
        office._create_daily_reports(users)
        office._create_review_flow(users)
        office._create_approvals(users)
        office._create_code_request_flow(users)
        office._create_code_requests(users)
        office._create_applications(users)
        office._create_orders(users)
        office._create_shipments()
        office._create_contracts(users)
        office._create_pools(users)
        office._create_churn()
        self.env["ir.config_parameter"].set_param(LOADED, f"{fields.Date.today()} shift_years={shift_years}")
        return True

    @api.model
    def _is_loaded(self):
        return bool(self.env["ir.config_parameter"].sudo().get_param(LOADED))  # sudo: only this flag is read

    @api.model
    def _has_customers(self):
        # sudo: whether there are any customers in the database, whoever's they are
        customers = self.env["res.partner"].sudo().with_context(active_test=False)
        return bool(customers.search_count([("is_crm_customer", "=", True)], limit=1))

    def _check_is_empty(self):
        if self._has_customers():
            raise UserError(
                self.env._(
                    "There are customers in this database already, which the demo company must not mix with. "
                    "Load it into a new database."
                )
            )
        logins = [user["login"] for user in read_csv("company", "users")]
        taken = self.env["res.users"].with_context(active_test=False).search([("login", "in", logins)])
        if taken:
            raise UserError(
                self.env._(
                    "The demo company's users cannot be made, as these logins are taken: %(logins)s. "
                    "Load it into a new database.",
                    logins=", ".join(taken.mapped("login")),
                )
            )

    # COMPANY
    def _set_up_company(self):
        company = self.env.company
        [values] = read_csv("company", "company")
        english_name = values.pop("english_name")
        china = self.env.ref("base.cn")
        state = self.env["res.country.state"].search(
            [("country_id", "=", china.id), ("code", "=", values.pop("state"))], limit=1
        )
        values |= {"country_id": china.id, "state_id": state.id}
        yuan = self.env.ref("base.CNY")
        if company.currency_id != yuan:
            yuan.active = True
            values["currency_id"] = yuan.id
        company.write(values)
        company.partner_id.write({"tz": TIMEZONE, "english_name": english_name})
        self._create_bank_account(company)
        company.resource_calendar_id.tz = TIMEZONE

    def _create_bank_account(self, company):
        [values] = read_csv("company", "bank")
        bank = self.env["res.bank"].create({"name": values["bank"], "bic": values["bic"]})
        self.env["res.partner.bank"].create(
            {"partner_id": company.partner_id.id, "acc_number": values["account"], "bank_id": bank.id}
        )

    def _create_users(self):
        """:return: {login: user}"""
        has_chinese = self.env["res.lang"]._get_data(code="zh_CN")
        rows = read_csv("company", "users")
        users = (
            self.env["res.users"]
            .with_context(no_reset_password=True, tracking_disable=True)
            .create(
                [
                    {
                        "login": row["login"],
                        "name": row["name"],
                        "email": f"{row['login']}@beifeng.example",
                        "lang": "zh_CN" if has_chinese else self.env.user.lang,
                        "notification_type": "inbox",  # the addresses are made up
                        "tz": TIMEZONE,
                        "company_id": self.env.company.id,
                        "company_ids": [Command.set(self.env.company.ids)],
                        "role_line_ids": [
                            Command.create({"role_id": self.env.ref(f"crm_base.res_users_role_{row['role']}").id})
                        ],
                    }
                    for row in rows
                ]
            )
        )
        hashed = users._crypt_context().hash(PASSWORD)  # takes its time by design, so once for all
        for user in users:
            user._set_encrypted_password(user.id, hashed)
        return {user.login: user for user in users}

    def _create_departments(self, users):
        departments = {}
        rows = read_csv("company", "departments")
        for row in rows:
            departments[row["id"]] = self.env["hr.department"].create(
                {
                    "name": row["name"],
                    "company_id": self.env.company.id,
                    "parent_id": departments[row["parent"]].id if row["parent"] else False,
                }
            )
        self.env["hr.employee"].with_context(tracking_disable=True).create(
            [
                {
                    "name": row["name"],
                    "user_id": users[row["login"]].id,
                    "company_id": self.env.company.id,
                    "department_id": departments[row["department"]].id,
                    "job_title": row["job"],
                    "tz": TIMEZONE,
                }
                for row in read_csv("company", "users")
            ]
        )
        for row in rows:
            departments[row["id"]].manager_id = users[row["head"]].employee_id

    # CUSTOMERS
    def _import_customers(self, northwind, logins):
        countries = {country.code: country for country in self.env["res.country"].search([])}
        self._run_import("crm.customer.import", "northwind-customers.csv", [
            {
                "name": customer["name"],
                "customer_code": customer["code"],
                "crm_customer_type": "store" if northwind.category(customer) == "retail" else "channel",
                "crm_status": northwind.status(customer),
                "crm_level_id": self.env.ref(f"crm_customer.crm_customer_level_{northwind.level(customer)}").name,
                "crm_category_id": self.env.ref(
                    f"crm_customer.crm_customer_category_{northwind.category(customer)}"
                ).complete_name,
                "user_id": logins[northwind.employee(customer)],
                "country_id": countries[customer["country"]].name,
                **self._region(countries[customer["country"]], customer["region"]),
                "city": customer["city"],
                "street": customer["street"],
                "zip": customer["zip"],
                "phone": customer["phone"],
                "fax": customer["fax"],
                "contact_name": customer["contact"],
                "contact_function": customer["contact_title"],
            }
            for customer in northwind.customers
        ])  # fmt: skip

    def _region(self, country, region):
        is_state = any(region in (state.code, state.name) for state in country.state_ids)
        return {"state_id": region if is_state else "", "district": "" if is_state else region}

    def _assign_assistant(self, users):
        """The sales assistant supports the salespeople of the first sales department."""
        supported = users["zhangwei"] | users["lina"]
        customers = self.env["res.partner"].search([("is_crm_customer", "=", True), ("user_id", "in", supported.ids)])
        customers.crm_assistant_ids = users["wuqian"]

    # ORDERS
    def _import_products(self, northwind):
        names = {row["id"]: row["name"] for row in read_csv("company", "product_categories")}
        categories = {key: self.env["product.category"].create({"name": name}) for key, name in names.items()}
        columns = ["default_code", "name", "categ_id/.id", "list_price", "description_sale", "sale_ok"]
        result = self.env["product.template"].load(columns, [
            [
                self._product_code(product["id"]),
                product["name"],
                str(categories[product["category"]].id),
                product["price"],
                product["pack"],
                "0" if product["discontinued"] == "1" else "1",
            ]
            for product in northwind.products
        ])  # fmt: skip
        if not result["ids"]:
            raise UserError("\n".join(message["message"] for message in result["messages"]))

    def _product_code(self, number):
        return f"P{int(number):03}"

    def _import_orders(self, northwind, logins):
        orders = {order["number"]: order for order in northwind.orders}
        self._run_import("crm.sale.order.import", "northwind-orders.csv", [
            {
                "name": line["order"],
                "partner_id": orders[line["order"]]["customer"],
                "date_order": orders[line["order"]]["date"],
                "user_id": logins[orders[line["order"]]["employee"]],
                "commitment_date": orders[line["order"]]["required_date"],
                "product_id": self._product_code(line["product"]),
                "product_uom_qty": line["quantity"],
                "price_unit": line["price"],
                "discount": line["discount"],
            }
            for line in northwind.lines
        ])  # fmt: skip

    def _run_import(self, wizard, file_name, rows):
        file = io.StringIO()
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
        job = self.env[wizard]._import_run(file.getvalue().encode(), file_name)
        if job.failed_count:
            errors = [f"{error.row_number}: {error.message}" for error in job.error_ids[:10]]
            raise UserError("\n".join([file_name, *errors]))

    # FOLLOW-UPS
    def _create_followups(self, northwind):
        """One to three follow-ups for each customer, at the same distances from today whenever they are made."""
        templates = read_csv("company", "followups")
        today = fields.Date.context_today(self)
        codes = [customer["code"] for customer in northwind.customers]
        customers = self.env["res.partner"].search([("customer_code", "in", codes)], order="customer_code")
        followups = []
        for index, customer in enumerate(customers):
            for turn in range(1 + index % 3):
                template = templates[(index + 4 * turn) % len(templates)]
                contact = customer.child_ids[:1]
                day = today - timedelta(days=int(template["days_ago"]) + index % 7)
                moment = self._moment(day, minutes=(index * 37 + turn * 101) % 480)
                followups.append({
                    "partner_id": customer.id,
                    "contact_id": contact.id,
                    "user_id": customer.user_id.id,
                    "method": template["method"],
                    "date": moment,
                    "content": template["content"].format(contact=contact.name),
                    "outcome": template["outcome"],
                    "next_step": template["next_step"],
                    "next_date": moment + timedelta(days=int(template["next_days"])),
                })  # fmt: skip
        self.env["crm.followup"].create(followups)

    def _create_visits(self, users):
        """What the salespeople plan for the next days, each with his first customers."""
        today = fields.Date.context_today(self)
        for login in ("zhangwei", "lina", "yangfan"):
            office = self.with_user(users[login])
            rows = read_csv("company", "visits")
            customers = office.env["res.partner"].search(
                [("is_crm_customer", "=", True), ("user_id", "=", users[login].id)], limit=len(rows), order="id"
            )
            office.env["crm.visit.plan"].create([
                {
                    "partner_id": customer.id,
                    "contact_id": customer.child_ids[:1].id,
                    "date": self._moment(today + timedelta(days=int(row["days_ahead"])), minutes=int(row["minutes"])),
                    "purpose": row["purpose"],
                }
                for customer, row in zip(customers, rows, strict=False)
            ])  # fmt: skip

    def _create_daily_reports(self, users):
        """Today's reports; only some have handed in."""
        summaries = {row["login"]: row["summary"] for row in read_csv("company", "daily_reports")}
        for login, user in users.items():
            if user.crm_daily_report:
                office = self.with_user(user)
                report = office.env["crm.daily.report"].browse(
                    office.env["crm.daily.report"].action_open_today()["res_id"]
                )
                if login in summaries:
                    report.summary = summaries[login]
                    report.action_submit()

    def _moment(self, day, minutes):
        """Minutes after the office opens, in UTC as the database has it."""
        opening = timezone(TIMEZONE).localize(datetime.combine(day, OPENING_TIME))
        return opening.astimezone(timezone("UTC")).replace(tzinfo=None) + timedelta(minutes=minutes)

    # CHURN
    def _create_churn(self):
        """What the night makes of the orders: activity grades, scores, warnings; and a back-test of half a year."""
        self.env["res.partner"].sudo()._cron_activity_grades()  # sudo: as the scheduler does
        self.env["crm.churn.score"].action_compute_now()
        orders = self.env["sale.order"].search([("state", "=", "sale")], order="date_order desc", limit=1)
        end = min(orders.date_order.date(), fields.Date.context_today(self))
        test = self.env["crm.churn.backtest"].create({"cutoff_date": end - timedelta(weeks=27), "holdout_weeks": 26})
        test.action_run()

    # REVIEWS
    def _create_review_flow(self, users):
        """Positions, and a flow of general approvals that depends on the amount."""
        self.env["crm.review.position"].create(
            [
                {
                    "name": row["name"],
                    "code": row["code"],
                    "member_ids": [Command.create({"user_id": users[row["login"]].id})],
                }
                for row in read_csv("company", "positions")
            ]
        )
        self._create_flow("crm_review.crm_review_kind_approval", "通用审批流程", read_csv("company", "approval_steps"))

    def _create_flow(self, kind, name, rows, users=None):
        """A flow in force.

        :param kind: external id of the kind of document
        :param rows: its steps, as the files have them: the positions of their codes, or the users of their logins
        """
        positions = {
            position.code: position.id for position in self.env["crm.review.position"].search([("code", "!=", False)])
        }
        flow = self.env["crm.review.flow"].create(
            {
                "name": name,
                "kind_id": self.env.ref(kind).id,
                "self_review": "superior",
                "step_ids": [
                    Command.create(
                        {
                            "rank": int(row["rank"]),
                            "name": row["name"],
                            "who": row["who"],
                            "position_id": positions[row["position"]] if row.get("position") else False,
                            "user_ids": [Command.set(users[row["login"]].ids)] if row.get("login") else [],
                            "deadline_hours": float(row["deadline_hours"]),
                            "comment_required": row.get("comment_required", "reject"),
                            **{fname: row[fname] for fname in ("domain", "mode") if fname in row},
                        }
                    )
                    for row in rows
                ],
            }
        )
        flow.action_publish()

    def _create_approvals(self, users):
        """General approvals on their way, each decision made in the name of who makes it."""
        for row in read_csv("company", "approvals"):
            approval = (
                self.env["crm.approval"]
                .with_user(users[row["login"]])
                .create({"title": row["title"], "amount": float(row["amount"]), "content": row["content"]})
            )
            approval.action_review_submit()
            self._decide(approval, row["decisions"], users)

    def _decide(self, document, decisions, users):
        """Let reviewers decide, each in his own name.

        :param decisions: ``approve:login:comment|reject:login:comment``, in their order
        """
        for decision in filter(None, decisions.split("|")):
            action, login, comment = decision.split(":")
            reviewer = users[login]
            task = (
                self.env["crm.review.line"]
                .with_user(reviewer)
                .search(
                    [
                        ("review_id", "=", document.sudo().review_id.id),
                        ("user_id", "=", reviewer.id),
                        ("state", "=", "pending"),
                    ]
                )
            )  # sudo: the demo company's author looks up the review he has just begun
            if action == "approve":
                task.action_approve(comment)
            else:
                task.action_reject(comment)

    def _pending_task(self, document):
        """:return: the first task that the review of a document waits for, in the name of its reviewer"""
        review = document.sudo().review_id  # sudo: whose turn it is
        task = review.line_ids.filtered(lambda line: line.state == "pending")[:1]
        return task.with_user(task.user_id).sudo(False)

    # CUSTOMER CODES
    def _create_code_request_flow(self, users):
        """A flow of customer code requests: the head of the department, then a check of the facts."""
        rows = read_csv("company", "code_request_steps")
        self._create_flow("crm_customer.crm_review_kind_code_request", "客户编码评审流程", rows, users)

    def _create_code_requests(self, users):
        """Code requests on their way; those without a note are not submitted yet."""
        china = self.env.ref("base.cn")
        for row in read_csv("company", "code_requests"):
            requester, decisions = users[row.pop("login")], row.pop("decisions")
            code = row.pop("state")
            state = china.state_ids.filtered(lambda state, code=code: state.code == code)
            evidence = (
                self.env["ir.attachment"]
                .with_user(requester)
                .create({"name": "营业执照.txt", "raw": row["customer_name"].encode()})
            )
            request = (
                self.env["crm.customer.code.request"]
                .with_user(requester)
                .create(
                    {
                        **row,
                        "country_id": china.id,
                        "state_id": state.id,
                        "attachment_ids": [Command.set(evidence.ids)],
                    }
                )
            )
            if row["note"]:
                request.action_review_submit()
                self._decide(request, decisions, users)

    # PUBLIC POOL
    def _create_pools(self, users):
        """A pool of the sales departments, with customers whose salespeople have not looked after them."""
        sales = users["wangjianguo"].sudo().employee_id.department_id  # sudo: the demo company's author looks it up
        pool = self.env["crm.customer.pool"].create(
            {
                "name": "全国公海",
                "department_ids": [Command.set(sales.ids)],
                "manager_ids": [Command.set(users["wangjianguo"].ids)],
                "private_limit": 60,
                "daily_limit": 5,
                "cooldown_days": 15,
                "reclaim": True,
                "reclaim_followup_days": 60,
                "reclaim_new_days": 15,
                "protection_days": 7,
                "exempt_level_ids": [Command.set(self.env.ref("crm_customer.crm_customer_level_a").ids)],
            }
        )
        china = self.env.ref("base.cn")
        states = {state.code: state for state in china.state_ids}
        for row in read_csv("company", "pool_customers"):
            customer = self.env["res.partner"].create(
                {
                    **{name: row[name] for name in ("name", "city", "phone", "email")},
                    "is_crm_customer": True,
                    "is_company": True,
                    "user_id": users[row["login"]].id,
                    "country_id": china.id,
                    "state_id": states[row["state"]].id,
                    "crm_level_id": self.env.ref(f"crm_customer.crm_customer_level_{row['level']}").id,
                    "crm_category_id": self.env.ref(f"crm_customer.crm_customer_category_{row['category']}").id,
                }
            )
            customer._crm_change_owner("reclaimed", pool=pool, reason=row["reason"])

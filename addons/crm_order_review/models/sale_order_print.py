from odoo import fields, models
from odoo.exceptions import UserError

from ..tools.figures import figure

PRINT_LANGUAGES = {"zh": ["zh_CN"], "en": ["en_US"], "both": ["zh_CN", "en_US"]}


class SaleOrder(models.Model):
    """What the customer gets on paper: a quotation or an order, in Chinese, English or both."""

    _inherit = "sale.order"

    # ACTION
    def action_crm_print(self):
        """Print the order as its type does."""
        self.check_access("read")
        reports = self.crm_order_type_id.sudo().report_id  # sudo: which print the type has
        if len(reports) != 1 or not all(self.mapped("crm_order_type_id")):
            raise UserError(self.env._("Print orders of one type at a time: each type has a print of its own."))
        return reports.report_action(self, config=False)

    def action_quotation_send(self):
        self._crm_check_printable()
        return super().action_quotation_send()

    def _find_mail_template(self):
        """A quotation has a template of its own; an application the one that attaches the print of its type."""
        template = None
        if not self.env.context.get("proforma"):
            if self.crm_order_type_id:
                domain = [
                    ("model", "=", self._name),
                    ("report_template_ids", "in", self.crm_order_type_id.sudo().report_id.ids),
                ]
                name = "crm_order_review.mail_template_order"
                # sudo: a template that the administrator has made for the type
                template = self.env["mail.template"].sudo().search(domain, limit=1).sudo(False)
            else:
                name = "crm_order_review.mail_template_quotation" if self.state in ("draft", "sent") else ""
            template = template or (name and self.env.ref(name, raise_if_not_found=False))
        return template or super()._find_mail_template()

    def _crm_check_printable(self):
        """Nothing goes to a customer before it is approved.

        :raise UserError: a quotation or an application needs its approval first
        """
        for order in self.filtered(lambda order: order.state in ("draft", "sent")):
            if order.crm_order_type_id and order.crm_needs_review and order.review_state != "approved":
                raise UserError(
                    self.env._("%(order)s must be approved first. Submit it for review.", order=order.display_name)
                )
            order._crm_check_gate("sent")

    # LANGUAGES
    def _crm_print_languages(self):
        """:return: codes of the languages of the print; English is there also if not installed"""
        usable = {"en_US", *dict(self.env["res.lang"].get_installed())}
        chosen = self.env.context.get("crm_print_language") or self.crm_print_language or "zh"
        return [code for code in PRINT_LANGUAGES[chosen] if code in usable] or ["en_US"]

    def _crm_print_text(self, key):
        """A word of the print, in each of its languages.

        :param str key: one of those below
        """
        return self._crm_in_languages(lambda order: order._crm_print_words()[key])

    def _crm_in_languages(self, text, separator=" "):
        """:param text: function order → text in the order's language"""
        texts = [text(self.with_context(lang=code)) for code in self._crm_print_languages()]
        return separator.join(dict.fromkeys(filter(None, texts)))

    def _crm_print_words(self):
        return {
            "title": self.env._("SALES ORDER") if self.crm_order_type_id else self.env._("QUOTATION"),
            "number": self.env._("Ref. No."),
            "line": self.env._("No."),
            "date": self.env._("Date"),
            "customer": self.env._("Customer"),
            "attention": self.env._("Contact Person"),
            "po": self.env._("Your Order No."),
            "validity": self.env._("Valid Until"),
            "currency": self.env._("Currency"),
            "incoterm": self.env._("Trade Terms"),
            "payment": self.env._("Terms of Payment"),
            "picture": self.env._("Product Picture"),
            "product": self.env._("Product"),
            "part": self.env._("Your Part No."),
            "quantity": self.env._("Quantity"),
            "unit": self.env._("Unit"),
            "price": self.env._("Unit Price"),
            "discount": self.env._("Discount"),
            "amount": self.env._("Amount"),
            "delivery": self.env._("Delivery"),
            "days": self.env._("days"),
            "untaxed": self.env._("Untaxed Amount"),
            "taxes": self.env._("Taxes"),
            "total": self.env._("Total"),
            "words": self.env._("Amount in Words"),
            "terms": self.env._("Terms and Conditions"),
            "bank": self.env._("Bank Account"),
            "bank_name": self.env._("Bank"),
            "account": self.env._("Account No."),
            "holder": self.env._("Account Holder"),
            "contact": self.env._("Our Contact"),
            "seller": self.env._("Seller (Signature, Seal)"),
            "signature": self.env._("Accepted by (Signature, Seal)"),
            "breaks": self.env._("Quantity Prices"),
        }

    # PARTS
    def _crm_print_facts(self):
        """Hook: what stands above the lines.

        :return: list of (label, text); one without text is left out
        """
        word = self._crm_print_text
        partner, user = self.partner_id, self.user_id
        company = partner.commercial_partner_id
        reach = user.partner_id.phone or self.company_id.phone
        return [
            (word("customer"), self._crm_in_languages(lambda order: company._crm_name_in(order.env.lang))),
            (word("date"), fields.Datetime.context_timestamp(self, self.date_order).date()),
            (word("attention"), partner._crm_name_in(self._crm_print_languages()[0]) if partner != company else ""),
            (word("contact"), " ".join(filter(None, [self._crm_print_person(user), reach, user.email]))),
            (word("validity"), "" if self.crm_order_type_id else self.validity_date),
            (word("po"), self.client_order_ref),
            (word("currency"), self.currency_id.name),
            (
                word("payment"),
                self._crm_in_languages(lambda order: order.payment_term_id.with_context(lang=order.env.lang).name),
            ),
            (word("incoterm"), " ".join(filter(None, [self.incoterm.code, self.incoterm_location]))),
        ]

    def _crm_print_notes(self):
        """Hook: what stands below the lines.

        :return: list of (label, text); one without text is left out
        """

        def words(order):
            return order.currency_id._crm_amount_in_words(order.amount_total, lang=order.env.lang)

        bank, lines = self.crm_bank_account_id, []
        if bank:
            first = self._crm_print_languages()[0]
            name = bank.bank_id.name or ""
            lines = [
                ("holder", bank.acc_holder_name if first == "zh_CN" else ""),
                ("bank_name", f"{name} (SWIFT {bank.bank_id.bic})" if bank.bank_id.bic else name),
                ("account", bank.acc_number),
            ]
            lines[0] = ("holder", lines[0][1] or bank.partner_id._crm_name_in(first))
        return [
            (self._crm_print_text("words"), self._crm_in_languages(words, "\n")),
            (
                self._crm_print_text("bank"),
                "\n".join(f"{self._crm_print_text(key)}: {text}" for key, text in lines if text),
            ),
        ]

    def _crm_print_person(self, user):
        """One of us, in letters that the readers of the print know."""
        return user.partner_id._crm_name_in(self._crm_print_languages()[0])

    def _crm_print_product(self, line):
        """What a line's product is called, in each language of the print; a description of one's own as written."""
        names = [line.product_id._crm_print_name(code) for code in self._crm_print_languages()]
        own = line.name if line.name and line.name not in names else ""
        known = {
            text.strip()
            for code in {*self._crm_print_languages(), self.env.lang, "zh_CN", "en_US"}
            for text in line.product_id.with_context(lang=code).get_product_multiline_description_sale().splitlines()
        } | {text.strip() for name in names for text in name.splitlines()}
        own = "\n".join(text for text in own.splitlines() if text.strip() and text.strip() not in known)
        return "\n".join(filter(None, [*dict.fromkeys(names), own]))

    # FIGURES
    def _crm_print_price(self, price):
        least = self.currency_id.decimal_places
        return figure(price, least, max(least, self.env["decimal.precision"].precision_get("Product Price")))

    def _crm_print_amount(self, amount):
        return figure(amount, self.currency_id.decimal_places, self.currency_id.decimal_places)

    def _crm_print_quantity(self, quantity):
        return figure(quantity, 0, self.env["decimal.precision"].precision_get("Product Unit"))

    def _crm_print_line_amount(self, line):
        """Quantity by price: with taxes where the prices hold them."""
        included = any(line.tax_ids.sudo().mapped("price_include"))  # sudo: who sells reads no taxes
        return self._crm_print_amount(line.price_total if included else line.price_subtotal)


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _crm_print_name(self, lang):
        """Hook: name and description on what a customer gets.

        :param str lang: code of a language
        """
        product = self.with_context(lang=lang)
        return product.get_product_multiline_description_sale() or product.display_name

import cn2an

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date, formatLang
from odoo.tools.image import image_data_uri
from odoo.tools.translate import LazyTranslate

from ..tools.clause_text import VARIABLES, fill_in

_lt = LazyTranslate(__name__)

ENGLISH = "en_US"
# what a printed contract says by itself; bilingual prints have both languages
WORDS = {
    "sales": _lt("Sales Contract"),
    "framework": _lt("Framework Contract"),
    "service": _lt("Service Contract"),
    "overseas": _lt("Sales Contract"),
    "purchase": _lt("Purchase Contract"),
    "number": _lt("Contract No."),
    "their_number": _lt("Customer's Contract No."),
    "date": _lt("Contract Date"),
    "version": _lt("Version"),
    "buyer": _lt("Buyer"),
    "seller": _lt("Seller"),
    "address": _lt("Address"),
    "phone": _lt("Phone"),
    "vat": _lt("Tax ID"),
    "bank": _lt("Bank Account"),
    "opening": _lt("Seller and buyer agree upon the following:"),
    "goods": _lt("Goods and Price"),
    "no": _lt("No."),
    "product": _lt("Product and Specification"),
    "quantity": _lt("Quantity"),
    "unit": _lt("Unit"),
    "price": _lt("Unit Price"),
    "subtotal": _lt("Amount"),
    "delivery_date": _lt("Delivery Date"),
    "untaxed": _lt("Untaxed Amount"),
    "tax": _lt("Taxes"),
    "total": _lt("Total"),
    "words": _lt("Amount in Words"),
    "payment": _lt("Terms of Payment"),
    "payment_name": _lt("Payment"),
    "share": _lt("Share"),
    "due": _lt("Due"),
    "delivery": _lt("Delivery"),
    "place": _lt("Place of Delivery"),
    "price_terms": _lt("Price Terms"),
    "quality": _lt("Quality"),
    "warranty": _lt("Warranty"),
    "months": _lt("months"),
    "validity": _lt("Term of the Contract"),
    "to": _lt("to"),
    "signatory": _lt("Signed by"),
    "sign_date": _lt("Date"),
    "seal": _lt("(Seal)"),
    "draft": _lt("DRAFT, not approved"),
    "signing": _lt("after signing"),
    "delivery_event": _lt("after delivery"),
    "invoice": _lt("after invoice"),
    "acceptance": _lt("after acceptance"),
    "within": _lt("within %(days)s days"),
}


def price_text(price):
    """
    >>> price_text(18.5), price_text(0.0123), price_text(1234567)
    ('18.50', '0.0123', '1,234,567.00')
    """
    whole, _dot, decimals = f"{price:,.6f}".partition(".")
    return f"{whole}.{decimals.rstrip('0'):0<2}"


class CrmContract(models.Model):
    """The printed contract: made of a content, so that old versions are printed as they were."""

    _inherit = "crm.contract"

    def _print_sheet(self, content=None, version=None, sealed=False):
        """What the print of this contract says.

        :param content: see `_contract_content`; by default what holds now
        :param version: number of the version that the content is of
        :param sealed: with the company's seal
        :return: dict for the template ``crm_contract.contract_sheet``
        :raise UserError: a seal is asked for on a contract that is not approved
        """
        self.ensure_one()
        contract = self.sudo().with_context(lang=self._contract_lang())  # sudo: names of what the contract names
        content = content or contract._contract_content()
        approved = contract.review_state == "approved" and contract.state not in ("draft", "review", "cancelled")
        if sealed and not approved:
            raise UserError(
                self.env._("%(contract)s is not approved: it is printed without a seal.", contract=self.display_name)
            )
        seal = contract.company_id.crm_contract_seal if sealed else False
        if sealed and not seal:
            raise UserError(self.env._("There is no seal yet. An administrator adds its image in the settings."))
        bilingual = contract.type_id.print_layout == "bilingual"
        sheet = {
            "contract": contract,
            "company": contract.company_id,
            "content": content,
            "bilingual": bilingual,
            "word": contract._print_word(bilingual),
            "local": contract._print_word(False),
            "approved": approved,
            "version": version or contract.version,
            "seal": image_data_uri(seal) if seal else False,
            "parties": contract._print_parties(content),
            "lines": contract._print_lines(content, bilingual),
            "money": lambda amount: formatLang(contract.env, amount, currency_obj=contract.currency_id),
            "words": contract._print_amount_words(content, bilingual),
            "plan": content["milestones"],
        }
        return sheet | {"articles": contract._print_articles(sheet)}

    def _print_word(self, bilingual):
        """:return: function that says a word of the print, in both languages if the print has both"""
        english = self.with_context(lang=ENGLISH)

        def word(key, only=None):
            texts = [self.env._(WORDS[key])] if only != ENGLISH else []
            if bilingual or only == ENGLISH:
                texts.append(english.env._(WORDS[key]))
            return " ".join(dict.fromkeys(texts))

        return word

    def _print_parties(self, content):
        ours, theirs = content["parties"]["ours"], content["parties"]["theirs"]
        roles = (("buyer", ours), ("seller", theirs)) if self._is_purchase() else (("seller", ours), ("buyer", theirs))
        return [
            {
                "role": role,
                "is_ours": party is ours,
                "signatory": content["terms"]["our_signatory" if party is ours else "partner_signatory"][1],
                **party,
            }
            for role, party in roles
        ]

    def _print_lines(self, content, bilingual):
        lines = []
        for number, row in enumerate(content["lines"], start=1):
            texts = [row["name"][1]]
            if bilingual and row["english"] and row["english"] not in row["name"][1]:
                texts.append(row["english"])
            texts += [row["specification"][1], row["customer_code"][1]]
            price = row["price_unit"][0] * (1 - (row["discount"][0] or 0) / 100)
            lines.append(
                {
                    "number": number,
                    "text": "\n".join(filter(None, texts)),
                    "quantity": row["quantity"][1],
                    "unit": row["product_uom_id"][1],
                    "price": price_text(price),
                    "date": row["delivery_date"][1],
                    "amount": row["amounts"]["price_subtotal"],
                }
            )
        return lines

    def _print_amount_words(self, content, bilingual):
        amount, currency = content["amounts"]["amount_total"], self.currency_id
        words = [currency._crm_amount_in_words(amount, lang="zh_CN")]
        if bilingual or currency.name != "CNY":
            words.append(currency._crm_amount_in_words(amount, lang=ENGLISH))
        return words

    def _print_due(self, row, word, only=None):
        """When a payment is due, as in “within 30 days after delivery”."""
        event = row["due_event"][0]
        event = word("delivery_event" if event == "delivery" else event, only)
        days = row["due_days"][0]
        if not days:
            return event
        text = word("within", only) % {"days": days}
        return f"{text} {event}" if only == ENGLISH else f"{event} {text}"

    def _print_articles(self, sheet):
        """The numbered articles after the table of goods.

        :return: [{"title": …, "paragraphs": [text]}]; those of payment have a plan instead
        """
        content, word = sheet["content"], sheet["word"]
        terms = {name: value[1] for name, value in content["terms"].items()}
        price_terms = " ".join(filter(None, [terms["incoterm_id"].split(" ")[0], terms["incoterm_location"]]))
        facts = {
            "delivery": [
                terms["partner_shipping_id"] and f"{word('place')}: {self._print_place(content)}",
                price_terms and f"{word('price_terms')}: {price_terms}",
                terms["shipping_terms"],
            ],
            "quality": [terms["quality_terms"]],
            "warranty": [
                content["terms"]["warranty_months"][0] and f"{terms['warranty_months']} {word('months')}",
                terms["warranty_terms"],
            ],
            "validity": [
                (terms["date_start"] or terms["date_end"])
                and f"{terms['date_start']} {word('to')} {terms['date_end']}".strip()
            ],
        }
        articles = [{"title": word("payment"), "is_plan": True, "paragraphs": []}] if content["milestones"] else []
        articles += [
            {"title": word(name), "paragraphs": [text for text in texts if text]}
            for name, texts in facts.items()
            if any(texts)
        ]
        values = self._clause_values(content)
        english = self._clause_values(content, ENGLISH)
        for row in content["clauses"]:
            title, body = (fill_in(row[name][1], values) for name in ("title", "body"))
            paragraphs = [body]
            if sheet["bilingual"]:
                title = " ".join(filter(None, [title, fill_in(row["title_en"][1], english)]))
                paragraphs.append(fill_in(row["body_en"][1], english))
            articles.append({"title": title, "paragraphs": [text for text in paragraphs if text]})
        for number, article in enumerate(articles, start=2):
            article["number"] = self._print_number(number, sheet["bilingual"])
        return articles

    @staticmethod
    def _print_number(number, bilingual):
        return f"{number}." if bilingual else f"{cn2an.an2cn(number)}\u3001"

    def _print_place(self, content):
        partner = self.env["res.partner"].browse(content["terms"]["partner_shipping_id"][0]).exists()
        address = " ".join((partner._display_address(without_company=True) or "").split()) if partner else ""
        return address or content["terms"]["partner_shipping_id"][1]

    # CLAUSES
    def _clause_values(self, content, lang=None):
        """What fills in the variables of clauses.

        :param content: see `_contract_content`
        :param lang: of the text, by default the contract's own
        :return: {variable: text}
        """
        contract = self.with_context(lang=lang or self._contract_lang())
        word = contract._print_word(False)
        terms = {name: value[1] for name, value in content["terms"].items()}
        currency, total = self.currency_id, content["amounts"]["amount_total"]
        dates = sorted(filter(None, (row["delivery_date"][1] for row in content["lines"])))
        plan = [
            f"{row['name'][1]} {currency.format(row['amounts']['amount'])} ({contract._print_due(row, word, lang)})"
            for row in content["milestones"]
        ]
        values = {name: terms.get(field, "") for name, field in VARIABLES.items()}
        return values | {
            "number": self.name or "",
            "customer": content["parties"]["theirs"]["name"],
            "company": content["parties"]["ours"]["name"],
            "date": format_date(contract.env, self.date),
            "currency": currency.name or "",
            "amount": f"{total:,.{currency.decimal_places}f}",
            "amount_words": currency._crm_amount_in_words(total, lang=lang or "zh_CN"),
            "payment_plan": "; ".join(plan),
            "delivery_date": " – ".join(dict.fromkeys([*dates[:1], *dates[-1:]])),
            "delivery_address": self._print_place(content),
            "incoterm": " ".join(filter(None, [terms["incoterm_id"], terms["incoterm_location"]])),
        }

"""Variables in the text of clauses. Plain Python, no database."""

import re

# what a clause may name, and the field of the contract that fills it in (empty: see `CrmContract._clause_values`)
VARIABLES = {
    "number": "name",
    "title": "title",
    "customer": "partner_id",
    "company": "company_id",
    "date": "date",
    "start": "date_start",
    "end": "date_end",
    "amount": "",
    "amount_words": "",
    "currency": "currency_id",
    "payment_plan": "",
    "delivery_date": "",
    "delivery_address": "",
    "incoterm": "",
    "warranty_months": "warranty_months",
}
VARIABLE = re.compile(r"\{([^{}\n]*)\}")


def names_in(text):
    """
    >>> names_in("Paid {amount} by {customer}")
    ['amount', 'customer']
    """
    return VARIABLE.findall(text)


def fill_in(text, values):
    """
    >>> fill_in("Paid {amount} by {who}", {"amount": "10.00"})
    'Paid 10.00 by {who}'
    """
    return VARIABLE.sub(lambda match: str(values.get(match[1], match[0])), text or "")

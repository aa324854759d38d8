"""Made-up Chinese companies and their people, as plain rows; words and how often they occur are in words.csv."""

import csv
from collections import defaultdict
from pathlib import Path
from random import Random

from stdnum.cn import uscc

from odoo.tools import street_split

from odoo.addons.crm_base.tools.company_name import normalize_company_name
from odoo.addons.crm_base.tools.search_text import initials, normalize, pinyin, search_text
from odoo.addons.phone_validation.tools.phone_validation import phone_format

LEVELS = "ABCD"
STATUSES = {"prospect": 45, "developing": 20, "won": 25, "inactive": 10}
MOBILE = "13 15 18".split()
FREE_MAIL = ("qq.com", "163.com", "126.com")
CREDIT_CODE = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def read_words():
    """kind → (list of words, list of weights, list of provinces)"""
    words = defaultdict(lambda: ([], [], []))
    with open(Path(__file__).with_name("words.csv"), encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for word in row["words"].split():
                for column, value in zip(words[row["kind"]], (word, int(row["weight"]), row["province"]), strict=True):
                    column.append(value)
    return words


class Companies:
    """Rows of customers and contacts.

    :param setting: a dict, see ``generate.Setting``: ids of the records that rows refer to, and what the search
        text is made of
    """

    def __init__(self, setting):
        self.setting = setting
        self.words = read_words()

    def rows(self, first, count):
        """Customers number ``first`` to ``first + count - 1`` and their contacts; the same for the same ``first``."""
        random = Random(first)
        customers, contacts = [], []
        draws = {
            kind: random.choices(range(len(words)), weights, k=3 * count)
            for kind, (words, weights, _provinces) in self.words.items()
        }
        for i in range(count):

            def draw(kind, nth=0, i=i):
                return draws[kind][3 * i + nth]

            customer = self.customer(first + i, random, draw)
            people = [self.contact(customer, nth, random, draw) for nth in range(contact_count(first + i))]
            customer["crm_search_text"] = self.search_text(customer, people)
            for contact in people:
                contact["crm_search_text"] = self.search_text(contact, [])
            customers.append(customer)
            contacts += people
        return customers, contacts

    def word(self, kind, index):
        return self.words[kind][0][index]

    def customer(self, number, random, draw):
        setting = self.setting
        region, trade = self.word("region", draw("region")), self.word("trade", draw("trade"))
        brand = "".join(self.word("brand", draw("brand", nth)) for nth in range(3 if random.random() < 0.15 else 2))
        form = self.word("form", draw("form"))
        shape = random.random()
        if shape < 0.08:
            name = f"{brand}（{region}）{trade}{form}"
        elif shape < 0.2:
            name = f"{brand}{trade}{form}"
        else:
            name = f"{region}{brand}{trade}{form}"
        latin = "".join(pinyin(brand))
        domain = f"{latin}{number % 1000}.cn" if random.random() < 0.3 else random.choice(FREE_MAIL)
        owner = number % len(setting["owners"])
        partner_id = setting["customer_base"] + number
        street = f"{self.word('street', draw('street'))}{random.randrange(1, 900)}号"
        return {
            "id": partner_id,
            "commercial_partner_id": partner_id,
            "crm_customer_id": partner_id,
            "name": name,
            "complete_name": name,
            "commercial_company_name": name,
            "short_name": brand + trade if random.random() < 0.5 else None,
            "english_name": f"{latin.capitalize()} Co., Ltd." if random.random() < 0.1 else None,
            "customer_code": f"KH{number:07d}" if random.random() < 0.6 else None,
            "credit_code": credit_code(random) if random.random() < 0.4 else None,
            "user_id": setting["owners"][owner],
            "crm_department_id": setting["departments"][owner],
            "state_id": setting["provinces"][self.words["region"][2][draw("region")]],
            "city": region,
            "street": street,
            **street_split(street),
            "crm_status": random.choices(list(STATUSES), STATUSES.values())[0],
            "crm_level_id": random.choice(setting["levels"]),
            "crm_category_id": random.choice(setting["categories"]),
            "crm_source_id": random.choice(setting["sources"]),
            **keys(name),
            **phone(landline(number) if random.random() < 0.5 else mobile(2 * number)),
            **email(f"info{number % 9973}@{domain}" if random.random() < 0.5 else None),
        }

    def contact(self, customer, nth, random, draw):
        name = self.word("surname", draw("surname", nth)) + self.word("given", draw("given", nth))
        number = customer["id"] - self.setting["customer_base"]
        contact_id = self.setting["contact_base"] + contacts_before(number) + nth
        has_email = random.random() < 0.3
        return {
            "id": contact_id,
            "parent_id": customer["id"],
            "commercial_partner_id": customer["id"],
            "crm_customer_id": customer["id"],
            "name": name,
            "complete_name": f"{customer['name']}, {name}",
            "commercial_company_name": customer["name"],
            "is_primary_contact": nth == 0,
            "function": self.word("function", draw("function", nth)),
            "gender": random.choice(["male", "female"]),
            "wechat": f"wx{contact_id}" if random.random() < 0.4 else None,
            **{field: customer[field] for field in ("user_id", "state_id", "city", "street", *street_split(""))},
            **keys(name),
            **phone(mobile(2 * (contacts_before(number) + nth) + 1)),
            **email(f"{''.join(pinyin(name))}@{random.choice(FREE_MAIL)}" if has_email else None),
        }

    def search_text(self, row, children):
        """As the ORM would: the same paths, children in their model's order."""
        children = sorted(children, key=lambda child: (child["complete_name"], -child["id"]))

        def values(paths):
            for path in paths:
                field, _dot, child_field = path.partition(".")
                yield from (child.get(child_field) for child in children) if child_field else (row.get(field),)

        names, codes = self.setting["search_names"], self.setting["search_codes"]
        return search_text(list(filter(None, values(names))), list(filter(None, values(codes))))


def contact_count(number):
    return 1 + number % 2


def contacts_before(number):
    """How many contacts the customers before customer ``number`` have."""
    return number + number // 2


def keys(name):
    core = normalize_company_name(name)
    return {
        "normalized_name": core,
        "name_pinyin": "".join(pinyin(core)),
        "name_initials": "".join(map(initials, normalize(name))),
    }


def mobile(number):
    """Its own mobile number for each number below 300,000,000, as scattered as real ones."""
    number = number * 7_368_787 % 300_000_000
    return f"{MOBILE[number // 100_000_000]}{5 + number % 5}{number % 100_000_000:08d}"


def landline(number):
    number = number * 7_368_787 % 40_000_000
    return f"021-{50_000_000 + number}"


def phone(number):
    return {
        "phone": number,
        "phone_key": number.replace("-", ""),
        "phone_sanitized": phone_format(number, "CN", "86", force_format="E164", raise_exception=False),
    }


def email(address):
    domain = address and address.partition("@")[2]
    return {
        "email": address,
        "email_normalized": address,
        "email_domain": domain if domain not in FREE_MAIL else None,
    }


def credit_code(random):
    body = "91" + "".join(random.choices("0123456789", k=6)) + "".join(random.choices(CREDIT_CODE, k=9))
    return body + uscc.calc_check_digit(body)

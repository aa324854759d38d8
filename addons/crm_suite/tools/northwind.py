"""The facts of the Northwind company (demo/northwind/README.md) and what the demo company derives from them."""

import csv
from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

DEMO = Path(__file__).parent.parent / "demo"
LEVELS = ((25_000, "a"), (10_000, "b"), (2_500, "c"), (0, "d"))  # by the sum of the orders
INACTIVE_AFTER = timedelta(days=180)  # without an order
RETAIL_WORDS = (
    "bistro", "bon app", "caseifici", "comidas", "delicates", "food", "gourmet", "grocer", "herkku", "kala",
    "käseladen", "lanchonetes", "market", "markt", "mercado", "restaura", "shop", "snabbköp", "stop", "store",
    "taquería", "zajazd",
)  # fmt: skip


def read_csv(folder, name):
    """The rows of demo/<folder>/<name>.csv as dictionaries."""
    with (DEMO / folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Northwind:
    """Customers, products and orders of 1996 to 1998.

    :param shift_years: added to each date; after 28 years the weekdays and leap years are the same again
    """

    def __init__(self, shift_years):
        self.customers = read_csv("northwind", "customers")
        self.products = read_csv("northwind", "products")
        self.orders = read_csv("northwind", "orders")
        self.lines = read_csv("northwind", "order_lines")
        for order in self.orders:
            for column in ("date", "required_date"):
                day = date.fromisoformat(order[column])
                order[column] = day.replace(year=day.year + shift_years)
        self._orders_of = defaultdict(list)
        for order in self.orders:
            self._orders_of[order["customer"]].append(order)
        customer_of = {order["number"]: order["customer"] for order in self.orders}
        self._amounts = defaultdict(Decimal)
        for line in self.lines:
            rate = 1 - Decimal(line["discount"]) / 100
            self._amounts[customer_of[line["order"]]] += Decimal(line["price"]) * int(line["quantity"]) * rate
        self._end = max(order["date"] for order in self.orders)

    def employee(self, customer):
        """The number of the employee who took most of the customer's orders; without an order the last in the list."""
        counts = Counter(int(order["employee"]) for order in self._orders_of[customer["code"]])
        return str(min(counts, key=lambda employee: (-counts[employee], employee), default=9))

    def level(self, customer):
        amount = self._amounts[customer["code"]]
        return next(level for least, level in LEVELS if amount >= least)

    def status(self, customer):
        dates = [order["date"] for order in self._orders_of[customer["code"]]]
        if not dates:
            return "prospect"
        return "won" if self._end - max(dates) <= INACTIVE_AFTER else "inactive"

    def category(self, customer):
        is_retail = any(word in customer["name"].lower() for word in RETAIL_WORDS)
        return "retail" if is_retail else "trade"

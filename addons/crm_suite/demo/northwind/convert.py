"""Make the CSV files of this folder from the Northwind sample's SQL script:  convert.py northwind.sql

Only needed to check where the figures come from. Standard library only; every amount is a Decimal, never a float.
"""

import csv
import re
import struct
import sys
from decimal import Decimal
from pathlib import Path

HERE = Path(__file__).parent
ROW = re.compile(r"INSERT INTO (\w+) VALUES \((.*)\);")
VALUE = re.compile(r"'((?:[^']|'')*)'|([^,\s]+)")
# ISO 3166 codes of the countries as the sample writes them
COUNTRIES = {
    "Argentina": "AR", "Austria": "AT", "Belgium": "BE", "Brazil": "BR", "Canada": "CA", "Denmark": "DK",
    "Finland": "FI", "France": "FR", "Germany": "DE", "Ireland": "IE", "Italy": "IT", "Mexico": "MX",
    "Norway": "NO", "Poland": "PL", "Portugal": "PT", "Spain": "ES", "Sweden": "SE", "Switzerland": "CH",
    "UK": "GB", "USA": "US", "Venezuela": "VE",
}  # fmt: skip
# file: (table, {our column: position in the sample's row})
FILES = {
    "customers": ("customers", {"code": 0, "name": 1, "contact": 2, "contact_title": 3, "street": 4, "city": 5,
                                "region": 6, "zip": 7, "country": 8, "phone": 9, "fax": 10}),
    "categories": ("categories", {"id": 0, "name": 1}),
    "products": ("products", {"id": 0, "name": 1, "category": 3, "pack": 4, "price": 5, "discontinued": 9}),
    "employees": ("employees", {"id": 0, "reports_to": 16}),
    "orders": ("orders", {"number": 0, "customer": 1, "employee": 2, "date": 3, "required_date": 4}),
    "order_lines": ("order_details", {"order": 0, "product": 1, "price": 2, "quantity": 3, "discount": 4}),
}  # fmt: skip


def rows(script):
    """{table: [the values of each row as text]}"""
    tables = {}
    for line in script.splitlines():
        if match := ROW.fullmatch(line.strip()):
            values = [
                text.replace("''", "'") if plain == "" else "" if plain == "NULL" else plain
                for text, plain in VALUE.findall(match[2])
            ]
            tables.setdefault(match[1], []).append(values)
    return tables


def amount(text):
    """The decimal number of two places that a 4-byte float such as 9.80000019 stands for."""
    exact = Decimal(text)
    rounded = exact.quantize(Decimal("0.01"))
    if struct.pack("f", rounded) != struct.pack("f", exact):
        raise ValueError(f"{text} is no amount of two places")
    return f"{rounded:f}"


def main(script):
    tables = rows(Path(script).read_text(encoding="utf-8"))
    for name, (table, columns) in FILES.items():
        records = [{column: values[index].strip() for column, index in columns.items()} for values in tables[table]]
        for record in records:
            if "price" in record:
                record["price"] = amount(record["price"])
            if "discount" in record:
                record["discount"] = str(int(Decimal(amount(record["discount"])) * 100))
            if "country" in record:
                record["country"] = COUNTRIES[record["country"]]
        with (HERE / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(records)
        print(f"{name}.csv: {len(records)} rows")


if __name__ == "__main__":
    main(sys.argv[1])

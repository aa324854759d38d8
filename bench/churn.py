"""Seconds and memory of the churn model at 1,000,000 customers, made up by the model itself.

    .venv/bin/python bench/churn.py [customers] [-d DATABASE]

With a database of the bench (README.md) also the night's work on its orders: scores, warnings, activity grades. Nothing
of that is kept.
"""

import argparse
import time

import numpy as np
from database import environment, in_own_process, memory_growth  # first: it makes the add-ons known

from odoo.modules.registry import Registry
from odoo.tools import SQL

from odoo.addons.crm_customer.tools import bgnbd, churn

TRUE = bgnbd.Parameters(0.6, 60.0, 0.8, 2.4)  # time in days
YEARS = 3
WINDOW = 90
TODAY = 365 * YEARS


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("customers", nargs="?", type=int, default=1_000_000)
    parser.add_argument("-d", "--database", help="a database of the bench, whose orders are scored as well")
    options = parser.parse_args()
    print(f"{'step':<52} {'seconds':>8} {'MiB':>6}")
    for row in in_own_process(measure, options.customers):
        print("{:<52} {:>8.1f} {:>6.0f}".format(*row))
    if options.database:
        for row in in_own_process(measure_night, options.database):
            print("{:<52} {:>8.1f} {:>6.0f}".format(*row))


def population(count):
    """Purchases of customers who behave as the model says: each has a rate, and after each order leaves with a
    probability of his own.

    :return: churn.CustomerDays
    """
    random = np.random.default_rng(2005)
    first = random.integers(0, TODAY, count)
    rate = random.gamma(TRUE.r, 1 / TRUE.alpha, count)
    leaves_after = random.geometric(random.beta(TRUE.a, TRUE.b, count))
    customers, days = [np.arange(count)], [first]
    number, moment, here = np.arange(count), first.astype(float), 0
    while len(number):
        here += 1
        moment = moment + random.exponential(1 / rate[number])
        stays = moment < TODAY
        number, moment = number[stays], moment[stays]
        customers.append(number)
        days.append(moment.astype(int))
        stays = leaves_after[number] > here
        number, moment = number[stays], moment[stays]
    customers, days = np.concatenate(customers), np.concatenate(days)
    return churn.CustomerDays(customers, days, random.lognormal(8, 1, len(days)))


def timed(name, work):
    """:return: (name, seconds, MiB), and what the work gives"""
    with memory_growth() as grown:
        start = time.perf_counter()
        result = work()
        return (name, time.perf_counter() - start, grown()), result


def measure(count):
    orders = population(count)
    history = orders.until(TODAY)
    rows = []
    name = f"fit {count:,} customers, {len(orders.day):,} order days"
    row, fitted = timed(name, lambda: bgnbd.fit(*history.model_data))
    rows.append(row)
    for name, value, true in zip(fitted._fields, fitted, TRUE, strict=True):
        if abs(value / true - 1) > 0.1:
            raise SystemExit(f"error: {name} was fitted as {value:.4f}, the orders were made with {true}")
    rows.append(timed("score them by the model", lambda: churn.model_scores(history, WINDOW, fitted))[0])
    works = {
        "all of a night: three fits, lessons, scores": lambda: churn.score(orders, TODAY, WINDOW),
        "back-test of 26 weeks": lambda: churn.back_test(orders, TODAY - 182, 182),
    }
    return rows + [timed(name, work)[0] for name, work in works.items()]


def measure_night(database):
    with environment(Registry(database)) as env:
        Score = env["crm.churn.score"]
        rows = [timed("the database's orders: first scores", Score._churn_compute)[0]]
        rows.append(timed("the database's orders: scores of the next night", Score._churn_compute)[0])
        env.cr.execute("SELECT count(*) FROM crm_churn_score")
        [[scores]] = env.cr.fetchall()
        rows.append(timed(f"{scores:,} scores: first warnings", env["crm.churn.warning"]._churn_update)[0])
        rows.append(timed("warnings of the same night again", env["crm.churn.warning"]._churn_update)[0])
        rows.append(timed("activity grades, first", env["res.partner"]._cron_activity_grades)[0])
        rows.append(timed("activity grades, next night", env["res.partner"]._cron_activity_grades)[0])
        rows.append(timed("raw SQL: count the orders of each customer in a year", lambda: raw_grades(env))[0])
    return rows


def raw_grades(env):
    """What the grades are made of, by hand."""
    return env.execute_query(
        SQL(
            "SELECT max(orders) FROM (SELECT crm_customer_id, count(*) AS orders FROM sale_order WHERE state = 'sale'"
            " AND date_order >= now() - interval '365 days' GROUP BY 1) ordered"
        )
    )


if __name__ == "__main__":
    main()

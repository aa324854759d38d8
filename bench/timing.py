"""One line of a table a case: ours beside raw SQL and Odoo, medians in milliseconds."""

import statistics
import time

# first: it makes the add-ons known
from database import environment
from views import list_request

RUNS = 7


def head(title="ms, median of the runs"):
    print(f"{title:<66} {'ours':>8} {'raw SQL':>8} {'Odoo':>8}")


def row(name, *figures):
    """:param figures: milliseconds of ours, of raw SQL and of Odoo; None where there is nothing to compare with"""
    print(f"{name:<66}" + "".join(f" {'' if figure is None else format(figure, '8.1f'):>8}" for figure in figures))


def timed(base, uid, call, **context):
    """The median of what ``call(env)`` takes, each time in an environment of its own; the first run does not count."""
    times = []
    for _run in range(RUNS + 1):
        with environment(base, uid, **context) as env:
            start = time.perf_counter()
            call(env)
            times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times[1:])


def page(base, uid, model, xmlid, domain=(), offset=0, **context):
    """A list's page as the web client asks for it."""
    with environment(base, uid, **context) as env:
        request = list_request(env, model, xmlid)
    return timed(base, uid, lambda env: env[model].web_search_read(list(domain), offset=offset, **request), **context)


def raw(base, statement):
    """:param statement: text, or ``SQL``"""
    return timed(base, 1, lambda env: (env.cr.execute(statement), env.cr.fetchall()))

"""How an amount is split into milestones. Plain Python, no database."""

from decimal import ROUND_HALF_UP, Decimal


def split(total, parts, decimals=2):
    """The amounts of a payment plan; once the plan covers the total, they add up to it to the last cent.

    >>> split(100, [("percent", 33.33), ("percent", 33.33), ("percent", 33.34)])
    [33.33, 33.33, 33.34]
    >>> split(0.05, [("percent", 50), ("percent", 50)])
    [0.03, 0.02]
    >>> split(1000, [("fixed", 300), ("percent", 30), ("percent", 40)])
    [300.0, 300.0, 400.0]
    >>> split(1000, [("percent", 30)])
    [300.0]

    :param total: amount to split
    :param parts: [("percent", share of the total in percent) or ("fixed", amount)]
    :param decimals: of the currency
    :return: list of floats; what rounding leaves goes to the last part by percent
    """
    unit = Decimal(1).scaleb(-decimals)
    total = _exact(total).quantize(unit, ROUND_HALF_UP)
    exact = [_exact(value) if kind == "fixed" else total * _exact(value) / 100 for kind, value in parts]
    amounts = [value.quantize(unit, ROUND_HALF_UP) for value in exact]
    shares = [index for index, (kind, value) in enumerate(parts) if kind == "percent" and value]
    if shares and abs(sum(exact) - total) < unit / 2:
        amounts[shares[-1]] += total - sum(amounts)
    return [float(amount) for amount in amounts]


def _exact(value):
    return Decimal(str(value or 0))

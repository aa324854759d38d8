"""Numbers as prints show them."""


def figure(number, least=0, most=6):
    """A number with its thousands apart and no more decimals than it needs.

    :param least: decimals that are there in any case
    :param most: decimals that it is rounded to

    >>> figure(1234.5, 2, 4)
    '1,234.50'
    >>> figure(0.0325, 2, 4)
    '0.0325'
    >>> figure(9000)
    '9,000'
    """
    whole, _point, decimals = f"{number:,.{most}f}".partition(".")
    decimals = decimals.rstrip("0").ljust(least, "0")
    return f"{whole}.{decimals}" if decimals else whole

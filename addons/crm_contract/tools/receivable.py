"""How an amount of an invoice is shared out among taxes, so that the invoices of a contract add up to it exactly."""


class Worth:
    """What is worth how much: by taxes, the untaxed amount, and base and amount of each tax.

    ``parts`` is {taxes: {"untaxed": amount, ("base", tax): amount, ("tax", tax): amount}}, in one currency.

    >>> worth = Worth(lambda amount: round(amount, 2))
    >>> worth.add((13,), 100.0, {13: (100.0, 13.0)})
    >>> worth.add((6,), 50.0, {6: (50.0, 3.0)})
    >>> shares = [worth.take(55.33), worth.take(55.33), worth.take(55.34)]
    >>> [share.total() for share in shares]
    [55.33, 55.33, 55.34]
    >>> sorted((taxes, sum(round(share.parts[taxes]["untaxed"] * 100) for share in shares)) for taxes in worth.parts)
    [((6,), 5000), ((13,), 10000)]
    """

    def __init__(self, round_amount):
        self.round = round_amount
        self.parts = {}

    def add(self, taxes, untaxed, amounts, sign=1):
        """
        :param taxes: key of a set of taxes
        :param untaxed: amount without taxes
        :param amounts: {tax: (base, amount)}
        :param sign: -1 takes away
        """
        part = self.parts.setdefault(taxes, {})
        part["untaxed"] = self.round(part.get("untaxed", 0.0) + sign * untaxed)
        for tax, (base, amount) in amounts.items():
            part["base", tax] = self.round(part.get(("base", tax), 0.0) + sign * base)
            part["tax", tax] = self.round(part.get(("tax", tax), 0.0) + sign * amount)

    def total(self):
        return self.round(
            sum(amount for part in self.parts.values() for key, amount in part.items() if key[0] != "base")
        )

    def scaled(self, total):
        """The same proportions with another total."""
        whole = self.total()
        share = Worth(self.round)
        for taxes, part in self.parts.items():
            share.parts[taxes] = {key: self.round(amount * total / whole) for key, amount in part.items()}
        rest = self.round(total - share.total())
        if rest and share.parts:
            # cents of rounding go where they weigh least
            largest = max(share.parts, key=lambda taxes: abs(share.parts[taxes]["untaxed"]))
            for key in share.parts[largest]:
                if key == "untaxed" or key[0] == "base":
                    share.parts[largest][key] = self.round(share.parts[largest][key] + rest)
        return share

    def take(self, amount):
        """Take an amount away; the last one takes exactly what is left, of each tax, too.

        :return: the ``Worth`` of the amount
        """
        if not self.round(amount - self.total()):
            share = Worth(self.round)
            share.parts = {taxes: dict(part) for taxes, part in self.parts.items()}
        else:
            share = self.scaled(amount)
        for taxes, part in share.parts.items():
            own = self.parts[taxes]
            for key, value in part.items():
                own[key] = self.round(own[key] - value)
        return share

"""The BG/NBD model of how often customers buy and when they stop. Plain functions, no database.

P. Fader, B. Hardie, K. Lee: "Counting Your Customers" the Easy Way, Marketing Science 24 (2005), equations 6 and 10.

A customer orders at his own rate, and after every order he leaves for good with his own probability. The rates of all
customers spread as a gamma distribution (r, alpha), the probabilities as a beta distribution (a, b). Of a customer it
takes three numbers, all in one unit of time:

    x       orders after the first one (orders of one day count once)
    t_x     time from the first order to the last one, 0 if there is no other
    age     time from the first order to the end of the observation

Of ten customers each: bought often until lately, bought often and stopped early, came back once, never came back:

>>> import numpy as np
>>> kinds = [[8, 8, 1, 0], [37, 12, 9, 0], [38, 38, 38, 38]]
>>> fitted = fit(*np.repeat(kinds, 10, axis=1))
>>> p_alive(fitted, *kinds).round(2).tolist()
[0.89, 0.0, 0.6, 1.0]

Who has not come back is alive for sure, as nobody leaves but after a further order; and yet he orders little. That is
why customers are compared by the orders to expect:

>>> expected_orders(fitted, 12, *kinds).round(2).tolist()
[2.0, 0.0, 0.26, 0.15]
"""

from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln, digamma, gammaln, hyp2f1

# a fit for which some parameter runs off means that the orders do not tell it; it stays usable
LIMITS = (1e-4, 1e4)


class Parameters(NamedTuple):
    r: float
    alpha: float  # in the unit of time
    a: float
    b: float


def distinct(*columns):
    """The distinct rows of some columns of numbers: customers alike are computed once.

    >>> distinct([3, 1, 3], [7, 7, 7])
    ([array([1, 3]), array([7, 7])], array([1, 2]), array([1, 0, 1]))

    :return: columns of the distinct rows, how many rows each stands for, and which one each row is
    """
    columns = [np.asarray(column) for column in columns]
    codes = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        values, numbers = np.unique(column, return_inverse=True)
        codes = codes * len(values) + numbers
        # kept small, so that any number of columns fits
        codes = np.unique(codes, return_inverse=True)[1]
    _codes, first, inverse, counts = np.unique(codes, return_index=True, return_inverse=True, return_counts=True)
    return [column[first] for column in columns], counts, inverse


def log_likelihood(parameters, x, t_x, age, weights=1.0):
    """Sum over all customers, each counting `weights` times, and its derivatives by r, alpha, a and b.

    :return: float, array of four
    """
    r, alpha, a, b = parameters
    x, t_x, age = (np.asarray(values, dtype=float) for values in (x, t_x, age))
    weights = np.broadcast_to(weights, x.shape)
    # what depends on the number of orders only, of which there are few
    orders, position = np.unique(x, return_inverse=True)
    often = np.bincount(position, weights)
    by_orders = r * np.log(alpha) - gammaln(r) + gammaln(r + orders) - betaln(a, b) + betaln(a, b + orders)
    log_age, log_last = np.log(alpha + age), np.log(alpha + t_x)
    further = np.maximum(b + x - 1, LIMITS[0])
    alive = -(r + x) * log_age
    gone = np.where(x > 0, np.log(a / further) - (r + x) * log_last, -np.inf)
    either = np.logaddexp(alive, gone)
    share = np.exp(gone - either)  # of those gone among customers alike
    both = digamma(a + b) - digamma(a + b + orders)
    slope = [
        often @ (np.log(alpha) - digamma(r) + digamma(r + orders))
        - weights @ ((1 - share) * log_age + share * log_last),
        weights @ (r / alpha - (r + x) * ((1 - share) / (alpha + age) + share / (alpha + t_x))),
        often @ both + weights @ share / a,
        often @ (both + digamma(b + orders) - digamma(b)) - weights @ (share / further),
    ]
    return float(often @ by_orders + weights @ either), np.array(slope)


def fit(x, t_x, age, start=None):
    """The parameters by maximum likelihood.

    :param start: Parameters to begin from, such as those of another day
    :raise ValueError: there are no customers, or none ordered again
    :return: Parameters
    """
    (x, t_x, age), weights, _rows = distinct(x, t_x, age)
    if not x.size or not x.any():
        raise ValueError("Nobody ordered again")
    scale = float(age.max()) / 10  # so that the numbers are of like size whatever the unit of time
    data = x, t_x / scale, age / scale, weights / weights.sum()
    start = np.log([start.r, start.alpha / scale, start.a, start.b]) if start else np.zeros(4)

    def loss(logarithms):
        parameters = np.exp(logarithms)
        value, slope = log_likelihood(parameters, *data)
        return -value, -slope * parameters

    bounds = [tuple(np.log(LIMITS))] * 4
    best = minimize(
        loss, np.clip(start, *bounds[0]), jac=True, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-11}
    )
    r, alpha, a, b = np.exp(best.x).tolist()
    return Parameters(r, alpha * scale, a, b)


def p_alive(parameters, x, t_x, age):
    """The probability that a customer has not left. One without a further order has not, says the model."""
    r, alpha, a, b = parameters
    x, t_x, age = (np.asarray(values, dtype=float) for values in (x, t_x, age))
    log_odds_gone = np.log(a / np.maximum(b + x - 1, LIMITS[0])) + (r + x) * np.log((alpha + age) / (alpha + t_x))
    return np.where(x > 0, 1 / (1 + np.exp(np.minimum(log_odds_gone, 700))), 1.0)


def expected_orders(parameters, time, x, t_x, age):
    """How many orders to expect of a customer in the `time` after the observation.

    By Euler's transformation of the hypergeometric function, which keeps it exact for customers with many orders.
    """
    r, alpha, a, b = parameters
    if abs(a - 1) < 1e-6:
        a = 1 + 1e-6  # where the formula is 0 / 0
    x, age = (np.asarray(values, dtype=float) for values in (x, age))
    rest = (alpha + age) / (alpha + age + time)
    growth = rest ** (a - 1) * hyp2f1(a + b - 1 - r, a - 1, a + b + x - 1, 1 - rest)
    return p_alive(parameters, x, t_x, age) * (a + b + x - 1) / (a - 1) * (1 - growth)

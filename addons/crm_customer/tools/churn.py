"""Which customers are about to leave: scores by the BG/NBD model, and how good they would have been. No database.

Days are whole numbers, in any calendar; a day's orders of one customer count as one purchase.
"""

from typing import NamedTuple

import numpy as np
from scipy.stats import rankdata

from . import bgnbd

FEWEST_REPEAT_BUYERS = 50  # below that a fit says more about chance than about customers
FEWEST_PERIODS = 2  # the history's length in windows that the model wants
GAIN = 0.001  # of AUC, by which the extended score must beat the plain model in the latest window to be taken
TOP = 0.1  # the part of all customers of which the precision is told


class CustomerDays:
    """Days on which something happened with customers: orders, with the amount of the day, or follow-ups.

    >>> days = CustomerDays([7, 7, 5, 7], [10, 40, 20, 40], [1.0, 2.0, 8.0, 4.0])
    >>> history = days.until(30)
    >>> history.customer.tolist(), history.count.tolist(), history.amount.tolist()
    ([5, 7], [1, 1], [8.0, 1.0])
    >>> days.count(history.customer, 30, 40).tolist()
    [0, 1]
    """

    def __init__(self, customer, day, amount=None):
        customer, day = np.asarray(customer, dtype=np.int64), np.asarray(day, dtype=np.int64)
        amount = np.zeros(len(day)) if amount is None else np.asarray(amount, dtype=float)
        order = np.lexsort((day, customer))
        customer, day, amount = customer[order], day[order], amount[order]
        starts = np.flatnonzero(np.r_[True, (np.diff(customer) != 0) | (np.diff(day) != 0)][: len(day)])
        self.customer, self.day = customer[starts], day[starts]
        self.amount = np.add.reduceat(amount, starts) if len(starts) else amount

    def until(self, day):
        """The history of each customer up to a day, that day included."""
        past = self.day <= day
        customer, days, amount = self.customer[past], self.day[past], self.amount[past]
        ids, starts, counts = np.unique(customer, return_index=True, return_counts=True)
        total = np.add.reduceat(amount, starts) if len(starts) else amount
        return History(day, ids, counts, days[starts], days[starts + counts - 1], total)

    def count(self, customer, after, until):
        """On how many of the days after `after` up to `until` something happened with each of these customers.

        :param customer: ids in ascending order, each once
        """
        inside = (self.day > after) & (self.day <= until) & np.isin(self.customer, customer)
        return np.bincount(np.searchsorted(customer, self.customer[inside]), minlength=len(customer))


class History(NamedTuple):
    """What is known of customers at the end of a day; one place per customer in every column."""

    today: int
    customer: np.ndarray
    count: np.ndarray  # purchases
    first: np.ndarray
    last: np.ndarray
    amount: np.ndarray  # of all purchases

    @property
    def model_data(self):
        """x, t_x and age as the BG/NBD model takes them."""
        return self.count - 1, self.last - self.first, self.today - self.first

    @property
    def idle(self):
        """Days since the latest purchase."""
        return self.today - self.last

    @property
    def interval(self):
        """Average days from one purchase to the next, NaN for customers with one purchase."""
        repeats = np.where(self.count > 1, self.count - 1, np.nan)
        return (self.last - self.first) / repeats


class Scores(NamedTuple):
    """What is expected of each customer of a history in the window of days that follows it."""

    method: str  # extended, model or rules
    p_alive: np.ndarray
    expected: np.ndarray  # orders in the window
    standing: np.ndarray  # these as a part of what they were right after the latest purchase: falls from 1 to 0
    chance: np.ndarray  # that there is an order in the window; customers are ranked by it


def score(purchases, today, window, followups=None):
    """Scores of all customers who purchased by `today`.

    The model is fitted to all of them. If there are too few customers who came back, or the history is shorter than
    two windows, a rule of thumb takes its place. Whether what the model does not know (amounts, how much later than
    usual, follow-ups) tells more, the window before `today` decides: only what would have ranked the customers better
    then is used now.

    :param purchases: CustomerDays
    :param followups: CustomerDays of at least three windows back, or None
    :return: History, Scores
    """
    history = purchases.until(today)
    if not has_enough(history, window):
        return history, rule_scores(history, window)
    fitted = bgnbd.fit(*history.model_data)
    plain = model_scores(history, window, fitted)
    before, latest = (Lesson.at(purchases, today - ago, window, followups, fitted) for ago in (2 * window, window))
    if before and latest:
        expected = latest.columns[:, 1]
        if auc(latest.columns @ before.weights, latest.bought) > auc(expected, latest.bought) + GAIN:
            chance = latest.chance(history, plain.expected, window, followups)
            return history, plain._replace(method="extended", chance=chance)
    return history, plain


def has_enough(history, window):
    """Whether a history tells enough for the model."""
    age = history.today - history.first
    return np.count_nonzero(history.count > 1) >= FEWEST_REPEAT_BUYERS and age.max() >= FEWEST_PERIODS * window


def model_scores(history, window, parameters):
    """Scores by the BG/NBD model."""
    # customers alike are computed once
    (x, t_x, age), _counts, rows = bgnbd.distinct(*history.model_data)
    expected = bgnbd.expected_orders(parameters, window, x, t_x, age)
    fresh = bgnbd.expected_orders(parameters, window, x, t_x, t_x)
    alive = bgnbd.p_alive(parameters, x, t_x, age)
    return Scores("model", *(column[rows] for column in (alive, expected, expected / fresh, -np.expm1(-expected))))


def model_expectation(history, window, parameters):
    """The expected orders of the scores alone."""
    (x, t_x, age), _counts, rows = bgnbd.distinct(*history.model_data)
    return bgnbd.expected_orders(parameters, window, x, t_x, age)[rows]


def rule_scores(history, window):
    """Scores by a rule of thumb: a customer keeps his rhythm, and with every interval that he is late the hope halves.

    Customers with one purchase have the usual rhythm of the others, or that of the window.

    >>> history = CustomerDays([1, 1, 2, 2], [0, 10, 0, 10], None).until(30)
    >>> rule_scores(history._replace(last=np.array([10, 30])), 30).standing.tolist()
    [0.5, 1.0]
    """
    interval = history.interval
    known = interval[~np.isnan(interval)]
    usual = float(np.median(known)) if known.size else window
    interval = np.maximum(np.where(np.isnan(interval), usual, interval), 1)
    late = np.maximum(history.idle / interval - 1, 0)
    standing = 0.5**late
    expected = window / interval * standing
    return Scores("rules", standing, expected, standing, -np.expm1(-expected))


class Lesson:
    """What a day of the past and the window that followed teach: a logistic regression of who bought.

    It puts beside the model's expectation what a company knows besides. `columns` are those of the customers of that
    day, `bought` tells which of them ordered in the window.
    """

    def __init__(self, columns, bought):
        self.columns, self.bought = columns, bought
        self.weights = logistic(columns, bought)

    @classmethod
    def at(cls, purchases, day, window, followups=None, start=None):
        """:return: Lesson, or None if the past is too short or teaches too little"""
        history = purchases.until(day)
        if not history.customer.size or not has_enough(history, window):
            return None
        bought = purchases.count(history.customer, day, day + window) > 0
        if not FEWEST_REPEAT_BUYERS <= np.count_nonzero(bought) <= len(bought) - FEWEST_REPEAT_BUYERS:
            return None
        fitted = bgnbd.fit(*history.model_data, start)
        expected = model_expectation(history, window, fitted)
        return cls(facts(history, expected, window, followups), bought)

    def chance(self, history, expected, window, followups=None):
        """The chance of an order in the window of the lesson that follows a history.

        :param expected: the model's orders in it
        """
        return 1 / (1 + np.exp(-facts(history, expected, window, followups) @ self.weights))


def facts(history, expected, window, followups=None):
    """What the chance is made of; each column is near 0, whatever the company sells."""
    age = history.today - history.first
    mean = np.log(np.maximum(history.amount / history.count, 1e-2))
    contacts = followups.count(history.customer, history.today - window, history.today) if followups else 0 * age
    return np.column_stack([
        np.ones(len(age)),
        np.log(np.maximum(expected, 1e-9)),
        mean - np.median(mean),
        np.log1p(history.idle) - np.log1p(age),
        np.log(history.count),
        np.log1p(contacts),
    ])  # fmt: skip


def logistic(columns, outcome, rounds=25, penalty=1.0):
    """Weights of a logistic regression by Newton's method, slightly held to 0 so that they always exist.

    >>> weights = logistic(np.array([[1, 0], [1, 0], [1, 1], [1, 1]] * 50), np.array([0, 0, 0, 1] * 50))
    >>> bool(weights[0] < 0 < weights[1])
    True
    """
    weights = np.zeros(columns.shape[1])
    ridge = penalty * np.eye(len(weights))
    for _round in range(rounds):
        chance = 1 / (1 + np.exp(-np.clip(columns @ weights, -30, 30)))
        gradient = columns.T @ (outcome - chance) - ridge @ weights
        step = np.linalg.solve((columns * (chance * (1 - chance))[:, None]).T @ columns + ridge, gradient)
        weights = weights + np.clip(step, -5, 5)
        if np.abs(step).max() < 1e-8:
            break
    return weights


# BACK-TEST


class Quality(NamedTuple):
    auc: float  # how often one who bought is ranked before one who did not; 0.5 is chance
    auc_repeat: float  # the same among those who had come back before
    precision: float  # how many of the best tenth bought


class BackTest(NamedTuple):
    customers: int
    repeat_buyers: int
    buyers: int  # who ordered in the time held out
    parameters: bgnbd.Parameters | None
    quality: dict  # way of ranking → Quality: extended (if there is one), model or rules, recency
    count: np.ndarray  # days with orders of customers who came back before
    standing: np.ndarray  # theirs, see Scores
    late: np.ndarray  # whether they were over their own rhythm
    bought: np.ndarray  # whether they ordered in the time held out


def back_test(purchases, cutoff, holdout, followups=None):
    """What would have been foreseen at the end of a day, held against the days that followed.

    Nothing of the days held out is used to foresee them: the lesson is drawn within the history.

    :param purchases: CustomerDays
    :param cutoff: the last day that is known
    :param holdout: the number of days after it
    :return: BackTest
    :raise ValueError: nobody ordered by then
    """
    history = purchases.until(cutoff)
    if not history.customer.size:
        raise ValueError("Nobody ordered by then")
    bought = purchases.count(history.customer, cutoff, cutoff + holdout) > 0
    repeat = history.count > 1
    span = int(cutoff - history.first.min())
    window = min(holdout, span // 3)
    # a hold-out longer than the history says nothing against the model
    known = has_enough(history, window)
    fitted = bgnbd.fit(*history.model_data) if known else None
    scores = model_scores(history, holdout, fitted) if known else rule_scores(history, holdout)
    ranks = {scores.method: scores.expected, "recency": -history.idle}
    lesson = known and Lesson.at(purchases, cutoff - window, window, followups, fitted)
    if lesson:
        expected = model_expectation(history, window, fitted)
        ranks = {"extended": lesson.chance(history, expected, window, followups), **ranks}
    return BackTest(
        len(bought),
        int(np.count_nonzero(repeat)),
        int(np.count_nonzero(bought)),
        fitted,
        {way: quality(rank, bought, repeat) for way, rank in ranks.items()},
        history.count[repeat],
        scores.standing[repeat],
        history.idle[repeat] > history.interval[repeat],
        bought[repeat],
    )


def quality(rank, bought, repeat):
    """How well a ranking, best first by the highest value, tells who bought."""
    best = np.argsort(-rank, kind="stable")[: max(int(len(rank) * TOP), 1)]
    return Quality(auc(rank, bought), auc(rank[repeat], bought[repeat]), float(np.mean(bought[best])))


def auc(rank, outcome):
    """Area under the ROC curve; NaN if all had the same outcome.

    >>> float(auc(np.array([1, 2, 3, 3]), np.array([False, False, True, False])))
    0.8333333333333334
    """
    good = np.count_nonzero(outcome)
    bad = len(outcome) - good
    if not good or not bad:
        return float("nan")
    return float((rankdata(rank)[outcome].sum() - good * (good + 1) / 2) / (good * bad))

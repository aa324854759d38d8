import doctest
import unittest
from datetime import date
from importlib.metadata import PackageNotFoundError, distribution

import numpy as np

from odoo.tests import BaseCase, tagged

from ..tools import bgnbd, churn

CALIBRATION_END = date(1997, 9, 30).toordinal()
WEEKS = 39
PUBLISHED = bgnbd.Parameters(0.2426, 4.4136, 0.7929, 2.4259)  # time in weeks


def cdnow(name, date_column):
    """Orders of the music shop CDNOW, which the literature tries such models on: churn.CustomerDays.

    The package Lifetimes carries them; nothing of it is imported, as that takes packages which nobody else needs.
    """
    rows = []
    path = distribution("Lifetimes").locate_file(f"lifetimes/datasets/{name}.txt")
    for line in path.read_text().splitlines():
        cells = line.split()
        if cells[0].isdigit():
            day = date.fromisoformat(cells[date_column]).toordinal()
            rows.append((int(cells[0]), day, float(cells[-1])))
    return churn.CustomerDays(*zip(*rows, strict=True))


def has_cdnow():
    try:
        return bool(distribution("Lifetimes"))
    except PackageNotFoundError:
        return False


@tagged("post_install", "-at_install")
class TestChurnModel(BaseCase):
    def test_examples(self):
        for module in (bgnbd, churn):
            result = doctest.testmod(module)
            self.assertGreater(result.attempted, 0)
            self.assertFalse(result.failed)

    @unittest.skipUnless(has_cdnow(), "the orders of CDNOW are not installed (lock/data.txt)")
    def test_published_parameters(self):
        x, t_x, age = cdnow("CDNOW_sample", 2).until(CALIBRATION_END).model_data
        self.assertEqual(len(x), 2357)
        weeks = x, t_x / 7, age / 7
        fitted = bgnbd.fit(*weeks)
        for value, published in zip(fitted, PUBLISHED, strict=True):
            self.assertAlmostEqual(value / published, 1, delta=0.01)
        value, slope = bgnbd.log_likelihood(fitted, *weeks)
        self.assertAlmostEqual(value, -9582.43, delta=0.01)
        np.testing.assert_allclose(slope, 0, atol=2)
        # the unit of time changes alpha only
        daily = bgnbd.fit(x, t_x, age)
        self.assertAlmostEqual(daily.alpha / 7 / fitted.alpha, 1, delta=0.001)
        self.assertAlmostEqual(daily.b / fitted.b, 1, delta=0.001)

    def test_slope(self):
        data = [0, 1, 2, 9], [0, 5, 30, 20], [38, 38, 35, 30], [1, 2, 3, 4]
        value, slope = bgnbd.log_likelihood(PUBLISHED, *data)
        step = 1e-6
        for place in range(4):
            moved = np.array(PUBLISHED)
            moved[place] += step
            difference = (bgnbd.log_likelihood(moved, *data)[0] - value) / step
            self.assertAlmostEqual(difference / slope[place], 1, 3)

    def test_published_example(self):
        # the customer that the paper's note computes: 2 orders, the last in week 30.43 of 38.86, 39 weeks ahead
        self.assertAlmostEqual(float(bgnbd.expected_orders(PUBLISHED, 39, 2, 30.43, 38.86)), 1.226, 3)

    @unittest.skipUnless(has_cdnow(), "the orders of CDNOW are not installed (lock/data.txt)")
    def test_back_test(self):
        result = churn.back_test(cdnow("CDNOW_master", 1), CALIBRATION_END, 7 * WEEKS)
        self.assertEqual(result.customers, 23570)
        model, recency, extended = (result.quality[way] for way in ("model", "recency", "extended"))
        for quality, figures in ((model, (0.763, 0.732, 0.805)), (recency, (0.759, 0.711, 0.755))):
            for value, figure in zip(quality, figures, strict=True):
                self.assertAlmostEqual(value, figure, delta=0.001)
        # amounts and lateness tell more than the model alone, of all customers and of those who came back
        self.assertGreater(extended.auc, model.auc + 0.005)
        self.assertGreater(extended.auc_repeat, model.auc_repeat)
        self.assertGreater(extended.precision, model.precision)

    @unittest.skipUnless(has_cdnow(), "the orders of CDNOW are not installed (lock/data.txt)")
    def test_chance_is_kept(self):
        orders = cdnow("CDNOW_master", 1)
        day, window = CALIBRATION_END + 182, 91
        history, scores = churn.score(orders, day, window)
        self.assertEqual(scores.method, "extended")
        bought = orders.count(history.customer, day, day + window) > 0
        self.assertAlmostEqual(scores.chance.mean(), bought.mean(), delta=0.04)
        self.assertGreater(churn.auc(scores.chance, bought), churn.auc(scores.expected, bought))

    def test_nothing_of_the_future_is_used(self):
        rng = np.random.default_rng(5)
        customer, day = rng.integers(0, 300, 3000), rng.integers(0, 1000, 3000)
        past = day <= 700
        seen = churn.score(churn.CustomerDays(customer, day), 700, 90)
        foreseen = churn.score(churn.CustomerDays(customer[past], day[past]), 700, 90)
        self.assertEqual(seen[1].method, foreseen[1].method)
        np.testing.assert_array_equal(seen[1].chance, foreseen[1].chance)

    def test_expectation_falls_with_silence(self):
        ages = np.arange(60, 200, 10)
        expected = bgnbd.expected_orders(PUBLISHED, 13, 20, 60, ages)
        self.assertTrue((np.diff(expected) < 0).all())
        self.assertTrue(np.isfinite(bgnbd.expected_orders(PUBLISHED, 13, 5000, 190, 200)))

    def test_too_little_history(self):
        orders = churn.CustomerDays([1, 1, 1, 2], [0, 10, 20, 5])
        history, scores = churn.score(orders, 40, 90)
        self.assertEqual(scores.method, "rules")
        # ordered every 10 days and is one interval late; the other has the same rhythm and is 2.5 intervals late
        np.testing.assert_allclose(scores.standing, [0.5, 0.5**2.5])
        np.testing.assert_allclose(scores.expected, 9 * scores.standing)
        with self.assertRaises(ValueError):
            churn.back_test(orders, -1, 10)
        self.assertEqual(set(churn.back_test(orders, 12, 10).quality), {"rules", "recency"})

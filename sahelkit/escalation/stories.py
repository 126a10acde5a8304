"""Climb or jumps? Level shifts, a straight line and a smooth rise, each with and without memory."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from sahelkit.choices import NotCovered
from sahelkit.escalation.changepoints import change_points, segment_cost
from sahelkit.models import negative_binomial, simulated_rates
from sahelkit.words import Sentence

SMOOTH_DF = 6
"""Columns of the B-spline: a rise that may bend a few times."""
SHAPES = ("level shifts", "straight line", "smooth rise")
SMALL = 0.025
"""A share at most so small speaks against a story: 5 % for both together."""
BEYOND = 1.92
"""Half of chi-squared at 95 %, one degree: how far a date may move before the fit suffers."""


@dataclass(frozen=True)
class Stories:
    """Models of one monthly series side by side.

    `table` has a row per shape (`SHAPES`) without and with memory: `parameters`, `aic`, `alpha`
    (overdispersion); `dates` are the `shift_dates`. `p_smooth` is the share of series simulated
    from the smooth rise in which the shifts win by as much as here, `p_shifts` of series simulated
    from the shifts in which the smooth rise does.
    """

    table: pd.DataFrame
    dates: pd.DataFrame
    p_smooth: float
    p_shifts: float

    @property
    def verdict(self) -> str:
        """'jumps', 'climb' or 'cannot tell'."""
        if self.p_smooth <= SMALL < self.p_shifts:
            return "jumps"
        return "climb" if self.p_shifts <= SMALL < self.p_smooth else "cannot tell"

    @property
    def sentence(self) -> Sentence:
        """What the comparison allows to say."""
        best = self.table["aic"].groupby(level=0).min()
        named = ", ".join(f"{name} {best[name]:.1f}" for name in SHAPES)
        ends = {
            "jumps": "A smooth rise rarely looks like this: the level jumped.",
            "climb": "Level shifts rarely look like this: the level climbed.",
            "cannot tell": "The series cannot tell jumps from a climb.",
        }
        return Sentence(
            f"AIC, the better with or without memory: {named}. Among series simulated from the "
            f"smooth rise {self.p_smooth:.0%} favour shifts as much as this one does, among those "
            f"simulated from the shifts {self.p_shifts:.0%} favour the smooth rise as much. "
            f"{ends[self.verdict]}"
        )


def compare(series: pd.Series, draws: int = 79, seed: int = 0) -> Stories:
    """Set three shapes of a rise against one another, each with and without memory.

    Negative binomial regressions on months: constant between the change points that
    `changepoints.change_points` finds; log-linear in time; a cubic B-spline of time. With memory
    the logarithm of the month before enters (Fokianos & Tjøstheim 2011). AIC counts the dates of
    shifts as parameters. As they were looked for, AIC alone favours them; so the difference between
    shifts and smooth rise is set beside its distribution in series simulated from either
    (parametric bootstrap; Cox 1962, Beaulieu & Killick 2018 on shifts against trends).

    The series are complete monthly counts, `draws` of them simulated from each; fewer than 48
    months, or no counts, raise `NotCovered`.

    >>> months = pd.period_range("2015-01", periods=60, freq="M")
    >>> jump = pd.Series([4, 6] * 15 + [38, 42] * 15, months)
    >>> compare(jump, draws=19).dates["month"].astype(str).tolist()
    ['2017-07']
    """
    counts = series.to_numpy(float)
    if len(counts) < 48 or not counts.sum() > 0:
        raise NotCovered(f"{len(counts)} months are too few to tell jumps from a climb: 48 needed.")
    rng, fits = np.random.default_rng(seed), _fits(series)
    rows = {
        key: {"parameters": fit.size, "aic": fit.aic, "alpha": fit.alpha}
        for key, fit in fits.items()
    }
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.index = pd.MultiIndex.from_tuples(table.index, names=["shape", "memory"])
    here, shares = _advantage(fits), []
    for shape, sign in (("smooth rise", 1), ("level shifts", -1)):
        model = min((fits[shape, memory] for memory in (False, True)), key=lambda fit: fit.aic)
        simulated = [_advantage(_fits(model.simulate(series.index, rng))) for _ in range(draws)]
        shares.append((1 + sum(sign * d >= sign * here for d in simulated)) / (draws + 1))
    return Stories(table, shift_dates(series), *shares)


def _advantage(fits: dict) -> float:
    """By how much shifts are ahead of a smooth rise, AIC, each with or without memory."""
    best = {s: min(fits[s, memory].aic for memory in (False, True)) for s in SHAPES}
    return best["smooth rise"] - best["level shifts"]


@dataclass(frozen=True)
class _Fit:
    """One negative binomial regression: design without memory, coefficients, size, AIC."""

    design: np.ndarray
    coefficients: np.ndarray
    alpha: float
    size: int
    aic: float

    def simulate(self, index, rng) -> pd.Series:
        """A series like the model's, month after month where it remembers."""
        log_mean = self.design @ self.coefficients[: self.design.shape[1]]
        memory = self.coefficients[self.design.shape[1] :].sum()
        out = np.zeros(len(log_mean))
        gamma = simulated_rates(self.alpha, 0, out.shape, rng)
        for i in range(len(out)):
            before = np.log1p(out[i - 1]) if i else log_mean[0] / (1 - min(memory, 0.9))
            out[i] = rng.poisson(min(np.exp(log_mean[i] + memory * before), 1e6) * gamma[i])
        return pd.Series(out, index)


def _fits(series: pd.Series) -> dict:
    """(shape, memory) -> `_Fit`."""
    counts, n, points = series.to_numpy(float), len(series), change_points(series)
    designs = {
        "level shifts": (_levels(series, points), len(points)),
        "straight line": (np.column_stack([np.ones(n), np.arange(n) / n]), 0),
        "smooth rise": (_spline(n), 0),
    }
    return {
        (shape, memory): _fit(counts, design, memory, dates)
        for shape, (design, dates) in designs.items()
        for memory in (False, True)
    }


def _levels(series: pd.Series, points: pd.DataFrame) -> np.ndarray:
    """A column per stretch of one level: 1 in its months."""
    starts = series.index.get_indexer(points["month"])
    return np.eye(len(starts) + 1)[np.searchsorted(starts, np.arange(len(series)), "right")]


@cache
def _spline(n: int) -> np.ndarray:
    from patsy import dmatrix

    return np.asarray(dmatrix(f"bs(t, df={SMOOTH_DF})", {"t": np.arange(n)}))


def _fit(counts: np.ndarray, design: np.ndarray, memory: bool, dates: int) -> _Fit:
    """The first month is left out with and without memory, so that AIC compares the same months."""
    before = np.log1p(counts[:-1])[:, None]
    columns = np.hstack([design[1:], before]) if memory else design[1:]
    model, alpha = negative_binomial(counts[1:], columns)
    fit, size = model.fit(), columns.shape[1] + dates + 1
    return _Fit(design, fit.params, alpha, size, float(2 * size - 2 * fit.llf))


def shift_dates(series: pd.Series) -> pd.DataFrame:
    """The change points of a series with the months between which each may lie.

    Profile likelihood: with the neighbouring shifts held, the months at which the log likelihood is
    at most `BEYOND` below its highest. It supposes independent months: with memory the interval is
    wider. `month`, `first`, `last` (Period), `before`, `after` (mean counts per month).
    """
    points, counts = change_points(series), series.to_numpy(float)
    total = np.concatenate([[0.0], counts.cumsum()])
    at = [0, *series.index.get_indexer(points["month"]), len(counts)]
    alpha, ends = _fit(counts, _levels(series, points), False, 0).alpha, []
    for left, right in zip(at[:-2], at[2:], strict=True):
        where = np.arange(left + 1, right)
        cost = segment_cost(total[where] - total[left], where - left, alpha)
        cost = cost + segment_cost(total[right] - total[where], right - where, alpha)
        near = where[cost <= cost.min() + BEYOND]
        ends.append((series.index[near[0]], series.index[near[-1]]))
    found = pd.DataFrame(ends, columns=["first", "last"], index=points.index)
    return points[["month"]].join(found).join(points[["before", "after"]])

"""What the statistics share: models of counts that vary more than Poisson's and hang together in time."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

LEVEL = 0.95
"""Of every interval."""
TAILS = ((1 - LEVEL) / 2, (1 + LEVEL) / 2)
MEMORY = 0.2
"""Autocorrelation from month to month of the residuals of the three countries' monthly incidents."""
LEAST = 1e-6
"""An overdispersion below counts as none: Poisson."""
_ANGLES = 2 * np.pi * np.arange(12) / 12
_HARMONICS = np.column_stack(
    [np.ones(12)] + [f(k * _ANGLES) for k in (1, 2) for f in (np.cos, np.sin)]
)
_SMOOTH = _HARMONICS @ np.linalg.pinv(_HARMONICS)


def overdispersion(counts, mean, parameters: int = 0) -> float:
    """Alpha in variance = mean + alpha mean squared, by moments about a fitted mean; 0 is Poisson.

    >>> overdispersion(np.array([2.0, 8.0]), np.array([5.0, 5.0]))
    0.16
    """
    spare = len(counts) / max(len(counts) - parameters, 1)
    excess = ((counts - mean) ** 2 * spare - mean).sum()
    return float(max(excess / max((mean**2).sum(), 1e-9), 0.0))


def simulated_rates(alpha: float, memory: float, shape: tuple, rng) -> np.ndarray:
    """Gamma rates of mean 1 and variance alpha, (series, units), to multiply an expected count by.

    With `memory` their normal scores are autoregressive of first order (a Gaussian copula).
    """
    from scipy.signal import lfilter
    from scipy.stats import gamma, norm

    if alpha <= LEAST:
        return np.ones(shape)
    if not memory:
        return rng.gamma(1 / alpha, alpha, shape)
    noise = rng.standard_normal(shape)
    noise[:, 1:] *= np.sqrt(1 - memory**2)
    return gamma.ppf(norm.cdf(lfilter([1], [1, -memory], noise, axis=1)), 1 / alpha, scale=alpha)


def resampled(sums: np.ndarray, draws: int, rng) -> np.ndarray:
    """Totals of bootstrap samples of clusters: `sums` (clusters, columns) -> (draws, columns)."""
    n = len(sums)
    return rng.multinomial(n, np.full(n, 1 / n), size=draws) @ sums


def season(counts: np.ndarray, months: np.ndarray, weights=1.0) -> np.ndarray:
    """Expected relative rate of each unit of time by its calendar month.

    Ratio of the sums per calendar month to the sums of the centred twelve-month moving average,
    smoothed by two annual harmonics. Neither a trend nor a change of level enters. Counts (..., n)
    of whole consecutive months, their calendar months (1-12), and how often each counts in a
    bootstrap -> (..., 12), January to December, mean 1; all 1 for series under three years.
    """
    counts = np.asarray(counts, float)
    n = counts.shape[-1]
    if n < 36:
        return np.ones((*counts.shape[:-1], 12))
    total = np.concatenate([np.zeros((*counts.shape[:-1], 1)), counts.cumsum(-1)], -1)
    year = total[..., 12:] - total[..., :-12]
    average = (year[..., :-1] + year[..., 1:]) / 24
    weights = np.broadcast_to(weights, n)[6 : n - 6]
    inner, month = counts[..., 6 : n - 6] * weights, months[6 : n - 6]
    average = average * weights
    by_month = [
        inner[..., month == m].sum(-1) / np.maximum(average[..., month == m].sum(-1), 1e-9)
        for m in range(1, 13)
    ]
    smooth = np.clip(np.stack(by_month, -1) @ _SMOOTH.T, 0.2, None)
    return smooth / smooth.mean(-1, keepdims=True)


def rate_ratio(
    before: float,
    after: float,
    exposure_before: float = 1.0,
    exposure_after: float = 1.0,
    extra: float = 0.0,
) -> dict:
    """Ratio of two rates with the exact conditional interval and one with overdispersion.

    Given their sum, the count after is binomial (Przyborowski & Wilenski 1940); the exact interval
    is Clopper and Pearson's, turned into a ratio. The second interval is normal on the log scale,
    with variance 1/before + 1/after + `extra`, half a count added to each where one is zero. A dict
    of `ratio`, `exact_low`, `exact_high`, `p_exact`, `low`, `high` (with overdispersion).
    """
    from scipy.stats import beta, binomtest, norm

    total, scale = before + after, exposure_before / exposure_after
    if total == 0:
        nothing = dict.fromkeys(("ratio", "exact_low", "low"), np.nan)
        return nothing | {"exact_high": np.nan, "high": np.nan, "p_exact": 1.0}
    low = beta.ppf(TAILS[0], after, before + 1) if after else 0.0
    high = beta.ppf(TAILS[1], after + 1, before) if before else 1.0
    share = exposure_after / (exposure_before + exposure_after)
    half = 0.5 if before == 0 or after == 0 else 0.0
    error = norm.ppf(TAILS[1]) * np.sqrt(1 / (before + half) + 1 / (after + half) + extra)
    middle = np.log((after + half) / (before + half) * scale)
    return {
        "ratio": after / before * scale if before else np.inf,
        "exact_low": low / (1 - low) * scale,
        "exact_high": high / (1 - high) * scale if high < 1 else np.inf,
        "p_exact": binomtest(int(after), int(total), share).pvalue,
        "low": np.exp(middle - error),
        "high": np.exp(middle + error),
    }


def negative_binomial(counts: np.ndarray, design: np.ndarray) -> tuple:
    """A negative binomial model (statsmodels GLM) and its `overdispersion` about a Poisson fit."""
    import statsmodels.api as sm

    poisson = sm.GLM(counts, design, family=sm.families.Poisson()).fit()
    alpha = overdispersion(counts, poisson.mu, design.shape[1])
    family = sm.families.NegativeBinomial(alpha=max(alpha, LEAST))
    return sm.GLM(counts, design, family=family), alpha


@dataclass(frozen=True)
class Regression:
    """A regression of a monthly series, as `trends.trend` and `interrupted.interrupted` tell.

    Estimates with 95 % intervals; per month what was `observed` and what the model says;
    `overdispersion`; Pearson chi-squared per degree of freedom of the Poisson model, 1 if it held.
    """

    table: pd.DataFrame
    fitted: pd.DataFrame
    alpha: float
    dispersion: float = np.nan


@dataclass(frozen=True)
class Estimates:
    """What a fit says of each column: arrays on the scale of the linear predictor; p is two-sided."""

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    p: np.ndarray
    fit: object


def estimates(model, lags: int) -> Estimates:
    """Fit a model of a series; its errors may hang together over so many lags (Newey & West 1987).

    With many lags in a short series these errors are themselves uncertain, and most for a trend;
    the ratio of estimate to error has, whatever the autocorrelation, nearly one distribution
    (fixed-b; Kiefer & Vogelsang 2005, Bunzel & Vogelsang 2005 for trends). It is simulated here for
    the design itself, from normal errors with `MEMORY`; normal quantiles reject two to three times
    too often.

    >>> rng = np.random.default_rng(1)
    >>> design = np.column_stack([np.ones(96), np.arange(96) / 12])
    >>> found = estimates(negative_binomial(rng.poisson(20, 96), design)[0], 12)
    >>> bool(found.low[1] < 0 < found.high[1])
    True
    """
    design = np.ascontiguousarray(model.exog)
    spread = {"maxlags": lags, "use_correction": True}
    fit = model.fit(cov_type="HAC", cov_kwds=spread)
    usual = _ratios(design.tobytes(), design.shape, lags)
    reach = np.quantile(usual, LEVEL, axis=0) * fit.bse
    p = (usual >= np.abs(fit.params / fit.bse)).mean(axis=0)
    return Estimates(fit.params, fit.params - reach, fit.params + reach, p, fit)


@cache
def _ratios(design: bytes, shape: tuple, lags: int, draws: int = 4999) -> np.ndarray:
    """Absolute ratios of estimate to error, where nothing is to be found: (draws, columns)."""
    x = np.frombuffer(design).reshape(shape)
    errors = np.random.default_rng(0).standard_normal((shape[0], draws))
    errors[1:] *= np.sqrt(1 - MEMORY**2)
    for month in range(1, shape[0]):
        errors[month] += MEMORY * errors[month - 1]
    inverse = np.linalg.inv(x.T @ x)
    estimate = inverse @ x.T @ errors
    scores = x[:, :, None] * (errors - x @ estimate)[:, None, :]
    middle = np.einsum("tid,tjd->dij", scores, scores)
    for lag in range(1, lags + 1):
        part = np.einsum("tid,tjd->dij", scores[lag:], scores[:-lag])
        middle += (1 - lag / (lags + 1)) * (part + part.transpose(0, 2, 1))
    middle *= shape[0] / (shape[0] - shape[1])
    error = np.sqrt(np.einsum("ki,dij,kj->dk", inverse, middle, inverse))
    return np.abs(estimate.T) / error

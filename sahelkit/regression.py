"""Count regressions with errors that hang together in time: estimates, intervals, p."""

from dataclasses import dataclass
from functools import cache

import numpy as np

MEMORY = 0.2
"""Autocorrelation from month to month of the residuals of the three countries' monthly incidents."""


@dataclass(frozen=True)
class Estimates:
    """What a regression says of each column of its design.

    Attributes
    ----------
    value, low, high, p : array (columns,)
        On the scale of the linear predictor; interval 95 %; two-sided p.
    fit : statsmodels results
    """

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    p: np.ndarray
    fit: object


def negative_binomial(counts: np.ndarray, design: np.ndarray) -> tuple:
    """A negative binomial model and its overdispersion, the moment estimate from a Poisson fit.

    Returns
    -------
    (statsmodels model, float)
        Variance = mean + alpha mean squared.

    Examples
    --------
    >>> model, alpha = negative_binomial(np.array([1.0, 9.0, 2.0, 8.0] * 9), np.ones((36, 1)))
    >>> bool(alpha > 0.1), round(float(np.exp(model.fit().params[0])), 6)
    (True, 5.0)
    """
    import statsmodels.api as sm

    poisson = sm.GLM(counts, design, family=sm.families.Poisson()).fit()
    mean, spare = poisson.mu, len(counts) / poisson.df_resid
    alpha = float(np.sum((counts - mean) ** 2 * spare - mean) / np.sum(mean**2))
    family = sm.families.NegativeBinomial(alpha=max(alpha, 1e-6))
    return sm.GLM(counts, design, family=family), max(alpha, 0.0)


def estimates(model, lags: int) -> Estimates:
    """Fit a model of a series; its errors may hang together over so many lags (Newey & West 1987).

    With many lags in a short series these errors are themselves uncertain, and most for a trend;
    the ratio of estimate to error has, whatever the autocorrelation, nearly one distribution (fixed-b;
    Kiefer & Vogelsang 2005, Bunzel & Vogelsang 2005 for trends). It is simulated here for the design
    itself, from normal errors with `MEMORY`; normal quantiles reject two to three times too often.

    Parameters
    ----------
    model : statsmodels GLM
    lags : int

    Examples
    --------
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
    reach = np.quantile(usual, 0.95, axis=0) * fit.bse
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

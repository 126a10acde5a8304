"""Is it a trend or a season? Count regression of a monthly series, beside Poisson."""

import numpy as np
import pandas as pd

from sahelkit.counts import count
from sahelkit.dataset import Dataset
from sahelkit.models import Regression, estimates

RAINY_MONTHS = (6, 7, 8, 9)
"""June to September, when roads flood and rivers rise."""
HAC_LAGS = 12
"""Months over which errors may hang together (Newey & West 1987)."""
GROWTH, RAINY = ("growth", "low", "high"), ("rainy_ratio", "rainy_low", "rainy_high")


def trend(series: pd.Series, since=None) -> Regression:
    """Negative binomial regression of monthly counts on time and the rains, beside Poisson.

    log mean = a + b t + c rainy. The overdispersion is the maximum-likelihood one (NB2; Hilbe
    2011). The intervals allow for heteroskedastic and autocorrelated errors (`models.estimates`).
    From `since` on, by default the first month with violence; `ValueError` for fewer than 24
    months, no counts, or missing values.

    `table`: rows `negative binomial` and `poisson`; `growth` (per year, 1 doubles), `low`, `high`,
    `doubling_years` with `doubling_low`, `doubling_high` (NaN where growth may be none; negative
    for a fall), `rainy_ratio` (rainy months over the others) with `rainy_low`, `rainy_high`, `aic`.
    Poisson's intervals are those that it claims, with independent errors. `fitted`: `observed`,
    `trend` (season averaged out) with `low`, `high`, `with_season`.

    >>> from sahelkit import load
    >>> found = trend(count(load())["incidents"], since="2016-01")
    >>> found.table["growth"].round(2).tolist()
    [0.33, 0.29]
    """
    import statsmodels.api as sm
    from scipy import optimize

    if series.isna().any() or not series.sum() > 0:
        raise ValueError("The series has missing values or no counts: nothing to fit.")
    first = series.index[series > 0][0] if since is None else pd.Period(since, "M")
    counts = series[series.index >= first].astype("float64")
    if len(counts) < 24 or not counts.sum() > 0:
        raise ValueError(f"{len(counts)} months from {first}: a trend with season needs 24.")
    rainy = counts.index.month.isin(RAINY_MONTHS).astype(float)
    years = (np.arange(len(counts)) - (len(counts) - 1) / 2) / 12
    design = np.column_stack([np.ones(len(counts)), years, rainy])

    def model(alpha):
        family = sm.families.NegativeBinomial(alpha=alpha) if alpha else sm.families.Poisson()
        return sm.GLM(counts.to_numpy(), design, family=family)

    def cost(log_alpha) -> float:
        return -model(np.exp(log_alpha)).fit().llf

    poisson = model(0).fit()
    best = optimize.minimize_scalar(cost, bounds=(-9, 3), options={"xatol": 1e-3})
    alpha = float(np.exp(best.x)) if -best.fun > poisson.llf + 1e-6 else 0.0
    found = estimates(model(alpha), HAC_LAGS)
    rows = {
        "negative binomial": _row(found.fit, found.low, found.high, alpha > 0),
        "poisson": _row(poisson, *poisson.conf_int().T, 0),
    }
    table = pd.DataFrame.from_dict(rows, orient="index")
    dispersion = float(poisson.pearson_chi2 / poisson.df_resid)
    return Regression(table, _fitted(counts, design, found), alpha, dispersion)


def _row(found, low, high, extra_parameters: int) -> dict:
    """Growth, doubling time, season and AIC of one fitted model."""
    ends = np.array([found.params, low, high])
    doubling = np.log(2) / ends[:, 1]
    settled = sorted(doubling[1:]) if low[1] * high[1] > 0 else [np.nan] * 2
    row = dict(zip(GROWTH, np.expm1(ends[:, 1]), strict=True))
    row |= {"doubling_years": doubling[0], "doubling_low": settled[0], "doubling_high": settled[1]}
    aic = 2 * (len(found.params) + extra_parameters) - 2 * found.llf
    return row | dict(zip(RAINY, np.exp(ends[:, 2]), strict=True)) | {"aic": aic}


def _fitted(counts, design, found) -> pd.DataFrame:
    even = design.copy()
    even[:, 2] = design[:, 2].mean()
    centre = even @ found.value
    error = np.sqrt(np.einsum("ij,jk,ik->i", even, found.fit.cov_params(), even))
    spread = error * (found.high - found.low)[1] / 2 / found.fit.bse[1]
    return pd.DataFrame(
        {
            "observed": counts,
            "trend": np.exp(centre),
            "low": np.exp(centre - spread),
            "high": np.exp(centre + spread),
            "with_season": np.exp(design @ found.value),
        }
    )


def growth_rate(ds: Dataset, weight: str = "incidents", since="2016-01") -> float:
    """Growth per year of the three countries' monthly series, as a share.

    >>> from sahelkit import load
    >>> round(growth_rate(load()), 2)
    0.33
    """
    series = count(ds, weight=weight)[weight]
    found = trend(series, max(pd.Period(since, "M"), series.index[0]))
    return float(found.table.loc["negative binomial", "growth"])


def by_country(ds: Dataset, since="2016-01") -> dict:
    """`trend` of all incidents ('all') and of each country's, from a month on or the first there is.

    >>> from sahelkit import load
    >>> list(by_country(load()))
    ['all', 'BFA', 'MLI', 'NER']
    """
    counts = count(ds, "country")
    counts.insert(0, "all", counts.sum(axis=1))
    first = max(pd.Period(since, "M"), counts.index[0])
    return {code: trend(counts[code], first) for code in counts if counts[code][first:].sum() > 0}


def summary(fits: dict) -> pd.DataFrame:
    """What the trends of `by_country` come to, beside what Poisson regression would claim.

    Index code; `growth`, `low`, `high` (per year, 1 doubles), `poisson_low`, `poisson_high`,
    `rainy_ratio` with `rainy_low`, `rainy_high`, `dispersion`.

    >>> from sahelkit import load
    >>> summary(by_country(load()))["growth"].round(2).loc["all"].item()
    0.33
    """
    ours, poisson = (
        pd.DataFrame({code: fit.table.loc[name] for code, fit in fits.items()}).T
        for name in ("negative binomial", "poisson")
    )
    claimed = poisson[["low", "high"]].add_prefix("poisson_")
    found = ours[[*GROWTH]].join(claimed).join(ours[[*RAINY]])
    return found.assign(dispersion=[fit.dispersion for fit in fits.values()])

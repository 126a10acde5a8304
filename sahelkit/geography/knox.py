"""Does one incident bring others near it? Pairs close in space and time, against days dealt out anew."""

import numpy as np
import pandas as pd

from sahelkit import places
from sahelkit.dataset import Dataset

KM = (0, 10, 50)
"""Upper edges of the distance bands: the same position, up to 10 km, up to 50 km."""
DAYS = (3, 7, 14, 30)
YEARS = (2017, 2023)


def knox(ds: Dataset, permutations: int = 199, seed: int = 0) -> pd.DataFrame:
    """Pairs of incidents close in space and time, observed over expected (Knox 1964).

    Incidents of `YEARS` known to the day or within six days, and exactly or nearly placed, without
    Diffa. Expected: the mean over permutations that deal the days of each year out anew among its
    places, so that neither season nor growth makes a pair. A ratio above 1 says that incidents are
    not independent of one another, which is why tests that suppose it are too sure.

    Parameters
    ----------
    ds : Dataset
        With events; from the shipped tables the stored result is read.

    Returns
    -------
    DataFrame
        A row per band of distance (`km`, upper edge) and of time (`days`, upper edge; each band
        begins at 0 days): `observed`, `expected` pairs, `ratio`, `p` (share of permutations with as
        many pairs).

    Examples
    --------
    >>> from sahelkit import load
    >>> found = knox(load()).set_index(["km", "days"])["ratio"]
    >>> found[[(0, 3), (10, 3)]].round(1).tolist()
    [6.4, 6.7]
    """
    if ds.events is None:
        from sahelkit.dataset import _shipped

        return _shipped("ucdp_pairs.csv")
    from scipy.spatial import cKDTree

    events = ds.events[~places.in_diffa(ds.events)].dropna(subset=["latitude", "longitude"])
    year = events["date_start"].dt.year
    sure = (events["location_precision"] <= 2) & (events["date_precision"] <= 2)
    events = events[year.between(*YEARS) & sure.fillna(False)]
    points = np.column_stack(places.project(events["latitude"], events["longitude"]))
    pairs = cKDTree(points).query_pairs(KM[-1], output_type="ndarray")
    km = np.linalg.norm(points[pairs[:, 0]] - points[pairs[:, 1]], axis=1)
    band = np.searchsorted(KM, np.round(km, 6), side="left")
    days = events["date_start"].to_numpy().astype("datetime64[D]").astype("int64")
    years = events["date_start"].dt.year.to_numpy()
    rng = np.random.default_rng(seed)
    observed, drawn = _counts(days, pairs, band), []
    for _ in range(permutations):
        dealt = days.copy()
        for one in np.unique(years):
            rows = np.flatnonzero(years == one)
            dealt[rows] = days[rng.permutation(rows)]
        drawn.append(_counts(dealt, pairs, band))
    expected = np.mean(drawn, axis=0)
    p = (1 + (np.array(drawn) >= observed).sum(axis=0)) / (permutations + 1)
    index = pd.MultiIndex.from_product([KM, DAYS], names=["km", "days"])
    table = {"observed": observed, "expected": expected, "ratio": observed / expected, "p": p}
    return (
        pd.DataFrame({k: v.ravel() for k, v in table.items()}, index=index).round(3).reset_index()
    )


def _counts(days: np.ndarray, pairs: np.ndarray, band: np.ndarray) -> np.ndarray:
    """Pairs per band of distance (rows) up to each number of days apart (columns)."""
    apart = np.abs(days[pairs[:, 0]] - days[pairs[:, 1]])
    return np.array([[((band == b) & (apart <= d)).sum() for d in DAYS] for b in range(len(KM))])

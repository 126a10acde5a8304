"""All area operations at once: a panel of regions and months, with dates dealt out at random."""

import numpy as np
import pandas as pd

from sahelkit import interventions, places
from sahelkit.counts import count
from sahelkit.dataset import Dataset
from sahelkit.models import TAILS

NEAR = 36
"""Months by which the date of an operation may be drawn earlier or later."""
AFTER = 3
"""Months after the last that still count as treated."""
AROUND = pd.Timedelta(days=62)
"""So far inside the data an operation must lie."""


def operations(ds: Dataset) -> pd.DataFrame:
    """Area operations with a first and a last day that lie well inside the data."""
    table = interventions.read().query("kind == 'area_operation' and start_precision == 'day'")
    table = table[table["end"].notna()]
    inside = [ds.covers(row.start - AROUND, row.end + AROUND) for row in table.itertuples()]
    return table[inside].reset_index(drop=True)


def panel(ds: Dataset, draws: int = 999, seed: int = 0) -> dict:
    """Incidents in the regions and months of area operations over what region and month let expect.

    Poisson regression of incidents per region and month on effects of both and on whether an
    operation was under way there (difference in differences with staggered dates). The interval and
    p come from randomisation: each operation keeps its regions and length, its date is drawn anew
    from the `NEAR` months before and after its own, when there was about as much violence, and the
    ratio is computed again. An operation goes where violence is: an association.

    A dict of `ratio` (treated over expected), `low`, `high` (where 95 % of the ratios at random
    dates lie), `p` (share of them at least as far from 1, on the log scale), `operations`, `cells`
    (treated region-months), `incidents` in them, `regions`.

    >>> from sahelkit import load
    >>> found = panel(load(), draws=19)
    >>> found["operations"] > 5, found["low"] < found["high"]
    (True, True)
    """
    wide = count(ds, ["country", "region"])
    wide = wide.loc[:, ~wide.columns.get_level_values("region").isin(places.UNKNOWNS)]
    wide = wide.loc[:, wide.sum() > 0]
    counts, treatments = wide.to_numpy(float), spans(ds, wide)
    treated = _mask(treatments, None, counts.shape)
    return randomised(counts, treatments, draws, seed) | {
        "operations": len(treatments),
        "cells": int(treated.sum()),
        "incidents": int(counts[treated].sum()),
        "regions": wide.shape[1],
    }


def spans(ds: Dataset, wide: pd.DataFrame) -> list:
    """Per operation: which columns of `wide` (country, region) it covers, first month, months."""
    found = []
    for row in operations(ds).itertuples():
        frame = wide.columns.to_frame(index=False).astype("str")
        where = places.in_area(frame, interventions.area_of(row._asdict())).to_numpy()
        first = wide.index.get_loc(pd.Period(row.start, "M"))
        last = wide.index.get_loc(pd.Period(row.end, "M")) + AFTER
        found.append((where, first, min(last, len(wide) - 1) - first + 1))
    return found


def randomised(counts: np.ndarray, treatments: list, draws: int, seed: int) -> dict:
    """The ratio of treated cells, and where it lies among those at dates dealt out at random."""
    here = _ratio(counts, _mask(treatments, None, counts.shape))
    rng, drawn = np.random.default_rng(seed), []
    for _ in range(draws):
        starts = [
            rng.integers(max(0, first - NEAR), min(first + NEAR, len(counts) - length) + 1)
            for _, first, length in treatments
        ]
        drawn.append(_ratio(counts, _mask(treatments, starts, counts.shape)))
    low, high = np.quantile(drawn, TAILS)
    middle = np.log(np.median(drawn))
    far = np.abs(np.log(drawn) - middle) >= abs(np.log(here) - middle) - 1e-12
    p = float((1 + far.sum()) / (draws + 1))
    return {"ratio": here, "low": float(low), "high": float(high), "p": p}


def _mask(treatments: list, starts: list | None, shape: tuple) -> np.ndarray:
    """Treated cells, with the operations at their own months or at others."""
    out, own = np.zeros(shape, bool), [first for _, first, _ in treatments]
    for (where, _, length), first in zip(treatments, starts or own, strict=True):
        out[first : first + length] |= where
    return out


def _ratio(counts: np.ndarray, treated: np.ndarray) -> float:
    """Maximum-likelihood ratio of treated cells in a Poisson model of rows x columns x treatment."""
    ratio = 1.0
    for _ in range(200):
        weight = np.where(treated, ratio, 1.0)
        rows, columns = counts.sum(1, keepdims=True), np.ones((1, counts.shape[1]))
        for _ in range(3):  # iterative proportional fitting of the margins
            month = rows / np.maximum((weight * columns).sum(1, keepdims=True), 1e-12)
            columns = counts.sum(0, keepdims=True) / np.maximum(
                (weight * month).sum(0, keepdims=True), 1e-12
            )
        expected = (month * columns)[treated].sum()
        new = counts[treated].sum() / max(expected, 1e-12)
        if abs(np.log(max(new, 1e-9) / ratio)) < 1e-5:
            return float(new)
        ratio = max(new, 1e-9)
    return float(ratio)

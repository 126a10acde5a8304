"""How far violence spreads: grid cells and regions reached, and what each region adds."""

import numpy as np
import pandas as pd

from sahelkit import places
from sahelkit.counts import count
from sahelkit.dataset import Dataset, years_covered
from sahelkit.geography.centrography import positions


def extent(ds: Dataset) -> pd.DataFrame:
    """How many grid cells and regions violence reaches per year, and how the cells change.

    Index year; `incidents`, `cells` with violence, `cells_new` (none in the year before),
    `cells_first` (none in any year before), `cells_ended` (violence in the year before, none now),
    `regions`. Changes of the first year are missing.

    >>> from sahelkit import load
    >>> table = extent(load())
    >>> bool((table["cells"].diff() == table["cells_new"] - table["cells_ended"]).iloc[1:].all())
    True
    """
    table = positions(ds)
    violent = table.groupby(["year", "priogrid_gid"]).size().unstack().reindex(ds.years).notna()
    before = violent.shift(1, fill_value=False)
    ever = violent.cummax().shift(1, fill_value=False)
    changes = pd.DataFrame(
        {
            "cells_new": (violent & ~before).sum(axis=1),
            "cells_first": (violent & ~ever).sum(axis=1),
            "cells_ended": (before & ~violent).sum(axis=1),
        }
    ).astype("Int64")
    changes.iloc[0] = pd.NA
    regions = region_year(ds).drop(index=list(places.UNKNOWNS), level="region", errors="ignore")
    out = pd.DataFrame({"incidents": table.groupby("year")["weight"].sum().reindex(ds.years)})
    out = out.fillna(0).astype("int64").assign(cells=violent.sum(axis=1)).join(changes)
    return out.assign(regions=(regions > 0).sum()).rename_axis("year")


def rarefied(ds: Dataset, incidents: int | None = None) -> pd.DataFrame:
    """Grid cells reached per year if each year had as few incidents: spread apart from growth.

    More incidents reach more cells by number alone. The expected number of cells among as many
    incidents drawn without replacement (rarefaction; Hurlbert 1971) takes that away.

    By default those of the year with fewest. Index year; `incidents`, `cells`, `rarefied` (expected
    cells among `incidents` of the year).

    >>> from sahelkit import load
    >>> found = rarefied(load(), 44)
    >>> found["rarefied"].loc[[2012, 2023]].round(1).tolist()
    [22.0, 36.6]
    """
    from scipy.stats import hypergeom

    sums = positions(ds).groupby(["year", "priogrid_gid"])["weight"].sum()
    whole = sums.groupby("year").sum()
    least = int(whole.min()) if incidents is None else incidents

    def expected(counts) -> float:
        n = counts.sum()
        return hypergeom.sf(0, n, counts, least).sum() if n >= least else np.nan

    cells = sums.groupby("year").agg(cells="size", rarefied=expected)
    return cells.assign(incidents=whole)[["incidents", "cells", "rarefied"]].reindex(ds.years)


def region_year(ds: Dataset, weight: str = "incidents") -> pd.DataFrame:
    """Violence per region and year: index country, region (with 'unknown'); columns years.

    >>> from sahelkit import load
    >>> int(region_year(load()).sum().sum())
    3999
    """
    wide = count(ds, ["country", "region"], "Y", weight)
    wide.columns = pd.MultiIndex.from_tuples(wide.columns, names=["country", "region"])
    out = wide.T.reindex(columns=ds.years, fill_value=0).fillna(0).astype("int64")
    out.columns.name, out.attrs["weight"] = "year", weight
    return out


def contribution(ds: Dataset, before: tuple, after: tuple, weight: str = "incidents"):
    """What each region adds to the rise from one period to another.

    The periods, first and last year, include both. `country, region, before, after` (means per
    year), `change`, `share` of the total change (the shares add up to 1), largest first.

    >>> from sahelkit import load
    >>> contribution(load(), (2012, 2014), (2021, 2023))["share"].sum().round(6)
    np.float64(1.0)
    """
    years_covered(ds, *before, *after)
    table = region_year(ds, weight)
    means = {
        name: table.reindex(columns=range(first, last + 1), fill_value=0).mean(axis=1)
        for name, (first, last) in {"before": before, "after": after}.items()
    }
    out = pd.DataFrame(means).reset_index()
    out["change"] = out["after"] - out["before"]
    out["share"] = out["change"] / out["change"].sum()
    order = out.sort_values("change", ascending=False, kind="stable").reset_index(drop=True)
    order.attrs["weight"] = weight
    return order

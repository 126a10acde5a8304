"""Time all statistics of notebooks 02 and 03, on the shipped tables or on made-up events.

    python benchmarks/all_statistics.py          shipped tables; aim: under 10 s
    python benchmarks/all_statistics.py 400000   so many made-up events; aim: under 60 s and 2 GB

Made-up events resemble UCDP's: violence gathers in a few hundred places, grows over the years, and
many incidents share a position. Reading a file is not timed; computing its tables is. Importing
libraries is timed apart.
"""

import argparse
import resource
import sys
import time
from functools import partial

import numpy as np
import pandas as pd

import sahelkit
from sahelkit import escalation, geography, places, readings, schema
from sahelkit.counts import add_zone, count, count_kinds
from sahelkit.dataset import Dataset
from sahelkit.escalation import changepoints, composition, tolls, trends
from sahelkit.tables import complete, grid_year, region_month


def made_up_incidents(n: int, seed: int = 0) -> pd.DataFrame:
    """n made-up incidents from 2012 to 2023 in the form of `schema.COLUMNS`."""
    rng = np.random.default_rng(seed)
    units = places.outlines()
    inner = units.geometry.representative_point()
    home = rng.choice(len(units), 2000, p=rng.dirichlet(np.full(len(units), 0.5)))
    town = rng.choice(2000, n, p=rng.dirichlet(np.full(2000, 0.4)))
    year = 2012 + np.floor(12 * rng.beta(2.2, 1, n)).astype(int)
    day = pd.to_datetime(pd.Series(year).astype(str)) + pd.to_timedelta(
        rng.integers(0, 365, n), "D"
    )
    jitter = rng.normal(0, 0.6, (2000, 2))
    deaths = rng.geometric(0.25, n)
    families = ["JNIM and founders", "IS Sahel", "Self-defence and communal", "Other"]
    frame = pd.DataFrame(
        {
            "incident_id": np.arange(n).astype(str),
            "source": "ucdp-ged",
            "source_version": "made up",
            "date_start": day,
            "date_end": day,
            "date_precision": 1,
            "violence": rng.choice(schema.VIOLENCE, n),
            "actor_a": "A",
            "actor_b": "B",
            "group": rng.choice(families, n),
            "country": units["country"].to_numpy()[home[town]],
            "region": units["region"].to_numpy()[home[town]],
            "latitude": inner.y.to_numpy()[home[town]] + jitter[town, 0],
            "longitude": inner.x.to_numpy()[home[town]] + jitter[town, 1],
            "location_precision": rng.choice([1, 2, 3, 4], n, p=[0.45, 0.33, 0.08, 0.14]),
            "deaths_best": deaths,
            "deaths_low": deaths - rng.binomial(deaths, 0.2),
            "deaths_high": deaths + rng.binomial(deaths, 0.4),
            "deaths_civilians": rng.binomial(deaths, 0.3),
        }
    )
    return schema.conform(frame)


def made_up(n: int) -> Dataset:
    """The dataset of n made-up incidents; its tables are computed here."""
    shipped = sahelkit.load()
    events = made_up_incidents(n)
    started = time.perf_counter()
    tables = complete(region_month(events)), grid_year(events)
    print(f"{time.perf_counter() - started:7.2f} s  tables of {n:,} events")
    return Dataset(events, *tables, shipped.country_year, shipped.provenance, events)


def escalation_statistics(ds: Dataset) -> dict:
    """Notebook 02, by name."""
    months = ds.region_month
    counts = count(months, "country")
    counts.insert(0, "all", counts.sum(axis=1))
    return {
        "monthly counts": lambda: count(months, "country"),
        "last month": lambda: escalation.last_month(months),
        "zone and violence": lambda: count_kinds(add_zone(months), ["zone", "violence"]),
        "ratios with intervals": lambda: escalation.ratios(months),
        "rise": lambda: escalation.rise(ds),
        "against published totals": lambda: escalation.against_published(ds),
        "trend": lambda: [trends.trend(counts[name]) for name in counts],
        "beside interventions": lambda: changepoints.beside_interventions(counts.index),
        "change points, stability": lambda: changepoints.stability(ds),
        "lethality": lambda: composition.lethality(months, "country"),
        "mix": lambda: composition.mix(months),
        "concentration of regions": lambda: composition.concentration(months, "region", top=3),
        "concentration of cells": lambda: composition.concentration(ds.grid_year, "priogrid_gid"),
        "yearly totals, uncertainty": lambda: tolls.yearly_totals(ds),
        "ranges": lambda: tolls.ranges(ds),
        "rise over readings": lambda: readings.over_readings(
            ds, lambda r: escalation.rise(r.ds, r.weight)
        ),
        "growth over readings": lambda: readings.over_readings(
            ds, lambda r: trends.growth_rate(r.ds, r.weight)
        ),
    }


def shift_statistics(ds: Dataset) -> dict:
    """Notebook 03, by name; with and without Diffa where the notebook shows both."""
    both = partial(readings.with_and_without_diffa, ds)
    last = ds.years[-1]
    thirds = np.array_split(list(ds.years), 3)
    return {
        "mean centre": lambda: both(geography.centre),
        "mean centre of deaths": lambda: both(geography.centre, "deaths_best"),
        "median centre": lambda: both(geography.centre, kind="median"),
        "regions of the centre": lambda: both(geography.centre_region),
        "ellipses": lambda: both(geography.ellipses),
        "shares by definition": lambda: both(geography.share_by_definition),
        "shares by country": lambda: both(geography.share, by_country=True),
        "share within distance": lambda: both(geography.share_within, range(0, 501, 10)),
        "share near borders": lambda: geography.share_over(ds, ds.years[0], last, "border"),
        "extent": lambda: both(geography.extent),
        "regions by year": lambda: geography.region_year(ds),
        "contribution": lambda: geography.contribution(ds, (2012, 2014), (last - 2, last)),
        "hot spots": lambda: [geography.hot_spots(ds, int(y[0]), int(y[-1])) for y in thirds],
        "SCDi": lambda: geography.scdi_counts(geography.scdi(ds)),
        "share over readings": lambda: readings.over_readings(
            ds, lambda r: geography.share_in_year(r.ds, r.definition, r.weight, last)
        ),
    }


def main() -> int:
    """Print seconds per statistic, their sum and the memory used; 1 if an aim is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("events", nargs="?", type=int, default=0)
    parser.add_argument("--only", choices=("02", "03"), help="one notebook alone")
    given = parser.parse_args()
    events = given.events
    started = time.perf_counter()
    import esda  # noqa: F401
    import pointpats  # noqa: F401
    import ruptures  # noqa: F401
    import statsmodels.api  # noqa: F401

    print(f"{time.perf_counter() - started:7.2f} s  importing libraries")
    ds = made_up(events) if events else sahelkit.load()
    total = 0.0
    for notebook, statistics in {"02": escalation_statistics, "03": shift_statistics}.items():
        if given.only not in (None, notebook):
            continue
        for name, statistic in statistics(ds).items():
            started = time.process_time()
            statistic()
            seconds = time.process_time() - started
            total += seconds
            print(f"{seconds:7.2f} s  {name}", flush=True)
    peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    most_seconds, most_gb = (60, 2) if events else (10, 2)
    print(f"{total:7.2f} s  of processor time in all (aim: {most_seconds} s)")
    print(f"{peak_gb:7.2f} GB at most (aim: {most_gb} GB)")
    return int(total > most_seconds or peak_gb > most_gb)


if __name__ == "__main__":
    sys.exit(main())

"""Made-up events at given positions, for tests of statistics on positions."""

from dataclasses import replace

import numpy as np
import pandas as pd

import sahelkit
from sahelkit import places
from sahelkit.schema import conform
from sahelkit.tables import complete, grid_year, region_month


def dataset_of(latitude, longitude, year=2020, **columns):
    """A dataset of events at these positions; country Mali unless said."""
    n = len(latitude)
    day = pd.to_datetime([f"{y}-06-15" for y in np.broadcast_to(year, n)])
    values = {
        "incident_id": [str(i) for i in range(n)],
        "source": "ucdp-ged",
        "source_version": "test",
        "date_start": day,
        "date_end": day,
        "violence": "combat",
        "group": "Other",
        "country": "MLI",
        "region": "Mopti",
        "latitude": latitude,
        "longitude": longitude,
        "location_precision": 1,
        "deaths_best": 1,
        "deaths_low": 1,
        "deaths_high": 1,
        "deaths_civilians": 0,
    }
    events = conform(pd.DataFrame({**values, **columns}))
    months = pd.period_range("2012-01", f"{day.max().year}-12", freq="M")
    return replace(
        sahelkit.load(),
        incidents=events,
        region_month=complete(region_month(events), months),
        grid_year=grid_year(events),
        events=events,
    )


def in_plane(points):
    """Latitudes and longitudes of points given in km of the equal-area plane."""
    return places.unproject(*np.transpose(points))

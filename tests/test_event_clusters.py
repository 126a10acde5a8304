"""Every group of near events that makes a major incident together is read, and decided with its reason."""

import numpy as np
import pandas as pd
from scipy.sparse.csgraph import connected_components

from sahelkit import coding, load, places
from sahelkit.files import data_dir


def test_every_group_of_near_events_that_reaches_twenty_is_decided(reference):
    sheet, incidents = coding.read_reports(), load().incidents
    events = pd.read_csv(reference(), dtype={"id": "str"})
    near = (events["year"] >= 2012) & (events["date_prec"] <= 2) & (events["where_prec"] <= 3)
    decided = pd.read_csv(data_dir() / "raw" / "event_clusters.csv", keep_default_na=False)
    listed = decided["events"].str.split("|")
    known = set(listed.explode()) | set(sheet["ged_id"])
    left = []
    for _, day in events[near].groupby(["country", "date_start"]):
        for group in together(day):
            if len(group) > 1 and group["best"].sum() >= 20 and not set(group["id"]) <= known:
                left.append(group["id"].tolist())
    assert left == []
    mine = sheet[sheet["kind"] == "ged"].set_index("ged_id")["incident"]
    for row, ids in zip(decided.itertuples(), listed, strict=True):
        if row.decision == "one" and row.incident:
            assert set(mine[ids]) == {row.incident}
    assert set(decided["incident"]) - {""} <= set(incidents["incident_id"])


def together(day):
    """Groups of one day's events that lie within 25 km and share a side."""
    x, y = places.project(day["latitude"], day["longitude"])
    sides = [{a, b} - {"Civilians"} for a, b in zip(day["side_a"], day["side_b"], strict=True)]
    far = np.hypot(np.subtract.outer(x, x), np.subtract.outer(y, y)) > 25
    apart = far | [[not (one & other) for other in sides] for one in sides]
    labels = connected_components(~apart)[1]
    return [group for _, group in day.groupby(labels)]

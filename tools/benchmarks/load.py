"""How fast `sahelkit load` is, as a whole process, beside a script with pandas.read_csv.

Makes a file of the size of the global GED (418,000 rows, 49 columns, about 250 MB) and one like
ACLED's (3 million rows) in a temporary folder, reads each several times in turn with both, and
prints wall time, peak memory and their ratios. Everything in the files is made up.

    python benchmarks/load.py [--rows 418000] [--acled-rows 3000000] [--times 5]
"""

import argparse
import multiprocessing
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from sahelkit.sources.formats import GED_COLUMNS

ROOT = Path(__file__).resolve().parent.parent
COUNTRIES = ("Mali", "Burkina Faso", "Niger")
SCRIPT = """
import sys
import pandas as pd
frame = pd.read_csv(sys.argv[1])
frame = frame[frame["country"].isin(["Mali", "Burkina Faso", "Niger"])]
print(len(frame))
"""
WORDS = np.array(
    [
        "attack, kills",
        'army "sources" say',
        "village",
        "clashes",
        "made-up newspaper",
        "patrol",
        "near the town of",
    ]
)
CHUNK = 100_000
GED_TEXTS = {
    "source_article": (10, 0.75),
    "source_office": (2, 0.38),
    "source_date": (1, 0.6),
    "source_headline": (5, 0.62),
    "source_original": (1, 0.31),
    "where_coordinates": (0, 0.39),
    "where_description": (2, 0.8),
}
"""Words per text, and the share of rows with a text of their own: as in the three countries' events
of GED 24.1."""


def texts(rng, rows: int, words: int, distinct: float) -> np.ndarray:
    """Random phrases with a number; `distinct` of the rows (0-1) hold one that no other row has."""
    picks = rng.integers(0, len(WORDS), (max(1, int(rows * distinct)), words))
    numbers = rng.integers(0, 10**9, len(picks))
    phrases = (
        f"{' '.join(WORDS[pick])} {number}" for pick, number in zip(picks, numbers, strict=True)
    )
    pool = np.array(list(phrases), dtype=object)
    again = rng.integers(0, len(pool), rows - len(pool))
    return rng.permutation(np.concatenate([pool, pool[again]]))


def countries(rng, rows: int) -> np.ndarray:
    """Country of each row; one in a hundred is wanted, as in the global files."""
    names = np.array([*COUNTRIES, *(f"Country {i}" for i in range(117))], dtype=object)
    weights = np.r_[np.full(3, 0.011 / 3), np.full(117, 0.989 / 117)]
    return rng.choice(names, rows, p=weights / weights.sum())


def of_country(rng, country: np.ndarray, what: str, count: int) -> np.ndarray:
    """A name per row, one of `count` that its country has."""
    pool = [f"{what} {i} of" for i in range(count)]
    return np.array(pool, dtype=object)[rng.integers(0, count, len(country))] + " " + country


def places(rng, country: np.ndarray) -> dict:
    """Columns of a place; those in the three countries lie in one region of each."""
    known = {
        "Mali": ("Gao region", 16.3, -0.1),
        "Burkina Faso": ("Est region", 12.1, 0.4),
        "Niger": ("Dosso region", 13.1, 3.3),
    }
    names, latitude, longitude = zip(
        *(known.get(name, ("Some region", 0, 0)) for name in country), strict=True
    )
    shift = rng.integers(0, 60, (2, len(country))) / 100
    latitude, longitude = (latitude + shift[0]).round(2), (longitude + shift[1]).round(2)
    return {
        "adm_1": np.array(names, dtype=object),
        "adm_2": of_country(rng, country, "District", 40),
        "latitude": latitude,
        "longitude": longitude,
        "geom_wkt": [f"POINT ({x} {y})" for x, y in zip(longitude, latitude, strict=True)],
    }


def ged_rows(rng, first: int, rows: int) -> pd.DataFrame:
    """Made-up rows with GED's columns and about its length, 600 bytes each."""
    days = rng.integers(7000, 19700, rows).astype("datetime64[D]").astype(str).astype(object)
    days += " 00:00:00.000"
    country = countries(rng, rows)
    side_a, side_b = of_country(rng, country, "Army", 10), of_country(rng, country, "Group", 11)
    table = {name: rng.integers(1, 9999, rows) for name in GED_COLUMNS}
    table |= {name: texts(rng, rows, *like) for name, like in GED_TEXTS.items()}
    table |= places(rng, country)
    table |= {
        "id": np.arange(first, first + rows),
        "relid": [f"XXX-{i}-1" for i in range(first, first + rows)],
        "year": [int(day[:4]) for day in days],
        "code_status": "Clear",
        "type_of_violence": rng.integers(1, 4, rows),
        "conflict_name": country + ": Government",
        "dyad_name": side_a + " - " + side_b,
        "side_a": side_a,
        "side_b": side_b,
        "where_prec": rng.integers(1, 7, rows),
        "date_prec": rng.integers(1, 6, rows),
        "country": country,
        "region": "Africa",
        "date_start": days,
        "date_end": days,
        "best": (best := rng.integers(0, 20, rows)),
        "high": best + 1,
        "low": best,
    }
    return pd.DataFrame(table)[list(GED_COLUMNS)]


def acled_rows(rng, first: int, rows: int) -> pd.DataFrame:
    """Made-up rows with ACLED's columns since 2023."""
    days = rng.integers(13000, 19700, rows).astype("datetime64[D]").astype(str)
    types = np.array(
        ["Battles", "Protests", "Strategic developments", "Violence against civilians"],
        dtype=object,
    )
    return pd.DataFrame(
        {
            "event_id_cnty": [f"XXX{i}" for i in range(first, first + rows)],
            "event_date": days,
            "year": [int(day[:4]) for day in days],
            "time_precision": rng.integers(1, 4, rows),
            "event_type": rng.choice(types, rows),
            "sub_event_type": "made up",
            "actor1": texts(rng, rows, 1, 0.001),
            "actor2": texts(rng, rows, 1, 0.001),
            "iso": rng.integers(1, 900, rows),
            "country": countries(rng, rows),
            "admin1": "Gao",
            "location": texts(rng, rows, 1, 0.001),
            "latitude": rng.uniform(11, 16, rows).round(4),
            "longitude": rng.uniform(-3, 3, rows).round(4),
            "geo_precision": rng.integers(1, 4, rows),
            "notes": texts(rng, rows, 12, 0.9),
            "fatalities": rng.integers(0, 9, rows),
            "timestamp": rng.integers(1_600_000_000, 1_700_000_000, rows),
        }
    )


def make(path: Path, maker, rows: int) -> None:
    """Write a made-up file, a part at a time."""
    rng = np.random.default_rng(1)
    for first in range(0, rows, CHUNK):
        part = maker(rng, first, min(CHUNK, rows - first))
        part.to_csv(path, mode="a", index=False, header=first == 0)


def make_apart(*arguments) -> None:
    """`make` in a process of its own: a child's peak memory starts at that of its parent."""
    worker = multiprocessing.get_context("spawn").Process(target=make, args=arguments)
    worker.start()
    worker.join()
    if worker.exitcode:
        raise SystemExit("the file could not be made")


def measure(command: list, environment: dict) -> tuple:
    """Seconds of wall time, of processor time, and MB of peak memory; it must succeed."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=ROOT, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command}: exit status {process.returncode}")
    busy = usage.ru_utime + usage.ru_stime
    return seconds, busy, usage.ru_maxrss / (1024 if sys.platform != "darwin" else 2**20)


def side_by_side(path: Path, times: int, environment: dict) -> None:
    """Both, in turn; the first run of each warms the caches and does not count."""
    commands = {
        "pandas.read_csv": [sys.executable, "-c", SCRIPT, str(path)],
        "sahelkit load": [sys.executable, "-m", "sahelkit.cli", "load", str(path)],
    }
    found = {name: [] for name in commands}
    for turn in range(times + 1):
        for name, command in commands.items():
            result = measure(command, environment)
            if turn:
                found[name].append(result)
    print(f"{path.name}: {path.stat().st_size / 1e6:.0f} MB, {times} runs each, in turn")
    print(f"{'':<18}{'wall':>8}{'processor':>12}{'peak':>10}")
    for kind, pick in (("median", statistics.median), ("best", min)):
        figures = {
            name: [pick(values) for values in zip(*runs, strict=True)]
            for name, runs in found.items()
        }
        for name, (wall, busy, memory) in figures.items():
            print(f"  {name:<16}{wall:6.2f} s{busy:10.2f} s{memory:7.0f} MB  {kind}")
        ours, theirs = figures["sahelkit load"], figures["pandas.read_csv"]
        ratios = [mine / other for mine, other in zip(ours, theirs, strict=True)]
        print(
            "  {:<16}{:6.2f}  {:10.2f}  {:7.2f}     {}".format("ratio", *ratios, kind), flush=True
        )


def main() -> None:
    """Make the files, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=418_000)
    parser.add_argument("--acled-rows", type=int, default=3_000_000)
    parser.add_argument("--times", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(Path(folder) / "pycache")}
        environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        if options.rows:
            make_apart(Path(folder) / "ged251.csv", ged_rows, options.rows)
            side_by_side(Path(folder) / "ged251.csv", options.times, environment)
        if options.acled_rows:
            make_apart(Path(folder) / "acled.csv", acled_rows, options.acled_rows)
            path = Path(folder) / "acled.csv"
            command = [sys.executable, "-m", "sahelkit.cli", "load", str(path)]
            wall, busy, memory = measure(command, environment)
            print(f"{path.name}: {path.stat().st_size / 1e6:.0f} MB: sahelkit load")
            print(f"  {wall:.1f} s, processor {busy:.1f} s, {memory:.0f} MB")
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"(peaks below {own:.0f} MB, the size of this script, cannot be told apart)")


if __name__ == "__main__":
    main()

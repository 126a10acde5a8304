"""Properties that every file must keep, and files that no one would make on purpose."""

import csv
import io
import tempfile
import tracemalloc
import zipfile
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from fixture_files import FIXTURES
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sahelkit.sources import SourceError, read_incidents, reading

NAMES = ("made_up_ged261.csv", "made_up_acled_2024_population.csv", "made_up_gtd.csv")
EXAMPLES = settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@cache
def table(name):
    return pd.read_csv(FIXTURES / name, dtype=str, keep_default_na=False)


@cache
def incidents(name):
    frame, _ = read_incidents(FIXTURES / name)
    return frame.sort_values("incident_id", ignore_index=True).drop(columns="source_version")


def read_bytes(data, name="x.csv"):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        return read_incidents(path)


def text_of(frame, **options):
    return frame.to_csv(index=False, **options).encode()


@given(
    st.sampled_from(NAMES),
    st.randoms(use_true_random=False),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
@EXAMPLES
def test_any_order_of_rows_and_columns_gives_the_same_incidents(name, rng, quoting):
    rows, columns = list(table(name).index), list(table(name).columns)
    rng.shuffle(rows)
    rng.shuffle(columns)
    frame, provenance = read_bytes(text_of(table(name).loc[rows, columns], quoting=quoting))
    frame = frame.sort_values("incident_id", ignore_index=True).drop(columns="source_version")
    pd.testing.assert_frame_equal(frame, incidents(name))
    assert provenance.rows_read == provenance.kept + sum(provenance.dropped.values())


CELLS = st.one_of(
    st.text(max_size=12).filter(lambda text: "\x00" not in text),
    st.sampled_from(
        [
            "",
            "-1",
            "1e400",
            "nan",
            "00:00.0",
            "2.01E+11",
            "99999999999",
            "Niger",
            "31/12/2020",
            '"',
            "\n",
        ]
    ),
)


@given(
    st.sampled_from(NAMES),
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 200), CELLS), max_size=12),
    st.lists(st.integers(0, 9), max_size=4),
)
@EXAMPLES
def test_whatever_is_in_the_cells_rows_read_are_kept_or_dropped(name, changes, again):
    frame = table(name).astype(object)
    for row, column, cell in changes:
        frame.iloc[row % len(frame), column % frame.shape[1]] = cell
    frame = pd.concat([frame, frame.iloc[[row % len(frame) for row in again]]])
    try:
        found, provenance = read_bytes(text_of(frame, lineterminator="\n"))
    except SourceError as error:
        assert "\n" not in str(error).strip() and str(error).endswith((".", ")."))
        return
    assert provenance.rows_read == len(frame)
    assert provenance.rows_read == len(found) + sum(provenance.dropped.values())
    assert found["incident_id"].is_unique


@given(st.sampled_from(NAMES), st.integers(0, 10_000), st.sampled_from(["plain", "zip", "gzip"]))
@EXAMPLES
def test_a_truncated_file_never_gives_a_silent_partial_result(name, length, kind):
    import gzip

    whole = (FIXTURES / name).read_bytes()
    if kind == "zip":
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("x.csv", whole)
        whole = stream.getvalue()
    if kind == "gzip":
        whole = gzip.compress(whole)
    data = whole[: length % (len(whole) - 1)]
    try:
        _, provenance = read_bytes(data)
    except SourceError:
        return
    # What can be read ends with a whole row: nothing is lost inside it, or it is said that it may
    # be.
    assert kind == "plain"
    assert data.endswith(b"\n") or any("cut short" in doubt for doubt in provenance.warnings)


@given(st.sampled_from(NAMES), st.integers(0, 10_000), st.binary(min_size=1, max_size=8))
@EXAMPLES
def test_corrupted_bytes_are_refused_or_accounted_for(name, at, noise):
    data = bytearray((FIXTURES / name).read_bytes())
    at %= len(data)
    data[at : at + len(noise)] = noise
    try:
        frame, provenance = read_bytes(bytes(data))
    except SourceError:
        return
    assert provenance.rows_read == len(frame) + sum(provenance.dropped.values())


@given(
    st.one_of(st.binary(max_size=400), st.text(max_size=400).map(str.encode)),
    st.sampled_from(["csv", "zip", "xlsx"]),
)
@example(b"PK\x03\x04", "zip")
@example(b"PK\x05\x06" + bytes(18), "xlsx")
@example(b"\x1f\x8b\x08", "csv")
@example(b"PAR1PAR1", "csv")
@example(b"\xff\xfe", "csv")
@example(b"\xff\xfei\x00", "csv")
@example(b"<html><body>Access denied</body></html>", "csv")
@example(b'id,type_of_violence,side_a,side_b\n"', "csv")
@example(b"id,id,id\n1,2,3\n", "csv")
@settings(EXAMPLES, max_examples=60)
def test_random_bytes_are_refused_with_a_plain_word(data, suffix):
    with pytest.raises(SourceError) as caught:
        read_bytes(data, f"x.{suffix}")
    assert str(caught.value)


@given(st.integers(0, 5000), st.binary(min_size=1, max_size=20))
@EXAMPLES
def test_a_broken_workbook_is_refused_or_read(at, noise):
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(list(table("made_up_gtd.csv").columns))
    for row in table("made_up_gtd.csv").itertuples(index=False):
        sheet.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    data = bytearray(stream.getvalue())
    at %= len(data)
    data[at : at + len(noise)] = noise
    try:
        frame, provenance = read_bytes(bytes(data), "x.xlsx")
    except SourceError:
        return
    assert provenance.rows_read == len(frame) + sum(provenance.dropped.values())


@pytest.mark.parametrize("inside", ["x.csv", "xl/worksheets/sheet1.xml"])
def test_a_zip_bomb_is_refused_in_bounded_memory(inside, tmp_path):
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        if inside != "x.csv":
            archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open(inside, "w") as member:
            for _ in range(100):
                member.write(bytes(1 << 20))
    tracemalloc.start()
    with pytest.raises(SourceError, match=r"would unpack to"):
        read_incidents(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 << 20


def test_a_gzip_that_never_ends_is_stopped(tmp_path, monkeypatch):
    import gzip

    monkeypatch.setattr(reading, "MAX_UNPACKED", 1 << 20)
    header = text_of(table(NAMES[0]).head(0))
    (tmp_path / "x.csv.gz").write_bytes(gzip.compress(header + b"," * (4 << 20)))
    with pytest.raises(SourceError, match="would unpack to"):
        read_incidents(tmp_path / "x.csv.gz")


def test_a_quote_that_never_closes_is_refused(tmp_path):
    text = (FIXTURES / NAMES[0]).read_text()
    (tmp_path / "x.csv").write_text(text + '900009,"never closed\n' + "more\n" * 10)
    with pytest.raises(SourceError, match="cut short"):
        read_incidents(tmp_path / "x.csv")

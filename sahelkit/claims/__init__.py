"""Published statements and their checks: what the data say to each, one verdict per statement."""

from dataclasses import replace
from inspect import signature

import pandas as pd

from sahelkit import readings
from sahelkit.claims import checks, checks_events, checks_record
from sahelkit.claims.checks_record import DOCUMENTS
from sahelkit.claims.disagreements import discrepancies  # noqa: F401  (public)
from sahelkit.claims.reading import CannotCheck, Finding
from sahelkit.claims.verdicts import VERDICTS, judge, meets
from sahelkit.files import read_table
from sahelkit.geography.shares import BY_REGION

KINDS = {"ucdp-ged": "ged", "ucdp-candidate": "ged", "acled": "acled"}
NEEDED = {"shipped": "the shipped data", "ged": "a UCDP GED file", "acled": "an ACLED export"}
"""What a claim is checkable with."""
FILE_CHECK, FILE_CHECKS = "file check", "Checks of UCDP's files"
LISTS = ("country", "region", "family", "violence")


def read() -> pd.DataFrame:
    """The ledger, one row per statement, all text; its columns are described in ``data/codebook.md``.

    >>> read()["id"].is_unique
    True
    """
    return read_table("claims.csv")


def parameters(text: str) -> dict:
    """Parameters of a check from ``name=value; name=value``; lists are separated by |.

    >>> parameters("country=MLI|BFA; start=2017-03")
    {'country': ('MLI', 'BFA'), 'start': '2017-03'}
    """
    pairs = (part.partition("=") for part in text.split(";") if part.strip())
    found = {name.strip(): value.strip() for name, _, value in pairs}
    return {n: tuple(v.split("|")) if n in LISTS else v for n, v in found.items()}


def check_named(name: str):
    """The check function that a claim names.

    Raises
    ------
    ValueError
        There is no such check.
    """
    for module in (checks, checks_record, checks_events):
        function = getattr(module, name, None)
        if callable(function) and "reading" in signature(function).parameters:
            return function
    raise ValueError(f"claims.csv names the check {name!r}, which does not exist.")


def evaluate(ds, only=None) -> pd.DataFrame:
    """Check every statement, or those with some ids, against a dataset.

    Returns
    -------
    DataFrame
        One row per claim: `id, claim, source, date, place, kind, expected`; `found`, a number or
        text, missing where the claim cannot be checked; `range`, the lowest and highest number over
        the readings of the data, or the other values that some source gives; `verdict`, one of
        `VERDICTS`; `why`, one sentence.

    Examples
    --------
    >>> from sahelkit import load
    >>> evaluate(load(), only=["thread-2020-01"])["verdict"].tolist()
    ['reproduced']
    """
    rows = read()
    rows = rows[rows["id"].isin(list(only))] if only is not None else rows
    kind = "shipped" if ds.events is None else KINDS.get(ds.provenance.source, "other")
    found = readings.readings(ds)
    results = pd.DataFrame([_evaluate_one(row, found, kind) for row in rows.itertuples()])
    given = ["check", "parameters", "tolerance", "checkable_with", "note", "url"]
    return rows.drop(columns=given).reset_index(drop=True).join(results)


def _evaluate_one(row, found: list, kind: str) -> dict:
    allowed = row.checkable_with.split("|")
    usable = kind in allowed or (kind == "other" and len(allowed) == 3)
    try:
        if not row.check:
            raise CannotCheck(row.note)
        if not usable:
            raise CannotCheck(_not_with(row, allowed, found))
        finding = find(row, found)
    except CannotCheck as reason:
        return {"found": None, "range": "", "verdict": VERDICTS[3], "why": f"{reason}."}
    met = [meets(row.expected, row.tolerance, value) for value in finding.readings]
    split = f"; met in {sum(met)} of {len(met)} readings" if 0 < sum(met) < len(met) else ""
    why = finding.why + split + (f"; {row.note}" if row.note else "")
    verdict = judge(row.expected, row.tolerance, finding)
    return {"found": finding.value, "range": _range(finding), "verdict": verdict, "why": f"{why}."}


def _not_with(row, allowed: list, found: list) -> str:
    """Why a source cannot check a claim, with what it finds instead where it finds something."""
    needed = " or ".join(NEEDED[name] for name in allowed if name in NEEDED)
    reason = f"needs {needed}" + (f" ({row.note})" if row.note else "")
    try:
        finding = find(row, found[:1])
    except CannotCheck:
        return reason
    return f"{reason}; for comparison: {shown(finding.value)}, {finding.why}"


def find(row, found: list) -> Finding:
    """Run the check of a claim: the finding of the plain reading, with the span of all.

    Raises
    ------
    CannotCheck
        The data do not answer.
    """
    function, given = check_named(row.check), parameters(row.parameters)
    plain = function(found[0], **given)
    if function.__module__ != checks.__name__:
        return plain
    values = [plain.value]
    for reading in found[1:]:
        if not _meant(reading, found[0], row.check, given):
            continue
        try:
            values.append(function(reading, **given).value)
        except CannotCheck:
            continue  # a reading may leave nothing to count; the plain one did not
    if isinstance(plain.value, str):
        return replace(plain, readings=tuple(values))
    ends = [end for end in (plain.low, plain.high, *values) if end is not None]
    return replace(plain, low=min(ends), high=max(ends), readings=tuple(values))


def _meant(reading, plain, check: str, given: dict) -> bool:
    """Whether a reading asks the same question: the same unit, all that a published count counts, and
    a zone that the table knows."""
    if check == "count" and reading.ds is not plain.ds:
        return False
    if reading.weight.startswith("deaths") and given.get("weight") != "deaths_best":
        return False
    return reading.definition in BY_REGION or check in ("inside_zone", "zone_share")


def shown(value) -> str:
    """A found value as people read it.

    >>> shown(3999.0), shown(5.5966), shown("Ménaka"), shown(None)
    ('3,999', '5.6', 'Ménaka', '–')
    """
    if value is None or (isinstance(value, float) and pd.isna(value)):
        return "–"
    if isinstance(value, str):
        return value.replace("|", ", ")
    whole = abs(value) >= 100 or value == int(value)
    return f"{value:,.{0 if whole else 1 if abs(value) >= 1 else 2}f}"


def _range(finding: Finding) -> str:
    if isinstance(finding.value, str):
        others = dict.fromkeys([*finding.others, *finding.readings])
        return ", ".join(text for text in others if text != finding.value)
    if finding.low is None or finding.high is None or finding.low == finding.high:
        return ""
    return f"{shown(finding.low)} to {shown(finding.high)}"


def counts(results: pd.DataFrame) -> pd.DataFrame:
    """Number of claims per source and verdict: the documents, all publications, and apart from them
    the file checks, which take a number and its check from one table.

    >>> from sahelkit import load
    >>> int(counts(evaluate(load(), only=["thread-2020-01"]))["reproduced"].sum())
    1
    """
    source = results["source"].map(lambda s: DOCUMENTS.get(s, "Published numbers"))
    source = source.mask(results["kind"] == FILE_CHECK, FILE_CHECKS)
    table = pd.crosstab(source, results["verdict"]).reindex(columns=list(VERDICTS), fill_value=0)
    order = [*DOCUMENTS.values(), "Published numbers", FILE_CHECKS]
    return table.reindex([name for name in order if name in table.index]).rename_axis("source")


def as_markdown(results: pd.DataFrame, source: str | None = None) -> str:
    """Results to read, as a Markdown table, of one source (as the ledger names it) or all.

    >>> from sahelkit import load
    >>> found = evaluate(load(), only=["thread-2020-01"])
    >>> as_markdown(found).splitlines()[0]
    '| claim | expected | found | verdict | why |'
    """
    rows = results if source is None else results[results["source"] == source]
    shown_range = rows["range"].map(lambda text: f" ({text})" if text else "")
    table = pd.DataFrame(
        {
            "claim": rows["claim"],
            "expected": rows["expected"].str.replace("|", ", ").str.replace("..", " to "),
            "found": rows["found"].map(shown) + shown_range,
            "verdict": "**" + rows["verdict"] + "**",
            "why": rows["why"],
        }
    )
    return markdown(table)


def markdown(table: pd.DataFrame) -> str:
    """A table of texts as Markdown, left-aligned, without its index.

    >>> print(markdown(pd.DataFrame({"a": ["x"], "b": ["1|2"]})))
    | a | b |
    |:--|:--|
    | x | 1\\|2 |
    """
    lines = [list(table.columns), *table.to_numpy().tolist()]
    lines = ["| " + " | ".join(str(c).replace("|", "\\|") for c in line) + " |" for line in lines]
    return "\n".join([lines[0], "|" + ":--|" * table.shape[1], *lines[1:]])


def as_table(results: pd.DataFrame):
    """Results for a terminal, a rich renderable: one table per source, coloured by verdict."""
    from rich import box
    from rich.console import Group
    from rich.markup import escape
    from rich.table import Column, Table
    from rich.text import Text

    colours = dict(zip(VERDICTS, ("green", "yellow", "red", "bright_black"), strict=True))
    head = [Column("claim", ratio=4), Column("expected", width=14), Column("found", width=14)]
    head += [Column("verdict", width=17), Column("why", ratio=6)]
    style = dict(title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    tables = []
    for source, rows in results.groupby("source", sort=False):
        table = Table(*map(Column.copy, head), title=DOCUMENTS.get(source, source), **style)
        for row in rows.itertuples():
            words = [escape(t) for t in (row.claim, shown(row.expected), shown(row.found), row.why)]
            table.add_row(*words[:3], Text(row.verdict, style=colours[row.verdict]), words[3])
        tables.append(table)
    return Group(*tables, Text(summary(results)))


def summary(results: pd.DataFrame) -> str:
    """How many statements came to which verdict, in one line."""
    of_files = results["kind"] == FILE_CHECK
    counted = results.loc[~of_files, "verdict"].value_counts().reindex(list(VERDICTS), fill_value=0)
    each = ", ".join(f"{number} {verdict}" for verdict, number in counted.items())
    extra = f" Besides, {of_files.sum()} checks of UCDP's own files." if of_files.any() else ""
    noun = "statement" if counted.sum() == 1 else "statements"
    return f"{counted.sum()} {noun}: {each}.{extra}"


def scores(ds, claim_id: str, weight: str = "incidents") -> pd.DataFrame:
    """Incidents or deaths ('deaths_best') per year and country behind a prediction on where a group
    strikes (a claim whose check is `years_led`); `holds` says whether the predicted country leads.

    Examples
    --------
    >>> from sahelkit import load
    >>> int(scores(load(), "zimmerer-2017-32")["holds"].sum())
    5
    """
    given = parameters(read().set_index("id").at[claim_id, "parameters"])
    return checks.scores(readings.readings(ds)[0], **given | {"last": None, "weight": weight})


def base_rates(ds, length: int = 12) -> pd.DataFrame:
    """How often a statement that only says "more than before" would hold at any month.

    Per country, and for all: the share of months at which the `length` months after hold more
    incidents, and more deaths, than as many before.

    Examples
    --------
    >>> from sahelkit import load
    >>> bool((base_rates(load()).loc["all"] > 0.6).all())
    True
    """
    rows, names = {}, {"incidents": "more incidents", "deaths_best": "more deaths"}
    for area in ["all", *ds.countries]:
        months = pd.concat([ds.count(area=area, weight=weight) for weight in names], axis=1)
        before = months.rename(columns=names).rolling(length).sum()
        after = before.shift(-length)
        rows[area] = (after > before).astype(float).where(before.notna() & after.notna()).mean()
    return pd.DataFrame.from_dict(rows, orient="index").round(2)

"""The command line: each command is thin, the work is in the module of its name."""

import json
import os
import sys
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Open, reproducible analysis of the conflict in Mali, Burkina Faso and Niger.",
)
SourceOption = Annotated[
    list[str] | None,
    typer.Option(
        "--source", help="Your own export, in place of the shipped data; may be repeated."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
AllTypesOption = Annotated[
    bool,
    typer.Option("--all-types", help="Of ACLED, keep protests and strategic developments too."),
]
JOBS = 2 * (os.cpu_count() or 1)
"""Two per core: a kernel spends much of its start waiting."""


class Refusal(Exception):
    """A command cannot do what was asked; the message says why and what to do."""


@contextmanager
def _waiting(what: str, refused: type = Refusal):
    """A spinner on the terminal while something takes its time; an error that says what was asked
    wrongly is a refusal."""
    spinner = nullcontext()
    if sys.stderr.isatty():
        from rich.console import Console

        spinner = Console(stderr=True).status(what)
    try:
        with spinner:
            yield
    except refused as error:
        raise Refusal(error) from None


@app.command()
def reproduce(
    source: SourceOption = None,
    only: Annotated[str, typer.Option(help="Only notebooks whose names begin so, e.g. 02.")] = "",
    out: Annotated[Path | None, typer.Option(help="Folder for notebooks and figures.")] = None,
    jobs: Annotated[int, typer.Option(help="Notebooks at a time.")] = JOBS,
) -> None:
    """Run the notebooks and write the figures."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TimeElapsedColumn

    from sahelkit import reproduce as runner

    console = Console()
    if source:
        out = out or Path("reproduced") / Path(source[0]).stem
        console.print(f"Results go to {out}; the repository's own stay as they are.")
    with _waiting("looking", runner.NotebookError):
        names = [path.stem for path in runner.notebooks(only)]
        runner.check_folder(out, source)
    columns = "{task.description}", BarColumn(24), "{task.fields[state]}", TimeElapsedColumn()
    with Progress(*columns, console=console) as progress:
        waits = dict(start=False, total=1, state="waits")
        tasks = {name: progress.add_task(f"{name:<28}", **waits) for name in names}

        def on_progress(name, done, total):
            progress.start_task(tasks[name])
            state = "done" if done == total else f"cell {done} of {total}"
            progress.update(tasks[name], completed=done, total=total, state=state)

        results, figures, changed = runner.reproduce(out, source, only, jobs, on_progress)
    for result in results:
        state = "failed: " + result.error if result.error else "ok"
        console.print(f"{result.name:<28} {result.seconds:5.1f} s  {state}", soft_wrap=True)
    stale = sum(result.changed for result in results)
    console.print(
        f"{len(results)} notebooks, {stale} with changed outputs; {figures} figures, "
        f"{len(changed)} files changed{': ' + ', '.join(changed[:6]) if changed else ''}.",
        soft_wrap=True,
    )
    failed = [result for result in results if result.error]
    if failed:
        raise Refusal(
            f"{failed[0].name}.ipynb, {failed[0].error}. Open it in JupyterLab (make lab) to see more."
        )


@app.command()
def load(
    files: Annotated[
        list[str], typer.Argument(help="UCDP, ACLED or GTD exports, or sahelkit's incidents.csv.")
    ],
    out: Annotated[
        Path | None, typer.Option(help="Write them: .csv, .parquet, .xlsx, .dta, .json, .gpkg.")
    ] = None,
    as_json: JsonOption = False,
    all_types: AllTypesOption = False,
) -> None:
    """Read incident files, say what was kept, dropped and doubted; several files become one."""
    from sahelkit.files import ending, write
    from sahelkit.sources import read_incidents

    try:
        ending(out or "shown.csv")
    except ValueError as error:
        raise Refusal(f"--out: {error}") from None
    if out and out.resolve() in {Path(file).resolve() for file in files}:
        raise Refusal(f"--out {out}: one of the files to read. Give another name.")
    with _waiting("reading"):
        incidents, provenance = read_incidents(files, not all_types)
    if out:
        write(incidents, out)
    summary = summarise(incidents, provenance)
    if as_json:
        typer.echo(json.dumps(summary, ensure_ascii=False))
    else:
        _print_summary(summary, provenance)


def summarise(incidents, provenance) -> dict:
    """What `load --json` prints: the account of a file and its totals per country and year."""
    from sahelkit.files import records

    frame = incidents.assign(year=incidents["date_start"].dt.year)
    grouped = frame.groupby(["country", "year"], observed=True)
    table = grouped[["deaths_best", "deaths_low", "deaths_high"]].sum(min_count=1)
    table.insert(0, "incidents", grouped.size())
    days = incidents["date_start"]
    return {
        "source": provenance.source,
        "source_version": provenance.source_version,
        "sha256": provenance.sha256,
        "rows_read": provenance.rows_read,
        "incidents": provenance.kept,
        "dropped": dict(provenance.dropped),
        "warnings": {kind: len(ids) for kind, ids in provenance.warnings.items()},
        "first": str(days.min().date()) if len(days) else None,
        "last": str(days.max().date()) if len(days) else None,
        "by_country_year": records(table.reset_index()),
    }


def _print_summary(summary: dict, provenance) -> None:
    from sahelkit.sources.cells import some_rows

    typer.echo(
        f"{provenance.path}: {summary['source']} {summary['source_version']}, "
        f"{summary['rows_read']:,} rows read, {summary['incidents']:,} kept, "
        f"{summary['first']} to {summary['last']}"
    )
    for reason, count in summary["dropped"].items():
        rows = provenance.rows.get(reason, [])
        where = f" ({some_rows(rows)})" if rows else ""
        typer.echo(f"  dropped {count:,}: {reason}{where}")
    for kind, ids in provenance.repairs.items():
        typer.echo(f"  repaired {len(ids):,}: {kind}")
    for kind, ids in provenance.warnings.items():
        shown = ", ".join(ids[:3]) + (", …" if len(ids) > 3 else "")
        typer.echo(f"  doubted {len(ids):,}: {kind} ({shown})")


@app.command()
def claims(
    source: SourceOption = None,
    as_json: JsonOption = False,
    brief: Annotated[bool, typer.Option(help="A line per document or publication.")] = False,
) -> None:
    """Hold the statements of the documents and of the literature against the data."""
    from rich.console import Console

    from sahelkit import claims as ledger
    from sahelkit import load as load_dataset
    from sahelkit.files import records

    with _waiting("checking claims"):
        results = ledger.evaluate(load_dataset(source or None))
    if as_json:
        typer.echo(json.dumps(records(results), ensure_ascii=False))
    elif brief:
        for name, part in results.groupby("source", sort=False):
            title = ledger.DOCUMENTS.get(name, name)[:60]
            typer.echo(f"{title:<62}{ledger.summary(part)}")
        typer.echo(f"Claims, {ledger.summary(results)} One by one: sahelkit claims")
    else:
        Console().print(ledger.as_table(results))


@app.command()
def tracker(
    month: Annotated[str, typer.Argument(help="As 2017-03.")],
    source: SourceOption = None,
    country: Annotated[str | None, typer.Option(help="BFA, MLI or NER; default all three.")] = None,
    lang: Annotated[str, typer.Option(help="en or fr.")] = "en",
    out: Annotated[Path, typer.Option(help="Folder to write to.")] = Path(),
) -> None:
    """Write the one-page report of a month, in Markdown and HTML."""
    from sahelkit import load as load_dataset
    from sahelkit import tracker as pages

    with _waiting("writing", ValueError):
        for path in pages.write(load_dataset(source or None), month, country, lang, out):
            typer.echo(path)


@app.command()
def fetch(
    what: Annotated[str, typer.Argument(help="ucdp-ged or ucdp-candidate.")],
    release: Annotated[str, typer.Option(help="Release, as 26.1; default the newest.")] = "",
    out: Annotated[Path | None, typer.Option(help="Folder; default the user's cache.")] = None,
    again: Annotated[bool, typer.Option(help="Download even if the file is there.")] = False,
) -> None:
    """Download an official file; its path is printed, for sahelkit load."""
    from sahelkit.fetch import fetch_ucdp

    typer.echo(fetch_ucdp(what, release, out, again=again))


@app.command()
def compare(
    old: Annotated[str, typer.Argument(help="Earlier file.")],
    new: Annotated[str, typer.Argument(help="Later file of the same source.")],
    as_json: JsonOption = False,
    all_types: AllTypesOption = False,
) -> None:
    """Say which incidents were added, removed and revised, and how many deaths moved."""
    from sahelkit import compare as comparison

    with _waiting("comparing"):
        found = comparison.compare(old, new, political_only=not all_types)
    if as_json:
        typer.echo(json.dumps(comparison.as_dict(found), ensure_ascii=False, default=int))
    else:
        typer.echo(comparison.as_text(found))


@app.command()
def cite(
    source: SourceOption = None,
    bibtex: Annotated[bool, typer.Option(help="BibTeX instead of text.")] = False,
    accessed: Annotated[str, typer.Option(help="Day of the download, 2026-01-31.")] = "",
) -> None:
    """Print the references for the shipped data or for a file."""
    from sahelkit import load as load_dataset

    with _waiting("reading", ValueError):
        typer.echo(load_dataset(source or None).cite("bibtex" if bibtex else "text", accessed))


def main() -> None:
    """Entry point: a refusal is one plain line and exit status 2."""
    from sahelkit.sources import SourceError

    try:
        app()
    except (Refusal, SourceError) as error:
        typer.echo(f"sahelkit: {' '.join(str(error).split())}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()

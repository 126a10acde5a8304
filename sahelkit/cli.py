"""The command line: reproduce, load, rebuild, cite."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Open, reproducible analysis of the conflict in Mali, Burkina Faso and Niger.",
)
SourceOption = Annotated[str | None, typer.Option("--source", help="Your own export, in place of the shipped data.")]


def _fail(message: str) -> None:
    typer.echo(f"sahelkit: {' '.join(str(message).split())}", err=True)
    raise typer.Exit(2)


@app.command()
def reproduce(
    source: SourceOption = None,
    only: Annotated[str, typer.Option(help="Only notebooks whose names begin so, e.g. 02.")] = "",
    out: Annotated[Path | None, typer.Option(help="Folder for notebooks and figures.")] = None,
    jobs: Annotated[int, typer.Option(help="Notebooks at a time.")] = os.cpu_count() or 2,
) -> None:
    """Run the notebooks and write the figures."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from sahelkit import reproduce as runner
    from sahelkit.sources import SourceError, read_incidents

    console = Console()
    try:
        if source:
            read_incidents(source)
            out = out or Path("reproduced") / Path(source).stem
            console.print(f"Results go to {out}; the repository's own stay as they are.")
        names = [path.stem for path in runner.notebooks(only)]
    except (SourceError, runner.NotebookError) as error:
        _fail(error)
    columns = ("{task.description}", BarColumn(24), TextColumn("{task.fields[state]}"), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        tasks = {n: progress.add_task(f"{n:<28}", start=False, total=1, state="waits") for n in names}

        def on_progress(name, done, total):
            if not progress.tasks[tasks[name]].started:
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
        _fail(f"{failed[0].name}.ipynb, {failed[0].error}. Open it in JupyterLab (make lab) to see more.")


@app.command()
def load(
    file: Annotated[str, typer.Argument(help="UCDP GED csv or zip, or sahelkit's incidents.csv.")],
    out: Annotated[Path | None, typer.Option(help="Write the incidents to .csv or .parquet.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Read an incident file, say what was kept, dropped and doubted."""
    from sahelkit.rebuild import write_csv
    from sahelkit.sources import SourceError, read_incidents

    if out and out.suffix not in (".csv", ".parquet"):
        _fail(f"--out {out}: the name must end in .csv or .parquet.")
    try:
        incidents, provenance = read_incidents(file)
    except SourceError as error:
        _fail(error)
    if out and out.suffix == ".csv":
        write_csv(incidents, out)
    elif out:
        incidents.to_parquet(out, index=False)
    summary = summarise(incidents, provenance)
    if as_json:
        typer.echo(json.dumps(summary, ensure_ascii=False))
    else:
        _print_summary(summary, provenance)


def summarise(incidents, provenance) -> dict:
    """What `load --json` prints: the account of a file and its totals per country and year."""
    frame = incidents.assign(year=incidents["date_start"].dt.year)
    deaths = ["deaths_best", "deaths_low", "deaths_high"]
    grouped = frame.groupby(["country", "year"], observed=True)
    table = grouped[deaths].sum(min_count=1).assign(incidents=grouped.size()).reset_index()
    rows = [
        {
            "country": row["country"],
            "year": int(row["year"]),
            "incidents": int(row["incidents"]),
            **{name: None if row[name] is None or row[name] != row[name] else int(row[name]) for name in deaths},
        }
        for row in table.astype(object).where(table.notna(), None).to_dict("records")
    ]
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
        "by_country_year": rows,
    }


def _print_summary(summary: dict, provenance) -> None:
    typer.echo(
        f"{provenance.path}: {summary['source']} {summary['source_version']}, "
        f"{summary['rows_read']:,} rows read, {summary['incidents']:,} kept, "
        f"{summary['first']} to {summary['last']}"
    )
    for reason, count in summary["dropped"].items():
        typer.echo(f"  dropped {count:,}: {reason}")
    for kind, ids in provenance.repairs.items():
        typer.echo(f"  repaired {len(ids):,}: {kind}")
    for kind, ids in provenance.warnings.items():
        shown = ", ".join(ids[:3]) + (", …" if len(ids) > 3 else "")
        typer.echo(f"  doubted {len(ids):,}: {kind} ({shown})")


@app.command()
def rebuild(
    ged: Annotated[str | None, typer.Option(help="UCDP GED csv or zip.")] = None,
    country_year: Annotated[str | None, typer.Option(help="UCDP country-year csv.")] = None,
    outlines: Annotated[str | None, typer.Option(help="GeoJSON of first-level units.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder to write to; default data/.")] = None,
) -> None:
    """Compute the shipped files again from official downloads and the coding sheet."""
    from sahelkit.files import data_dir
    from sahelkit.rebuild import rebuild as run
    from sahelkit.sources import SourceError

    target = out or data_dir()
    target.mkdir(parents=True, exist_ok=True)
    try:
        for name in run(target, ged, country_year, outlines):
            typer.echo(f"wrote {target / name}")
    except SourceError as error:
        _fail(error)


@app.command()
def cite(source: SourceOption = None) -> None:
    """Print the references for the shipped data or for a file."""
    from sahelkit import SourceError, load

    try:
        typer.echo(load(source).cite())
    except SourceError as error:
        _fail(error)


def main() -> None:
    """Entry point: a refusal is one plain line and exit status 2."""
    sys.exit(app())


if __name__ == "__main__":
    main()

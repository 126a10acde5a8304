"""Run the notebooks: in parallel, each in its own kernel, stored so that the same run gives the same bytes."""

import base64
import os
import shutil
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import nbformat

from sahelkit.files import PACKAGE

ROOT = PACKAGE.parent
TIMEOUT_SECONDS = 600


class NotebookError(RuntimeError):
    """A notebook stopped; the message names notebook, cell and error."""


@dataclass(frozen=True)
class Result:
    """Outcome of one notebook: name, seconds, error ('' if none), whether its stored form changed."""

    name: str
    seconds: float
    error: str
    changed: bool


def notebooks(only: str = "") -> list:
    """Paths of the numbered notebooks, or of those whose names begin with `only`.

    Raises
    ------
    NotebookError
        There is none.
    """
    found = sorted((ROOT / "notebooks").glob(f"{only or '[0-9]'}*.ipynb"))
    if not found:
        raise NotebookError(
            f"no notebook {only}* in {ROOT / 'notebooks'}: run this in a clone of the repository."
        )
    return found


def normalise(notebook) -> None:
    """Strip what differs between runs and machines: timings, interpreter version, cuts in a stream. In place."""
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if "outputs" in cell:
            cell.outputs = _joined(cell.outputs)
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "image/png" in data:
                data["image/png"] = data["image/png"].strip() + "\n"


def _joined(outputs: list) -> list:
    """Outputs with neighbouring pieces of one stream as one: how a kernel cuts them is chance."""
    joined = []
    for output in outputs:
        last = joined[-1] if joined else {}
        if output.output_type == "stream" and last.get("name") == output.name:
            last.text += output.text
        else:
            joined.append(output)
    return joined


def keep_pictures(notebook, stored) -> None:
    """Put stored pictures back where the new ones look the same: other processors round other bytes. In place."""
    from sahelkit.figures import looks_same

    for new, old in zip(notebook.cells, stored.cells, strict=True):
        for output, before in zip(new.get("outputs", []), old.get("outputs", []), strict=False):
            made, kept = (o.get("data", {}).get("image/png") for o in (output, before))
            if made and kept and looks_same(base64.b64decode(made), base64.b64decode(kept)):
                output.data["image/png"] = kept


def execute(path: Path, target: Path, environment: dict, on_cell) -> Result:
    """Run one notebook in a new kernel and store it; its folder is the working directory.

    Parameters
    ----------
    path, target : Path
        The notebook, and where the executed one goes.
    environment : dict
        Variables for the kernel.
    on_cell : callable
        Called with (cells done, cells in all).
    """
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    before = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(before, as_version=4)
    total = len(notebook.cells)
    started = time.monotonic()
    # An empty kernel_dirs leaves only this interpreter's own kernel, whatever else is installed.
    manager = AsyncKernelManager(
        kernel_name="python3",
        kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),
    )
    client = NotebookClient(
        notebook,
        km=manager,
        timeout=TIMEOUT_SECONDS,
        record_timing=False,
        resources={"metadata": {"path": str(path.parent)}},
        on_cell_executed=lambda cell_index, **_: on_cell(cell_index + 1, total),
    )
    error = ""
    try:
        # The kernel's own log goes nowhere; what a cell writes to stderr is in its outputs.
        client.execute(env={**os.environ, **environment}, stderr=subprocess.DEVNULL)
    except CellExecutionError as failure:
        number = max((c.execution_count or 0) for c in notebook.cells if c.cell_type == "code")
        error = f"code cell {number}: {failure.ename}: {failure.evalue}".splitlines()[0]
    except (CellTimeoutError, DeadKernelError, RuntimeError) as failure:
        error = str(failure).splitlines()[0]
    normalise(notebook)
    keep_pictures(notebook, nbformat.reads(before, as_version=4))
    after = nbformat.writes(notebook) + "\n"
    target.parent.mkdir(parents=True, exist_ok=True)
    if not error:
        target.write_text(after, encoding="utf-8")
    return Result(path.stem, time.monotonic() - started, error, after != before)


def reproduce(
    out: Path | None, source=None, only: str = "", jobs: int = 2, on_progress=None
) -> tuple:
    """Run notebooks, gather notebooks and figures.

    Parameters
    ----------
    out : Path or None
        Folder for `notebooks/` and `figures/`; None: this repository's own.
    source : str or Path, optional
        A user's file behind all notebooks; then `out` must be given.
    only : str
        Beginning of the names of the notebooks to run.
    jobs : int
        Notebooks at a time.
    on_progress : callable, optional
        Called with (name, cells done, cells in all).

    Returns
    -------
    (list of Result, int, list of str)
        Per notebook; number of figures made; names of figure files that changed.
    """
    paths = notebooks(only)
    root = out or ROOT
    report = on_progress or (lambda *_: None)
    with tempfile.TemporaryDirectory() as scratch:
        environment = {
            "SAHELKIT_FIGURES": scratch,
            "SAHELKIT_SOURCE": str(Path(source).resolve()) if source else "",
            "PYTHONHASHSEED": "0",
            "MPLBACKEND": "module://matplotlib_inline.backend_inline",
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        }

        def run(path):
            return execute(
                path,
                root / "notebooks" / path.name,
                environment,
                lambda done, total: report(path.stem, done, total),
            )

        # The largest notebooks take longest: started first, none is left running alone at the end.
        order = sorted(paths, key=lambda path: -path.stat().st_size)
        with ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
            results = sorted(pool.map(run, order), key=lambda result: result.name)
        made = sorted(Path(scratch).iterdir())
        changed = _collect(made, root / "figures", only or any(r.error for r in results))
    write_readme(root / "figures")
    return results, sum(path.suffix == ".png" for path in made), changed


def _collect(made: list, folder: Path, partial) -> list:
    """Copy figure files over; return those that are new or differ. A full run removes what is no longer made."""
    from sahelkit.figures import looks_same

    folder.mkdir(parents=True, exist_ok=True)
    changed = []
    for path in made:
        target = folder / path.name
        old, new = target.read_bytes() if target.exists() else b"", path.read_bytes()
        if old != new and not (old and path.suffix == ".png" and looks_same(old, new)):
            changed.append(path.name)
            shutil.copyfile(path, target)
    if not partial:
        names = {path.name for path in made}
        for path in sorted([*folder.glob("[0-9]*.png"), *folder.glob("[0-9]*.csv")]):
            if path.name not in names:
                path.unlink()
                changed.append(path.name)
    return changed


def write_readme(folder: Path) -> None:
    """Write `figures/README.md`: each figure with caption and source, read from the PNG itself."""
    from PIL import Image

    lines = [
        "# Figures",
        "",
        "Generated by `sahelkit reproduce`. Beside each figure lies the table it draws.",
        "",
    ]
    for path in sorted(folder.glob("[0-9]*.png")):
        with Image.open(path) as image:
            text = dict(image.text)
        lines += [
            f"## {path.stem}",
            "",
            f"![{text['Title']}]({path.name})",
            "",
            f"**{text['Title']}** {text['Description']} Source: {text['Source']} "
            f"Table: [{path.stem}.csv]({path.stem}.csv).",
            "",
        ]
    (folder / "README.md").write_text("\n".join(lines), encoding="utf-8")

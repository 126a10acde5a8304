"""The book: notebooks as stored, data pages and methods as HTML to read offline: `make book`.

The pages are laid out in one folder and given to Sphinx; nothing is run and nothing is loaded from
outside. The explorer stands beside them.
"""

import argparse
import shutil
import sys
from pathlib import Path

from sphinx.cmd.build import build_main

from tools import explorer

ROOT = Path(__file__).parent.parent
DATA_PAGES = ("README.md", "datasheet.md", "codebook.md")


def lay_out(source: Path) -> None:
    """Copy what the book is made of into `source`, as Sphinx wants it under one folder."""
    shutil.rmtree(source, ignore_errors=True)
    shutil.copytree(ROOT / "docs", source, ignore=shutil.ignore_patterns("_build"))
    for folder, pattern in (("notebooks", "*.ipynb"), ("figures", "*.png")):
        (source / folder).mkdir()
        for path in (ROOT / folder).glob(pattern):
            shutil.copy(path, source / folder)
    (source / "data").mkdir()
    for name in DATA_PAGES:
        shutil.copy(ROOT / "data" / name, source / "data")
    for name in ("CHANGELOG.md", "CONTRIBUTING.md"):
        shutil.copy(ROOT / name, source)
    shutil.copy(ROOT / "README.md", source / "readme.md")


def main(arguments=None) -> None:
    """Build the book into a folder; a page with a broken link or reference fails the build."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "_build", help="folder")
    out = parser.parse_args(arguments).out
    source = out / "source"
    lay_out(source)
    options = ["-b", "html", "-q", "-W", "--keep-going", "-j", "auto"]
    failed = build_main([*options, "-d", str(out / "trees"), str(source), str(out / "html")])
    explorer.main(["--out", str(out / "html")])
    print(f"{out / 'html' / 'index.html'}")
    sys.exit(failed)


if __name__ == "__main__":
    main()

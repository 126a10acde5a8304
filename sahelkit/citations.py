"""What to cite for the data that a result rests on: references, release, day, filters, licence."""

from datetime import date

from sahelkit.choices import one_of
from sahelkit.files import read_table
from sahelkit.sources.formats import licence_of


def _text(work) -> str:
    """A row of `references.csv` as a line of a reference list."""
    names = work.authors.split("; ")
    if len(names) > 1:
        names = [*names[:-2], f"{names[-2]} & {names[-1]}"]
    line = f"{', '.join(names)} ({work.year}). {work.title}."
    line += f" {work.journal} {work.volume}".rstrip() + "." if work.journal else ""
    return line + (f" doi:{work.doi}." if work.doi else "") + (f" {work.url}" if work.url else "")


def _bibtex(work, note: str) -> str:
    """The same as a BibTeX entry."""
    volume, _, number = work.volume.partition("(")
    fields = {
        "author": " and ".join(n if "," in n else f"{{{n}}}" for n in work.authors.split("; ")),
        "title": f"{{{work.title}}}",
        "year": work.year,
        "journal": work.journal,
        "volume": volume,
        "number": number.rstrip(")"),
        "doi": work.doi,
        "url": work.url,
        "note": note,
    }
    filled = {name: value.replace("&", r"\&") for name, value in fields.items() if value}
    lines = [f"  {name} = {{{value}}}" for name, value in filled.items()]
    return f"@{work.kind}{{{work.key},\n" + ",\n".join(lines) + "\n}"


def references(source: str, version: str) -> list:
    """Works to cite for a source and its release (of several files, joined by ' + ').

    Rows of ``data/references.csv`` as named tuples: UCDP's article on each yearly release (the release
    itself where no article is known), then what is cited for every release.

    >>> [work.key for work in references("ucdp-ged", "24.1")]
    ['ucdp24', 'sundberg2013ged']
    >>> references("ucdp-ged", "26.1")[0].title
    'UCDP Georeferenced Event Dataset, release 26.1'
    """
    table = read_table("references.csv")
    if not source.startswith("ucdp"):
        return list(table[table["source"] == source].itertuples())
    releases = version.replace("candidate ", "").split(" + ")
    found = []
    for release in (release for release in releases if release.count(".") == 1):
        article = table[(table["source"] == "ucdp-ged") & (table["release"] == release[:2])]
        if article.empty:
            values = dict.fromkeys(table.columns, "") | {
                "key": f"ucdp{release[:2]}",
                "kind": "misc",
                "authors": "Uppsala Conflict Data Program",
                "year": f"20{release[:2]}",
                "title": f"UCDP Georeferenced Event Dataset, release {release}",
                "url": "https://ucdp.uu.se/downloads/",
            }
            article = table.head(1).assign(**values)
        found += article.itertuples()
    provisional = source == "ucdp-candidate" or any(r.count(".") > 1 for r in releases)
    always = table[(table["release"] == "") & table["source"].str.startswith("ucdp")]
    return found + list(always[(always["source"] == "ucdp-ged") | provisional].itertuples())


def cite(provenances, *, style: str = "text", accessed: str = "") -> str:
    """References to paste, each with release, day of access, filters and licence.

    Parameters
    ----------
    provenances : list of Provenance
    style : {'text', 'bibtex'}
    accessed : str
        Day of the download, 2026-01-31; default what `sahelkit fetch` recorded. What is no day is a
        ValueError.

    Examples
    --------
    >>> from sahelkit import load
    >>> ds = load()
    >>> lines = cite([ds.provenance], accessed="2024-06-20").splitlines()
    >>> print(lines[1])
    Sundberg, R. & Melander, E. (2013). Introducing the UCDP Georeferenced Event Dataset.
    Journal of Peace Research 50(4). doi:10.1177/0022343313484347.
    [UCDP GED 24.1; accessed 2024-06-20; events in Mali, Burkina Faso and Niger. Licence: CC BY
    4.0.]
    """
    one_of(style, ("text", "bibtex"), "style")
    if accessed:
        try:
            date.fromisoformat(accessed)
        except ValueError:
            raise ValueError(f"accessed={accessed!r} is not a day such as 2026-01-31.") from None
    lines = []
    for provenance in provenances:
        note = _note(provenance, accessed)
        for work in references(provenance.source, provenance.source_version):
            lines.append(f"{_text(work)} [{note}]" if style == "text" else _bibtex(work, note))
    return ("\n" if style == "text" else "\n\n").join(dict.fromkeys(lines))


def _note(provenance, accessed: str) -> str:
    day = accessed or provenance.accessed
    parts = [provenance.label]
    if provenance.source != "coded":
        parts += [f"accessed {day}" if day else "day of access not recorded", provenance.filters]
    return "; ".join(parts) + f". Licence: {licence_of(provenance.source)}."

"""What to cite for the data that a result rests on: references, release, day, filters, licence."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Reference:
    """One work to cite."""

    key: str
    kind: str
    authors: tuple
    year: str
    title: str
    where: str = ""
    volume: str = ""
    doi: str = ""
    url: str = ""

    def text(self) -> str:
        """As a line of a reference list."""
        names = self.authors
        if len(names) > 1:
            names = (*names[:-2], f"{names[-2]} & {names[-1]}")
        line = f"{', '.join(names)} ({self.year}). {self.title}."
        line += f" {self.where} {self.volume}".rstrip() + "." if self.where else ""
        return (
            line + (f" doi:{self.doi}." if self.doi else "") + (f" {self.url}" if self.url else "")
        )

    def bibtex(self, note: str = "") -> str:
        """As a BibTeX entry."""
        volume, _, number = self.volume.partition("(")
        fields = {
            "author": " and ".join(f"{{{n}}}" if "," not in n else n for n in self.authors),
            "title": f"{{{self.title}}}",
            "year": self.year,
            "journal" if self.kind == "article" else "howpublished": self.where,
            "volume": volume,
            "number": number.rstrip(")"),
            "doi": self.doi,
            "url": self.url,
            "note": note,
        }
        filled = {name: value.replace("&", r"\&") for name, value in fields.items() if value}
        lines = [f"  {name} = {{{value}}}" for name, value in filled.items()]
        return f"@{self.kind}{{{self.key},\n" + ",\n".join(lines) + "\n}"


JPR = "Journal of Peace Research"
_P, _D, _O = "Pettersson, T.", "Davies, S.", "Öberg, M."
_YEARLY = {
    "17": (
        ("Allansson, M.", "Melander, E.", "Themnér, L."),
        "2017",
        ", 1989–2016",
        "54(4)",
        "10.1177/0022343317718773",
    ),
    "18": ((_P, "Eck, K."), "2018", ", 1989–2017", "55(4)", ""),
    "19": (
        (_P, "Högbladh, S.", _O),
        "2019",
        ", 1989–2018 and peace agreements",
        "56(4)",
        "10.1177/0022343319856046",
    ),
    "20": ((_P, _O), "2020", ", 1989–2019", "57(4)", "10.1177/0022343320934986"),
    "21": (
        (_P, _D, "Deniz, A.", "Engström, G.", "Hawach, N.", "Högbladh, S.", "Sollenberg, M.", _O),
        "2021",
        " 1989–2020, with a special emphasis on Syria",
        "58(4)",
        "10.1177/00223433211026126",
    ),
    "22": (
        (_D, _P, _O),
        "2022",
        " 1989–2021 and drone warfare",
        "59(4)",
        "10.1177/00223433221108428",
    ),
    "23": (
        (_D, _P, _O),
        "2023",
        " 1989–2022, and the return of conflict between states",
        "60(4)",
        "10.1177/00223433231185169",
    ),
    "24": (
        (_D, "Engström, G.", _P, _O),
        "2024",
        " 1989–2023, and the prevalence of organized crime groups",
        "61(4)",
        "10.1177/00223433241262912",
    ),
    "25": (
        (_D, _P, "Sollenberg, M.", _O),
        "2025",
        " 1989–2024, and the challenges of identifying civilian victims",
        "62(4)",
        "10.1177/00223433251345636",
    ),
}
"""Release's year -> authors, year, rest of the title, volume, DOI of UCDP's article on it."""
GED = Reference(
    "sundberg2013ged",
    "article",
    ("Sundberg, R.", "Melander, E."),
    "2013",
    "Introducing the UCDP Georeferenced Event Dataset",
    JPR,
    "50(4)",
    "10.1177/0022343313484347",
)
CANDIDATE = Reference(
    "hegre2020candidate",
    "article",
    ("Hegre, H.", "Croicu, M.", "Eck, K.", "Högbladh, S."),
    "2020",
    "Introducing the UCDP Candidate Events Dataset",
    "Research & Politics",
    "7(3)",
    "10.1177/2053168020935257",
)
FIXED = {
    "acled": (
        Reference(
            "raleigh2023acled",
            "article",
            ("Raleigh, C.", "Kishi, R.", "Linke, A."),
            "2023",
            "Political instability patterns are obscured by conflict dataset scope conditions, "
            "sources, and coding choices",
            "Humanities and Social Sciences Communications",
            "10(74)",
            "10.1057/s41599-023-01559-4",
        ),
        Reference(
            "acled",
            "misc",
            ("Armed Conflict Location & Event Data (ACLED)",),
            "n.d.",
            "ACLED data export",
            url="https://acleddata.com",
        ),
    ),
    "gtd": (
        Reference(
            "start2022gtd",
            "misc",
            ("START (National Consortium for the Study of Terrorism and Responses to Terrorism)",),
            "2022",
            "Global Terrorism Database 1970–2020",
            url="https://www.start.umd.edu/gtd",
        ),
    ),
    "coded": (
        Reference(
            "sahelkit",
            "misc",
            ("sahelkit contributors",),
            "2026",
            "Major incidents in Mali, Burkina Faso and Niger, 2012–2023",
        ),
    ),
}
LICENCES = {
    "ucdp-ged": "CC BY 4.0",
    "ucdp-candidate": "CC BY 4.0",
    "acled": "ACLED terms of use, attribution required, no redistribution of rows",
    "gtd": "START end user agreement, attribution required, no redistribution of rows",
    "coded": "CC BY 4.0",
}


def references(source: str, version: str) -> tuple:
    """Works to cite for a source and its release.

    Parameters
    ----------
    source : str
        One of `schema.SOURCES`.
    version : str
        As `Provenance.source_version` gives it; of several files, joined by ' + '.

    Examples
    --------
    >>> [work.key for work in references("ucdp-ged", "24.1")]
    ['ucdp24', 'sundberg2013ged']
    >>> print(references("ucdp-ged", "26.1")[0].text())
    Uppsala Conflict Data Program (2026). UCDP Georeferenced Event Dataset, release 26.1.
    https://ucdp.uu.se/downloads/
    """
    if source in FIXED:
        return FIXED[source]
    releases = version.replace("candidate ", "").split(" + ")
    yearly = [release for release in releases if release.count(".") == 1]
    found = [_yearly(release) for release in yearly]
    provisional = source == "ucdp-candidate" or any(release.count(".") > 1 for release in releases)
    return (*found, GED, *((CANDIDATE,) if provisional else ()))


def _yearly(release: str) -> Reference:
    """UCDP's article on a release; the release itself where no article is known here."""
    year = release[:2]
    if year not in _YEARLY:
        what = f"UCDP Georeferenced Event Dataset, release {release}"
        author, url = ("Uppsala Conflict Data Program",), "https://ucdp.uu.se/downloads/"
        return Reference(f"ucdp{year}", "misc", author, f"20{year}", what, url=url)
    authors, published, rest, volume, doi = _YEARLY[year]
    title = f"Organized violence{rest}"
    return Reference(f"ucdp{year}", "article", authors, published, title, JPR, volume, doi)


def cite(provenances, labels: dict, *, style: str = "text", accessed: str = "") -> str:
    """References to paste, each with release, day of access, filters and licence.

    Parameters
    ----------
    provenances : list of Provenance
        Of the files that the data come from.
    labels : dict
        Source -> its name for readers.
    style : {'text', 'bibtex'}
    accessed : str
        Day of the download, 2026-01-31; default what `sahelkit fetch` recorded.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        Unknown style, or `accessed` is not a day.

    Examples
    --------
    >>> from sahelkit import load
    >>> ds = load()
    >>> lines = cite([ds.provenance], {"ucdp-ged": "UCDP GED"}, accessed="2024-06-20").splitlines()
    >>> print(lines[1])
    Sundberg, R. & Melander, E. (2013). Introducing the UCDP Georeferenced Event Dataset.
    Journal of Peace Research 50(4). doi:10.1177/0022343313484347.
    [UCDP GED 24.1; accessed 2024-06-20; events in Mali, Burkina Faso and Niger. Licence: CC BY
    4.0.]
    """
    if style not in ("text", "bibtex"):
        raise ValueError(f"Invalid style={style!r}. Must be one of ('text', 'bibtex').")
    if accessed:
        try:
            date.fromisoformat(accessed)
        except ValueError:
            raise ValueError(f"accessed={accessed!r} is not a day such as 2026-01-31.") from None
    lines = []
    for provenance in provenances:
        note = _note(provenance, labels, accessed)
        for work in references(provenance.source, provenance.source_version):
            lines.append(f"{work.text()} [{note}]" if style == "text" else work.bibtex(note))
    return ("\n" if style == "text" else "\n\n").join(dict.fromkeys(lines))


def _note(provenance, labels: dict, accessed: str) -> str:
    day = accessed or provenance.accessed
    parts = [f"{labels[provenance.source]} {provenance.source_version}"]
    if provenance.source != "coded":
        parts += [f"accessed {day}" if day else "day of access not recorded", provenance.filters]
    return "; ".join(parts) + f". Licence: {LICENCES[provenance.source]}."

"""Words and numbers of the monthly tracker, in English and French."""

import json
from functools import cache
from pathlib import Path

import pandas as pd

from sahelkit.choices import one_of

LANGUAGES = ("en", "fr")


@cache
def texts(lang: str) -> dict:
    """Words of a language; ValueError where there is no such language."""
    one_of(lang, LANGUAGES, "lang")
    path = Path(__file__).parent / "templates" / "tracker.json"
    return json.loads(path.read_text(encoding="utf-8"))[lang]


def written(value, lang: str = "en", digits: int = 0) -> str:
    """A number as the language writes it; a dash where there is none.

    >>> written(1234.5, "fr", 1), written(1234), written(None)
    ('1\\u202f234,5', '1,234', '–')
    """
    if value is None or pd.isna(value):
        return "–"
    text = f"{value:,.{digits}f}"
    return text.replace(",", "\u202f").replace(".", ",") if lang == "fr" else text


def counted(incidents: float, deaths: float, lang: str = "en") -> str:
    """Incidents and deaths in words.

    >>> counted(1, 12), counted(0, 0, "fr")
    ('1 incident, 12 deaths', '0 incident, 0 mort')
    """
    parts = []
    for value, kind in ((incidents, "incident_words"), (deaths, "death_words")):
        single = value in (0, 1) if lang == "fr" else value == 1
        parts.append(f"{written(value, lang)} {texts(lang)[kind][not single]}")
    return ", ".join(parts)


def day_of(date, lang: str = "en") -> str:
    """Day and month in words: '3 March', '1er mars'."""
    first = "1er" if lang == "fr" and date.day == 1 else str(date.day)
    return f"{first} {texts(lang)['months'][date.month - 1]}"

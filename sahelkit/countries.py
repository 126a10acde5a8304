"""The three countries: codes, names, and any way that a source writes them."""

import re
from functools import cache

COUNTRIES = {"BFA": "Burkina Faso", "MLI": "Mali", "NER": "Niger"}
"""ISO 3166-1 alpha-3 code -> name as the sources write it."""
_CODES = {name.casefold().replace(" ", ""): code for code, name in COUNTRIES.items()}
_CODES |= {code.casefold(): code for code in COUNTRIES} | {"burkina": "BFA"}
_CODES |= {"854": "BFA", "466": "MLI", "562": "NER"}  # ISO 3166-1 numeric


@cache
def country_code(name: str) -> str:
    """ISO 3166-1 alpha-3 code of one of the three countries, from any way to write it; else ''.

    Case, blanks, hyphens and articles do not matter; a name that a cell holds twice counts as the name.

    >>> [country_code(name) for name in ("Burkina-Faso", "Niger (the)", "MLI", "Nigeria")]
    ['BFA', 'NER', 'MLI', '']
    """
    words = re.findall(r"\w+", name.replace("_", " ").casefold())
    words = [word for word in words if word not in ("the", "republic", "of", "république", "du")]
    name = "".join(words)
    half = name[: len(name) // 2]
    return _CODES.get(half if name == half * 2 else name, "")

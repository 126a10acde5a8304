"""Verdicts: what a finding says to an expectation."""

import re

import numpy as np
import pandas as pd

from sahelkit.claims.reading import Finding

VERDICTS = ("reproduced", "near", "not reproduced", "cannot be checked")
NEAR = 3
"""A number within this many times the tolerance is near."""
NEAR_DAYS = 3
"""A day this close is near."""


def judge(expected: str, tolerance: str, finding: Finding) -> str:
    """Verdict on what a check found: one rule for numbers, bounds and texts.

    'reproduced': the plain reading meets the expectation (a number within its tolerance), and so do
    most of the readings of the data. 'near': one of the readings, another value that the record
    gives, or its low to high meets it; or it is missed by less than three times the tolerance (for
    days: at most three days). Else 'not reproduced'.

    Parameters
    ----------
    expected : str
        A number, ``>=40``, ``14..21``, a date or the beginning of one, or a text.
    tolerance : str
        ``5%`` of the expected number, an absolute number, or days; empty is none.

    Examples
    --------
    >>> judge("54", "5%", Finding(50.0, "", 50, 54)), judge(">=40", "", Finding(55.0, ""))
    ('near', 'reproduced')
    >>> judge(">1", "", Finding(1.2, "", readings=(1.2, 0.9, 0.8)))
    'near'
    >>> judge("2019-11-02", "", Finding("2019-11-01", "")), judge("A", "", Finding("B", ""))
    ('near', 'not reproduced')
    """
    met = [meets(expected, tolerance, value) for value in finding.readings or (finding.value,)]
    plain = meets(expected, tolerance, finding.value)
    if plain and sum(met) > len(met) / 2:
        return VERDICTS[0]
    others = any(meets(expected, "", value) for value in finding.others)
    if plain or any(met) or others or _close(expected, tolerance, finding):
        return VERDICTS[1]
    return VERDICTS[2]


def meets(expected: str, tolerance: str, value) -> bool:
    """Whether one value is what is expected: a number within the tolerance, a bound, a text, a date.

    >>> meets("2013", "", "2013-01-11"), meets("14..21", "5%", 22.0), meets("100", "5%", 105.0)
    (True, False, True)
    """
    if isinstance(value, str):
        return value == expected or (_dates(expected, value) and value.startswith(expected))
    low, high = _interval(expected)
    slack = _slack(tolerance, low) if low == high else 0
    return low - slack <= value <= high + slack


def _close(expected: str, tolerance: str, finding: Finding) -> bool:
    """Whether the record's own low to high reaches the expectation, or it is missed by little."""
    if isinstance(finding.value, str):
        if not _dates(expected, finding.value) or {len(expected), len(finding.value)} != {10}:
            return False
        days = abs((pd.Timestamp(expected) - pd.Timestamp(finding.value)).days)
        return days <= (int(tolerance) if tolerance else NEAR_DAYS)
    low, high = _interval(expected)
    slack = NEAR * _slack(tolerance, low if low > -np.inf else high)
    ends = [end for end in (finding.low, finding.high) if end is not None]
    reaches = bool(ends) and min(ends) <= high and max(ends) >= low
    return reaches or low - slack <= finding.value <= high + slack


def _dates(*texts: str) -> bool:
    return all(re.fullmatch(r"\d{4}(-\d\d){0,2}", text) for text in texts)


def _interval(expected: str) -> tuple:
    """Smallest and largest number that an expectation allows; strict bounds exclude the number."""
    if ".." in expected:
        return tuple(map(float, expected.split("..")))
    sign, number = re.fullmatch("([<>]?=?)(.*)", expected).groups()
    bound = float(number) + {">": 1e-9, "<": -1e-9}.get(sign, 0)
    return -np.inf if "<" in sign else bound, np.inf if ">" in sign else bound


def _slack(tolerance: str, number: float) -> float:
    if tolerance.endswith("%"):
        return abs(number) * float(tolerance[:-1]) / 100
    return float(tolerance or 0)

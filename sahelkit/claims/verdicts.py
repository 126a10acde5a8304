"""Verdicts: what a finding says to an expectation."""

import re

import pandas as pd

from sahelkit.claims.reading import Finding

VERDICTS = ("reproduced", "near", "not reproduced", "cannot be checked")
NEAR = 3
"""A number within this many times the tolerance is near."""
NEAR_DAYS = 3
"""A day this close is near."""


def judge(expected: str, tolerance: str, finding: Finding) -> str:
    """Verdict on what a check found.

    Parameters
    ----------
    expected : str
        A number, ``>=40``, ``14..21``, a date or the beginning of one, or a text.
    tolerance : str
        ``5%`` of the expected number, an absolute number, or days; empty is none.
    finding : Finding
        Its `low` and `high` span all readings, its `others` all other values given.

    Returns
    -------
    str
        'reproduced' within the tolerance, or, for a bound, where all readings of the data meet it;
        'near' within three times the tolerance or where one of the readings agrees (for days: at
        most three days off); else 'not reproduced'.

    Examples
    --------
    >>> judge("54", "5%", Finding(50.0, "", 50, 54)), judge(">=40", "", Finding(55.0, ""))
    ('near', 'reproduced')
    >>> judge("2019-11-02", "", Finding("2019-11-01", "")), judge("A", "", Finding("B", ""))
    ('near', 'not reproduced')
    """
    if isinstance(finding.value, str):
        return _judge_text(expected, tolerance, finding)
    low, high = _interval(expected)
    slack = _slack(tolerance, low if low > float("-inf") else high)
    values = [v for v in (finding.low, finding.value, finding.high) if v is not None]
    exact = low == high and low - slack <= finding.value <= high + slack
    bounded = low < high and low <= min(values) and max(values) <= high
    if exact or bounded:
        return "reproduced"
    reach = min(values) <= high and max(values) >= low
    close = low - NEAR * slack <= finding.value <= high + NEAR * slack
    return "near" if reach or close else "not reproduced"


def _interval(expected: str) -> tuple:
    """Smallest and largest number that an expectation allows; strict bounds exclude the number."""
    endless, least = float("inf"), 1e-9
    for sign, shift in ((">=", 0), ("<=", 0), (">", least), ("<", -least)):
        if expected.startswith(sign):
            bound = float(expected[len(sign) :]) + shift
            return (bound, endless) if sign[0] == ">" else (-endless, bound)
    if ".." in expected:
        low, high = expected.split("..")
        return float(low), float(high)
    return float(expected), float(expected)


def _slack(tolerance: str, number: float) -> float:
    if tolerance.endswith("%"):
        return abs(number) * float(tolerance[:-1]) / 100
    return float(tolerance or 0)


def _judge_text(expected: str, tolerance: str, finding: Finding) -> str:
    dates = [re.fullmatch(r"\d{4}(-\d\d){0,2}", text) for text in (expected, finding.value)]
    if finding.value == expected or (all(dates) and finding.value.startswith(expected)):
        return "reproduced" if finding.steady else "near"
    if all(dates) and len(expected) == 10 and len(finding.value) == 10:
        days = abs((pd.Timestamp(expected) - pd.Timestamp(finding.value)).days)
        if days <= (int(tolerance) if tolerance else NEAR_DAYS):
            return "near"
    return "near" if expected in finding.others else "not reproduced"

"""What may be asked: one check of arguments that names the choices, one error for what the data lack."""

import difflib


class NotCovered(ValueError):
    """The data do not hold what is asked: no positions, no deaths, no days, too few years."""


def one_of(value, choices, what: str):
    """The value, if it is one of the choices; `what` is the name of the argument.

    Raises
    ------
    ValueError
        It is none of them; the message names the nearest and all.

    Examples
    --------
    >>> one_of("deathz", ["incidents", "deaths_best", "deaths_low"], "weight")
    Traceback (most recent call last):
    ValueError: weight='deathz' is not known: did you mean 'deaths_best'?
    Choices: 'incidents', 'deaths_best', 'deaths_low'.
    """
    if value in choices:
        return value
    near = max(choices, key=lambda choice: _likeness(str(value), str(choice)), default="")
    hint = f": did you mean {near!r}?" if _likeness(str(value), str(near)) >= 0.5 else "."
    listed = ", ".join(repr(choice) for choice in choices)
    raise ValueError(f"{what}={value!r} is not known{hint} Choices: {listed}.")


def _likeness(value: str, choice: str) -> float:
    """How like a choice, or its beginning of the same length, a value is, 0 to 1."""
    value, choice = value.lower(), choice.lower()
    beginnings = (choice, choice[: len(value)])
    return max(difflib.SequenceMatcher(None, value, text).ratio() for text in beginnings)

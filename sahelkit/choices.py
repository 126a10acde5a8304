"""What may be asked: one check of arguments that names the choices, one error for what the data lack."""

import difflib


class NotCovered(ValueError):
    """The data do not hold what is asked: no positions, no deaths, no days, too few years."""


def one_of(value, choices, what: str):
    """The value, if it is one of the choices.

    Parameters
    ----------
    what : str
        Name of the argument, for the message.

    Raises
    ------
    ValueError
        It is none of them; the message names the nearest and all.

    Examples
    --------
    >>> one_of("deaths_bst", ["incidents", "deaths_best"], "weight")
    Traceback (most recent call last):
    ValueError: weight='deaths_bst' is not known: did you mean 'deaths_best'? Choices: 'incidents', 'deaths_best'.
    """
    if value in choices:
        return value
    known = [str(choice) for choice in choices]
    lower = {choice.lower(): choice for choice in reversed(known)}
    near = difflib.get_close_matches(str(value).lower(), lower, 1, 0.5)
    hint = f": did you mean {lower[near[0]]!r}?" if near else "."
    listed = ", ".join(repr(choice) for choice in choices)
    raise ValueError(f"{what}={value!r} is not known{hint} Choices: {listed}.")

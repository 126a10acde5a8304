"""Sentences with numbers: they live beside their statistic and show themselves in readable lines."""

import textwrap


class Sentence(str):
    """A text that a notebook shows in lines of its figures' width, paragraph by paragraph.

    >>> Sentence("Two words.")
    Two words.
    """

    def __repr__(self) -> str:
        return "\n\n".join(textwrap.fill(part, 95) for part in self.split("\n\n"))

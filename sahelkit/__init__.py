"""Open, reproducible analysis of the conflict in Mali, Burkina Faso and Niger.

>>> import sahelkit
>>> ds = sahelkit.load()
>>> sorted(ds.incidents["country"].unique())
['BFA', 'MLI', 'NER']
"""

import lazy_loader as _lazy

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submodules=[
        "actors",
        "citations",
        "choices",
        "claims",
        "coding",
        "compare",
        "counts",
        "dataset",
        "escalation",
        "fetch",
        "figures",
        "geography",
        "interventions",
        "places",
        "readings",
        "tracker",
        "schema",
        "sources",
    ],
    submod_attrs={
        "choices": ["NotCovered"],
        "dataset": ["Dataset", "load", "load_incidents"],
        "files": ["SourceError", "write"],
        "sources": ["read_incidents"],
    },
)

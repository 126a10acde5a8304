"""Figures: one function per figure, which takes the table it draws and returns a Figure; a module per notebook."""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submodules=[
        "claims",
        "composition",
        "displacement",
        "escalation",
        "incident_data",
        "interventions",
        "leadership",
        "maps",
        "parts",
        "recent",
        "shift",
        "shift_maps",
        "start",
        "style",
        "timeline",
    ],
    submod_attrs={
        "style": [
            "caption",
            "looks_same",
            "now_and_then",
            "png",
            "save",
            "show",
            "say",
            "thousands",
        ]
    },
)

"""Where violence is: its centre and scatter, Liptako-Gourma's share, its spread and clusters."""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={
        "centrography": [
            "centre",
            "centre_region",
            "centres_compared",
            "ellipses",
            "moves",
            "outline",
            "positions",
            "shift_of_centre",
        ],
        "clustering": [
            "OECD_DEGREES",
            "cells",
            "hot_spots",
            "hot_spots_by_period",
            "knox",
            "scdi",
            "scdi_counts",
        ],
        "shares": [
            "border_shares",
            "doubt",
            "fall",
            "share",
            "share_by_definition",
            "share_in_year",
            "share_over",
            "share_within",
            "vague_locations",
        ],
        "spread": ["contribution", "extent", "rarefied", "region_year"],
    },
)

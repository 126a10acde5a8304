"""The one style: colours, sizes, captions, and how a figure is shown, saved and compared."""

import io
import os
import textwrap
from pathlib import Path

import cmcrameri.cm  # noqa: F401  (registers the colour maps named cmc.*)
import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

COUNTRY_COLOURS = {"MLI": "#0173b2", "BFA": "#de8f05", "NER": "#029e73"}
"""seaborn's colorblind palette: one colour per country throughout."""
FAMILY_COLOURS = {
    "JNIM and founders": "#56478f",
    "IS Sahel": "#c1440e",
    "JNIM against IS Sahel": "#a0527a",
    "Boko Haram factions": "#7f9c3b",
    "Armed movements of the north": "#3f8fb5",
    "Self-defence and communal": "#d8a62b",
    "State forces": "#5b6770",
    "Other": "#b4b4b4",
}
"""One colour per group family throughout; distinct in lightness too."""
PERPETRATOR_COLOURS = {
    **{name: FAMILY_COLOURS[name] for name in list(FAMILY_COLOURS)[:6]},
    "State and foreign forces": FAMILY_COLOURS["State forces"],
    "unknown": FAMILY_COLOURS["Other"],
}
"""The side that struck, in the colour of its family."""
ZONE_FILL = "#f3e3c3"
"""Light fill of Liptako-Gourma on every map."""
LAND, EDGE, INK, MUTED, ACCENT = "#f7f6f3", "#b9b5ac", "#222222", "#6b6b6b", "#b3213c"
BLUE = "#2f4b6e"
"""What is not of one country or group."""
WIDE, TALL = (9.0, 4.8), (9.0, 8.4)
"""Figure sizes, inches."""
STYLE = {
    "figure.dpi": 110,
    "savefig.dpi": 110,
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#8a8a8a",
    "axes.labelcolor": INK,
    "axes.titlesize": 9,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e6e6e6",
    "grid.linewidth": 0.6,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "legend.frameon": False,
    "figure.facecolor": "white",
}
mpl.rcParams.update(STYLE)


def now_and_then(values: pd.Series, unit: str = "") -> str:
    """The last value of a yearly series beside the first; of one year alone, that one.

    >>> now_and_then(pd.Series([3, 65], index=[2013, 2023])), now_and_then(pd.Series({2023: 65}), " %")
    ('65 in 2023, 3 in 2013', '65 % in 2023')
    """
    ends = values if len(values) == 1 else values.iloc[[-1, 0]]
    return ", ".join(f"{value:,.0f}{unit} in {year}" for year, value in ends.items())


def caption(fig, title: str, subtitle: str, source: str, note: str = "") -> plt.Figure:
    """Give a figure its title (the finding), subtitle (measure and unit), source and caveat.

    Called again, it replaces what it wrote before: so one's own title goes on any figure. Where a
    function drew on a caller's axes, the title stands above these.
    """
    guest = fig.__dict__.pop("sahelkit_guest", None)
    if guest is not None:
        wide = int(guest.get_window_extent().width / fig.dpi * 13)
        guest.set_title("\n".join(textwrap.wrap(title, wide)))
        return fig
    for text in getattr(fig, "sahelkit_texts", ()):
        text.remove()
    width, height = fig.get_size_inches()
    columns = int(width * 13.2)
    title_lines = textwrap.wrap(title, int(width * 9.2))
    subtitle_lines = textwrap.wrap(subtitle, columns)
    source_lines = textwrap.wrap(f"Source: {source}. {note}".strip(), int(width * 15))
    top = 0.10 + 0.23 * len(title_lines) + 0.17 * len(subtitle_lines) + 0.08
    bottom = 0.10 + 0.14 * len(source_lines) + 0.04
    fig.set_layout_engine("constrained", rect=(0, bottom / height, 1, 1 - (top + bottom) / height))
    # Lay out once, then freeze: a figure is drawn several times, when saved and when shown.
    fig.draw_without_rendering()
    fig.set_layout_engine("none")
    ink = dict(ha="left", va="top", transform=fig.transFigure)
    left, y = 0.10 / width, 1 - 0.10 / height
    bold = dict(fontsize=12.5, weight="bold", color=INK, **ink)
    below = y - 0.23 * len(title_lines) / height
    foot = (0.06 + 0.14 * len(source_lines)) / height
    fig.sahelkit_texts = [
        fig.text(left, y, "\n".join(title_lines), **bold),
        fig.text(left, below, "\n".join(subtitle_lines), fontsize=9, color=MUTED, **ink),
        fig.text(left, foot, "\n".join(source_lines), fontsize=7, color=MUTED, **ink),
    ]
    fig.sahelkit = {"Title": title, "Description": subtitle, "Source": f"{source}. {note}".strip()}
    return fig


def show(fig: plt.Figure) -> None:
    """Show a figure in the notebook, once, and close it."""
    _display(fig, png(fig), f"<figure: {fig.sahelkit['Title']}>")


def _display(fig: plt.Figure, picture: bytes, words: str) -> None:
    from IPython.display import display

    display({"image/png": picture, "text/plain": words}, raw=True)
    plt.close(fig)


def save(fig: plt.Figure, name: str, table: pd.DataFrame) -> None:
    """Show a figure in the notebook; save it and its table where SAHELKIT_FIGURES says.

    ``sahelkit reproduce`` sets the variable; without it a figure is only shown, and a line says
    so. What is shown and what is saved are the same bytes, rendered once; the figure is closed.

    The name is the notebook's number and subject, ``02_monthly_deaths``; the table that the figure
    draws is written beside it as csv, numbers to 6 significant digits.
    """
    from IPython import get_ipython

    folder = os.environ.get("SAHELKIT_FIGURES")
    shell = get_ipython()
    if not folder and shell is None:
        return
    picture = png(fig)
    if shell is not None:
        _display(fig, picture, f"<figure {name}>")
    if not folder:
        print(f"{name}: shown, not saved. Set SAHELKIT_FIGURES to a folder to save figures there.")
        return
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    (target / f"{name}.png").write_bytes(picture)
    table = table.rename_axis(index=None)
    if not isinstance(table.index, pd.RangeIndex):
        table = table.reset_index()
    text = table.to_csv(index=False, lineterminator="\n", float_format="%.6g")
    (target / f"{name}.csv").write_bytes(text.encode("utf-8"))


def png(fig: plt.Figure) -> bytes:
    """A figure as PNG with at most 256 colours, a third of the size; title and source inside.

    The bytes depend on nothing but the figure and the installed versions.
    """
    from PIL import Image, PngImagePlugin

    drawn, out = io.BytesIO(), io.BytesIO()
    fig.savefig(drawn, format="png", pil_kwargs={"compress_level": 0})
    info = PngImagePlugin.PngInfo()
    for key, text in fig.sahelkit.items():
        info.add_itxt(key, text)
    few = dict(method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    picture = Image.open(drawn).convert("RGB").quantize(256, **few)
    picture.save(out, format="png", pnginfo=info, optimize=False)
    return out.getvalue()


def looks_same(one: bytes, other: bytes) -> bool:
    """Whether two PNGs show the same: one size, and no channel of a pixel differs by more than 32 of 255.

    Processors round the last digit of a fit differently, which shifts the edges of lines by a shade;
    a changed digit or a moved mark turns ink into paper.
    """
    from PIL import Image

    if one == other:
        return True
    pictures = (Image.open(io.BytesIO(data)).convert("RGB") for data in (one, other))
    first, second = (np.asarray(picture, dtype=int) for picture in pictures)
    return first.shape == second.shape and np.abs(first - second).max() <= 32

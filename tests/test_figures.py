"""Figures reused: on a caller's axes, with a caller's words."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

import sahelkit
from sahelkit import coding, escalation, figures, geography, interventions, readings
from sahelkit.escalation import composition
from sahelkit.figures import timeline


@pytest.fixture(scope="module")
def ds():
    return sahelkit.load()


def draw_ratios(ds, ax):
    return figures.escalation.ratios(escalation.ratios(ds.region_month), ds.label, ax=ax)


def draw_killed(ds, ax):
    table = coding.who_killed_whom(ds.incidents)
    return figures.incident_data.who_killed_whom(table, ds.label, ax=ax)


def draw_map(ds, ax):
    return figures.maps.incident_map(ds.incidents, ds.label, "perpetrator", ax=ax)


def draw_distance(ds, ax):
    centres = readings.with_and_without_diffa(ds, geography.centre_region)
    return figures.shift.distance(centres, ds.label, ax=ax)


@pytest.mark.parametrize("draw", [draw_ratios, draw_killed, draw_map, draw_distance])
def test_on_a_callers_axes_nothing_but_these_changes(ds, draw):
    fig, (left, right) = plt.subplots(1, 2, figsize=(11, 5))
    assert draw(ds, right) is fig
    assert len(right.get_children()) > len(left.get_children()) and right.get_title(loc="left")
    assert not left.has_data() and not fig.texts and fig.get_figheight() == 5
    plt.close(fig)


def test_a_callers_words_take_the_place_of_the_figures(ds):
    fig = draw_ratios(ds, None)
    before = [text.get_text() for text in fig.texts]
    figures.caption(fig, "My title", "My subtitle", ds.label)
    assert [text.get_text() for text in fig.texts][:2] == ["My title", "My subtitle"]
    assert len(fig.texts) == len(before) and before[0] not in [t.get_text() for t in fig.texts]
    plt.close(fig)


@pytest.mark.parametrize("width", [timeline.WALL, timeline.PAPER, timeline.SLIDE])
def test_timeline_labels_do_not_overlap(width):
    fig = timeline.timeline(timeline.deaths_by_place(sahelkit.load()), "test", width)
    fig.canvas.draw()
    renderer = fig.canvas.get_renderer()
    axes = fig.axes[0]
    boxes = [t.get_window_extent(renderer) for t in axes.texts if t.get_text()]
    frame = fig.bbox
    for i, one in enumerate(boxes):
        assert frame.x0 <= one.x0 and one.x1 <= frame.x1
        for other in boxes[i + 1 :]:
            wide = min(one.x1, other.x1) - max(one.x0, other.x0)
            tall = min(one.y1, other.y1) - max(one.y0, other.y0)
            assert wide <= 1 or tall <= 0.45 * min(one.height, other.height)
    plt.close(fig)


def test_deaths_drawn_are_those_of_the_table():
    ds = sahelkit.load()
    deaths = timeline.deaths_by_place(ds)
    three = deaths["best"][["MLI", "BFA", "NER"]].to_numpy().sum()
    assert three == ds.region_month["deaths_best"].sum()
    assert (deaths["low"] <= deaths["high"]).all().all()


def test_leaders_have_short_names_of_their_own():
    losses = interventions.read().query("kind == 'leadership_loss'")
    drawn = losses[losses["countries"].map(bool)]
    assert drawn["label"].is_unique


def test_figures_of_the_rise_draw_their_tables(ds):
    table = escalation.monthly(ds)
    figure = figures.escalation.monthly(table, "test", escalation.last_month(ds.region_month))
    drawn = figure.axes[1].get_lines()[0].get_ydata()
    assert (drawn == table["deaths_best"]).all()
    assert "1,011 incidents and 8,752 deaths in 2023" in figure.sahelkit["Title"]
    mix = composition.mix(ds.region_month)
    bars = figures.composition.mix(mix, "test").axes[0].containers[0]
    assert np.allclose([bar.get_height() for bar in bars], 100 * mix["JNIM and founders"])
    ratios = escalation.ratios(ds.region_month)
    dots = figures.escalation.ratios(ratios, "test").axes[0].collections[-1].get_offsets()
    assert np.allclose(dots[:, 1], ratios["ratio"])
    plt.close("all")

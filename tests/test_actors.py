"""Actors: names, groups, families, lineage."""

import pandas as pd
import pytest

from sahelkit import actors


def test_every_actor_of_the_reference_file_has_a_group(reference):
    table = pd.read_csv(reference(), usecols=["year", "side_a", "side_b"])
    table = table[table["year"] >= 2012]
    names = set(table["side_a"]) | set(table["side_b"])
    without = {name for name in names if "other" in actors.groups_of(name)}
    assert without == set()


def test_group_ids_are_unique_and_point_to_groups():
    table = actors.groups()
    ids = set(table["group_id"])
    assert table["group_id"].is_unique and len(table) >= 30
    for name in ("successor", "predecessors"):
        assert set("|".join(table[name]).split("|")) - {""} <= ids
    families = {*actors.FAMILIES, "Foreign forces"}
    assert set(table["family"]) <= families


def test_every_group_has_sources_with_an_address():
    table = actors.groups().query("group_id != 'other'")
    parts = table.set_index("group_id")["sources"].str.split(" ; ").explode()
    assert parts[~parts.str.contains("<https?://[^ >]+>")].to_dict() == {}


def test_jnim_has_its_four_founders():
    table = actors.groups().set_index("group_id")
    founders = {"ansar_dine", "aqim", "al_murabitoun", "macina"}
    assert set(table.loc["jnim", "predecessors"].split("|")) == founders
    assert table.loc["jnim", "founded"] == "2017-03-02"


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("JNIM: Group for Support of Islam and Muslims", "jnim"),
        ("Military Forces of Mali (2021-)", "mali_forces"),
        ("Military Forces of Niger (2023-)", "niger_forces"),
        ("Islamic State (Greater Sahara)", "is_sahel"),
        ("Jamaat Nusrat al-Islam wal Muslimin (JNIM)", "jnim"),
        ("Civilians (Mali)", "civilians"),
        ("A name nobody has heard", "other"),
    ],
)
def test_names_of_other_sources(name, group):
    assert actors.group_of(name) == group


def test_families_of_pairs():
    sides = [["is_sahel", "jnim"], ["mali_forces"], ["cma", "gatia"], ["dozos", "jnim"], ["other"]]
    found = [actors.family_of(groups) for groups in sides]
    assert found == [
        "JNIM against IS Sahel",
        "State forces",
        "Armed movements of the north",
        "JNIM and founders",
        "Other",
    ]


def test_lineage_ends_no_group_before_it_begins():
    table = actors.lineage()
    assert (table["start"] <= table["end"]).all()
    assert "jnim" in set(table["group_id"])

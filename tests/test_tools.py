"""The shipped files are what their rebuild commands make, byte for byte."""

import inspect

import pytest

from sahelkit import coding, schema
from sahelkit.files import data_dir
from tools import codebook, names, rebuild

TOTALS = "ucdp_country_year_25.1_sahel.csv"


@pytest.fixture(scope="module")
def made(tmp_path_factory, reference):
    folder = tmp_path_factory.mktemp("data")
    (folder / "raw").mkdir()
    rebuild.rebuild(
        folder,
        reference(),
        reference(TOTALS),
        reference("sahel3_adm1.geojson"),
        reference("sahel3_adm2_simplified_0.01deg.geojson"),
        reference("ucdp_country_month_2024_2026.csv"),
        reference("ucdp_candidate_25.01.25.12_sahel_reduced.csv"),
    )
    return folder


@pytest.mark.parametrize(
    "name",
    [
        "ucdp_region_month.csv",
        "ucdp_grid_year.csv",
        "ucdp_toll_frequency.csv",
        "ucdp_pairs.csv",
        "ucdp_country_year.csv",
        "ucdp_country_month.csv",
        "raw/incident_coding.csv",
        "outlines.geojson",
        "provenance.json",
        "incidents.csv",
    ],
)
def test_byte_for_byte(made, name):
    assert (made / name).read_bytes() == (data_dir() / name).read_bytes()


def test_codebook_and_datapackage_are_up_to_date():
    import json

    folder = data_dir()
    stored = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert stored == codebook.hashed(folder), "run: python -m tools.rebuild"
    assert (folder / "codebook.md").read_text(encoding="utf-8") == codebook.codebook(folder)
    assert (folder / "datasheet.md").read_text(encoding="utf-8") == codebook.datasheet(folder)


def test_the_frame_is_described_as_the_schema_defines_it():
    fields = {f["name"]: f for f in codebook.described(data_dir())[0]["schema"]["fields"]}
    assert list(fields) == [*schema.NAMES, *coding.EXTRA]
    for column in schema.COLUMNS:
        assert fields[column.name]["description"] == column.meaning


def test_kappa_of_a_published_table(tmp_path):
    # 50 cases: 20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no; kappa 0.4 (a textbook example).
    cells = [("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10 + [("no", "no")] * 15
    (tmp_path / "raw").mkdir()
    lines = ["round,incident,field,first,second"]
    lines += [f"1,i{n},target,{a},{b}" for n, (a, b) in enumerate(cells)]
    (tmp_path / "raw" / "incident_recoding.csv").write_text("\n".join(lines) + "\n")
    assert codebook.kappa(tmp_path)["kappa"].tolist() == pytest.approx([0.4])


@pytest.mark.filterwarnings("ignore")
def test_the_datapackage_is_valid():
    frictionless = pytest.importorskip("frictionless")
    report = frictionless.validate(str(data_dir() / "datapackage.json"))
    assert report.valid, report.flatten(["resourceName", "rowNumber", "fieldName", "note"])[:5]


def test_a_file_that_is_no_country_year_is_refused(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(rebuild.SourceError, match="country_cy"):
        rebuild.country_year(path)


def test_the_list_of_public_names_is_current_and_each_has_an_example():
    assert names.TARGET.read_text(encoding="utf-8") == names.page()
    bare = [
        key
        for key, thing in names.used().items()
        if not key[0].startswith("figures") and ">>>" not in inspect.getdoc(thing)
    ]
    assert bare == []

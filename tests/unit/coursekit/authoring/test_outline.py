import xml.etree.ElementTree as ElementTree
from pathlib import Path

from coursekit import paths
from coursekit.authoring import outline

ROOT = paths.course_root()
MODULES = outline.load()
UNITS = [unit for module in MODULES for unit in module.units]


def test_every_notebook_of_the_course_is_on_the_map() -> None:
    written = {unit.path for unit in UNITS if unit.written}
    notebooks = {*ROOT.glob("modules/*/*.ipynb"), *ROOT.glob("labs/*/*.ipynb")}
    assert written == notebooks


def test_the_drawn_map_is_up_to_date() -> None:
    drawn = (ROOT / "modules" / "course_map.svg").read_text("utf-8")
    assert drawn == outline.draw_map(MODULES), "run `.venv/bin/course map`"


def test_the_map_is_svg_and_shows_every_unit() -> None:
    root = ElementTree.fromstring(outline.draw_map(MODULES))
    shown = [element.text for element in root.iter() if element.tag.endswith("text")]
    for unit in UNITS:
        assert (f"Lab: {unit.title}" if unit.is_lab else unit.title) in shown


def test_self_study_takes_everything_and_workshops_a_part() -> None:
    everything = outline.route(MODULES, "self_study")
    assert everything == UNITS
    for name in ("two_days", "half_day"):
        chosen = outline.route(MODULES, name)
        assert 0 < len(chosen) < len(everything)


def test_a_workshop_fits_into_its_hours() -> None:
    def minutes(path: outline.Route, modules: list[outline.Module]) -> int:
        return sum(unit.minutes() or 0 for unit in outline.route(modules, path))

    for path, hours in outline.HOURS.items():
        assert hours * 60 * 0.75 < minutes(path, MODULES) <= hours * 60
    # As the first lesson says: modules 00 and 01 on the first day, the others on the second.
    day = outline.HOURS["two_days"] * 60 / 2
    assert minutes("two_days", MODULES[:2]) <= day
    assert minutes("two_days", MODULES[2:]) <= day


def test_the_legend_explains_what_is_on_the_map() -> None:
    assert "not written yet" not in outline.draw_map(MODULES)
    gone = outline.Unit(ROOT / "no.ipynb", "No", ("self_study",), is_lab=False)
    planned = outline.Module("no", "No", "Why?", (gone,))
    assert "not written yet" in outline.draw_map([*MODULES[:5], planned])


def test_minutes_are_read_from_the_notebook(tmp_path: Path) -> None:
    path = tmp_path / "lesson.ipynb"
    unit = outline.Unit(path, "Lesson", ("self_study",), is_lab=False)
    assert unit.minutes() is None
    path.write_text("**Time**: 30–45 minutes")
    assert unit.minutes() == 45
    path.write_text("*Time*: 20 minutes")
    assert unit.minutes() == 20
    written = [unit for unit in UNITS if unit.written]
    assert len(written) > 1
    assert all(unit.minutes() for unit in written)

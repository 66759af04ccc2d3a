"""Tables as spreadsheets save them are read alike, and what is none is refused in one clause."""

from pathlib import Path

import pytest

from coursekit.spreadsheet import SpreadsheetError, missing_columns, read_sheet

#: One table, as various programs write it.
FORMS = {
    "plain": b"id,name\nada,Ash\nzoe,Oak\n",
    "no last line end": b"id,name\nada,Ash\nzoe,Oak",
    "Windows": b"id,name\r\nada,Ash\r\nzoe,Oak\r\n",
    "old Mac": b"id,name\rada,Ash\rzoe,Oak\r",
    "semicolons": b"id;name\r\nada;Ash\r\nzoe;Oak\r\n",
    "tabs": b"id\tname\nada\tAsh\nzoe\tOak\n",
    "tabs in UTF-16": "id\tname\r\nada\tAsh\r\nzoe\tOak\r\n".encode("utf-16"),
    "UTF-16, the other way": "\ufeffid,name\nada,Ash\nzoe,Oak\n".encode("utf-16-be"),
    "byte-order mark": "\ufeffid,name\nada,Ash\nzoe,Oak\n".encode(),
    "separator named": b"sep=;\r\nid;name\r\nada;Ash\r\nzoe;Oak\r\n",
    "another separator": b'"SEP=|"\nid|name\nada|Ash\nzoe|Oak\n',
    "mark and separator": "\ufeffsep=,\nid,name\nada,Ash\nzoe,Oak\n".encode(),
    "capitals": b"ID,Name\nada,Ash\nzoe,Oak\n",
    "blanks": b" id , name \n ada , Ash \nzoe,Oak\n",
    "blank rows": b"\n,,\nid,name\n\n,\nada,Ash\n , \nzoe,Oak\n,,,\n\n",
    "quotation marks": b'"id","name"\n"ada","Ash"\n"zoe","Oak"\n',
    "a column without a name": b"id,,name\nada,,Ash\nzoe,x,Oak\n",
    "empty columns to the right": b"id,name,,\nada,Ash,,\nzoe,Oak,,\n",
    "a column less in the header": b"id,name\nada,Ash,\nzoe,Oak,,\n",
}


@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_the_same_table(tmp_path: Path, form: str) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(FORMS[form])
    sheet = read_sheet(path)
    assert sheet.columns == ("id", "name")
    rows = [row for _, row in sheet.rows]
    assert rows == [{"id": "ada", "name": "Ash"}, {"id": "zoe", "name": "Oak"}]


def test_values_stay_and_rows_know_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text('sep=,\nStudent-ID,First Name\n\n7,"Ash, [x] ""A"""\n8\n', encoding="utf-8")
    sheet = read_sheet(path)
    assert sheet.columns == ("student_id", "first_name")
    assert sheet.rows == (
        (4, {"student_id": "7", "first_name": 'Ash, [x] "A"'}),
        (5, {"student_id": "8"}),
    )


#: What is no table, and how the clause about it begins.
REFUSED = {
    "is empty": b" \n,,\n",
    "is not UTF-8 text: save it as": "id,name\nada,Jürgen\n".encode("latin-1"),
    "is not text": b"i\0d\0,\0",
    "is a workbook: save it as": b"PK\x03\x04rest",
    "is a workbook": b"\xd0\xcf\x11\xe0rest",
    "has two columns id": b"id,ID\n1,2\n",
    "has 3 values for 2 columns in line 2": b"id,name\nada,Ash,A.\n",
    "cannot be read in line 2: field larger": b"id,name\n" + b"x" * 200_000,
}


@pytest.mark.parametrize("clause", REFUSED)
def test_what_is_none_is_refused_in_one_clause(tmp_path: Path, clause: str) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(REFUSED[clause])
    with pytest.raises(SpreadsheetError) as found:
        read_sheet(path)
    assert str(found.value).startswith(clause)
    assert "\n" not in str(found.value)


def test_missing_columns_are_named_with_those_that_were_found(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("Matrikel|Name\n1|Ash\n", encoding="utf-8")
    sheet = read_sheet(path)
    assert missing_columns(sheet, ("id", "name")) == (
        "has no column id, name; its columns are: matrikel|name"
    )
    assert missing_columns(sheet, ("matrikel|name",)) == ""

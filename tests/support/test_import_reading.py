import gzip

import pytest

from foundation.imports.errors import Refusal, UnreadableFileError
from foundation.imports.reading import FileRules, open_rows

UTF8 = FileRules("utf-8", ",", frozenset({""}))


def rows_of(path, rules=UTF8):
    with open_rows(path, rules) as rows:
        return rows.header, list(rows)


def test_lines_are_counted_through_quoted_line_ends_and_blank_lines(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b'id,text\r\n1,"two\r\nlines"\r\n\r\n2,plain\r\n')

    assert rows_of(path) == (["id", "text"], [(2, ["1", "two\r\nlines"]), (5, ["2", "plain"])])


def test_gzip_is_known_by_its_bytes_and_not_its_name(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(gzip.compress(b"id\n1\n"))

    assert rows_of(path) == (["id"], [(2, ["1"])])


def test_byte_order_mark_is_no_part_of_the_first_column(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("\ufeffid,ü\n1,2\n".encode())

    assert rows_of(path)[0] == ["id", "ü"]


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [("latin-1", ";"), ("cp1252", "\t"), ("utf-16", "|")],
    ids=["latin-1", "cp1252", "utf-16"],
)
def test_other_encodings_and_delimiters(tmp_path, encoding, delimiter):
    path = tmp_path / "a.csv"
    path.write_bytes(f"id{delimiter}name\n1{delimiter}Jürgen\n".encode(encoding))

    assert rows_of(path, FileRules(encoding, delimiter, frozenset()))[1] == [(2, ["1", "Jürgen"])]


def test_malformed_rows_are_refused_with_their_line_and_the_next_are_read(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b'id,text\n1\n2,a,b\n3,"x"y\n4,nul\x00\n5,caf\xe9\n6,fine\n')

    _, (few, many, quote, nul, encoding, fine) = rows_of(path)

    assert few == Refusal(2, "", "1", "has 1 columns where the first line has 2")
    assert many == Refusal(3, "", "2,a,b", "has 3 columns where the first line has 2")
    assert (quote.line, "well-formed" in quote.reason) == (4, True)
    assert nul == Refusal(5, "text", "nul\\x00", "contains a NUL byte")
    assert encoding == Refusal(6, "text", "caf\\udce9", "is not written in utf-8")
    assert fine == (7, ["6", "fine"])


def test_quote_that_never_closes_is_refused_and_not_raised(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('id,text\n1,fine\n2,"open\n3,lost\n')

    _, (fine, refused) = rows_of(path)

    assert fine == (2, ["1", "fine"])
    assert (refused.line, "unexpected end of data" in refused.reason) == (3, True)


def test_cell_beyond_any_sense_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(f"id,text\n1,{'x' * 200_000}\n2,fine\n")

    _, found = rows_of(path)

    assert (found[0].line, "field larger than field limit" in found[0].reason) == (2, True)
    assert found[-1] == (3, ["2", "fine"])


@pytest.mark.parametrize("content", [b"", b"\n"])
def test_file_without_a_first_line_is_not_read(tmp_path, content):
    path = tmp_path / "a.csv"
    path.write_bytes(content)

    with pytest.raises(UnreadableFileError, match="empty"):
        rows_of(path)


def test_absent_file_and_folder_are_not_read(tmp_path):
    with pytest.raises(UnreadableFileError, match="No such file"):
        rows_of(tmp_path / "none.csv")
    with pytest.raises(UnreadableFileError, match="directory"):
        rows_of(tmp_path)


def test_cut_off_gzip_names_the_line(tmp_path):
    path = tmp_path / "a.csv.gz"
    packed = gzip.compress(b"id\n" + b"".join(b"%d\n" % n for n in range(100_000)))
    path.write_bytes(packed[: len(packed) // 2])

    with pytest.raises(UnreadableFileError, match=r"Line \d+: the file is damaged"):
        rows_of(path)

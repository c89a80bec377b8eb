"""A catalogue's sheet: CSV in, rows with their faults out; rows in, CSV out."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from webapp.errors import CellInvalid, LorgnetteError, SheetInvalid
from webapp.shop.sheet_columns import ALIASES, BY_NAME, COLUMNS, LONGEST_CELL, Column

MOST_ROWS = 20_000
FORMULA = ("=", "+", "-", "@")  # a spreadsheet would compute a cell that begins so
MARKED = (*FORMULA, "'")  # written with an apostrophe before it, which reading drops
SAFE = re.compile(r"-?\d+([.,]\d+)?( -?\d+([.,]\d+)?)*")  # numbers may begin with a minus


@dataclass(frozen=True)
class Fault:
    """What is wrong in a sheet: `row`, 1 being the head; the column; the error, by its code."""

    row: int
    column: str
    code: str
    params: Mapping[str, Any]

    @classmethod
    def of(cls, row: int, column: str, error: LorgnetteError) -> "Fault":
        """Return the fault that an error tells of."""
        plain = {name: str(value)[:200] for name, value in error.params.items()}
        return cls(row, column, error.code, plain)


@dataclass
class Row:
    """A row of a sheet: its number, what its cells say by column, and its faults."""

    number: int
    values: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def fault(self, column: str, error: LorgnetteError) -> None:
        """Note what is wrong in a column."""
        self.faults.append(Fault.of(self.number, column, error))


@dataclass(frozen=True)
class Sheet:
    """A sheet that was read: the columns that it has, and its rows."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def read(data: bytes) -> Sheet:
    """Return what a CSV file holds: UTF-8, cells parted by comma, semicolon or tab.

    Raises:
        SheetInvalid: it is no such file, its head is unusable, or it has too many rows.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SheetInvalid(advice="it must be a CSV file in UTF-8") from None
    if "\x00" in text:
        raise SheetInvalid(advice="it must be a CSV file in UTF-8")
    try:
        return sheet_of(list(csv.reader(io.StringIO(text, newline=""), delimiter=parting(text))))
    except csv.Error as error:
        raise SheetInvalid(advice=f"it is no proper CSV ({error})") from None


def parting(text: str) -> str:
    """Return what parts the cells of the first line: whatever there is most of."""
    head = text.partition("\n")[0]
    return max(",;\t", key=head.count)


def sheet_of(lines: Sequence[Sequence[str]]) -> Sheet:
    """Return the sheet of lines that are cells. Raises `SheetInvalid`."""
    if not lines or not any(cell.strip() for cell in lines[0]):
        raise SheetInvalid(advice="its first line must name the columns")
    columns = tuple(known(cell) for cell in lines[0])
    doubled = sorted({name for name in columns if columns.count(name) > 1})
    if doubled:
        raise SheetInvalid(advice=f"the column {doubled[0]} is there twice")
    if len(lines) - 1 > MOST_ROWS:
        raise SheetInvalid(advice=f"it has more than {MOST_ROWS:,} rows")
    told = ((number, line) for number, line in enumerate(lines[1:], 2) if any(map(str.strip, line)))
    return Sheet(columns, tuple(row_of(columns, number, line) for number, line in told))


def known(cell: str) -> str:
    """Return which column a head names. Raises `SheetInvalid` for none that there is."""
    plain = re.sub(r"[\s-]+", "_", cell.strip().lower())
    name = ALIASES.get(plain, plain)
    if name not in BY_NAME:
        names = ", ".join(column.name for column in COLUMNS)
        raise SheetInvalid(advice=f"there is no column {cell.strip()[:60]!r}; there are {names}")
    return name


def row_of(columns: Sequence[str], number: int, line: Sequence[str]) -> Row:
    """Return a row with what its cells say, and what is wrong in them."""
    row = Row(number)
    if len(line) > len(columns):
        row.fault(columns[-1], CellInvalid(advice=f"{len(columns)} cells, and it has {len(line)}"))
    for name, cell in zip(columns, line, strict=False):
        text = plain(cell)
        if text == "" and not BY_NAME[name].empties:
            continue
        try:
            row.values[name] = read_cell(BY_NAME[name], text)
        except CellInvalid as error:
            row.fault(name, error)
    return row


def plain(cell: str) -> str:
    """Return a cell's text; an apostrophe that kept it from being computed is dropped."""
    text = cell.strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(MARKED) else text


def read_cell(column: Column, text: str) -> Any:
    """Return what a cell says. Raises `CellInvalid`."""
    if text == "":
        return None
    if len(text) > LONGEST_CELL:
        raise CellInvalid(advice=f"at most {LONGEST_CELL} characters")
    return column.read(text)


def write(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Return a CSV file with every column, of rows by column."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([column.name for column in COLUMNS])
    for row in rows:
        writer.writerow([written(row.get(column.name)) for column in COLUMNS])
    return text.getvalue().encode("utf-8-sig")


def written(value: Any) -> str:
    """Return a value as a cell says it, which `read` understands."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    if isinstance(value, list | tuple):
        return " ".join(written(float(part)) for part in value)
    text = str(value)
    return f"'{text}" if text.startswith(MARKED) and not SAFE.fullmatch(text) else text


def slug_of(name: str) -> str:
    """Return the short name that a name gives: small letters, digits and single hyphens.

    >>> slug_of("Éloïse 52 / Noir")
    'eloise-52-noir'
    """
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[a-z0-9]+", ascii_only.lower()))[:64].strip("-")


def by_frame(sheet: Sheet) -> Iterator[tuple[str, list[Row]]]:
    """Yield each frame's short name with its rows, in the order in which they come first."""
    found: dict[str, list[Row]] = {}
    for row in sheet.rows:
        slug = row.values.get("frame") or slug_of(str(row.values.get("model") or ""))
        found.setdefault(slug or f"\x00{row.number}", []).append(row)
    for slug, rows in found.items():
        yield slug.partition("\x00")[0], rows

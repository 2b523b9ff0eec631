"""Compares cohort.parquet with cohort.csv: python3 check_cohort.py RESULTS"""

import csv
import sys
from pathlib import Path

import pyarrow
import pyarrow.parquet

# What spreadsheets would take for a formula has an apostrophe before it in CSV.
FORMULA = tuple("=+-@\t\r\n")


def text(cell):
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell


def main(folder):
    table = pyarrow.parquet.read_table(folder / "cohort.parquet")
    with open(folder / "cohort.csv", newline="", encoding="utf-8") as file:
        names, *rows = csv.reader(file)
    assert table.column_names == names, "other columns"
    assert table.num_rows == len(rows), f"{table.num_rows} rows, not {len(rows)}"
    numbers = 0
    for at, name in enumerate(names):
        column, cells = table.column(name), [row[at] for row in rows]
        if column.type == pyarrow.float64():
            numbers += 1
            expected = [float(cell) if cell else None for cell in cells]
        else:
            assert column.type == pyarrow.string(), f"{name}: {column.type}"
            expected = [text(cell) or None for cell in cells]
        assert column.to_pylist() == expected, f"{name}: other values"
    for name in ("slices", "lv_pool_ml", "scar_percent", "segment_1_scar_percent", "findings"):
        assert table.schema.field(name).type == pyarrow.float64(), f"{name}: no number"
    print(f"cohort.parquet: {len(rows)} cases, {numbers} columns of numbers and {len(names) - numbers} of text as in cohort.csv")


main(Path(sys.argv[1]))

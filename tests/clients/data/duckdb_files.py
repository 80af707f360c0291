"""DuckDB: queries over the downloaded files of a revision, Parquet and CSV."""

import datetime
import pathlib
import tempfile

import duckdb
import frames
from origin import Origin
from report import Report


def downloaded(origin, revision, media, folder):
    """A file of a revision, saved."""
    url = frames.file(revision, media)
    path = pathlib.Path(folder) / url.rpartition("/")[2]
    path.write_bytes(origin.send("GET", url, 200).content)
    return path


def the_parquet_file_answers_sql_with_every_type_and_cell(origin, folder):
    path = downloaded(origin, frames.publish(origin), frames.PARQUET, folder)
    found = duckdb.sql(f"select * from '{path}'").fetchall()
    expected = list(zip(*(cells for _, cells in frames.COLUMNS.values()), strict=True))
    frames.same(expected, [tuple(utc(cell) for cell in row) for row in found], "rows")


def utc(cell):
    """A moment in the time zone that the expected one has."""
    return cell.astimezone(datetime.UTC) if isinstance(cell, datetime.datetime) else cell


def both_files_of_a_large_table_are_the_same_to_sql(origin, folder):
    revision = frames.large(origin)
    parquet, csv = (downloaded(origin, revision, media, folder) for media in (frames.PARQUET, frames.CSV))
    differences = duckdb.sql(
        f"select count(*) from (from '{parquet}' except all from '{csv}' union all (from '{csv}' except all from '{parquet}'))"
    )
    frames.same([(0,)], differences.fetchall(), "differences")
    frames.same([(50_000,)], duckdb.sql(f"select count(*) from '{parquet}'").fetchall(), "rows")


def main():
    origin, report = Origin(), Report(f"duckdb {duckdb.__version__}")
    with tempfile.TemporaryDirectory() as folder:
        report.promises((
            the_parquet_file_answers_sql_with_every_type_and_cell,
            both_files_of_a_large_table_are_the_same_to_sql,
        ), origin, folder)
    report.finish()


main()

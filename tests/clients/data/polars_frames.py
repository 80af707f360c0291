"""polars: eager by CSV, lazy by Parquet with ranges of bytes."""

import frames
import polars
from origin import Origin
from report import Report


def the_parquet_url_scans_lazily_with_every_type_and_cell(origin):
    frame = polars.scan_parquet(frames.file(frames.publish(origin), frames.PARQUET)).collect()
    for name, (_, expected) in frames.COLUMNS.items():
        frames.same(expected, frame[name].to_list(), f"cells of {name}:")


def the_csv_url_reads_as_the_same_frame(origin):
    revision = frames.publish(origin)
    parquet = polars.scan_parquet(frames.file(revision, frames.PARQUET)).collect()
    csv = polars.read_csv(frames.file(revision, frames.CSV), schema_overrides=dict(parquet.schema), null_values="")
    for name in frames.COLUMNS:
        frames.same(parquet[name].to_list(), csv[name].to_list(), f"cells of {name}:")


def a_scan_of_one_column_fetches_parts_of_the_file(origin):
    revision = frames.large(origin, 200_000)
    url = frames.file(revision, frames.PARQUET)
    threes = polars.col("kind").filter(polars.col("kind") == "k3").count()
    count, statuses = origin.asked(lambda: polars.scan_parquet(url).select(threes).collect().item())
    frames.same(sum(row % 7 == 3 for row in range(200_000)), count, "the count")
    assert statuses and set(statuses) <= {200, 206} and 206 in statuses, f"expected parts, found {statuses}"


def the_end_of_the_file_is_given_by_a_suffix(origin):
    revision = frames.large(origin, 200_000)
    url = frames.file(revision, frames.PARQUET)
    size = int(next(one["contentSize"] for one in revision["distribution"] if one["contentUrl"] == url))
    for wanted in ("bytes=-8", f"bytes={size - 8}-"):
        part = origin.send("GET", url, 206, headers={"Range": wanted})
        frames.same((8, b"PAR1"), (len(part.content), part.content[-4:]), f"the end by {wanted}:")
        frames.same(f"bytes {size - 8}-{size - 1}/{size}", part.headers["Content-Range"], f"the range by {wanted}:")


def main():
    origin, report = Origin(), Report(f"polars {polars.__version__}")
    report.promises((
        the_parquet_url_scans_lazily_with_every_type_and_cell,
        the_csv_url_reads_as_the_same_frame,
        a_scan_of_one_column_fetches_parts_of_the_file,
        the_end_of_the_file_is_given_by_a_suffix,
    ), origin)
    report.finish()


main()

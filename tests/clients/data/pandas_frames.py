"""pandas: both files of a revision by their URLs alone; the same table, every cell."""

import frames
import pandas
from origin import Origin
from report import Report


def cells(column):
    """The cells of a column, missing ones as None."""
    return [None if pandas.isna(cell) else cell for cell in column]


def the_parquet_url_loads_as_a_frame_with_every_type_and_cell(origin):
    frame = pandas.read_parquet(frames.file(frames.publish(origin), frames.PARQUET), dtype_backend="numpy_nullable")
    frames.same(list(frames.COLUMNS), list(frame.columns), "columns")
    for name, (kind, expected) in frames.COLUMNS.items():
        found = cells(frame[name])
        if kind == "datetime":
            found = [cell and cell.to_pydatetime() for cell in found]
        frames.same(expected, found, f"cells of {name}:")


def the_csv_url_loads_as_the_same_frame(origin):
    revision = frames.publish(origin)
    csv = pandas.read_csv(
        frames.file(revision, frames.CSV),
        dtype={"whole (m)": "Int64", "truth": "boolean", "text": "string"},
        keep_default_na=False,
        na_values=[""],
        parse_dates=["moment"],
        date_format="ISO8601",
    )
    parquet = pandas.read_parquet(frames.file(revision, frames.PARQUET), dtype_backend="numpy_nullable")
    for name in ("whole (m)", "number", "truth", "text", "moment"):
        frames.same(cells(parquet[name]), cells(csv[name]), f"cells of {name}:")


def a_large_table_has_all_its_rows_in_order(origin):
    frame = pandas.read_parquet(frames.file(frames.large(origin), frames.PARQUET))
    frames.same(list(range(50_000)), frame["row"].tolist(), "rows")
    frames.same(sum(row * 7919 % 100_003 / 8 for row in range(50_000)), frame["value"].sum(), "the sum")


def what_pandas_writes_is_taken_in_and_comes_back(origin):
    frame = pandas.DataFrame(
        {
            "n": pandas.array([1, None, 3], dtype="Int8"),
            "x": [0.5, float("nan"), 2.5],
            "word": pandas.Categorical(["a", "b", None]),
            "at": pandas.to_datetime(["2026-01-02 03:04:05", None, "2026-01-02 00:00:00"]).tz_localize("Europe/Berlin"),
        }
    )
    bodies = {
        frames.PARQUET: frame.to_parquet(),
        "application/x-ndjson": frame.to_json(orient="records", lines=True, date_format="iso").encode(),
        "application/json": frame.to_json(orient="records", date_format="iso").encode(),
        "text/csv": frame.to_csv(index=False).encode(),
    }
    found = []
    for number, (media, body) in enumerate(bodies.items()):
        headers = {"Content-Type": media, **origin.credentials}
        made = origin.send("POST", f"/v2/datasets?identifier=pandas-{number}", 201, data=body, headers=headers)
        dataset = origin.get(made.headers["Location"])
        types = [column["columnType"] for column in dataset["columns"]]
        frames.same(["integer", "number", "text", "datetime"], types, f"types of {media}:")
        found.append(pandas.read_parquet(frames.file(origin.get(dataset["newestRevision"]), frames.PARQUET)))
    for other in found[1:]:
        pandas.testing.assert_frame_equal(found[0], other)


def main():
    origin, report = Origin(), Report(f"pandas {pandas.__version__}")
    report.promises((
        the_parquet_url_loads_as_a_frame_with_every_type_and_cell,
        the_csv_url_loads_as_the_same_frame,
        a_large_table_has_all_its_rows_in_order,
        what_pandas_writes_is_taken_in_and_comes_back,
    ), origin)
    report.finish()


main()

"""Models that scikit-learn has fitted, taken in as JSON: the server predicts what scikit-learn predicts."""

import io
import itertools

import numpy
import pandas
import sklearn
from origin import Origin
from report import Report
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

NUMBERS = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]
AT_MOST = 1e-9
_numbers = itertools.count(1)


def penguins(origin):
    """The demo's table, those rows that miss nothing."""
    revision = origin.get(origin.get("/v2/datasets/penguins")["newestRevision"])
    url = next(one["contentUrl"] for one in revision["distribution"] if one["encodingFormat"] == "text/csv")
    return pandas.read_csv(io.BytesIO(origin.send("GET", url, 200).content)).dropna()


def pipeline(drop, **settings):
    """Numbers standardised, islands one by one, and a classifier of both."""
    encoder = make_column_transformer((StandardScaler(), NUMBERS), (OneHotEncoder(drop=drop), ["island"]))
    return make_pipeline(encoder, LogisticRegression(max_iter=1_000, **settings))


def weights(fitted):
    """What the server takes of such a pipeline: lists, by the names that they have in scikit-learn."""
    scaler, encoder = (step for _, step, _ in fitted[0].transformers_[:2])
    levels, classifier = encoder.categories_[0].tolist(), fitted[-1]
    shown = levels if encoder.drop_idx_ is None else levels[1:]
    return {
        "classes": classifier.classes_.tolist(),
        "features": [*NUMBERS, *(f"island={level}" for level in shown)],
        "categories": {"island": levels},
        "coef_": classifier.coef_.tolist(),
        "intercept_": classifier.intercept_.tolist(),
        "mean_": [*scaler.mean_, *(0 for _ in shown)],
        "scale_": [*scaler.scale_, *(1 for _ in shown)],
    }


def adopted(origin, target, document):
    """The version that weights become, of a model of their own."""
    name = f"adopted-{next(_numbers)}"
    wanted = {"name": name, "dataset": "penguins", "target": target, "givenWeights": document}
    job = origin.write("POST", "/v2/models", wanted, Prefer="wait=30").json()
    assert job["status"] == "succeeded", job
    return origin.get(job["result"])


def same(origin, version, fitted, rows):
    """Whether server and pipeline tell the same of rows."""
    sent = {"Content-Type": "application/json", "Accept": "application/ld+json"}
    answer = origin.send("POST", version["predictions"], 200, data=rows.to_json(orient="records"), headers=sent)
    members = answer.json()["member"]
    told = numpy.array([[one["probability"] for one in each["probabilities"]] for each in members])
    off = numpy.abs(told - fitted.predict_proba(rows)).max()
    assert off <= AT_MOST, f"expected probabilities within {AT_MOST}, found one {off} off"
    assert [each["class"] for each in members] == fitted.predict(rows).tolist()
    assert version["certificate"]["solver"] == "imported", version["certificate"]


def a_pipeline_of_three_classes_predicts_the_same(origin):
    table = penguins(origin)
    rows = table[[*NUMBERS, "island"]]
    fitted = pipeline(drop="first").fit(rows, table["species"])
    same(origin, adopted(origin, "species", weights(fitted)), fitted, rows)


def a_pipeline_of_two_classes_with_a_column_for_every_category_predicts_the_same(origin):
    table = penguins(origin)
    rows = table[[*NUMBERS, "island"]]
    fitted = pipeline(drop=None, C=0.3).fit(rows, table["sex"])
    same(origin, adopted(origin, "sex", weights(fitted)), fitted, rows)


def a_classifier_of_columns_in_their_own_units_predicts_the_same(origin):
    table = penguins(origin)
    for target in ("sex", "species"):
        rows = table[NUMBERS]
        fitted = LogisticRegression(solver="newton-cholesky", max_iter=1_000).fit(rows, table[target])
        document = {
            "classes": fitted.classes_.tolist(),
            "features": fitted.feature_names_in_.tolist(),
            "coef_": fitted.coef_.tolist(),
            "intercept_": fitted.intercept_.tolist(),
        }
        same(origin, adopted(origin, target, document), fitted, rows)


def what_goes_out_comes_in_and_goes_out_again(origin):
    table = penguins(origin)
    fitted = pipeline(drop="first").fit(table[[*NUMBERS, "island"]], table["species"])
    document = weights(fitted)
    version = adopted(origin, "species", document)
    out = origin.send("GET", version["coefficientFile"], 200).json()
    assert out == document, f"expected {document}, found {out}"


def main():
    origin, report = Origin(), Report(f"scikit-learn {sklearn.__version__}, taken in")
    report.promises((
        a_pipeline_of_three_classes_predicts_the_same,
        a_pipeline_of_two_classes_with_a_column_for_every_category_predicts_the_same,
        a_classifier_of_columns_in_their_own_units_predicts_the_same,
        what_goes_out_comes_in_and_goes_out_again,
    ), origin)
    report.finish()


main()

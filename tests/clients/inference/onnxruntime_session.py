"""onnxruntime on the graph of a version, and scikit-learn's classes on its weights: both predict the same."""

import json

import numpy
import onnx
import onnxruntime
from origin import Origin
from report import Report
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

# Model, and features of some rows as its template names them.
ROWS = {
    "petals": [(5.1, 1.4), (6.0, 4.4), (5.5, 3.0), ("", 2.0)],
    "penguins": None,
}
THRESHOLD = 0.8


def rows(origin, model):
    """Rows for a model: given ones, or those between the bounds that it has seen."""
    if ROWS.get(model) is not None:
        return ROWS[model]
    mapping = origin.get(f"/v2/models/{model}")["predict"]["mapping"]
    draw = numpy.random.default_rng(1)

    def value(one):
        if "levels" in one:
            return one["levels"][draw.integers(len(one["levels"]))]
        return round(draw.uniform(one["minimum"], one["maximum"]), 3)

    return [tuple(value(one) for one in mapping) for _ in range(20)]


def encoded(origin, version, weights, values):
    """A row as the model's columns have it."""
    names = [one["variable"] for one in origin.get(version)["predict"]["mapping"]]
    row = dict(zip(names, values, strict=True))

    def column(name, mean):
        if name.endswith(" is missing"):
            return float(row[name.removesuffix(" is missing")] == "")
        feature, _, level = name.partition("=")
        if row[feature] == "":
            return mean
        return float(row[feature] == level) if level else float(row[feature])

    return [column(*one) for one in zip(weights["features"], weights["mean_"], strict=True)]


def both(origin, model):
    """A version, its weights, encoded rows, and what is told of them."""
    version = origin.get(f"/v2/models/{model}")["currentVersion"]
    weights = origin.send("GET", origin.get(version)["coefficientFile"], 200).json()
    given = rows(origin, model)
    told = [origin.get(origin.prediction(version, values)) for values in given]
    x = numpy.array([encoded(origin, version, weights, values) for values in given])
    probabilities = numpy.array([[one["probability"] for one in each["probabilities"]] for each in told])
    return version, weights, x, [each["class"] for each in told], probabilities


def near(expected, found):
    off = numpy.abs(expected - found).max()
    assert off <= 1e-12, f"expected probabilities within 1e-12, found one {off} off"


def onnxruntime_predicts_what_the_server_predicts(origin):
    for model in ROWS:
        version, _, x, classes, probabilities = both(origin, model)
        graph = origin.send("GET", origin.get(version)["onnx"], 200).content
        onnx.checker.check_model(onnx.load_from_string(graph), full_check=True)
        session = onnxruntime.InferenceSession(graph)
        labels, found = session.run(["label", "probability"], {"x": x})
        near(probabilities, found)
        assert list(labels) == classes, f"expected {classes}, found {labels}"


def the_label_of_two_classes_follows_the_threshold(origin):
    wanted = {
        "name": "sexes",
        "dataset": "penguins",
        "target": "sex",
        "features": ["bill_length_mm", "body_mass_g", "species"],
        "threshold": THRESHOLD,
    }
    job = origin.write("POST", "/v2/models", wanted, Prefer="wait=30").json()
    assert job["status"] == "succeeded", job
    version, _, x, classes, probabilities = both(origin, "sexes")
    session = onnxruntime.InferenceSession(origin.send("GET", origin.get(version)["onnx"], 200).content)
    labels, found = session.run(["label", "probability"], {"x": x})
    near(probabilities, found)
    assert list(labels) == classes, f"expected {classes}, found {labels}"
    assert list(labels) == ["male" if one >= THRESHOLD else "female" for one in found[:, 1]], labels
    between = (found[:, 1] >= 0.5) & (found[:, 1] < THRESHOLD)
    assert between.any(), f"expected a row between a half and the threshold, found {found[:, 1]}"


def the_graph_names_its_columns_and_classes(origin):
    version, weights, *_ = both(origin, "petals")
    session = onnxruntime.InferenceSession(origin.send("GET", origin.get(version)["onnx"], 200).content)
    metadata = session.get_modelmeta().custom_metadata_map
    assert json.loads(metadata["columns"]) == weights["features"], metadata
    assert json.loads(metadata["classes"]) == weights["classes"], metadata


def scikit_learn_predicts_the_same_from_the_weights(origin):
    for model in ROWS:
        _, weights, x, classes, probabilities = both(origin, model)
        scaler, classifier = StandardScaler(), LogisticRegression()
        scaler.mean_, scaler.scale_ = numpy.array(weights["mean_"]), numpy.array(weights["scale_"])
        scaler.n_features_in_ = len(weights["features"])
        classifier.classes_ = numpy.array(weights["classes"])
        classifier.coef_, classifier.intercept_ = numpy.array(weights["coef_"]), numpy.array(weights["intercept_"])
        z = scaler.transform(x)
        near(probabilities, classifier.predict_proba(z))
        assert list(classifier.predict(z)) == classes


def main():
    origin, report = Origin(), Report(f"onnxruntime {onnxruntime.__version__}")
    report.promises((
        onnxruntime_predicts_what_the_server_predicts,
        the_label_of_two_classes_follows_the_threshold,
        the_graph_names_its_columns_and_classes,
        scikit_learn_predicts_the_same_from_the_weights,
    ), origin)
    report.finish()


main()

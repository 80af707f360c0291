#!/usr/bin/env python3
"""Does a server's model say what scikit-learn's says? Publishes tables, trains on them, compares.

usage: ALMANAC_URL=http://127.0.0.1:8000 ALMANAC_TOKEN=alm_.. parity.py FOLDER
FOLDER: NAME.csv files and list.tsv, with a name and a target in each line, as tables.py prints them
packages: requirements.txt beside this file

For each table the same split, encoding and optimum are computed here, from the CSV and the settings that the
version's document tells alone. On the rows held out no probability may differ by more than --bound, and no
score from scikit-learn's function of the server's own probabilities by more than 1e-9. scikit-learn's optimum is
sent to the server, which must certify it and predict the same from it within 1e-9. Each table is trained once
more with C = 1e12, where its standard errors are compared with statsmodels' of the same columns, unless its classes
can be told apart without error: then there is no such estimate, and the job must say so or be certified.
"""

import argparse
import json
import os
import pathlib
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn import metrics
from sklearn.linear_model import LogisticRegression

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
MISSING = ["", "NA", "NaN", "null"]
NUMBERS = {"integer", "number"}
ROWS_AT_A_TIME = 500


# ---- the split and the encoding, as documented in src/learning/split.rs and encode.rs ---------------------------


def mix(x):
    """The finaliser of SplitMix64."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def held_out(labels, settings):
    """Places of the rows held out; a label is missing where it is None."""
    split = settings["split"]
    with np.errstate(over="ignore"):
        seed = mix(np.array([split["seed"]], dtype=np.uint64) + GOLDEN)
        keys = mix(seed + np.arange(1, len(labels) + 1, dtype=np.uint64) * GOLDEN)
    groups = {}
    for row, label in enumerate(labels):
        if label is not None:
            groups.setdefault(label if split["stratified"] else "", []).append(row)
    chosen = []
    for rows in groups.values():
        count = min(max(int(np.floor(split["test"] * len(rows) + 0.5)), 1), len(rows) - 1)
        chosen += sorted(rows, key=lambda row: (keys[row], row))[:count]
    return np.array(sorted(chosen))


def columns(texts, kind, training):
    """The encoded columns of one feature, NaN where it is missing; levels are those of the training rows."""
    missing = texts.isin(MISSING).to_numpy()
    if kind in NUMBERS:
        return [texts.where(~missing).astype(float).to_numpy()]
    if kind == "boolean":
        return [np.where(missing, np.nan, texts.str.lower().eq("true").astype(float))]
    if kind == "date":
        days = pd.to_datetime(texts.where(~missing)) - pd.Timestamp("1970-01-01")
        return [days.dt.days.to_numpy(dtype=float)]
    levels = sorted(set(texts[training][~missing[training]]))
    return [np.where(missing, np.nan, texts.eq(level).astype(float)) for level in levels[1:]]


def design(table, features, training, standardise):
    """The matrix of all rows, its means and scales: missing at the mean, with an indicator; mean 0 and deviation 1
    in training."""
    encoded = []
    for feature in features:
        texts = table[feature["name"]]
        missing = texts.isin(MISSING).to_numpy()
        for column in columns(texts, feature["columnType"], training):
            encoded.append(np.where(missing, np.nanmean(column[training]), column))
        if missing[training].any():
            encoded.append(missing.astype(float))
    matrix = np.column_stack(encoded)
    centre, scale = matrix[training].mean(axis=0), matrix[training].std(axis=0)
    varies = np.ptp(matrix[training], axis=0) > 0
    scale = np.where(varies & standardise, scale, 1.0)
    return (matrix - centre) / scale * varies, centre, scale


def names(features):
    """What the columns of the matrix are called where weights of them are sent."""
    for feature in features:
        identifier = feature["identifier"]
        levels = feature["levels"][1:] if feature["columnType"] == "category" else []
        yield from (f"{identifier}={level}" for level in levels)
        if feature["columnType"] != "category":
            yield identifier
        if feature["nullable"]:
            yield f"{identifier} is missing"


def labels_of(texts, classes):
    """The class of each row, None where it is missing; truth values in the server's spelling."""
    spelt = [text.lower() if set(classes) == {"false", "true"} else text for text in texts]
    return [None if text in MISSING else text for text in spelt]


class Reference(NamedTuple):
    """What scikit-learn makes of a table."""

    held: np.ndarray  # places of the rows held out
    expected: np.ndarray  # their probabilities
    truth: np.ndarray  # their classes, by place
    matrix: np.ndarray  # what was learned from
    codes: np.ndarray
    weights: dict  # as the server takes them


def reference(table, target, version):
    """The same split, encoding and penalty as a version's, and the exact optimum."""
    settings, classes = version["settings"], version["classes"]
    labels = labels_of(table[target], classes)
    held = held_out(labels, settings)
    training = np.array([label is not None for label in labels])
    training[held] = False
    matrix, centre, scale = design(table, version["features"], training, settings["standardise"])
    codes = np.array([-1 if label is None else classes.index(label) for label in labels])
    # The default `lbfgs` stops well before the optimum.
    model = LogisticRegression(C=settings["c"], solver="newton-cholesky", tol=1e-12, max_iter=10_000)
    model.fit(matrix[training], codes[training])
    weights = {
        "classes": classes,
        "features": list(names(version["features"])),
        "categories": {f["identifier"]: f["levels"] for f in version["features"] if f["columnType"] == "category"},
        "coef_": model.coef_.tolist(),
        "intercept_": model.intercept_.tolist(),
        "mean_": centre.tolist(),
        "scale_": scale.tolist(),
    }
    expected = model.predict_proba(matrix[held])
    return Reference(held, expected, codes[held], matrix[training], codes[training], weights)


def standard_errors(matrix, codes):
    """statsmodels' standard errors of weights and intercept, a row for each logit; nothing where the columns depend
    on each other."""
    import statsmodels.api

    varies = np.ptp(matrix, axis=0) > 0
    design = statsmodels.api.add_constant(matrix[:, varies], prepend=False)
    if np.linalg.matrix_rank(design) < design.shape[1]:
        return None
    classes, width = codes.max() + 1, design.shape[1]
    model = statsmodels.api.Logit if classes == 2 else statsmodels.api.MNLogit
    fitted = model(codes, design).fit(method="newton", maxiter=100, tol=1e-14, disp=False)
    if classes == 2:
        return np.asarray(fitted.bse)[np.newaxis]
    # Of each class against the first, class by class; the server's are against the mean of all.
    covariance = np.asarray(fitted.cov_params()).reshape(classes - 1, width, classes - 1, width)
    against = np.vstack([np.zeros(classes - 1), np.eye(classes - 1)]) - 1 / classes
    return np.sqrt(np.einsum("ca,ajbj,cb->cj", against, covariance, against))


def scores(truth, told):
    """scikit-learn's scores of probabilities, by their names in the document."""
    classes = range(told.shape[1])
    best, two = told.argmax(axis=1), told.shape[1] == 2
    ranked = told[:, 1] if two else told
    return {
        "accuracy": metrics.accuracy_score(truth, best),
        "balancedAccuracy": metrics.balanced_accuracy_score(truth, best),
        "logLoss": metrics.log_loss(truth, told, labels=classes),
        "brier": metrics.brier_score_loss(truth, ranked, labels=classes),
        "rocAuc": metrics.roc_auc_score(truth, ranked, multi_class="ovr"),
        "f1": metrics.f1_score(truth, best, average="macro"),
        "mcc": metrics.matthews_corrcoef(truth, best),
        "prAuc": np.mean([metrics.average_precision_score(truth == k, told[:, k]) for k in ([1] if two else classes)]),
    }


# ---- the server ---------------------------------------------------------------------------------------------------


class Site:
    """A server, by its links."""

    def __init__(self, url, token):
        self.url, self.token = url.rstrip("/"), token
        self.entry = self.ask("/v2")

    def ask(self, url, body=None, media="application/json", **fields):
        """The document at a URL, or that a body sent there answers with; a problem ends the run."""
        url = urllib.parse.urljoin(self.url + "/", url)
        data = json.dumps(body).encode() if media == "application/json" and body is not None else body
        fields |= {"Accept": "application/ld+json", "Authorization": f"Bearer {self.token}"}
        if data is not None:
            fields["Content-Type"] = media
        try:
            with urllib.request.urlopen(urllib.request.Request(url, data, fields)) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            sys.exit(f"{url}: {error.code}\n{error.read().decode()}")

    def publish(self, name, file):
        """The dataset of a CSV file."""
        query = urllib.parse.urlencode({"name": name})
        return self.ask(f"{iri(self.entry['datasets'])}?{query}", file.read_bytes(), "text/csv")

    def train(self, name, dataset, target, **settings):
        """The version that a training gives, once its job is done; the job if it failed."""
        wanted = {"name": name, "dataset": iri(dataset), "target": target} | settings
        job = self.ask(iri(self.entry["models"]), wanted, Prefer="wait=5")
        while job["status"] in ("queued", "running"):
            time.sleep(0.1)
            job = self.ask(job["@id"])
        if job["status"] != "succeeded":
            return job
        return self.ask(iri(job["result"]))

    def predict(self, version, rows):
        """Probabilities of rows (objects by feature), `rows × classes`."""
        told = []
        for start in range(0, len(rows), ROWS_AT_A_TIME):
            answer = self.ask(iri(version["predictions"]), rows[start:start + ROWS_AT_A_TIME])
            for one in answer["member"]:
                by_class = {p["ofClass"]: p["probability"] for p in one["probabilities"]}
                told.append([by_class[name] for name in version["classes"]])
        return np.array(told)


def iri(value):
    """The IRI of a link, as an object or as text."""
    return value["@id"] if isinstance(value, dict) else value


def given(text, kind):
    """A cell as a member of a JSON object."""
    if text in MISSING:
        return None
    if kind in NUMBERS:
        return float(text)
    return text.lower() == "true" if kind == "boolean" else text


# ---- the comparison -------------------------------------------------------------------------------------------------


def compare(version, truth, expected, told):
    """Largest difference of a probability, and of a score."""
    largest = np.abs(told - expected).max()
    again = scores(truth, told)
    return largest, max(abs(again[name] - version["scores"][name]) for name in again)


def check(site, file, target):
    """One table, from publishing to the largest differences."""
    table = pd.read_csv(file, dtype=str, keep_default_na=False)
    name, dataset = f"parity-{file.stem.lower().replace('_', '-')}", site.publish(file.stem, file)
    version = succeeded(site.train(name, dataset, target))
    found = reference(table, target, version)
    kinds = {f["name"]: (f["identifier"], f["columnType"]) for f in version["features"]}
    rows = [
        {identifier: given(table[name][row], kind) for name, (identifier, kind) in kinds.items()} for row in found.held
    ]
    differences = compare(version, found.truth, found.expected, site.predict(version, rows))
    adopted = succeeded(site.train(f"{name}-adopted", dataset, target, givenWeights=found.weights))
    if not adopted["certificate"]["converged"]:
        sys.exit(f"{name}: scikit-learn's optimum is not certified: {adopted['certificate']}")
    taken_in = np.abs(site.predict(adopted, rows) - found.expected).max()
    wrong = errors(site, name, dataset, table, target)
    return version, (*differences, taken_in), wrong


def succeeded(version):
    """The version; a job that failed ends the run."""
    return version if "certificate" in version else sys.exit(f"{version['title']}: {version.get('error')}")


def errors(site, name, dataset, table, target):
    """Largest part by which a standard error differs from statsmodels'; a sentence where there is none."""
    free = site.train(f"{name}-free", dataset, target, c=1e12)
    if "certificate" not in free:
        return "told apart without error" if "without error" in json.dumps(free["error"]) else "FAILED"
    if free.get("errorsOf") != "maximum likelihood":
        return free.get("errorsOf", "none")
    found = reference(table, target, free)
    expected = standard_errors(found.matrix, found.codes)
    if expected is None:
        return "columns depend on each other"
    told = [
        [*(weight["standardError"] for weight in logit["weights"] if "standardError" in weight), logit["interceptError"]]
        for logit in free["coefficients"]
    ]
    return float(np.abs(np.array(told) / expected - 1).max())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--bound", type=float, default=1e-6, help="largest difference of a probability")
    arguments = parser.parse_args()
    site = Site(os.environ["ALMANAC_URL"], os.environ["ALMANAC_TOKEN"])
    wrong, compared = 0, set()
    for line in (arguments.folder / "list.tsv").read_text().splitlines():
        name, target = line.split("\t")[:2]
        version, (largest, score, taken_in), error = check(site, arguments.folder / f"{name}.csv", target)
        rows, certificate = version["heldOutRows"], version["certificate"]
        fine = largest <= arguments.bound and score <= 1e-9 and taken_in <= 1e-9 and error != "FAILED"
        if isinstance(error, float):
            compared.add(len(version["classes"]) > 2)
            fine, error = fine and error <= 1e-5, f"{error:.1e}"
        wrong += not fine
        print(f"{name:16} {rows:5} rows  max |dP| {largest:.1e}  max |dscore| {score:.1e}  taken in {taken_in:.1e}  "
              f"errors: {error}  {certificate['solver']}, {certificate['iterations']} iterations  "
              f"{'ok' if fine else 'FAILED'}")
    # Errors of two classes, and of more.
    sys.exit(1 if wrong or len(compared) < 2 else 0)


if __name__ == "__main__":
    main()

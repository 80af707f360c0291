"""Predictions with Flask, scikit-learn and gunicorn, as a tutorial writes them: what benches/learning compares with.

    DATA=penguins.csv flask --app app train
    gunicorn --workers 1 app:app
"""

import os
import pickle

import pandas as pd
from flask import Flask, jsonify, request
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

FEATURES = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]
MODEL = os.environ.get("MODEL", "model.pkl")

app = Flask(__name__)


@app.cli.command("train")
def train():
    """Learn from the table that DATA names, and keep the model."""
    table = pd.read_csv(os.environ["DATA"]).dropna(subset=FEATURES)
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    model.fit(table[FEATURES], table["species"])
    with open(MODEL, "wb") as file:
        pickle.dump(model, file)


def model():
    """The model, loaded by the first request."""
    if not hasattr(app, "model"):
        with open(MODEL, "rb") as file:
            app.model = pickle.load(file)
    return app.model


def told(rows):
    """What the model says of rows."""
    probabilities = model().predict_proba(rows)
    classes = model().classes_
    return [
        {"class": classes[row.argmax()], "probabilities": dict(zip(classes, map(float, row), strict=True))}
        for row in probabilities
    ]


@app.get("/predict")
def predict():
    row = pd.DataFrame([{name: float(request.args[name]) for name in FEATURES}])
    return jsonify(told(row)[0])


@app.post("/predict")
def predict_many():
    rows = pd.DataFrame(request.get_json())[FEATURES]
    return jsonify(told(rows))

#!/usr/bin/env python3
"""Writes tables to learn from, and times scikit-learn on them.

usage: reference.py write FILE ROWS COLUMNS CLASSES    a CSV file, and FILE.npz with the same numbers
       reference.py fit FILE                           seconds of each solver that fits, and versions, as JSON

What is timed is what a training of ours does once the table is in memory: hold a quarter out, standardise, fit,
predict the held-out rows, log loss and ROC AUC. Solvers stop where they do by default.
"""

import json
import sys
import time

import numpy as np

SEED = 7


def write(file, rows, columns, classes):
    """Normal columns, of which each class has weights of its own, with noise."""
    random = np.random.default_rng(SEED)
    x = random.normal(size=(rows, columns)).round(6)
    logits = x @ random.normal(size=(columns, classes)) + random.gumbel(size=(rows, classes)) * 2
    y = logits.argmax(axis=1)
    np.savez(f"{file}.npz", x=x, y=y)
    with open(file, "w") as out:
        out.write(",".join([f"x{j}" for j in range(columns)] + ["y"]) + "\n")
        for start in range(0, rows, 50_000):
            block = x[start:start + 50_000].tolist()
            out.writelines(
                ",".join(map(str, row)) + f",k{label}\n" for row, label in zip(block, y[start:start + 50_000].tolist())
            )


def fit(file):
    """Seconds by solver."""
    import sklearn
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import log_loss, roc_auc_score
    from sklearn.model_selection import train_test_split
    from sklearn.preprocessing import StandardScaler

    data = np.load(f"{file}.npz")
    x, y = data["x"], data["y"]
    seconds = {}
    for solver in ["newton-cholesky", "lbfgs"]:
        began = time.perf_counter()
        train, held, y_train, y_held = train_test_split(x, y, test_size=0.25, stratify=y, random_state=1)
        scaler = StandardScaler()
        model = LogisticRegression(solver=solver, max_iter=1_000)
        model.fit(scaler.fit_transform(train), y_train)
        p = model.predict_proba(scaler.transform(held))
        log_loss(y_held, p)
        roc_auc_score(y_held, p[:, 1] if p.shape[1] == 2 else p, multi_class="ovr")
        seconds[solver] = time.perf_counter() - began
    print(json.dumps({"seconds": seconds, "versions": f"scikit-learn {sklearn.__version__}, NumPy {np.__version__}"}))


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(sys.argv[2], *map(int, sys.argv[3:]))
    else:
        fit(sys.argv[2])

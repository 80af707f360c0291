"""openapi-python-client: what it makes of the description of version 2 lists, creates and predicts."""

import importlib
import importlib.metadata
import pathlib
import re
import subprocess
import sys
import tempfile

from origin import Origin
from report import Report

DESCRIPTION = "/openapi/v2.json"
PACKAGE = "almanac_client"


def generate(origin, folder):
    """Writes the client's package. A warning is a fault, but for media types that it does not know, and bytes."""
    settings = folder / "settings.yaml"
    # It would format the code by a program that need not be there; and name enumerators alike that differ in case.
    settings.write_text("post_hooks: []\nliteral_enums: true\n")
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--url", origin.url + DESCRIPTION]
    command += ["--output-path", folder / PACKAGE, "--meta", "none", "--config", settings]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600)
    said = done.stdout + done.stderr
    warnings = re.findall(r"^(?:WARNING|ERROR) .*\n(?:.+\n)*\n(.*)", said, re.MULTILINE)
    wrong = [warning for warning in warnings if not re.search(r"Unsupported content[ _]type|^Missing schema$", warning)]
    assert done.returncode == 0 and not wrong, "\n".join(wrong) or said[-3000:]


class Generated:
    """The client, its operations found by method and path as the description names them."""

    def __init__(self, origin):
        self.description = origin.send("GET", DESCRIPTION, 200).json()
        module = importlib.import_module(f"{PACKAGE}.client")
        self.anybody = module.Client(base_url=origin.url)
        token = origin.credentials["Authorization"].removeprefix("Bearer ")
        self.writer = module.AuthenticatedClient(base_url=origin.url, token=token)

    def call(self, client, method, path, *names, status, **sent):
        """The answer of an operation, parsed by the generated code."""
        operation = self.description["paths"][path][method]
        found = self._module(operation["operationId"]).sync_detailed(*names, client=client, **sent)
        assert found.status_code == status, (
            f"expected {status} of {method} {path}, found {found.status_code}: {found.content}"
        )
        assert found.parsed is not None, f"expected that {method} {path} has an answer with a schema"
        return found.parsed

    def body(self, method, path, document):
        """A document as an object of the class that the operation takes."""
        content = self.description["paths"][path][method]["requestBody"]["content"]["application/json"]
        name = content["schema"]["$ref"].rpartition("/")[2]
        return getattr(importlib.import_module(f"{PACKAGE}.models"), name).from_dict(document)

    def _module(self, operation):
        name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", operation).lower()
        folder = pathlib.Path(importlib.import_module(f"{PACKAGE}.api").__file__).parent
        (file,) = folder.glob(f"*/{name}.py")
        return importlib.import_module(f"{PACKAGE}.api.{file.parent.name}.{name}")


def lists(client):
    """Articles, as nobody."""
    found = client.call(client.anybody, "get", "/v2/articles", status=200)
    assert found.total_items > 0 and found.member[0].headline, f"found {found}"


def creates(client):
    """An article, and reads it back."""
    body = client.body("post", "/v2/articles", {"headline": "Made by a client that was made", "keywords": ["rain"]})
    made = client.call(client.writer, "post", "/v2/articles", status=201, body=body)
    read = client.call(client.anybody, "get", "/v2/articles/{slug}", made.identifier, status=200)
    assert read.headline == body.headline and read.keywords == ["rain"], f"found {read}"


def predicts(client):
    """A penguin's species, from values that the model says it has seen."""
    path = "/v2/models/{slug}/predictions"
    features = client.call(client.anybody, "get", path, "penguins", status=200).features
    values = {feature.identifier: feature.levels[0] if feature.levels else feature.minimum for feature in features}
    body = client.body("post", path, values)
    found = client.call(client.anybody, "post", path, "penguins", status=201, body=body)
    chances = [one.probability for one in found.probabilities]
    assert found.class_ in ("Adelie", "Chinstrap", "Gentoo") and abs(sum(chances) - 1) < 1e-9, f"found {found}"


def main():
    origin = Origin()
    report = Report(f"openapi-python-client {importlib.metadata.version('openapi-python-client')}")
    with tempfile.TemporaryDirectory() as folder:
        sys.path.insert(0, folder)
        report.promise("generates a client without a warning", lambda: generate(origin, pathlib.Path(folder)))
        for action in (lists, creates, predicts):
            report.promise(f"the client {action.__name__}", lambda: action(Generated(origin)))
    report.finish()


main()

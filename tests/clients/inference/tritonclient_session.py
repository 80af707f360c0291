"""tritonclient[http], as its makers publish it: metadata, ready, JSON and binary tensors, errors."""

import ml_dtypes
import numpy
import tritonclient.http as triton
from origin import Origin
from report import Report
from tritonclient.utils import InferenceServerException

MODEL = "petals"
LENGTHS = [(5.1, 1.4), (6.0, 4.4), (5.5, 3.0)]
NAMES = ("sepal_length_cm", "petal_length_cm")


def expected(origin, version="2"):
    """What is told of the lengths by GET: classes, probabilities, and what each feature adds."""
    told = [origin.get(origin.prediction(f"/v2/models/{MODEL}/versions/{version}", lengths)) for lengths in LENGTHS]
    probabilities = [[one["probability"] for one in each["probabilities"]] for each in told]
    contributions = [[one["contribution"][0] for one in each["contributions"]] for each in told]
    return [each["class"] for each in told], numpy.array(probabilities), numpy.array(contributions)


def together(binary):
    tensor = triton.InferInput("predict", [len(LENGTHS), 2], "FP64")
    tensor.set_data_from_numpy(numpy.array(LENGTHS), binary_data=binary)
    return [tensor]


def apart(binary):
    tensors = []
    for name, column in zip(NAMES, zip(*LENGTHS, strict=True), strict=True):
        tensor = triton.InferInput(name, [len(LENGTHS), 1], "FP64")
        tensor.set_data_from_numpy(numpy.array(column).reshape(-1, 1), binary_data=binary)
        tensors.append(tensor)
    return tensors


def same(origin, answer, version="2"):
    classes, probabilities, _ = expected(origin, version)
    labels = [label.decode() if isinstance(label, bytes) else label for label in answer.as_numpy("label")]
    assert labels == classes, f"expected {classes}, found {labels}"
    found = answer.as_numpy("probability")
    assert found.shape == probabilities.shape, f"expected {probabilities.shape}, found {found.shape}"
    assert (found == probabilities).all(), f"expected {probabilities}, found {found}"


def the_server_and_the_model_are_live_and_ready(origin, client):
    assert client.is_server_live() and client.is_server_ready()
    assert client.is_model_ready(MODEL) and client.is_model_ready(MODEL, "1")
    assert not client.is_model_ready("no-such-model") and not client.is_model_ready(MODEL, "99")


def metadata_name_the_server_the_model_and_its_tensors(origin, client):
    server = client.get_server_metadata()
    assert server["name"] == "almanac" and "binary_tensor_data" in server["extensions"], server
    for version in ("", "1"):
        model = client.get_model_metadata(MODEL, version)
        assert model["name"] == MODEL and model["platform"] and model["versions"], model
        assert [one["name"] for one in model["inputs"]] == list(NAMES), model["inputs"]
        assert {one["name"] for one in model["outputs"]} >= {"label", "probability"}, model["outputs"]


def json_tensors_are_told_what_a_get_is_told(origin, client):
    outputs = [triton.InferRequestedOutput(name, binary_data=False) for name in ("label", "probability")]
    for inputs in (together(False), apart(False)):
        answer = client.infer(MODEL, inputs, request_id="seven", outputs=outputs)
        assert answer.get_response()["id"] == "seven"
        same(origin, answer)


def binary_tensors_in_and_out_are_told_the_same(origin, client):
    outputs = [triton.InferRequestedOutput(name, binary_data=True) for name in ("label", "probability")]
    for inputs in (together(True), apart(True)):
        same(origin, client.infer(MODEL, inputs, outputs=outputs))
        # Without outputs it asks for all of them as bytes.
        same(origin, client.infer(MODEL, inputs))


def told(client, datatype, numbers, binary):
    tensor = triton.InferInput("predict", list(numbers.shape), datatype)
    tensor.set_data_from_numpy(numbers, binary_data=binary)
    return client.infer(MODEL, [tensor]).as_numpy("probability")


def numbers_of_16_bits_are_told_as_those_of_64(origin, client):
    for datatype, dtype, binary in (
        ("FP16", numpy.float16, True),
        ("FP16", numpy.float16, False),
        # The client takes no BF16 in JSON.
        ("BF16", ml_dtypes.bfloat16, True),
    ):
        numbers = numpy.array(LENGTHS).astype(dtype)
        found, same = told(client, datatype, numbers, binary), told(client, "FP64", numbers.astype("float64"), True)
        assert (found == same).all(), f"{datatype}: expected {same}, found {found}"


def numbers_of_any_datatype_and_texts_are_told_the_same(origin, client):
    numbers = numpy.array([[5, 1], [6, 4]])
    same = told(client, "FP64", numbers.astype("float64"), True)
    tensors = [(f"{sign}INT{bits}", numbers.astype(f"{sign.lower()}int{bits}"))
               for sign in ("", "U") for bits in (8, 16, 32, 64)]
    tensors += [("FP32", numbers.astype("float32")), ("BYTES", numbers.astype(str).astype(object))]
    for datatype, tensor in tensors:
        for binary in (True, False):
            found = told(client, datatype, tensor, binary)
            assert (found == same).all(), f"{datatype}: expected {same}, found {found}"


def a_version_of_its_own_is_asked(origin, client):
    same(origin, client.infer(MODEL, apart(True), model_version="1"), version="1")


def contributions_are_told_on_request(origin, client):
    wanted = [triton.InferRequestedOutput("contribution")]
    found = client.infer(MODEL, together(True), outputs=wanted).as_numpy("contribution")
    assert (found == expected(origin)[2]).all(), found


def compressed_requests_and_answers_are_read(origin, client):
    for coding in ("gzip",):
        answer = client.infer(
            MODEL, apart(True), request_compression_algorithm=coding, response_compression_algorithm=coding
        )
        same(origin, answer)


def errors_are_understood(origin, client):
    wrong = triton.InferInput("no_such_feature", [1, 1], "FP64")
    wrong.set_data_from_numpy(numpy.array([[1.0]]))
    infinite = triton.InferInput("predict", [1, 2], "FP64")
    infinite.set_data_from_numpy(numpy.array([[numpy.inf, 1.0]]))
    for model, inputs, word in (
        (MODEL, [wrong], "no_such_feature"),
        (MODEL, [infinite], "sepal_length_cm"),
        ("no-such-model", together(True), "model"),
    ):
        try:
            client.infer(model, inputs)
        except InferenceServerException as error:
            assert word in str(error), f"expected {word} in {error}"
        else:
            raise AssertionError(f"expected an error that names {word}, found none")


def main():
    origin, report = Origin(), Report("tritonclient")
    client = triton.InferenceServerClient(origin.url.removeprefix("http://"))
    report.promises((
        the_server_and_the_model_are_live_and_ready,
        metadata_name_the_server_the_model_and_its_tensors,
        json_tensors_are_told_what_a_get_is_told,
        binary_tensors_in_and_out_are_told_the_same,
        numbers_of_16_bits_are_told_as_those_of_64,
        numbers_of_any_datatype_and_texts_are_told_the_same,
        a_version_of_its_own_is_asked,
        contributions_are_told_on_request,
        compressed_requests_and_answers_are_read,
        errors_are_understood,
    ), origin, client)
    report.finish()


main()

"""MLServer's own types and codecs over plain HTTP: what it sends is read, what it reads is sent."""

import pandas
import requests
from mlserver.codecs import NumpyCodec, PandasCodec, StringCodec
from mlserver.types import InferenceRequest, InferenceResponse, MetadataModelResponse, MetadataServerResponse
from origin import Origin
from report import Report

MODEL = "/v2/models/petals"
TABLE = pandas.DataFrame({"sepal_length_cm": [5.1, 6.0, 5.5], "petal_length_cm": [1.4, 4.4, 3.0]})


def inferred(origin, request):
    """The answer to a request, as MLServer reads it."""
    answer = requests.post(f"{origin.url}{MODEL}/infer", data=request.model_dump_json(), timeout=30)
    assert answer.ok, answer.text
    return InferenceResponse.model_validate_json(answer.content)


def same(origin, response):
    outputs = {output.name: output for output in response.outputs}
    version = origin.get(MODEL)["currentVersion"]
    told = [origin.get(origin.prediction(version, row)) for row in TABLE.itertuples(index=False)]
    classes = StringCodec.decode_output(outputs["label"])
    assert list(classes) == [one["class"] for one in told], classes
    found = NumpyCodec.decode_output(outputs["probability"]).tolist()
    assert found == [[each["probability"] for each in one["probabilities"]] for one in told], found


def the_metadata_are_what_mlserver_expects(origin):
    server = MetadataServerResponse.model_validate(origin.get("/v2", "application/json"))
    assert server.name == "almanac"
    model = MetadataModelResponse.model_validate(origin.get(MODEL, "application/json"))
    assert [one.name for one in model.inputs] == list(TABLE.columns), model


def a_data_frame_is_sent_column_by_column(origin):
    same(origin, inferred(origin, PandasCodec.encode_request(TABLE)))


def an_array_is_sent_as_one_tensor(origin):
    tensor = NumpyCodec.encode_input(name="predict", payload=TABLE.to_numpy())
    same(origin, inferred(origin, InferenceRequest(id="seven", inputs=[tensor])))


def an_array_of_objects_is_sent_with_what_is_in_it(origin):
    tensor = NumpyCodec.encode_input(name="predict", payload=TABLE.to_numpy(dtype=object))
    assert tensor.datatype == "BYTES" and 5.1 in tensor.data.root, tensor
    same(origin, inferred(origin, InferenceRequest(inputs=[tensor])))


def main():
    origin, report = Origin(), Report("mlserver")
    report.promises((
        the_metadata_are_what_mlserver_expects,
        a_data_frame_is_sent_column_by_column,
        an_array_is_sent_as_one_tensor,
        an_array_of_objects_is_sent_with_what_is_in_it,
    ), origin)
    report.finish()


main()

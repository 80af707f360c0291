//! The Open Inference Protocol as its clients speak it: no Accept, no Content-Type, JSON or binary tensors.

use super::*;

const INFER: &str = "/v2/models/species/versions/1/infer";

async fn inferred(site: &Site, request: &Value) -> Answer {
    site.request(Method::Post, INFER).body(request.to_string()).send().await
}

/// One tensor for each feature.
fn apart() -> Value {
    json!({"id": "seven", "inputs": [
        {"name": "island", "shape": [2, 1], "datatype": "BYTES", "data": [["Dream"], ["Biscoe"]]},
        {"name": "bill_length_mm", "shape": [2], "datatype": "FP64", "data": [39.1, 50]},
    ]})
}

fn output<'a>(answer: &'a Value, name: &str) -> &'a Value {
    answer["outputs"].as_array().unwrap().iter().find(|one| one["name"] == name).expect(name)
}

#[rocket::async_test]
async fn the_documents_are_the_metadata_and_say_what_is_ready() {
    let site = site().await;
    let server = site.get("/v2").await.is(200).json();
    assert_eq!(
        (&server["name"], server["extensions"][0].as_str()),
        (&json!("almanac"), Some("binary_tensor_data"))
    );
    assert!(server["version"].is_string());
    for path in ["/v2/models/species", "/v2/models/species/versions/1"] {
        let model = site.get(path).await.is(200).json();
        assert_eq!((&model["name"], &model["versions"]), (&json!("species"), &json!(["1"])));
        assert!(model["platform"].is_string());
        let inputs = model["inputs"].as_array().unwrap().iter();
        let inputs: Vec<_> =
            inputs.map(|one| (one["name"].as_str().unwrap(), one["datatype"].as_str().unwrap())).collect();
        assert_eq!(inputs, [("bill_length_mm", "FP64"), ("island", "BYTES")]);
        assert_eq!(output(&model, "probability")["shape"], json!([-1, 3]));
    }
    for path in [
        "/v2/health/live",
        "/v2/health/ready",
        "/v2/models/species/ready",
        "/v2/models/species/versions/1/ready",
    ] {
        site.get(path).await.is(200);
    }
    for path in
        ["/v2/models/nothing/ready", "/v2/models/species/versions/9/ready", "/v2/models/species/config"]
    {
        let answer = site.get(path).await;
        assert!(answer.is(404).json()["error"].is_string(), "{answer}");
    }
}

#[rocket::async_test]
async fn a_tensor_for_each_feature_is_told_what_a_get_is_told() {
    let site = site().await;
    let expected = [one(&site, "39.1", "Dream").await, one(&site, "50", "Biscoe").await];

    let answer = inferred(&site, &apart()).await.is(200).json();

    assert_eq!(
        (&answer["model_name"], &answer["model_version"], &answer["id"]),
        (&json!("species"), &json!("1"), &json!("seven"))
    );
    assert_eq!(answer["outputs"].as_array().unwrap().len(), 2);
    assert_eq!(output(&answer, "label")["data"], json!([expected[0]["class"], expected[1]["class"]]));
    let told = output(&answer, "probability");
    assert_eq!((&told["shape"], &told["datatype"]), (&json!([2, 3]), &json!("FP64")));
    let numbers: Vec<f64> = told["data"].as_array().unwrap().iter().filter_map(Value::as_f64).collect();
    assert_eq!(numbers, expected.iter().flat_map(probabilities).collect::<Vec<_>>());
}

#[rocket::async_test]
async fn one_tensor_may_hold_all_features_nested_or_flat() {
    let site = site().await;
    let expected = inferred(&site, &apart()).await.is(200).json();
    for data in [json!([["39.1", "Dream"], ["50", "Biscoe"]]), json!(["39.1", "Dream", "50", "Biscoe"])] {
        let together =
            json!({"inputs": [{"name": "predict", "shape": [2, 2], "datatype": "BYTES", "data": data}]});
        let answer = inferred(&site, &together).await.is(200).json();
        assert_eq!(answer["outputs"], expected["outputs"]);
    }
}

#[rocket::async_test]
async fn binary_tensors_are_read_and_given_where_they_are_wanted() {
    let site = site().await;
    let expected = inferred(&site, &apart()).await.is(200).json();
    let head = json!({
        "inputs": [
            {"name": "bill_length_mm", "shape": [2, 1], "datatype": "FP64", "parameters": {"binary_data_size": 16}},
            {"name": "island", "shape": [2, 1], "datatype": "BYTES", "parameters": {"binary_data_size": 19}},
        ],
        "outputs": [
            {"name": "label", "parameters": {"binary_data": true}},
            {"name": "probability", "parameters": {"binary_data": true}},
            {"name": "contribution", "parameters": {"binary_data": false}},
        ],
    })
    .to_string();
    let mut body = head.clone().into_bytes();
    body.extend([39.1_f64, 50.0].iter().flat_map(|one| one.to_le_bytes()));
    for text in ["Dream", "Biscoe"] {
        body.extend((text.len() as u32).to_le_bytes());
        body.extend(text.bytes());
    }

    let request =
        site.request(Method::Post, INFER).header("Inference-Header-Content-Length", head.len().to_string());
    let answer = request.body(body.clone()).send().await;

    let json: usize = answer.is(200).field("Inference-Header-Content-Length").parse().unwrap();
    let told: Value = serde_json::from_slice(&answer.body[..json]).unwrap();
    assert_eq!(output(&told, "contribution")["shape"], json!([2, 2]));
    let label_bytes = output(&told, "label")["parameters"]["binary_data_size"].as_u64().unwrap() as usize;
    let numbers = answer.body[json + label_bytes..].chunks(8);
    let numbers: Vec<f64> = numbers.map(|one| f64::from_le_bytes(one.try_into().unwrap())).collect();
    assert_eq!(json!(numbers), output(&expected, "probability")["data"]);
    let first = output(&expected, "label")["data"][0].as_str().unwrap().as_bytes();
    assert_eq!(&answer.body[json..json + 4], (first.len() as u32).to_le_bytes());
    assert_eq!(&answer.body[json + 4..json + 4 + first.len()], first);

    body.pop();
    let request =
        site.request(Method::Post, INFER).header("Inference-Header-Content-Length", head.len().to_string());
    assert!(request.body(body).send().await.is(400).json()["error"].as_str().unwrap().contains("island"));
}

#[rocket::async_test]
async fn what_is_wrong_with_tensors_is_said_in_a_string_named_error() {
    let site = site().await;
    let length = |shape: Value, data: Value| {
        json!({"inputs": [
            {"name": "bill_length_mm", "shape": shape, "datatype": "FP64", "data": data},
            {"name": "island", "shape": [1], "datatype": "BYTES", "data": ["Dream"]},
        ]})
    };
    let cases = [
        (json!({}), 400),
        (json!({"inputs": []}), 400),
        (
            json!({"inputs": [{"name": "predict", "shape": [1, 3], "datatype": "FP64", "data": [1, 2, 3]}]}),
            400,
        ),
        (json!({"inputs": [{"name": "hue", "shape": [1], "datatype": "FP64", "data": [1]}]}), 400),
        (json!({"inputs": [{"name": "island", "shape": [1], "datatype": "BYTES", "data": ["Dream"]}]}), 400),
        (length(json!([2]), json!([1])), 400),
        (length(json!([1]), json!([{"a": 1}])), 400),
        (length(json!([18446744073709551615_u64, 2]), json!([1])), 400),
        (length(json!([1]), json!(["wet"])), 400),
        (length(json!([1]), json!([true])), 400),
        (length(json!([1]), json!([1e200])), 422),
    ];
    for (request, status) in cases {
        let answer = inferred(&site, &request).await;
        let problem = answer.is(status).json();
        assert!(problem["error"].as_str().is_some_and(|text| !text.is_empty()), "{answer}");
    }
    let missing = inferred(&site, &length(json!([1]), json!([null]))).await;
    missing.is(200);
}

#[rocket::async_test]
async fn a_compressed_request_is_read_and_bounded() {
    use std::io::Write;
    let site = Site::with(json!({"bodies": {"inference_bytes": 2_000}})).await;
    let root = site.user("root", Role::Admin).await;
    arrange::everything(&site, &root).await;
    let packed = |text: &str| {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        packed.write_all(text.as_bytes()).unwrap();
        packed.finish().unwrap()
    };
    let sent = async |text: &str| {
        let request = site.request(Method::Post, INFER).header("Content-Encoding", "gzip");
        request.body(packed(text)).send().await
    };
    sent(&apart().to_string()).await.is(200);
    sent(&format!("{}{}", " ".repeat(3_000), apart())).await.is(413);
}

#[rocket::async_test]
async fn an_output_is_wanted_once() {
    let site = site().await;
    let twice = json!([{"name": "label"}, {"name": "label"}]);
    let often = json!(vec![json!({"name": "probability"}); 500]);
    for (outputs, expected) in [(twice, "each output once"), (often, "a list of at most 3")] {
        let mut request = apart();
        request["outputs"] = outputs;
        let answer = inferred(&site, &request).await;
        assert!(answer.is(400).json()["error"].as_str().unwrap().contains(expected), "{answer}");
    }
}

#[rocket::async_test]
async fn tensors_are_refused_by_name_and_shape_before_their_elements_are_read() {
    let site = site().await;
    let length = |name: &str, shape: Value| json!({"name": name, "shape": shape, "datatype": "FP64", "data": [{"a": 1}]});
    let island = json!({"name": "island", "shape": [3_000_000], "datatype": "BYTES", "data": ["Dream"]});
    let cases = [
        (json!([length("hue", json!([1]))]), "one for each feature"),
        (json!([length("bill_length_mm", json!([1, 2]))]), "expected the shape [rows]"),
        (
            json!([length("bill_length_mm", json!([1])), length("bill_length_mm", json!([1]))]),
            "each input once",
        ),
        (json!([length("bill_length_mm", json!([1]))]), "the input `island` too"),
        (json!([length("bill_length_mm", json!([1])), island]), "as many rows as the others"),
        (json!([length("bill_length_mm", json!([3_000_000])), island]), "rows, found 3000000"),
        (json!([length("predict", json!([1, 3]))]), "expected the shape [rows, 2]"),
        (json!([length("predict", json!([3_000_000, 2]))]), "rows, found 3000000"),
        (json!([length("predict", json!([1, 2]))]), "found an object"),
        (
            json!([{"name": "predict", "shape": [1, 2], "datatype": "FP64", "data": [1, 2, 3, {}]}]),
            "as its shape says",
        ),
        (json!(vec![length("bill_length_mm", json!([1])); 2_000]), "at most"),
    ];
    for (inputs, expected) in cases {
        let answer = inferred(&site, &json!({"inputs": inputs})).await;
        let told = answer.is(400).json()["error"].as_str().unwrap().to_string();
        assert!(told.contains(expected), "expected {expected}: {told}");
    }
}

#[rocket::async_test]
async fn bytes_that_are_not_as_many_as_the_shape_says_are_refused() {
    let site = site().await;
    for (datatype, bytes) in [("INT8", vec![0; 1_000]), ("FP64", vec![0; 24]), ("BYTES", vec![0; 12])] {
        let head = json!({"inputs": [{"name": "predict", "shape": [1, 2], "datatype": datatype, "parameters": {"binary_data_size": bytes.len()}}]});
        let head = head.to_string();
        let mut body = head.clone().into_bytes();
        body.extend(bytes);
        let request = site
            .request(Method::Post, INFER)
            .header("Inference-Header-Content-Length", head.len().to_string());
        let answer = request.body(body).send().await;
        assert!(answer.is(400).json()["error"].as_str().unwrap().contains("as its shape says"), "{answer}");
    }
}

/// One tensor with both features of `sum`, of two rows.
fn all(datatype: &str, data: Value) -> Value {
    json!({"inputs": [{"name": "predict", "shape": [2, 2], "datatype": datatype, "data": data}]})
}

/// A model `sum` of two numbers.
async fn sum(site: &Site) {
    let root = site.anybody(Role::Admin).await;
    let row =
        |n: i32| format!("{},{},{}\n", n % 11 - 5, n % 7, if n % 11 + n % 3 > 5 { "yes" } else { "no" });
    arrange::table(
        site,
        &root,
        "sum",
        "Sum",
        &("a,b,told\n".to_string() + &(0..90).map(row).collect::<String>()),
    )
    .await;
    let wanted = json!({"identifier": "sum", "dataset": "sum", "target": "told"});
    let training = site.request(Method::Post, "/v2/models").bearer(&root).json(&wanted);
    let job = training.header("Prefer", "wait=30").send().await.is(202).json();
    assert_eq!(job["status"], "succeeded", "{job}");
}

async fn summed(site: &Site, request: &Value) -> Answer {
    site.request(Method::Post, "/v2/models/sum/infer").body(request.to_string()).send().await
}

#[rocket::async_test]
async fn numbers_in_json_are_told_the_same_whatever_datatype_they_fit() {
    let site = site().await;
    sum(&site).await;
    let expected = summed(&site, &all("FP64", json!([1, 2, 3.0, 4]))).await.is(200).json();
    let whole = ["UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64"];
    for datatype in whole.into_iter().chain(["FP16", "BF16", "FP32", "FP64"]) {
        for data in [json!([1, 2, 3.0, 4]), json!([[1, 2], [3, 4]])] {
            let answer = summed(&site, &all(datatype, data)).await.is(200).json();
            assert_eq!(answer["outputs"], expected["outputs"], "{datatype}");
        }
    }
    let texts = summed(&site, &all("BYTES", json!(["1", "2", "3.0", "4"]))).await.is(200).json();
    assert_eq!(texts["outputs"], expected["outputs"]);
    let mut objects = all("BYTES", json!([1, "2", 3.0, 4]));
    objects["inputs"][0]["parameters"] = json!({"content_type": "np"});
    let objects = summed(&site, &objects).await.is(200).json();
    assert_eq!(objects["outputs"], expected["outputs"]);
}

#[rocket::async_test]
async fn a_datatype_that_is_none_is_named_beside_those_that_are() {
    let site = site().await;
    sum(&site).await;
    let in_json = summed(&site, &all("NONSENSE", json!([1, 2, 3, 4]))).await;
    let in_bytes = sent_as("NONSENSE", &[0; 4]);
    for answer in [in_json, in_bytes.send(&site).await] {
        let told = answer.is(400).json()["error"].as_str().unwrap().to_string();
        for expected in ["`predict`", "NONSENSE", "BOOL, UINT8, ", "FP16, BF16, FP32, FP64, BYTES"] {
            assert!(told.contains(expected), "expected {expected}: {told}");
        }
    }
}

#[rocket::async_test]
async fn an_element_that_does_not_fit_the_datatype_is_named_by_tensor_and_place() {
    let site = site().await;
    sum(&site).await;
    for (datatype, data, place, expected) in [
        ("UINT8", json!([-5, 3.5, 1000, 1]), 1, "a whole number from 0 to 255 (UINT8), found -5"),
        ("UINT8", json!([5, 3.5, 1000, 1]), 2, "a whole number from 0 to 255 (UINT8), found 3.5"),
        ("UINT8", json!([[5, 3], [1000, 1]]), 3, "a whole number from 0 to 255 (UINT8), found 1000"),
        ("INT8", json!([1, 1, 1, 128]), 4, "a whole number from -128 to 127 (INT8), found 128"),
        ("UINT16", json!([65536, 1, 1, 1]), 1, "from 0 to 65535 (UINT16), found 65536"),
        ("INT16", json!([-32769, 1, 1, 1]), 1, "from -32768 to 32767 (INT16), found -32769"),
        ("UINT32", json!([1, 4294967296_u64, 1, 1]), 2, "(UINT32), found 4294967296"),
        ("INT32", json!([1, 2147483648_u64, 1, 1]), 2, "(INT32), found 2147483648"),
        ("INT64", json!([1, 9223372036854775808_u64, 1, 1]), 2, "(INT64), found 9223372036854775808"),
        ("UINT64", json!([1, 1.8446744073709552e19, 1, 1]), 2, "(UINT64), found 1.8446744073709552e19"),
        ("INT64", json!([1, 0.5, 1, 1]), 2, "(INT64), found 0.5"),
        ("INT64", json!([1, "1", 1, 1]), 2, "(INT64), found \"1\""),
        ("FP16", json!([1, 1e5, 1, 1]), 2, "a number within ±65504 (FP16), found 100000"),
        ("BF16", json!([1, 1e39, 1, 1]), 2, "(BF16), found 1e39"),
        ("FP32", json!([1, 1e39, 1, 1]), 2, "(FP32), found 1e39"),
        ("FP64", json!([1, 1, "wet", 1]), 3, "(FP64), found \"wet\""),
        ("FP64", json!([1, 1, true, 1]), 3, "(FP64), found true"),
        ("BOOL", json!([1, true, true, true]), 1, "true or false (BOOL), found 1"),
        ("BYTES", json!(["1", 2, "3", "4"]), 2, "a text (BYTES), found 2"),
        ("BYTES", json!(["1", "2", "3", false]), 4, "a text (BYTES), found false"),
    ] {
        let answer = summed(&site, &all(datatype, data)).await;
        let told = answer.is(400).json()["error"].as_str().unwrap().to_string();
        assert!(told.starts_with(&format!("input `predict`: element {place}: expected ")), "{told}");
        assert!(told.ends_with(expected), "expected {expected}: {told}");
    }
}

/// A request with one tensor in bytes.
struct Bytes(String, Vec<u8>);

fn sent_as(datatype: &str, bytes: &[u8]) -> Bytes {
    let head = json!({"inputs": [{"name": "predict", "shape": [2, 2], "datatype": datatype, "parameters": {"binary_data_size": bytes.len()}}]});
    let mut body = head.to_string().into_bytes();
    body.extend(bytes);
    Bytes(head.to_string().len().to_string(), body)
}

impl Bytes {
    async fn send(self, site: &Site) -> Answer {
        let request = site.request(Method::Post, "/v2/models/sum/infer");
        request.header("Inference-Header-Content-Length", self.0).body(self.1).send().await
    }
}

#[rocket::async_test]
async fn numbers_of_16_bits_are_read_from_bytes() {
    let site = site().await;
    sum(&site).await;
    let expected = summed(&site, &all("FP64", json!([1, -2.5, 0.5, 4]))).await.is(200).json();
    let bytes = |bits: [u16; 4]| bits.into_iter().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    // The same four numbers, in the bits of IEEE 754 and in the upper half of those of 32.
    for (datatype, bits) in
        [("FP16", [0x3C00, 0xC100, 0x3800, 0x4400]), ("BF16", [0x3F80, 0xC020, 0x3F00, 0x4080])]
    {
        let answer = sent_as(datatype, &bytes(bits)).send(&site).await.is(200).json();
        assert_eq!(answer["outputs"], expected["outputs"], "{datatype}");
    }
    for (datatype, infinite) in [("FP16", 0x7C00), ("BF16", 0x7F80)] {
        let answer = sent_as(datatype, &bytes([infinite, 0, 0, 0])).send(&site).await;
        assert!(answer.is(422).json()["error"].as_str().unwrap().contains("not finite"), "{answer}");
        let short = sent_as(datatype, &[0; 6]).send(&site).await;
        assert!(short.is(400).json()["error"].as_str().unwrap().contains("as its shape says"), "{short}");
    }
}

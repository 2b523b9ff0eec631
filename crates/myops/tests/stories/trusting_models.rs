//! "Somebody gave me a model": one that cannot be right is refused before anything is computed with it.

use std::fs;

use serde_json::{Value, json};

use super::program::{
    bytes, copy, done, json, killed_once, myops, names, network, patients, place, refused,
    tiny_settings,
};

/// A file of weights taken apart: the header, and what comes after it.
fn parts(file: &[u8]) -> (Value, Vec<u8>) {
    let length = u64::from_le_bytes(*file.first_chunk().unwrap()) as usize;
    (
        serde_json::from_slice(&file[8..8 + length]).unwrap(),
        file[8 + length..].to_vec(),
    )
}

fn joined((header, data): (Value, Vec<u8>)) -> Vec<u8> {
    let header = serde_json::to_vec(&header).unwrap();
    [
        &(header.len() as u64).to_le_bytes(),
        header.as_slice(),
        &data,
    ]
    .concat()
}

/// The trained network of these stories with other settings in its header, and without a checksum, as any program could
/// have written it.
fn with_settings(file: &str, change: impl Fn(&mut Value)) {
    let (mut header, data) = parts(&bytes(format!("{}/model.safetensors", network())));
    let told = &mut header["__metadata__"];
    told.as_object_mut().unwrap().remove("sha256");
    let mut settings: Value = serde_json::from_str(told["myops"].as_str().unwrap()).unwrap();
    change(&mut settings);
    told["myops"] = json!(settings.to_string());
    fs::write(file, joined((header, data))).unwrap();
}

/// The same with another value at the start of one tensor.
fn with_value(file: &str, tensor: &str, value: f32) {
    let (mut header, mut data) = parts(&bytes(format!("{}/model.safetensors", network())));
    header["__metadata__"]
        .as_object_mut()
        .unwrap()
        .remove("sha256");
    let at = header[tensor]["data_offsets"][0].as_u64().unwrap() as usize;
    data[at..at + 4].copy_from_slice(&value.to_le_bytes());
    fs::write(file, joined((header, data))).unwrap();
}

/// Changes of a header, each with the table, the key, the value and what is said of it.
fn out_of_bounds() -> [(&'static str, &'static str, Value, &'static str); 8] {
    [
        (
            "/recipe/preprocess",
            "spacing_mm",
            json!(1e9),
            "recipe.preprocess.spacing_mm = 1000000000: need \"off\", or 0.05 to 50",
        ),
        (
            "/recipe/preprocess",
            "spacing_mm",
            json!(-1),
            "recipe.preprocess.spacing_mm = -1: need \"off\", or 0.05 to 50",
        ),
        (
            "/recipe/preprocess",
            "neighbours",
            json!(9),
            "recipe.preprocess.neighbours = 9: need 0 to 4",
        ),
        (
            "/recipe/preprocess",
            "framing",
            json!("heart"),
            "recipe.preprocess.framing = heart: need central, or a [locator] that finds the heart",
        ),
        (
            "/recipe",
            "temperature",
            json!(0),
            "recipe.temperature = 0: need 0.01 to 100",
        ),
        (
            "/recipe",
            "contrast",
            json!(1e3),
            "recipe.contrast = 1000: need \"off\", or above 0 up to 10",
        ),
        (
            "",
            "members",
            json!(1_000_000),
            "members = 1000000: need 1 to 64",
        ),
        (
            "/model",
            "classes",
            json!(7),
            "model.classes = 7: need 6 (one for each label)",
        ),
    ]
}

#[test]
fn a_header_with_numbers_out_of_bounds_is_refused_wherever_a_model_enters() {
    let place = place("models/header");
    let file = format!("{place}/model.safetensors");
    for (table, key, value, expected) in out_of_bounds() {
        with_settings(&file, |settings| {
            settings.pointer_mut(table).unwrap()[key] = value.clone();
        });
        let error = refused(&format!(
            "segment {} --model {file} --out {place}/out",
            patients()
        ));
        assert_eq!(
            error,
            format!("error: {file}: the safetensors header: {expected}\n")
        );
    }
    for line in [
        format!("ensemble {file} --out {place}/joined.safetensors"),
        format!(
            "train {} --config {} --start {file} --out {place}/run",
            patients(),
            tiny_settings()
        ),
        format!("demo --model {file} --out {place}/demo"),
    ] {
        let error = refused(&line);
        assert!(
            error.contains(&format!(
                "{file}: the safetensors header: model.classes = 7"
            )),
            "{error}"
        );
    }
    assert!(
        !names(&place)
            .iter()
            .any(|name| name == "joined.safetensors" || name == "out"),
        "{:?}",
        names(&place)
    );
}

#[test]
fn sizes_that_the_file_does_not_hold_are_refused() {
    let place = place("models/sizes");
    let file = format!("{place}/model.safetensors");
    with_settings(&file, |settings| settings["model"]["width"] = json!(512));
    let error = refused(&format!(
        "segment {} --model {file} --out {place}/out",
        patients()
    ));
    let expected = format!(
        "error: {file}: tensor stem.conv.weight has shape [7, 7, 3, 4] where the network has [7, 7, 3, 512]: weights of \
         another architecture or width\n"
    );
    assert_eq!(error, expected);
    with_settings(&file, |settings| {
        settings["model"]["architecture"] = json!("transformer");
    });
    let error = refused(&format!(
        "segment {} --model {file} --out {place}/out",
        patients()
    ));
    assert!(
        error.starts_with(&format!(
            "error: {file}: the settings in the safetensors header"
        )),
        "{error}"
    );
    assert!(
        error.contains("unknown variant `transformer`") && error.lines().count() == 1,
        "{error}"
    );
    // Five gigabytes of nothing are not read.
    fs::File::create(&file).unwrap().set_len(5 << 30).unwrap();
    let error = refused(&format!(
        "segment {} --model {file} --out {place}/out",
        patients()
    ));
    assert_eq!(
        error,
        format!("error: {file}: not a whole safetensors file: header too small\n")
    );
    fs::remove_file(&file).unwrap();
}

#[test]
fn values_that_are_no_numbers_are_refused_wherever_a_model_enters() {
    let place = place("models/values");
    let file = format!("{place}/model.safetensors");
    for (tensor, value, flaw) in [
        ("stem.conv.weight", f32::NAN, "1 value is NaN"),
        ("head.bias", f32::NEG_INFINITY, "1 value is infinite"),
        (
            "stem.norm.running_variance",
            -0.5,
            "1 value is negative, which no variance is",
        ),
    ] {
        with_value(&file, tensor, value);
        for line in [
            format!("segment {} --model {file} --out {place}/out", patients()),
            format!("ensemble {file} --out {place}/joined.safetensors"),
            format!(
                "train {} --config {} --start {file} --out {place}/run",
                patients(),
                tiny_settings()
            ),
        ] {
            let error = refused(&line);
            assert!(
                error.ends_with(&format!("error: {file}: tensor {tensor}: {flaw}\n")),
                "{error}"
            );
        }
    }
    with_value(&file, "stem.conv.weight", 1e30);
    let error = refused(&format!("ensemble {file} --out {place}/joined.safetensors"));
    let flaw = "1 value is too large for 16-bit floats: need -65504 to 65504";
    assert_eq!(error, format!("error: tensor stem.conv.weight: {flaw}\n"));
    assert!(!names(&place).contains(&"joined.safetensors".into()));
}

#[test]
fn sums_that_overflow_fail_the_case() {
    let place = place("models/overflow");
    let file = format!("{place}/model.safetensors");
    with_value(&file, "head.bias", f32::MAX);
    let (mut header, mut data) = parts(&bytes(&file));
    header["__metadata__"]
        .as_object_mut()
        .unwrap()
        .remove("sha256");
    let range = ["head.weight", "head.bias"].map(|t| {
        let offsets = &header[t]["data_offsets"];
        offsets[0].as_u64().unwrap() as usize..offsets[1].as_u64().unwrap() as usize
    });
    range.into_iter().for_each(|range| {
        data[range]
            .as_chunks_mut::<4>()
            .0
            .iter_mut()
            .for_each(|v| *v = f32::MAX.to_le_bytes());
    });
    fs::write(&file, joined((header, data))).unwrap();
    let case = format!("{}/phantom-001", patients());
    let run = myops(&format!("segment {case} --model {file} --out {place}/out"));
    assert_eq!(run.code, 1, "{}", run.err);
    assert!(
        run.err
            .contains("error: case phantom-001: the network's output is not a number\n"),
        "{}",
        run.err
    );
}

/// Checks that the network of an unfinished training is not passed on, and that there has to be one.
fn check_refused(place: &str, run: &str, told: &str) {
    let refusal = format!(
        "error: {}\nhint: finish it with myops train DATA --out {run} --resume, or name the file {run}/best.safetensors\n",
        told.replace("is used", "would be used")
    );
    assert_eq!(
        refused(&format!("ensemble {run} --out {place}/joined.safetensors")),
        refusal
    );
    let start = format!(
        "train {} --config {} --start {run} --out {place}/next",
        patients(),
        tiny_settings()
    );
    assert!(refused(&start).ends_with(&refusal));
    done(&format!(
        "ensemble {run}/best.safetensors --out {place}/joined.safetensors"
    ));

    fs::remove_file(format!("{run}/best.safetensors")).unwrap();
    let error = refused(&format!(
        "segment {} --model {run} --out {place}/out",
        patients()
    ));
    assert!(
        error.contains("of 4000) and has no network yet\nhint: finish it with"),
        "{error}"
    );
}

#[test]
fn an_unfinished_training_is_told_where_it_segments_and_refused_where_it_would_be_passed_on() {
    let place = place("models/unfinished");
    let run = format!("{place}/run");
    let epochs_done =
        || fs::read_to_string(format!("{run}/log.jsonl")).map_or(0, |log| log.lines().count());
    let line = format!(
        "train {} --config {} --epochs 4000 --out {run}",
        patients(),
        tiny_settings()
    );
    killed_once(&line, || epochs_done() >= 2);
    let told = format!(
        "{run}: the training is not finished (it stands at epoch {} of 4000); best.safetensors is used",
        epochs_done()
    );
    let segmented = myops(&format!(
        "segment {}/phantom-001 --model {run} --out {place}/out",
        patients()
    ));
    assert_eq!(segmented.code, 0, "{}", segmented.err);
    assert!(
        segmented.err.starts_with(&format!("{told}\n")),
        "{}",
        segmented.err
    );
    let record = json(format!("{place}/out/phantom-001/phantom-001.json"));
    let note = format!(
        "The training of the model is not finished: it stands at epoch {} of 4000",
        epochs_done()
    );
    assert!(
        record["findings"]
            .as_array()
            .unwrap()
            .iter()
            .any(|finding| finding["text"] == json!(note)),
        "{record}"
    );
    check_refused(&place, &run, &told);
}

#[test]
fn a_training_that_is_continued_is_unfinished_again() {
    let place = place("models/continued");
    let longer = format!("{place}/longer");
    copy(network(), &longer);
    let settings = fs::read_to_string(format!("{longer}/settings.toml")).unwrap();
    fs::write(
        format!("{longer}/settings.toml"),
        settings.replace("epochs = 2", "epochs = 9"),
    )
    .unwrap();
    let segmented = myops(&format!(
        "segment {}/phantom-001 --model {longer} --out {place}/out",
        patients()
    ));
    let told = format!(
        "{longer}: the training is not finished (it stands at epoch 2 of 9); model.safetensors is used\n"
    );
    assert!(segmented.err.starts_with(&told), "{}", segmented.err);
    let finished = myops(&format!(
        "segment {}/phantom-001 --model {} --out {place}/out",
        patients(),
        network()
    ));
    assert!(!finished.err.contains("not finished"), "{}", finished.err);
}

#[test]
fn damage_is_noticed_in_models_and_checkpoints() {
    let place = place("models/damaged");
    let run = format!("{place}/run");
    copy(network(), &run);
    for (name, command) in [
        (
            "model.safetensors",
            format!("segment {} --model {run} --out {place}/out", patients()),
        ),
        (
            "last.checkpoint",
            format!(
                "train {} --config {} --out {run} --epochs 3 --resume",
                patients(),
                tiny_settings()
            ),
        ),
    ] {
        let file = format!("{run}/{name}");
        let whole = bytes(&file);
        let mut flipped = whole.clone();
        flipped[whole.len() * 2 / 3] ^= 4;
        fs::write(&file, flipped).unwrap();
        let error = refused(&command);
        let expected = format!(
            "error: {file}: damaged: the contents do not match their checksum\nhint: restore the file from a copy\n"
        );
        assert!(error.ends_with(&expected), "{error}");
        fs::write(&file, whole).unwrap();
    }
}

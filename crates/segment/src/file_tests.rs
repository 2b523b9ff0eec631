//! Model files written and read back, and headers that are refused.

use super::*;
use myops_image::preprocess::{Framing, Preprocess};
use serde_json::{Value, json};

use crate::Recipe;
use myops_net::model::Architecture;
use myops_net::weights::Weight;

/// A narrow network whose bias is `value` everywhere.
fn stored(value: f32, width: usize, origin: &str) -> Stored<ModelHeader> {
    let model = ModelSettings {
        width,
        ..ModelSettings::published(Architecture::Nested)
    };
    let mut weights = Weights::drawn(&model.graph(), 1);
    weights.insert(
        "head.bias",
        Weight {
            shape: vec![6],
            values: vec![value; 6],
        },
    );
    let preprocess = Preprocess {
        framing: Framing::Heart,
        ..Preprocess::PUBLISHED
    };
    let recipe = Recipe {
        preprocess,
        ..Recipe::PUBLISHED
    };
    Stored {
        settings: ModelHeader::single(model, recipe, origin),
        weights,
    }
}

fn locator(value: f32) -> Stored<ModelHeader> {
    let mut locator = stored(value, 1, "locator");
    locator.settings.recipe = Recipe::PUBLISHED;
    locator
}

fn model(value: f32, width: usize) -> ModelFile {
    ModelFile::from(stored(value, width, "run")).with_locator(locator(value + 10.0))
}

fn there_and_back(file: &ModelFile) -> ModelFile {
    ModelFile::from_bytes(&file.to_bytes(Precision::Full).unwrap()).unwrap()
}

fn bias(weights: &Weights) -> f32 {
    weights.get("head.bias").unwrap().values[0]
}

#[test]
fn one_network_is_stored_under_its_own_names_as_ever() {
    let file = ModelFile::from(locator(3.0));
    assert_eq!(there_and_back(&file), file);
    let bytes = file.to_bytes(Precision::Full).unwrap();
    assert_eq!(
        Stored::<ModelHeader>::from_bytes(&bytes).unwrap(),
        locator(3.0)
    );
}

#[test]
fn locator_and_members_come_back_each_for_itself() {
    let joined = ModelFile::join(vec![model(1.0, 1), model(2.0, 2), model(3.0, 1)]).unwrap();
    let read = there_and_back(&joined);
    assert_eq!(read, joined);
    assert_eq!(
        read.members.iter().map(bias).collect::<Vec<_>>(),
        [1.0, 2.0, 3.0]
    );
    assert_eq!(read.locator.as_ref().map(bias), Some(11.0));
    assert_eq!(read.header.origin, "run; run; run");
    assert_eq!([0, 1, 2].map(|n| read.header.member(n).width), [1, 2, 1]);
}

#[test]
fn a_model_for_lge_alone_comes_back_beside_the_others() {
    let alone = ModelFile::join(vec![model(5.0, 1), model(6.0, 1)]).unwrap();
    let both = ModelFile::from(stored(1.0, 1, "run"))
        .with_locator(locator(2.0))
        .with_lge_alone(alone.clone());
    let read = there_and_back(&both);
    assert_eq!(read, both);
    assert_eq!(read.lge_alone.as_deref(), Some(&alone));
    assert_eq!(read.header.lge_alone.as_deref(), Some(&alone.header));
    assert_eq!(read.members.iter().map(bias).collect::<Vec<_>>(), [1.0]);

    // Of several models the first says what segments LGE alone.
    let joined = ModelFile::join(vec![both.clone(), model(2.0, 1)]).unwrap();
    assert_eq!(joined.lge_alone, both.lge_alone);
    let error = ModelFile::join(vec![model(2.0, 1), both.clone()]).unwrap_err();
    let expected = "network 2 has another model for LGE alone than the first";
    assert!(error.to_string().starts_with(expected), "{error}");
    let nested = model(3.0, 1).with_lge_alone(both);
    let error = nested.to_bytes(Precision::Full).unwrap_err().to_string();
    let expected = "lge_alone.lge_alone = a model: need none within lge_alone";
    assert_eq!(error, format!("the safetensors header: {expected}"));
}

#[test]
fn half_precision_rounds_filters_and_leaves_vectors() {
    let mut file = ModelFile::from(locator(1.000_1));
    file.members[0].insert(
        "head.weight",
        Weight {
            shape: vec![1, 1, 1, 6],
            values: vec![0.500_1; 6],
        },
    );
    let read = ModelFile::from_bytes(&file.to_bytes(Precision::Half).unwrap()).unwrap();
    assert_eq!(
        read.members[0].get("head.bias").unwrap().values,
        [1.000_1; 6]
    );
    assert_eq!(read.members[0].get("head.weight").unwrap().values, [0.5; 6]);
}

/// What is said of a file whose header was changed by hand.
fn refused(place: &str, value: Value) -> String {
    let Stored { settings, weights } = {
        let file = model(1.0, 2);
        let bytes = file.to_bytes(Precision::Full).unwrap();
        Stored::<Value>::from_bytes(&bytes).unwrap()
    };
    let mut settings = settings;
    let (parent, key) = place.rsplit_once('/').unwrap();
    settings.pointer_mut(parent).unwrap()[key] = value;
    let bytes = Stored { settings, weights }.to_bytes().unwrap();
    ModelFile::from_bytes(&bytes).unwrap_err().to_string()
}

/// Checks what is said of a header that was changed by hand.
fn header(place: &str, value: Value, expected: &str) {
    assert_eq!(
        refused(place, value),
        format!("the safetensors header: {expected}")
    );
}

#[test]
fn a_header_is_held_to_the_bounds_of_the_settings() {
    header("/members", json!(0), "members = 0: need 1 to 64");
    header("/members", json!(65), "members = 65: need 1 to 64");
    header(
        "/widths",
        json!([1, 2]),
        "widths = 2 numbers: need 1, one for each network",
    );
    header(
        "/model/classes",
        json!(5),
        "model.classes = 5: need 6 (one for each label)",
    );
    header("/model/width", json!(0), "model.width = 0: need 1 to 512");
    header(
        "/model/inputs",
        json!(4),
        "model.inputs = 4: need 3 (one for each sequence)",
    );
    let sides = "a multiple of 16 from 16 to 2048";
    header(
        "/recipe/preprocess/size",
        json!(250),
        &format!("recipe.preprocess.size = 250: need {sides}"),
    );
    for (value, told) in [
        (json!(1e9), "1000000000"),
        (json!(0.0), "0"),
        (json!(-1.0), "-1"),
    ] {
        let expected =
            format!("recipe.preprocess.spacing_mm = {told}: need \"off\", or 0.05 to 50");
        header("/recipe/preprocess/spacing_mm", value, &expected);
    }
}

#[test]
fn so_are_what_comes_after_the_networks_and_the_locator() {
    header(
        "/recipe/temperature",
        json!(0.0),
        "recipe.temperature = 0: need 0.01 to 100",
    );
    header(
        "/recipe/contrast",
        json!(11),
        "recipe.contrast = 11: need \"off\", or above 0 up to 10",
    );
    header(
        "/recipe/thresholds/highest",
        json!(0.4),
        "recipe.thresholds.highest = 0.4: need 0.5 to 1",
    );
    header(
        "/recipe/cleanup/holes_mm2",
        json!(-1),
        "recipe.cleanup.holes_mm2 = -1: need 0 to 10000",
    );
    let spacing = "locator.recipe.preprocess.spacing_mm = 1000: need \"off\", or 0.05 to 50";
    header("/locator/preprocess/spacing_mm", json!(1000), spacing);
    header(
        "/locator/model/classes",
        json!(7),
        "locator.model.classes = 7: need 6 (one for each label)",
    );
    let framing =
        "recipe.preprocess.framing = heart: need central, or a [locator] that finds the heart";
    header("/locator", Value::Null, framing);
    let architecture = refused("/model/architecture", json!("transformer"));
    assert!(
        architecture.contains("unknown variant `transformer`, expected one of `runet`"),
        "{architecture}"
    );
}

#[test]
fn sizes_that_the_file_does_not_hold_are_refused_by_its_start() {
    let wide = refused("/model/width", json!(512));
    let expected = "tensor member0.encoder.0.first.conv.weight has shape [3, 3, 3, 2] where the network has [3, 3, 3, 512]";
    assert!(wide.starts_with(expected), "{wide}");
    let more = refused("/members", json!(2));
    assert!(
        more.starts_with(
            "tensor member1.encoder.0.first.conv.weight of shape [3, 3, 3, 2] is missing"
        ),
        "{more}"
    );

    let bytes = model(1.0, 2).to_bytes(Precision::Full).unwrap();
    let start = myops_net::weights::start_bytes(&bytes).unwrap() as usize;
    assert!(start < bytes.len() / 2);
    assert!(ModelFile::check_start(&bytes[..start], bytes.len() as u64).is_ok());
    assert!(ModelFile::check_start(&bytes[..start], bytes.len() as u64 + 1).is_err());
}

#[test]
fn more_networks_than_are_read_are_not_written() {
    let joined = ModelFile::join(vec![model(1.0, 1); 65]).unwrap();
    let error = joined.to_bytes(Precision::Half).unwrap_err().to_string();
    assert_eq!(error, "the safetensors header: members = 65: need 1 to 64");
}

#[test]
fn networks_of_another_kind_are_not_joined() {
    let mut other = model(1.0, 1);
    other.header.model.architecture = Architecture::Runet;
    let error = ModelFile::join(vec![model(1.0, 1), other])
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("network 2 has another network than the first"),
        "{error}"
    );
    assert_eq!(ModelFile::join(vec![]), Err(JoinError::Nothing));
}

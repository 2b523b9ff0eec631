//! "Find the heart first, and several networks know more than one."

use std::fs;

use super::program::{bytes, done, json, names, patients, place, refused};

/// The flagship's training, made small.
const SETTINGS: &str = "epochs = 2
crop_pixels = 48
batch_size = 4
[model]
architecture = \"nested\"
width = 4
[recipe.preprocess]
size = 64
spacing_mm = 2.0
[locator]
epochs = 6
width = 4
";

fn settings(place: &str) -> String {
    let file = format!("{place}/settings.toml");
    fs::write(&file, SETTINGS).unwrap();
    file
}

/// Checks the files of a case that several networks segmented, and what they say of their agreement.
fn check_results(out: &str, case: &str) {
    let endings = ["labels.nii.gz", "panel.png"].map(String::from).into_iter();
    let labels = ["edema", "lv_pool", "myocardium", "rv_pool", "scar"]
        .map(|l| format!("probability_{l}.nii.gz"));
    let measured = ["report.html", "thumbnail.png"].map(String::from);
    let results = endings.chain(labels).chain(measured);
    let expected: Vec<_> = std::iter::once(format!("{case}.json"))
        .chain(results.map(|ending| format!("{case}_{ending}")))
        .collect();
    assert_eq!(names(&format!("{out}/{case}")), expected);
    let record = json(format!("{out}/{case}/{case}.json"));
    let confidence = &record["confidence"];
    let expected = confidence["expected_dice_of_scar"].as_f64().unwrap();
    assert!(
        (0.0..=1.0).contains(&expected)
            && confidence["expected_dice"].is_number()
            && confidence["agreement_of_scar"].is_number(),
        "{record}"
    );
    let page = String::from_utf8(bytes(format!("{out}/{case}/{case}_report.html"))).unwrap();
    assert!(
        page.contains(&format!("labels: scar {expected:.2}, scar and edema ")),
        "the page tells it"
    );
}

/// Changes what comes after the networks: all of the wall is scar where the threshold says so.
fn check_changed_recipe(place: &str, joined: &str, one: &str, case: &str) {
    let out = format!("{place}/changed");
    let (changes, changed) = (
        format!("{place}/changes.toml"),
        format!("{place}/changed.safetensors"),
    );
    fs::write(
        &changes,
        "[recipe.thresholds]\nlowest = 0.0\nhighest = 0.0\n",
    )
    .unwrap();
    done(&format!(
        "ensemble {joined} --config {changes} --out {changed}"
    ));
    done(&format!("segment {one} --model {changed} --out {out}"));
    let record = json(format!("{out}/{case}/{case}.json"));
    assert_eq!(
        record["quantities"]["healthy_myocardium_ml"].as_f64(),
        Some(0.0),
        "{record}"
    );
    fs::write(&changes, "[recipe.preprocess]\nsize = 32\n").unwrap();
    let error = refused(&format!(
        "ensemble {joined} --config {changes} --out {changed}"
    ));
    assert!(
        error.contains("recipe.preprocess is what the network was trained with"),
        "{error}"
    );
}

#[test]
fn folds_are_trained_joined_and_run_as_one() {
    let place = place("flagship");
    let (config, cv, joined) = (
        settings(&place),
        format!("{place}/cv"),
        format!("{place}/joined.safetensors"),
    );
    let table = done(&format!(
        "cross-validate {} --folds 2 --config {config} --out {cv}",
        patients()
    ));
    assert!(table.contains("scar+edema"), "{table}");
    let run = names(&format!("{cv}/fold0"));
    assert!(
        run.contains(&"locator.safetensors".into()) && !run.contains(&"best.safetensors".into()),
        "{run:?}"
    );
    let case = names(&format!("{cv}/predictions")).remove(0);
    assert_eq!(
        names(&format!("{cv}/predictions/{case}")),
        [format!("{case}_labels.nii.gz")]
    );

    done(&format!("ensemble {cv}/fold0 {cv}/fold1 --out {joined}"));
    assert!(
        bytes(&joined).len() < bytes(format!("{cv}/fold0/model.safetensors")).len() * 2,
        "16-bit floats"
    );
    let out = format!("{place}/segmented");
    let one = format!("{}/{case}", patients());
    done(&format!(
        "segment {one} --model {joined} --out {out} --probabilities"
    ));
    check_results(&out, &case);
    check_changed_recipe(&place, &joined, &one, &case);
}

#[test]
fn networks_of_another_kind_are_not_joined() {
    let place = place("flagship-refused");
    let (nested, runet) = (format!("{place}/nested"), super::program::network());
    done(&format!(
        "train {} --config {} --out {nested} --epochs 1",
        patients(),
        settings(&place)
    ));
    let error = refused(&format!(
        "ensemble {nested} {runet} --out {place}/joined.safetensors"
    ));
    assert!(
        error.contains("network 2 has another network than the first"),
        "{error}"
    );
    assert!(!names(&place).contains(&"joined.safetensors".into()));
}

//! Input that cannot be measured as it should: a finding or a clear error, never a wrong number without a word.

use std::path::Path;

use myops_image::geometry::{Affine, Grid, Spacing};
use myops_image::label::{Label, LabelMap};
use myops_image::volume::Volume;
use serde_json::Value;

use crate::page;
use crate::patients::{Place, labels_of, myops, myops_ok, patient, write_case, write_prediction};

/// Measures a label map; gives the JSON and the page.
fn quantified(labels: &LabelMap) -> (Value, String) {
    let folder = Place::new();
    write_prediction(folder.path(), "case", labels);
    myops_ok(
        folder.path(),
        &["quantify", "case_labels.nii.gz", "--out", "report"],
    );
    let read =
        |name: &str| std::fs::read_to_string(folder.path().join("report/case").join(name)).unwrap();
    let html = read("case_report.html");
    page::check(&html);
    (serde_json::from_str(&read("case.json")).unwrap(), html)
}

fn codes(json: &Value) -> Vec<&str> {
    json["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["code"].as_str().unwrap())
        .collect()
}

fn without(labels: &LabelMap, gone: Label) -> LabelMap {
    labels.map(|l| if *l == gone { Label::Background } else { *l })
}

#[test]
fn without_rv_the_orientation_is_unknown_and_volumes_are_given() {
    let (study, _) = patient(2);
    let (json, html) = quantified(&without(labels_of(&study), Label::RvPool));
    assert_eq!(codes(&json), ["no_rv_pool"]);
    assert!(html.contains("Orientation unknown") && html.contains("the orientation is unknown"));
    assert!(
        json["quantities"]["segments"]
            .as_array()
            .unwrap()
            .iter()
            .all(|s| s["assessed"] == false && s["scar_percent"].is_null())
    );
    assert!(json["quantities"]["wall_g"].as_f64().unwrap() > 10.0);
}

#[test]
fn without_lv_nothing_is_related_to_it() {
    let (study, _) = patient(2);
    let (json, html) = quantified(&without(labels_of(&study), Label::LvPool));
    assert!(codes(&json).contains(&"no_lv_pool"));
    assert!(
        json["quantities"]["mean_wall_thickness_mm"].is_null()
            && json["quantities"]["rings"].as_array().unwrap().is_empty()
    );
    assert!(html.contains("Not assessed: it needs LGE, and a slice with a ring of wall."));
    let (json, _) = quantified(&labels_of(&study).map(|_| Label::Background));
    assert_eq!(codes(&json), ["no_wall", "no_lv_pool", "no_rv_pool"]);
    assert!(json["quantities"]["scar_percent"].is_null());
}

#[test]
fn an_open_ring_and_wall_without_cavity_are_told_by_their_slices() {
    let (study, _) = patient(2);
    let labels = labels_of(&study);
    let [columns, ..] = labels.shape();
    // The wall of slice 1 is cut in half; slice 3 loses its pool.
    let damaged = Volume::from_fn(*labels.grid(), |[i, j, k]| match (k, labels[[i, j, k]]) {
        (0, Label::Myocardium | Label::Edema | Label::Scar) if i < columns / 2 => Label::Background,
        (2, Label::LvPool) => Label::Background,
        (_, label) => label,
    });
    let (json, html) = quantified(&damaged);
    assert!(
        codes(&json).contains(&"ring_open") && codes(&json).contains(&"no_ring"),
        "{:?}",
        codes(&json)
    );
    assert!(
        html.contains("The wall does not close about the LV in slice 1<")
            && html.contains("in slice 3: counted")
    );
}

#[test]
fn one_slice_and_forty_are_flagged() {
    let (study, _) = patient(2);
    let labels = labels_of(&study);
    let stack = |slices: usize| {
        let [i, j, _] = labels.shape();
        let grid = Grid::new([i, j, slices], *labels.grid().world_from_voxel()).unwrap();
        Volume::from_fn(grid, |[i, j, _]| labels[[i, j, 1]])
    };
    let (one, _) = quantified(&stack(1));
    assert!(codes(&one).contains(&"single_slice"));
    assert_eq!(one["quantities"]["rings"][0]["level"], "mid");
    let (many, html) = quantified(&stack(30));
    assert!(codes(&many).contains(&"many_slices"));
    assert!(html.contains("The study has 30 slices") && html.contains("Slice 30, "));
}

#[test]
fn a_ventricle_at_the_edge_is_flagged() {
    let grid = Grid::new(
        [12, 12, 2],
        Affine::from_spacing(Spacing::new_mm([4.0, 4.0, 10.0]).unwrap()),
    )
    .unwrap();
    let labels = Volume::from_fn(grid, |[i, j, _]| match (i.abs_diff(4), j.abs_diff(6)) {
        (a, b) if a <= 2 && b <= 2 => Label::LvPool,
        (a, b) if a <= 4 && b <= 4 => Label::Myocardium,
        _ => Label::Background,
    });
    assert!(codes(&quantified(&labels).0).contains(&"left_ventricle_at_border"));
}

#[test]
fn labels_and_images_on_other_grids_are_refused() {
    let folder = Place::new();
    let ((a, _), (b, _)) = (patient(2), patient(3));
    write_case(&folder.path().join("data"), &a);
    write_prediction(&folder.path().join("found"), a.id(), labels_of(&b));
    let said = myops(
        folder.path(),
        &["quantify", "found", "--images", "data", "--out", "report"],
    );
    assert_eq!(said.code, 1);
    assert!(
        said.err
            .contains("error: case patient-002: found/patient-002_labels.nii.gz has ["),
        "{}",
        said.err
    );
    assert!(
        said.err
            .contains("hint: give the images that the labels were drawn on"),
        "{}",
        said.err
    );
    let said = myops(
        folder.path(),
        &[
            "evaluate",
            "--prediction",
            "found",
            "--reference",
            "data",
            "--out",
            "scores",
        ],
    );
    assert_eq!(said.code, 1);
    assert!(
        said.err
            .starts_with("error: 1 of 1 cases refused: case patient-002: found/patient-002"),
        "{}",
        said.err
    );
    assert!(
        said.err.contains("both must lie on the same voxels"),
        "{}",
        said.err
    );
    assert!(
        !folder.path().join("scores").exists(),
        "nothing is written of a refused evaluation"
    );
}

fn two_of_three(folder: &Path) {
    for number in 1..=3 {
        let (study, _) = patient(number);
        write_case(&folder.join("data"), &study);
        if number != 2 {
            write_prediction(&folder.join("found"), study.id(), labels_of(&study));
        }
    }
    write_prediction(&folder.join("found"), "stranger", labels_of(&patient(4).0));
}

#[test]
fn missing_and_extra_cases_are_named() {
    let folder = Place::new();
    two_of_three(folder.path());
    let args = [
        "evaluate",
        "--prediction",
        "found",
        "--reference",
        "data",
        "--out",
        "scores",
    ];
    let said = myops(folder.path(), &args);
    assert_eq!(said.code, 1);
    assert_eq!(
        said.err.lines().next(),
        Some(
            "error: 1 of 3 cases have no prediction: patient-002; 1 predictions have no reference: stranger"
        )
    );
    assert!(
        said.err
            .contains("hint: --allow-missing scores a missing prediction as empty"),
        "{}",
        said.err
    );

    let said = myops_ok(folder.path(), &[&args[..], &["--allow-missing"]].concat());
    assert!(
        said.err.contains("have no prediction: patient-002") && said.err.contains("stranger"),
        "{}",
        said.err
    );
    let json: Value = serde_json::from_slice(
        &std::fs::read(folder.path().join("scores/evaluation.json")).unwrap(),
    )
    .unwrap();
    assert_eq!(json["cases"].as_array().unwrap().len(), 3);
    assert_eq!(json["cases"][1]["prediction_missing"], true);
    let wall = &json["regions"][3];
    assert_eq!(
        (&wall["region"], &wall["empties"]["missed"]),
        (&"wall".into(), &1.into())
    );
    let mean = wall["dice"]["challenge"]["mean"].as_f64().unwrap();
    assert!(
        (mean - 2.0 / 3.0).abs() < 1e-9,
        "the missing case counts 0: {mean}"
    );
}

#[test]
fn wrong_usage_ends_with_2_and_missing_folders_with_1() {
    let folder = Place::new();
    let args = [
        "evaluate",
        "--prediction",
        "a",
        "--reference",
        "b",
        "--hd95",
        "mean",
    ];
    let said = myops(folder.path(), &args);
    assert!(
        said.code == 2 && said.err.contains("need one of pooled, larger, area"),
        "{}",
        said.err
    );
    let said = myops(folder.path(), &args[..5]);
    assert_eq!(
        (said.code, said.err.lines().next()),
        (1, Some("error: a: neither a file nor a folder"))
    );
    std::fs::create_dir(folder.path().join("a")).unwrap();
    let said = myops(folder.path(), &args[..5]);
    assert_eq!(
        (said.code, said.err.lines().next()),
        (1, Some("error: a: no label map found"))
    );
}

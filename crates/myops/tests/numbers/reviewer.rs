//! A reviewer recomputes a Dice by hand.

use std::path::Path;

use myops_image::io::read_labels;
use myops_image::label::Label;

use crate::patients::{Place, labels_of, moved, myops_ok, patient, write_case, write_prediction};
use crate::table::Table;

#[test]
fn a_reviewer_recomputes_a_dice_by_hand() {
    let folder = Place::new();
    let at = |name: &str| folder.path().join(name);
    let mut ids = Vec::new();
    for number in 20..26 {
        let (study, _) = patient(number);
        write_case(&at("data"), &study);
        write_prediction(&at("found"), study.id(), &moved(labels_of(&study), 2));
        ids.push(study.id().to_owned());
    }
    myops_ok(
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
    let scores = Table::read(&at("scores/scores.csv"));
    assert_eq!(scores.len(), 6 * 7);
    let dices: Vec<f64> = ids
        .iter()
        .map(|id| recomputed(&scores, id, [&at("found"), &at("data").join(id)]))
        .collect();
    let mean = dices.iter().sum::<f64>() / dices.len() as f64;
    let sd =
        (dices.iter().map(|d| (d - mean).powi(2)).sum::<f64>() / (dices.len() - 1) as f64).sqrt();
    let summary = Table::read(&at("scores/summary.csv"));
    let given = [
        ("region", "scar"),
        ("measure", "dice"),
        ("rule", "challenge"),
    ];
    let row = summary.where_all(&given).next().unwrap();
    assert!((summary.number(row, "mean").unwrap() - mean).abs() < 1e-6);
    assert!((summary.number(row, "sd").unwrap() - sd).abs() < 1e-6);
}

/// The Dice of a case's scar, counted from the files, with nothing of the program but the reading of NIfTI.
fn recomputed(scores: &Table, id: &str, [found, reference]: [&Path; 2]) -> f64 {
    let found = read_labels(found.join(format!("{id}_labels.nii.gz")))
        .unwrap()
        .volume;
    let truth = read_labels(reference.join(format!("{id}_gd.nii.gz")))
        .unwrap()
        .volume;
    let scar = |label: &Label| *label == Label::Scar;
    let predicted = found.data().iter().filter(|l| scar(l)).count();
    let referred = truth.data().iter().filter(|l| scar(l)).count();
    let shared = found
        .data()
        .iter()
        .zip(truth.data())
        .filter(|(p, r)| scar(p) && scar(r))
        .count();
    let row = scores
        .where_all(&[("case", id), ("region", "scar")])
        .next()
        .unwrap();
    for (column, count) in [
        ("shared_voxels", shared),
        ("prediction_voxels", predicted),
        ("reference_voxels", referred),
    ] {
        assert_eq!(scores.text(row, column), count.to_string(), "{id} {column}");
    }
    if predicted + referred == 0 {
        assert_eq!(
            (scores.text(row, "masks"), scores.text(row, "dice")),
            ("both_empty", "")
        );
        return 1.0;
    }
    let dice = 2.0 * shared as f64 / (predicted + referred) as f64;
    assert!(
        (scores.number(row, "dice").unwrap() - dice).abs() < 1e-6,
        "{id}"
    );
    let ml = truth.spacing().mm().iter().product::<f64>() / 1000.0;
    assert!((scores.number(row, "reference_ml").unwrap() - referred as f64 * ml).abs() < 1e-5);
    dice
}

#[test]
fn empty_masks_are_counted_and_never_averaged_away() {
    let folder = Place::new();
    let at = |name: &str| folder.path().join(name);
    let without = |labels: &myops_image::label::LabelMap| {
        labels.map(|l| {
            if *l == Label::Scar {
                Label::Myocardium
            } else {
                *l
            }
        })
    };
    let scarred: Vec<_> = (40..60)
        .map(patient)
        .filter(|(_, truth)| truth.scar_percent_of_wall > 3.0)
        .take(3)
        .collect();
    for (n, (study, _)) in scarred.iter().enumerate() {
        write_prediction(&at("reference"), study.id(), labels_of(study));
        // The first is found, the second missed; the third is found where the reference has none.
        let found = if n == 1 {
            without(labels_of(study))
        } else {
            labels_of(study).clone()
        };
        write_prediction(&at("found"), study.id(), &found);
        if n == 2 {
            write_prediction(&at("reference"), study.id(), &without(labels_of(study)));
        }
    }
    let said = myops_ok(
        folder.path(),
        &[
            "evaluate",
            "--prediction",
            "found",
            "--reference",
            "reference",
            "--out",
            "s",
        ],
    );
    assert!(said.out.contains("1 missed, 1 invented"), "{}", said.out);
    let summary = Table::read(&at("s/summary.csv"));
    let mean = |rule: &str| {
        let row = summary
            .where_all(&[("region", "scar"), ("measure", "dice"), ("rule", rule)])
            .next()
            .unwrap();
        (
            summary.text(row, "n").to_owned(),
            (summary.number(row, "mean").unwrap() * 1e4).round() / 1e4,
        )
    };
    assert_eq!(mean("challenge"), ("3".into(), 0.3333));
    assert_eq!(mean("dropped"), ("2".into(), 0.5));
    assert_eq!(mean("nan"), ("1".into(), 1.0));
}

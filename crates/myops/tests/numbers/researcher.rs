//! A researcher compares two models.

use crate::patients::{Place, labels_of, moved, myops_ok, patient, write_case, write_prediction};
use crate::table::Table;

#[test]
fn a_researcher_compares_two_models() {
    let folder = Place::new();
    let at = |name: &str| folder.path().join(name);
    for number in 0..8 {
        let (study, _) = patient(number);
        write_case(&at("data"), &study);
        write_prediction(&at("good"), study.id(), &moved(labels_of(&study), 1));
        write_prediction(&at("bad"), study.id(), &moved(labels_of(&study), 3));
    }
    let args = [
        "evaluate",
        "--prediction",
        "good",
        "--reference",
        "data",
        "--compare",
        "bad",
        "--out",
        "scores",
    ];
    let said = myops_ok(folder.path(), &args);

    // Which rule and which definition a number follows stands beside it.
    for words in [
        "challenge",
        "dropped",
        "nan",
        "HD95 pooled: 95th percentile",
        "(MedPy)",
        "SD with n - 1",
        "Wilcoxon",
    ] {
        assert!(said.out.contains(words), "{words} in\n{}", said.out);
    }
    // The table on the terminal, the summary and the JSON hold the same numbers.
    let summary = Table::read(&at("scores/summary.csv"));
    let json: serde_json::Value =
        serde_json::from_slice(&std::fs::read(at("scores/evaluation.json")).unwrap()).unwrap();
    for (region, line) in [(0, "scar "), (2, "scar+edema "), (3, "wall ")] {
        let name = line.trim();
        let given = [("region", name), ("measure", "dice"), ("rule", "challenge")];
        let row = summary.where_all(&given).next().unwrap();
        let mean = summary.number(row, "mean").unwrap();
        let in_json = json["regions"][region]["dice"]["challenge"]["mean"]
            .as_f64()
            .unwrap();
        assert!((mean - in_json).abs() < 1e-6);
        let on_terminal = said.out.lines().find(|l| l.starts_with(line)).unwrap();
        assert!(
            on_terminal.contains(&format!("{in_json:.3} ± ")),
            "{on_terminal}"
        );
    }
    the_better_model_is_ahead(&at("scores"));
}

fn the_better_model_is_ahead(scores: &std::path::Path) {
    // The better model is ahead in every region, and the test says so.
    let comparison = Table::read(&scores.join("comparison.csv"));
    for region in ["wall", "LV pool", "RV pool"] {
        let row = comparison
            .where_all(&[("region", region), ("measure", "Dice (challenge)")])
            .next()
            .unwrap();
        assert!(comparison.number(row, "low_95").unwrap() > 0.0, "{region}");
        assert!(
            (comparison.number(row, "wilcoxon_p").unwrap() - 2.0 / 256.0).abs() < 1e-6,
            "{region}"
        );
    }
    for picture in ["dice.svg", "hd95.svg", "scar_volume.svg", "comparison.svg"] {
        let svg = std::fs::read_to_string(scores.join(picture)).unwrap();
        assert!(
            svg.starts_with("<svg xmlns") && svg.contains("aria-label") && !svg.contains("NaN"),
            "{picture}"
        );
    }
}

#[test]
fn the_definition_of_hd95_is_the_one_that_was_asked_for() {
    let folder = Place::new();
    let (study, _) = patient(1);
    write_case(&folder.path().join("data"), &study);
    write_prediction(
        &folder.path().join("found"),
        study.id(),
        &moved(labels_of(&study), 4),
    );
    for (name, tool) in [
        ("pooled", "MedPy"),
        ("larger", "MONAI"),
        ("area", "surface-distance"),
    ] {
        let args = [
            "evaluate",
            "--prediction",
            "found",
            "--reference",
            "data",
            "--hd95",
            name,
            "--out",
            name,
        ];
        let said = myops_ok(folder.path(), &args);
        let scores = Table::read(&folder.path().join(name).join("scores.csv"));
        let row = scores.where_all(&[("region", "wall")]).next().unwrap();
        let mm = scores.number(row, &format!("hd95_{name}_mm")).unwrap();
        let line = said.out.lines().find(|l| l.starts_with("wall ")).unwrap();
        assert!(line.contains(&format!(" {mm:.1} ± ")), "{mm} in {line}");
        assert!(said.out.contains(tool), "{tool}");
    }
}

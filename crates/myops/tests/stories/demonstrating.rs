//! "What does this do?" in one command.

use super::program::{bytes, done, names, network, place};

#[test]
fn a_patient_is_made_segmented_and_compared_with_the_truth() {
    let out = place("demo");
    for model in [String::new(), format!("--model {}", network())] {
        let table = done(&format!("demo --out {out} {model}"));
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(
            lines[0].split_whitespace().collect::<Vec<_>>(),
            ["region", "found", "ml", "true", "ml", "Dice"]
        );
        assert_eq!(lines.len(), 8, "{table}");
        let found: Vec<f64> = lines[1..]
            .iter()
            .map(|l| l[20..31].trim().parse().unwrap())
            .collect();
        let truth: Vec<f64> = lines[1..]
            .iter()
            .map(|l| l[31..42].trim().parse().unwrap())
            .collect();
        assert!(
            truth.iter().all(|ml| *ml > 0.0) && found.iter().all(|ml| *ml >= 0.0),
            "{table}"
        );
    }
    let folder = format!("{out}/phantom-001");
    let of_the_patient = ["C0.nii.gz", "LGE.nii.gz", "T2.nii.gz", "gd.nii.gz"];
    let found = ["labels.nii.gz", "panel.png", "report.html", "thumbnail.png"];
    let endings = of_the_patient
        .into_iter()
        .chain(found)
        .chain(["truth.json"]);
    let files: Vec<String> = std::iter::once("phantom-001.json".to_owned())
        .chain(endings.map(|ending| format!("phantom-001_{ending}")))
        .collect();
    assert_eq!(names(&folder), files);
    assert_eq!(
        bytes(format!("{folder}/phantom-001_panel.png"))[..4],
        *b"\x89PNG"
    );
}

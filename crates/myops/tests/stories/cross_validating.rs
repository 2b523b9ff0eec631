//! "How good is this network on patients that it has not seen?"

use std::fs;
use std::path::Path;

use super::program::{bytes, done, killed_once, names, patients, place, refused, tiny_settings};

/// The table of a command whose folds were trained by themselves, as they can be beside one another.
fn trained_beside(line: &str) -> String {
    let (_, out) = line.split_once("--out ").unwrap();
    for fold in 0..2 {
        let train = format!(
            "train {} --folds 2 --fold {fold} --config {}",
            patients(),
            tiny_settings()
        );
        done(&format!("{train} --out {out}/fold{fold}"));
    }
    done(line)
}

#[test]
fn every_case_is_scored_by_a_network_that_never_saw_it() {
    let out = place("cv/whole");
    let line = format!(
        "cross-validate {} --folds 2 --config {} --out {out}",
        patients(),
        tiny_settings()
    );
    let table = done(&line);
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines[0], "4 cases, out of fold");
    assert!(lines[1].starts_with("region ") && lines[1].contains("Dice mean ± SD"));
    assert!(
        lines[2..9].iter().all(|l| l.contains(" ± ")) && lines[4].starts_with("scar+edema"),
        "{table}"
    );
    assert!(
        table.contains("Dice by rule") && table.contains("HD95 pooled"),
        "{table}"
    );
    assert_eq!(names(&format!("{out}/predictions")).len(), 4);
    let csv = String::from_utf8(bytes(format!("{out}/evaluation/scores.csv"))).unwrap();
    assert_eq!(csv.lines().count(), 1 + 4 * 7, "{csv}");

    // Killed in the second fold and begun once more, it ends with the same; the first fold is not trained again.
    let other = place("cv/killed");
    let line = line.replace(&out, &other);
    killed_once(&line, || {
        Path::new(&format!("{other}/fold1/last.checkpoint")).exists()
    });
    let first = format!("{other}/fold0/last.checkpoint");
    let trained = fs::metadata(&first).unwrap().modified().unwrap();
    assert_eq!(done(&line), table);
    assert_eq!(fs::metadata(&first).unwrap().modified().unwrap(), trained);
    let csv_of = |out: &str| bytes(format!("{out}/evaluation/scores.csv"));
    assert_eq!(csv_of(&other), csv_of(&out));

    assert_eq!(
        trained_beside(&line.replace(&other, &place("cv/beside"))),
        table
    );

    // Begun once more when all is done, it only counts.
    assert_eq!(done(&line), table);

    // Other cases in the folds, or another network, are not taken for those that were judged.
    let error = refused(&line.replace("--folds 2", "--folds 4"));
    assert!(
        error.contains(&format!(
            "{other}/folds.csv: other cases, or dealt into other folds, than now"
        )),
        "{error}"
    );
    let error = refused(&format!("{line} --seed 9"));
    assert!(
        error.contains("fold0/last.checkpoint: the checkpoint was made with other settings"),
        "{error}"
    );
    assert_eq!(csv_of(&other), csv_of(&out));
}

#[test]
fn more_folds_than_cases_are_refused() {
    let error = refused(&format!(
        "cross-validate {} --folds 30 --out {}",
        patients(),
        place("cv/none")
    ));
    assert_eq!(
        error,
        "error: folds = 30: need 2 to 4 (the number of patients)\n"
    );
}

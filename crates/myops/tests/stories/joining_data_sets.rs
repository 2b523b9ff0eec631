//! "My hospital draws no edema, theirs has LGE alone: learn from all of it."

use std::fs;

use super::program::{bytes, done, json, myops, patients, place, refused};

/// What a hospital gives that has LGE alone of the same patients, and draws pools and wall with numbers of its own.
struct Hospital {
    place: String,
    table: String,
}

impl Hospital {
    fn of(name: &str) -> Self {
        let place = place(name);
        let cases = super::program::names(patients());
        let rows = cases.iter().map(|case| {
            let folder = format!("{}/{case}", patients());
            format!("{case},{folder}/{case}_LGE.nii.gz,{place}/{case}.nii.gz\n")
        });
        let rows: String = rows.collect();
        for case in &cases {
            draw_anatomy(&format!("{}/{case}/{case}_gd.nii.gz", patients()), &place);
        }
        let table = format!("{place}/anatomy.csv");
        fs::write(&table, format!("case,lge,labels\n{rows}")).unwrap();
        Self { place, table }
    }

    /// A table of both data sets; the second with these lines.
    fn sets(&self, lines: &str) -> String {
        let file = format!("{}/sets.toml", self.place);
        let text = format!(
            "[[set]]\ncases = {:?}\n[[set]]\ncases = {:?}\n{lines}",
            patients(),
            self.table
        );
        fs::write(&file, text).unwrap();
        file
    }
}

/// Writes the labels of a case as 1 (LV pool), 2 (wall of any tissue) and 3 (RV pool).
fn draw_anatomy(labels: &str, place: &str) {
    use myops::image::io::{read_label_map, write_image};
    use myops::image::label::{Label, Region};
    let (read, _) = read_label_map(labels).unwrap();
    let drawn = read.volume.map(|label| match label {
        Label::LvPool => 1.0_f32,
        Label::RvPool => 3.0,
        label if Region::WALL.contains(*label) => 2.0,
        _ => 0.0,
    });
    let name = labels.rsplit('/').next().unwrap().replace("_gd", "");
    write_image(format!("{place}/{name}"), &drawn, &read.placement).unwrap();
}

const ANATOMY: &str = "prefix = \"anatomy-\"
share = 0.5
numbers = { 1 = \"LV pool\", 2 = \"myocardium\", 3 = \"RV pool\" }
not_drawn = { edema = \"myocardium\", scar = \"myocardium\" }
";

/// The flagship's training, made small: it can do without sequences.
fn settings(place: &str) -> String {
    let file = format!("{place}/settings.toml");
    let text = "epochs = 1\ncrop_pixels = 48\n[model]\narchitecture = \"nested\"\nwidth = 4\n\
                [recipe.preprocess]\nsize = 64\nspacing_mm = 2.0\n[locator]\nepochs = 2\nwidth = 4\n";
    fs::write(&file, text).unwrap();
    file
}

#[test]
fn two_hospitals_are_learned_from_together_and_judged_by_what_each_draws() {
    let hospital = Hospital::of("sets/both");
    let (sets, place) = (hospital.sets(ANATOMY), &hospital.place);
    let cv = format!("{place}/cv");
    let line = format!(
        "cross-validate {sets} --folds 2 --config {} --out {cv}",
        settings(place)
    );
    let run = myops(&line);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.starts_with("8 cases, out of fold"), "{}", run.out);
    for told in [
        "no bSSFP and T2 in 4 cases: anatomy-",
        "taken for one patient by their names: ",
    ] {
        assert!(run.err.contains(told), "{told}: {}", run.err);
    }

    // The cases of a patient are in one fold, whichever data set they are of.
    let folds = String::from_utf8(bytes(format!("{cv}/folds.csv"))).unwrap();
    let fold_of = |case: &str| {
        let row = |line: &&str| line.starts_with(&format!("{case},"));
        folds.lines().find(row).unwrap().rsplit(',').next()
    };
    for case in super::program::names(patients()) {
        assert_eq!(
            fold_of(&case),
            fold_of(&format!("anatomy-{case}")),
            "{folds}"
        );
    }

    // All regions of the first hospital are scored, and of the second those that it draws.
    let evaluation = json(format!("{cv}/evaluation/evaluation.json"));
    let cases = |region: &str| {
        let regions = evaluation["regions"].as_array().unwrap();
        regions.iter().find(|r| r["region"] == region).unwrap()["cases"].as_u64()
    };
    for (region, expected) in [
        ("scar", 4),
        ("edema", 4),
        ("wall", 8),
        ("LV pool", 8),
        ("RV pool", 8),
    ] {
        assert_eq!(cases(region), Some(expected), "{region}");
    }

    // The same references for `evaluate`, and references against themselves.
    let table = done(&format!(
        "evaluate --prediction {cv}/predictions --reference {sets} --out {place}/scores"
    ));
    assert!(table.contains("scar+edema"), "{table}");
    let scores = |out: &str| bytes(format!("{out}/scores.csv"));
    assert_eq!(
        scores(&format!("{place}/scores")),
        scores(&format!("{cv}/evaluation"))
    );
}

#[test]
fn data_sets_that_cannot_be_reconciled_are_refused_in_a_line() {
    let hospital = Hospital::of("sets/refused");
    let out = format!("{}/run", hospital.place);
    let train = |lines: &str| {
        let sets = hospital.sets(lines);
        let config = settings(&hospital.place);
        refused(&format!("train {sets} --config {config} --out {out}"))
    };
    let numbers = ANATOMY.lines().nth(2).unwrap();
    for (lines, expected) in [
        // Without a prefix, two cases have one name.
        (numbers.to_owned(), "two cases are called"),
        // Wall that the set is said not to draw.
        (
            format!("prefix = \"b-\"\n{numbers}\nnot_drawn = {{ myocardium = \"LV pool\" }}"),
            "myocardium is labelled, which its data set is said not to draw",
        ),
        // A number without a meaning.
        (
            "prefix = \"b-\"\nnumbers = { 1 = \"LV pool\", 2 = \"myocardium\" }".into(),
            "3",
        ),
        (
            "share = -1".into(),
            "sets.toml: set 2: share = -1: need above 0 and at most 100",
        ),
        (
            "weights = 1".into(),
            "sets.toml: line 5: unknown field `weights`",
        ),
    ] {
        let error = train(&lines);
        assert!(
            error.contains(expected) && error.starts_with("error: "),
            "{error}"
        );
        assert!(!std::path::Path::new(&out).exists(), "{lines}");
    }
    // A network that needs all sequences says which is missing.
    let config = super::program::tiny_settings();
    let sets = hospital.sets(ANATOMY);
    let error = refused(&format!("train {sets} --config {config} --out {out}"));
    assert!(error.contains("bSSFP"), "{error}");
}

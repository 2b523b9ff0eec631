//! "Label these cases": one, a folder of them, some of them broken.

use std::fs;
use std::path::Path;

use myops_image::io::{find_cases, read_image, read_labels, write_image};
use myops_image::label::Label;
use myops_image::sequence::Sequence;
use myops_image::volume::Volume;

use super::program::{bytes, cases, copy, done, json, myops, network, patients, place, refused};

#[test]
fn a_folder_of_cases_is_labelled_on_each_ones_own_grid() {
    let out = place("segment/folder");
    done(&format!(
        "segment {} --model {} --out {out}",
        patients(),
        network()
    ));
    assert_eq!(
        cases(&out),
        ["phantom-001", "phantom-002", "phantom-003", "phantom-004"]
    );
    for case in find_cases(patients()).unwrap() {
        let id = case.id();
        let labels = read_labels(format!("{out}/{id}/{id}_labels.nii.gz"))
            .unwrap()
            .volume;
        assert_eq!(labels.grid(), case.load().unwrap().study.grid());
        assert_eq!(
            bytes(format!("{out}/{id}/{id}_panel.png"))[..4],
            *b"\x89PNG"
        );
        let report = String::from_utf8(bytes(format!("{out}/{id}/{id}_report.html"))).unwrap();
        assert!(
            report.contains("weights ") && report.contains("Infarct size"),
            "{id}"
        );
        let record = json(format!("{out}/{id}/{id}.json"));
        let sequences = serde_json::json!(["bSSFP", "LGE", "T2"]);
        assert_eq!(
            (&record["case"]["id"], &record["case"]["sequences"]),
            (&id.into(), &sequences)
        );
        assert!(
            record["quantities"]["lv_pool_ml"].is_f64()
                && record["model"]["fingerprint"].is_string()
                && record["confidence"]["expected_dice"].is_f64(),
            "{record:#}"
        );
    }
    let table = String::from_utf8(bytes(format!("{out}/cohort.csv"))).unwrap();
    assert_eq!(table.lines().count(), 5, "{table}");
    let page = String::from_utf8(bytes(format!("{out}/cohort.html"))).unwrap();
    assert!(page.contains("\"phantom-004\"") && page.contains("[\"*/*_report.html\"]"));
}

#[test]
fn a_case_can_be_named_by_folder_by_file_and_by_the_beginning_of_its_files() {
    let case = format!("{}/phantom-001", patients());
    let labels = |path: &str, name: &str| {
        let out = place(&format!("segment/{name}"));
        done(&format!(
            "segment {path} --model {} --out {out} --quiet",
            network()
        ));
        assert_eq!(cases(&out), ["phantom-001"]);
        bytes(format!("{out}/phantom-001/phantom-001_labels.nii.gz"))
    };
    let by_folder = labels(&case, "by-folder");
    assert_eq!(
        labels(&format!("{case}/phantom-001_T2.nii.gz"), "by-file"),
        by_folder
    );
    assert_eq!(
        labels(&format!("{case}/phantom-001"), "by-beginning"),
        by_folder
    );
}

#[test]
fn all_three_layouts_give_the_same_labels() {
    let data = place("segment/layouts");
    let image = |name: &str| {
        bytes(format!(
            "{}/phantom-002/phantom-002_{name}.nii.gz",
            patients()
        ))
    };
    let names_of = |layout: &str| match layout {
        "flat" => ["flat/a_C0", "flat/a_DE", "flat/a_T2"],
        "folders" => ["folders/a/a_C0", "folders/a/a_LGE", "folders/a/a_T2"],
        _ => [
            "nnunet/imagesTr/a_0000",
            "nnunet/imagesTr/a_0001",
            "nnunet/imagesTr/a_0002",
        ],
    };
    let labels = ["flat", "folders", "nnunet"].map(|layout| {
        for (name, sequence) in names_of(layout).into_iter().zip(["C0", "LGE", "T2"]) {
            let file = format!("{data}/{name}.nii.gz");
            fs::create_dir_all(Path::new(&file).parent().unwrap()).unwrap();
            fs::write(file, image(sequence)).unwrap();
        }
        let out = format!("{data}/{layout}-out");
        done(&format!(
            "segment {data}/{layout} --model {} --out {out}",
            network()
        ));
        bytes(format!("{out}/a/a_labels.nii.gz"))
    });
    assert!(labels[0] == labels[1] && labels[1] == labels[2]);
}

#[test]
fn a_corrected_shift_is_told_in_the_same_words_everywhere() {
    let data = place("segment/moved");
    let case = find_cases(format!("{}/phantom-001", patients())).unwrap()[0]
        .load()
        .unwrap();
    copy(
        format!("{}/phantom-001", patients()),
        format!("{data}/phantom-001"),
    );
    let t2 = case.study.image(Sequence::T2).unwrap();
    // 11 voxels of about .75 mm.
    let moved = Volume::from_fn(*t2.grid(), |[i, j, k]| {
        t2[[(i + 11).min(t2.shape()[0] - 1), j, k]]
    });
    write_image(
        format!("{data}/phantom-001/phantom-001_T2.nii.gz"),
        &moved,
        &case.placement(),
    )
    .unwrap();
    let run = myops(&format!("segment {data} --out {data}/out"));
    let line = run
        .err
        .lines()
        .find_map(|l| l.strip_prefix("case phantom-001: T2 is shifted by "))
        .unwrap();
    let mm: f64 = line
        .strip_suffix(" mm relative to the other sequences; corrected")
        .unwrap()
        .parse()
        .unwrap();
    assert!((mm - 8.2).abs() < 2.1, "{mm}");
    let sentence = format!("T2 is shifted by {line}");
    let file = |ending: &str| format!("{data}/out/phantom-001/phantom-001_{ending}");
    let record = json(format!("{data}/out/phantom-001/phantom-001.json"));
    let mut findings = record["findings"].as_array().unwrap().iter();
    let is_shift = |finding: &&serde_json::Value| finding["code"] == "misaligned";
    let finding = findings.find(is_shift).unwrap();
    assert_eq!(
        (&finding["text"], &finding["severity"]),
        (&sentence.clone().into(), &"notice".into())
    );
    assert_eq!(
        (&finding["corrected"], &finding["shift_mm"]),
        (&true.into(), &record["case"]["misalignment_mm"]["T2"])
    );
    let text = |name: String| String::from_utf8(bytes(name)).unwrap();
    for name in [file("report.html"), format!("{data}/out/cohort.csv")] {
        assert!(text(name.clone()).contains(&sentence), "{name}");
    }
    // Its pattern and its numbers, which a space separates from one another.
    let page = text(format!("{data}/out/cohort.html"));
    assert!(page.contains("\" mm relative to the other sequences; corrected\""));
    let numbers = format!(" {mm:.1}").replace('.', " ");
    assert!(page.contains(&numbers), "{numbers}");
}

#[test]
fn sequences_that_do_not_lie_on_one_another_are_refused() {
    let data = place("segment/shifted");
    copy(format!("{}/phantom-001", patients()), &data);
    fs::copy(
        format!("{}/phantom-002/phantom-002_T2.nii.gz", patients()),
        format!("{data}/phantom-001_T2.nii.gz"),
    )
    .unwrap();
    let error = refused(&format!(
        "segment {data} --model {} --out {data}/out",
        network()
    ));
    let first = error.lines().next_back().unwrap();
    assert_eq!(first, "error: 1 of 1 case failed: phantom-001", "{error}");
    assert!(
        error.contains("are tilted by 90 degrees to those of "),
        "{error}"
    );
}

/// A copy of the first patient's images, each changed; gives the folder.
fn changed(name: &str, change: impl Fn(&mut Volume<f32>)) -> String {
    let data = place(name);
    for sequence in ["C0", "LGE", "T2"] {
        let file = |folder: &str| format!("{folder}/phantom-001_{sequence}.nii.gz");
        let mut image = read_image(file(&format!("{}/phantom-001", patients()))).unwrap();
        change(&mut image.volume);
        write_image(file(&data), &image.volume, &image.placement).unwrap();
    }
    data
}

#[test]
fn what_fills_the_border_of_an_image_counts_as_nothing() {
    let labels = |name: &str, fill: f32| {
        let data = changed(&format!("segment/{name}"), |image| {
            let [columns, ..] = image.shape();
            image
                .data_mut()
                .iter_mut()
                .enumerate()
                .filter(|(at, _)| at % columns < 14)
                .for_each(|(_, v)| *v = fill);
        });
        let run = myops(&format!(
            "segment {data} --model {} --out {data}/out",
            network()
        ));
        assert_eq!(run.code, 0, "{}", run.err);
        let told = format!("case phantom-001: LGE: the value {fill} fills ");
        assert_eq!(run.err.contains(&told), fill != 0.0, "{}", run.err);
        let record = json(format!("{data}/out/phantom-001/phantom-001.json"));
        let found = record["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|finding| finding["code"] == "fill")
            .count();
        assert_eq!(found, if fill == 0.0 { 0 } else { 3 });
        bytes(format!("{data}/out/phantom-001/phantom-001_labels.nii.gz"))
    };
    let zero = labels("fill-0", 0.0);
    assert!(labels("fill-1024", -1024.0) == zero && labels("fill-32767", 32767.0) == zero);
}

#[test]
fn a_slice_without_an_image_gets_no_labels_and_a_finding() {
    let data = changed("segment/blank", |image| image.slice_mut(1).fill(0.0));
    done(&format!(
        "segment {data} --model {} --out {data}/out",
        network()
    ));
    let labels = read_labels(format!("{data}/out/phantom-001/phantom-001_labels.nii.gz"))
        .unwrap()
        .volume;
    assert!(
        labels
            .slice(1)
            .iter()
            .all(|label| *label == Label::Background)
    );
    let record = json(format!("{data}/out/phantom-001/phantom-001.json"));
    let blank = |finding: &serde_json::Value| {
        finding["code"] == "blank_slices" && finding["slices"] == serde_json::json!([1])
    };
    assert!(
        record["findings"].as_array().unwrap().iter().any(blank),
        "{:#}",
        record["findings"]
    );
}

#[test]
fn images_whose_values_are_cut_off_are_refused() {
    let data = changed("segment/saturated", |image| {
        let mut values = image.data().to_vec();
        values.sort_by(f32::total_cmp);
        let most = values[values.len() / 2];
        image.data_mut().iter_mut().for_each(|v| *v = v.min(most));
    });
    let error = refused(&format!(
        "segment {data} --model {} --out {data}/out",
        network()
    ));
    assert!(
        error.contains(&format!(
            "{data}/phantom-001_LGE.nii.gz is saturated: a quarter or more of the pixels"
        )),
        "{error}"
    );
    assert!(!Path::new(&format!("{data}/out/phantom-001/phantom-001_labels.nii.gz")).exists());
}

#[test]
fn places_and_models_that_are_not_there_are_refused() {
    let place = place("segment/nothing");
    let error = refused(&format!("segment {place}"));
    assert!(
        error.starts_with(&format!(
            "error: {place}: no case found; looked for ID_{{C0,LGE,T2}}.nii.gz"
        )),
        "{error}"
    );
    let error = refused(&format!(
        "segment {} --model nope --out {place}/out",
        patients()
    ));
    assert_eq!(
        error,
        "error: model nope: neither a built-in model nor a trained one\n\
         hint: built in: nested, runet; or give the folder that myops train wrote\n"
    );
    let file = format!("{place}/weights.safetensors");
    fs::write(&file, b"no weights").unwrap();
    let error = refused(&format!(
        "segment {} --model {file} --out {place}/out",
        patients()
    ));
    assert!(
        error.starts_with(&format!("error: {file}: not a whole safetensors file: ")),
        "{error}"
    );
    assert_eq!(error.lines().count(), 1, "{error}");
    // A file where the folder should be.
    let run = myops(&format!(
        "segment {} --model {} --out {file}",
        patients(),
        network()
    ));
    assert_eq!(run.code, 1);
    assert!(
        run.err
            .starts_with(&format!("error: {file}: the folder cannot be made: ")),
        "{}",
        run.err
    );
    assert!(
        run.err
            .ends_with("hint: give a place that may be written to with --out\n"),
        "{}",
        run.err
    );
}

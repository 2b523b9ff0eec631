//! "My patient is a folder from the PACS."

use std::fs;
use std::path::Path;
use std::process::Command;

use myops::app::phantom::patient;
use myops_dicom::synthetic::{exam, one_series_a_slice, write};
use myops_image::io::read_label_map;
use myops_image::label::{Label, LabelMap};
use myops_image::sequence::PerSequence;
use myops_image::study::Study;

use super::program::{
    bytes, command, contents, done, json, myops, names, network, patients, place, refused,
};

/// The patient of the demo.
fn study() -> Study {
    patient(1, 7).0
}

/// Writes the exam of a synthetic patient; every series of it, or one series for each slice.
fn exam_of(study: &Study, folder: &str, split: bool) {
    let images = PerSequence::from_fn(|sequence| study.image(sequence).unwrap().clone());
    let mut objects = exam(images);
    if split {
        objects = one_series_a_slice(&objects);
    }
    fs::create_dir_all(folder).unwrap();
    write(&objects, Path::new(folder)).unwrap();
}

/// The only case of a folder of results.
fn case(out: &str) -> String {
    let mut cases = names(out);
    cases.retain(|name| name.starts_with("exam-"));
    assert_eq!(cases.len(), 1, "{cases:?}");
    cases.remove(0)
}

fn labels(path: &str) -> LabelMap {
    read_label_map(Path::new(path)).unwrap().0.volume
}

fn scar_ml(labels: &LabelMap) -> f64 {
    let voxel_ml = labels.spacing().mm().iter().product::<f64>() / 1000.0;
    voxel_ml * labels.data().iter().filter(|l| **l == Label::Scar).count() as f64
}

#[test]
fn an_exam_comes_in_and_its_results_go_back() {
    let place = place("dicom/exam");
    let (folder, out) = (format!("{place}/exam"), format!("{place}/out"));
    let study = study();
    exam_of(&study, &folder, false);
    let run = myops(&format!("segment {folder} --dicom --all-grids --out {out}"));
    assert_eq!(run.code, 0, "{}", run.err);
    for taken in [
        "bSSFP series 5 \"cine_tfi_sax_retro\" (",
        "LGE series 9 \"de_overview_tfi_psir_MAG\" (",
        "T2 series 12 \"t2_stir_sax\" (",
    ] {
        assert!(run.err.contains(taken), "{taken}\n{}", run.err);
    }
    let id = case(&out);
    let file = |ending: &str| format!("{out}/{id}/{id}{ending}");
    let found = scar_ml(&labels(&file("_labels.nii.gz")));
    let truth = scar_ml(study.reference().unwrap());
    assert!((found / truth - 1.0).abs() < 0.15, "{found} {truth}");
    for ending in ["_seg.dcm", "_sr.dcm"] {
        assert_eq!(&bytes(file(ending))[128..132], b"DICM", "{ending}");
    }
    for sequence in ["bssfp", "lge", "t2"] {
        let there = labels(&file(&format!("_labels_on_{sequence}.nii.gz")));
        assert!(there.data().contains(&Label::Scar), "{sequence}");
    }
    let record = json(file(".json"));
    assert_eq!(record["inputs"].as_object().unwrap().len(), 3);
    // What is there is not done again; what is no longer asked for goes.
    let line = format!("segment {folder} --out {out}");
    assert!(
        myops(&format!("{line} --dicom --all-grids"))
            .err
            .contains("1 case finished before")
    );
    assert!(
        myops(&format!("{line} --grid t2"))
            .err
            .contains("segmented again")
    );
    assert!(!Path::new(&file("_seg.dcm")).exists());
}

#[test]
fn a_zip_archive_and_a_series_for_each_slice_give_the_same_labels() {
    let place = place("dicom/same");
    let study = study();
    let (folder, split) = (format!("{place}/exam"), format!("{place}/split"));
    exam_of(&study, &folder, false);
    exam_of(&study, &split, true);
    let zip = format!("{place}/exam.zip");
    let packed = Command::new("python3")
        .args(["-m", "zipfile", "-c", &zip, &folder])
        .status();
    let labels = |input: &str, out: &str| {
        let out = format!("{place}/{out}");
        done(&format!("segment {input} --model runet --out {out}"));
        let id = case(&out);
        bytes(format!("{out}/{id}/{id}_labels.nii.gz"))
    };
    let expected = labels(&folder, "one");
    assert!(labels(&split, "two") == expected);
    if packed.is_ok_and(|status| status.success()) {
        assert!(labels(&zip, "three") == expected);
    }
}

#[test]
fn a_dry_run_tells_every_series_and_a_user_may_choose_another() {
    let place = place("dicom/choose");
    let folder = format!("{place}/exam");
    exam_of(&study(), &folder, false);
    let table = done(&format!("inspect {folder}"));
    for line in [
        "passed over: series 1 \"localizer\"",
        "passed over: series 10 \"de_overview_tfi_psir_PSIR\"",
        "passed over: series 14 \"T1Map_MOLLI_T1MAP\"",
        "  LGE    ",
    ] {
        assert!(table.contains(line), "{line}\n{table}");
    }
    let chosen = done(&format!("inspect {folder} --series lge=10"));
    assert!(
        chosen.contains("series 10 \"de_overview_tfi_psir_PSIR\"\n"),
        "{chosen}"
    );
    let rules = format!("{place}/rules.toml");
    fs::write(
        &rules,
        "[[rule]]\ndescription = \"*MAG*\"\nrole = \"ignore\"\n",
    )
    .unwrap();
    let mut ruled = command(["inspect", &folder, "--rules", &rules, "--json"]);
    let ruled = ruled.output().unwrap().stdout;
    let ruled: serde_json::Value = serde_json::from_slice(&ruled).unwrap();
    let images = ruled["cases"][0]["images"].as_array().unwrap();
    let lge = images.iter().find(|image| image["role"] == "LGE").unwrap();
    assert!(lge["source"].as_str().unwrap().contains("PSIR"), "{lge}");
}

#[test]
fn what_is_no_exam_or_asks_for_what_there_is_not_is_refused() {
    let place = place("dicom/refused");
    let folder = format!("{place}/exam");
    exam_of(&study(), &folder, false);
    let out = format!("{place}/out");
    let no_series = refused(&format!("segment {folder} --series lge=77 --out {out}"));
    assert!(no_series.contains("77"), "{no_series}");
    let (broken, empty) = (format!("{place}/broken.zip"), format!("{place}/empty"));
    fs::write(&broken, "no archive").unwrap();
    let error = refused(&format!("segment {broken} --out {out}"));
    assert!(error.contains("broken.zip"), "{error}");
    fs::create_dir(&empty).unwrap();
    let error = refused(&format!("segment {empty} --out {out}"));
    assert!(error.contains("no case found"), "{error}");
    done(&format!("phantom --cases 1 --out {place}/nifti"));
    let error = refused(&format!("segment {place}/nifti --dicom --out {out}"));
    assert!(error.contains("came as NIfTI files"), "{error}");
    let rules = format!("{place}/rules.toml");
    fs::write(&rules, "[[rule]]\nrole = \"perfusion\"\n").unwrap();
    let error = refused(&format!("inspect {folder} --rules {rules}"));
    assert!(error.contains("rules.toml"), "{error}");
    assert!(!Path::new(&out).exists() || contents(&out).is_empty());
}

#[test]
fn an_exam_is_planned_by_the_images_that_it_has() {
    let place = place("dicom/planned");
    let (folder, out) = (format!("{place}/exam"), format!("{place}/plan"));
    exam_of(&study(), &folder, false);
    let rules = format!("{place}/rules.toml");
    fs::write(
        &rules,
        "[[rule]]\ndescription = \"*psir*\"\nimage_type = \"P\"\nrole = \"ignore\"\n",
    )
    .unwrap();
    let what = format!("{folder} {} --rules {rules} --series lge=9", patients());
    done(&format!(
        "segment {what} --out {place}/whole --model {}",
        network()
    ));
    done(&format!(
        "plan {what} --shards 2 --out {out} --model {}",
        network()
    ));
    let list = |shard: usize| json(format!("{out}/shards/000{shard}.json"))["cases"].clone();
    let lists = [list(0), list(1)];
    let cases = lists.iter().flat_map(|list| list.as_array().unwrap());
    let exam = cases
        .into_iter()
        .find(|case| case["exam"].is_array())
        .unwrap();
    assert_eq!(exam["exam"].as_array().unwrap().len(), 1, "{exam}");
    for shard in [0, 1] {
        done(&format!("segment --plan {out} --shard {shard}"));
    }
    done(&format!("merge {out}"));
    let table = |folder: &str| bytes(format!("{folder}/cohort.csv"));
    assert!(table(&out) == table(&format!("{place}/whole")));
    // An image less.
    let shard = usize::from(list(1).as_array().unwrap().contains(exam));
    let series = Path::new(exam["exam"][0].as_str().unwrap());
    let is_lge = |path: &Path| bytes(path).windows(7).any(|word| word == b"tfi_psi");
    let mut images: Vec<_> = fs::read_dir(series)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    images.retain(|image| is_lge(image));
    fs::remove_file(&images[0]).unwrap();
    let run = myops(&format!("segment --plan {out} --shard {shard} --overwrite"));
    assert_eq!(run.code, 1, "{}", run.err);
    let id = exam["case"].as_str().unwrap();
    let told = format!("error: case {id}: input changed since it was planned (");
    assert!(run.err.contains(&told), "{}", run.err);
}

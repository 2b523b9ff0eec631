//! "Fifty thousand patients": results without pictures, and in one file.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::Command;

use super::interrupting::{moments, timed};
use super::program::{
    bytes, cases, contents, done, killed_after, myops, names, network, patients, place, refused,
};

const TABLES: [&str; 3] = ["cohort.csv", "cohort.html", "cohort.parquet"];

fn segment(out: &str, options: &str) -> String {
    let (data, model) = (patients(), network());
    format!("segment {data} --model {model} --out {out} {options}")
}

/// What a run says that has to end well.
fn said(line: &str) -> String {
    let run = myops(line);
    assert_eq!(run.code, 0, "{}", run.err);
    run.err
}

fn finished(n: u32) -> String {
    format!("{n} cases finished before; --overwrite segments them again\n")
}

/// The files in an archive of results, the last of each name, by their names.
fn packed(out: &str) -> BTreeMap<String, Vec<u8>> {
    let mut archive = tar::Archive::new(fs::File::open(format!("{out}/cases.tar")).unwrap());
    let mut files = BTreeMap::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let name = entry.path().unwrap().to_str().unwrap().to_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        files.insert(name, bytes);
    }
    files
}

/// The files of the cases in a folder of results.
fn files_of_cases(out: &str) -> BTreeMap<String, Vec<u8>> {
    let mut files = contents(out);
    files.retain(|name, _| name.contains('/'));
    files
}

#[test]
fn slim_results_are_two_small_files_a_case() {
    let (out, full) = (place("packing/slim"), place("packing/full"));
    done(&segment(&full, ""));
    done(&segment(&out, "--slim"));
    for case in cases(&out) {
        let folder = format!("{out}/{case}");
        let labels = format!("{case}_labels.nii.gz");
        assert_eq!(names(&folder), [format!("{case}.json"), labels.clone()]);
        let length: usize = contents(&folder).values().map(Vec::len).sum();
        assert!(length < 60_000, "{case}: {length} bytes");
        assert!(bytes(format!("{folder}/{labels}")) == bytes(format!("{full}/{case}/{labels}")));
    }
    let table = |out: &str| bytes(format!("{out}/cohort.csv"));
    assert!(table(&out) == table(&full), "the same numbers");
    let page = String::from_utf8(bytes(format!("{out}/cohort.html"))).unwrap();
    assert!(!page.contains("_report.html") && !page.contains("_thumbnail.png"));
    assert!(said(&segment(&out, "--slim")).starts_with(&finished(4)));
    assert!(
        said(&segment(&full, "--slim")).starts_with(&finished(4)),
        "more is there than asked for"
    );

    // What a full run adds; and what does not stay beside other labels.
    let told = said(&segment(&out, ""));
    let expected = "4 cases segmented again, written without pictures: phantom-001, ";
    assert!(told.starts_with(expected), "{told}");
    assert!(contents(&out) == contents(&full));
    done(&segment(&out, "--slim --overwrite"));
    assert_eq!(names(&format!("{out}/phantom-001")).len(), 2);
}

#[test]
fn packed_results_are_those_of_folders_in_one_file() {
    let (out, folders) = (place("packing/packed"), place("packing/folders"));
    done(&segment(&folders, "--slim"));
    done(&segment(&out, "--slim --pack"));
    assert_eq!(
        names(&out),
        ["cases.tar"]
            .iter()
            .chain(&TABLES)
            .copied()
            .collect::<Vec<_>>()
    );
    assert!(packed(&out) == files_of_cases(&folders));
    for table in TABLES {
        let of = |out: &str| bytes(format!("{out}/{table}"));
        assert!(of(&out) == of(&folders), "{table}");
    }
    let before = contents(&out);
    assert!(said(&segment(&out, "--slim --pack")).starts_with(&finished(4)));
    assert!(contents(&out) == before);

    // Label maps are read from the archive, by the folder's name or its own.
    let reference = patients();
    let scores = |prediction: &str, name: &str| {
        let scores = place(&format!("packing/{name}"));
        done(&format!(
            "evaluate --prediction {prediction} --reference {reference} --out {scores}"
        ));
        bytes(format!("{scores}/scores.csv"))
    };
    let of_folders = scores(&folders, "scores-folders");
    assert!(scores(&out, "scores-packed") == of_folders);
    assert!(scores(&format!("{out}/cases.tar"), "scores-tar") == of_folders);
    let reports = place("packing/reports");
    done(&format!("quantify {out} --out {reports}"));
    assert_eq!(cases(&reports).len(), 4);
    let error = refused(&format!("quantify {reference} --out {out}"));
    assert!(
        error.contains("holds what myops segment wrote of phantom-001"),
        "{error}"
    );

    // Taken out, they are results like all others.
    if Command::new("tar")
        .args(["-xf", "cases.tar"])
        .current_dir(&out)
        .status()
        .is_ok()
    {
        fs::remove_file(format!("{out}/cases.tar")).unwrap();
        assert!(contents(&out) == contents(&folders));
        assert!(said(&segment(&out, "--slim")).starts_with(&finished(4)));
    }
}

#[test]
fn folders_that_are_there_are_packed_and_newer_ones_go_before_the_archive() {
    let out = place("packing/later");
    done(&segment(&out, ""));
    let files = files_of_cases(&out);
    fs::write(format!("{out}/phantom-003/notes.txt"), "mine").unwrap();
    assert!(said(&segment(&out, "--pack")).starts_with(&finished(4)));
    assert!(packed(&out) == files);
    assert_eq!(cases(&out), ["phantom-003"], "what is not ours stays");
    assert_eq!(names(&format!("{out}/phantom-003")), ["notes.txt"]);

    // Without --pack, cases in the archive are finished all the same; those segmented again lie in folders.
    assert!(said(&segment(&out, "")).starts_with(&finished(4)));
    let told = said(&segment(&out, "--device cpu-bf16"));
    assert!(
        told.contains("4 cases segmented again, computed on cpu: "),
        "{told}"
    );
    assert_eq!(cases(&out).len(), 4);
    assert!(said(&segment(&out, "--device cpu-bf16 --pack")).contains(&finished(4)));
    assert_eq!(cases(&out), ["phantom-003"]);
    assert!(packed(&out) != files, "the last of each name counts");
    assert!(said(&segment(&out, "--device cpu-bf16")).contains(&finished(4)));
}

#[test]
fn a_packed_cohort_killed_at_random_moments_ends_with_the_same_files() {
    let (whole, killed) = (place("packing/whole"), place("packing/killed"));
    network();
    let took = timed(&segment(&whole, "--pack"));
    for moment in moments(took, 6) {
        killed_after(&segment(&killed, "--pack"), moment);
    }
    done(&segment(&killed, "--pack"));
    assert_eq!(names(&killed), names(&whole));
    assert!(packed(&killed) == packed(&whole));
    for table in TABLES {
        let of = |out: &str| bytes(format!("{out}/{table}"));
        assert!(of(&killed) == of(&whole), "{table}");
    }
}

#[test]
fn an_archive_cut_short_loses_its_last_case_alone_and_a_damaged_one_is_refused() {
    let out = place("packing/cut");
    let line = segment(&out, "--slim --pack");
    done(&line);
    let (whole, path) = (packed(&out), format!("{out}/cases.tar"));
    let archive = bytes(&path);
    // Within the last record, within its header, and within the header of the last label map.
    for cut in [1100, 13_500, 17_000] {
        fs::write(&path, &archive[..archive.len() - cut]).unwrap();
        let told = said(&line);
        assert!(told.contains(" cases finished before"), "{cut}: {told}");
        assert!(packed(&out) == whole, "{cut}");
    }
    let mut damaged = archive.clone();
    damaged[600] ^= 1;
    damaged[3] ^= 1;
    fs::write(&path, &damaged).unwrap();
    let error = refused(&line);
    let expected = format!("error: {path}: damaged behind its first 0 cases: ");
    assert!(
        error.starts_with(&expected) && error.contains("\nhint: tar -xf "),
        "{error}"
    );
    assert!(bytes(&path) == damaged, "nothing is lost");
    // Other bytes in a label map are found by its fingerprint.
    let mut damaged = archive;
    damaged[600] ^= 1;
    fs::write(&path, &damaged).unwrap();
    let told = said(&line);
    assert!(
        told.contains("1 case segmented again, output missing or changed since ("),
        "{told}"
    );
    assert!(packed(&out) == whole);
    assert!(!Path::new(&out).join("phantom-001").exists());
}

//! "Fifty thousand patients, and a cluster": planned once, segmented in shards, merged.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use super::program::{
    bytes, command, contents, done, json, merged_in_part, myops, names, network, patients, place,
    refused,
};

/// Twelve patients, drawn once for the stories of plans; nobody changes them.
pub fn cohort() -> &'static str {
    static COHORT: OnceLock<String> = OnceLock::new();
    COHORT.get_or_init(|| {
        let cohort = place("planning/cohort") + "/data";
        done(&format!("phantom --cases 12 --seed 3 --out {cohort}"));
        cohort
    })
}

/// What one process makes of them.
fn whole() -> &'static str {
    static WHOLE: OnceLock<String> = OnceLock::new();
    WHOLE.get_or_init(|| {
        let whole = place("planning/whole");
        let model = network();
        done(&format!(
            "segment {} --model {model} --out {whole}",
            cohort()
        ));
        whole
    })
}

pub fn plan(data: &str, out: &str, shards: usize) -> String {
    format!(
        "plan {data} --model {} --shards {shards} --out {out}",
        network()
    )
}

/// All results of a plan's cases, by the case's name and file.
fn results(plan: &str) -> BTreeMap<String, Vec<u8>> {
    let shards = names(&format!("{plan}/results"));
    let of_shard = |shard: &String| contents(&format!("{plan}/results/{shard}"));
    shards.iter().flat_map(of_shard).collect()
}

fn of_cases(folder: &str) -> BTreeMap<String, Vec<u8>> {
    let mut files = contents(folder);
    files.retain(|name, _| name.contains('/'));
    files
}

/// A plan of four patients.
pub fn planned(name: &str, shards: usize) -> String {
    let out = place(&format!("failing/{name}")) + "/plan";
    done(&plan(patients(), &out, shards));
    out
}

/// The command that does a shard.
pub fn shard(plan: &str, number: usize) -> String {
    format!("segment --plan {plan} --shard {number}")
}

/// What one process makes of four patients.
fn small() -> &'static str {
    static SMALL: OnceLock<String> = OnceLock::new();
    SMALL.get_or_init(|| {
        let (small, model) = (place("failing/whole"), network());
        done(&format!(
            "segment {} --model {model} --out {small}",
            patients()
        ));
        small
    })
}

/// Whether every case of a plan was done once, as one process does it.
pub fn is_whole(plan: &str) -> bool {
    let merged = myops(&format!("merge {plan}"));
    let results = results(plan);
    let is_large = results.keys().any(|file| file.starts_with("phantom-012"));
    let expected = if is_large { whole() } else { small() };
    let table = |folder: &str| bytes(format!("{folder}/cohort.csv"));
    merged.code == 0 && results == of_cases(expected) && table(plan) == table(expected)
}

/// What a file beside a shard says.
pub fn told(plan: &str, number: usize, file: &str) -> String {
    String::from_utf8(bytes(format!("{plan}/runs/{number:04}/{file}"))).unwrap()
}

#[test]
fn shards_give_what_one_process_gives() {
    let (place, whole) = (place("planning/shards"), whole());
    let out = format!("{place}/plan");
    // Paths are relative to the folder where it is planned, and shards are run elsewhere.
    let parent = Path::new(cohort()).parent().unwrap();
    let planned = command(plan("data", &out, 4).split_whitespace())
        .current_dir(parent)
        .status()
        .unwrap();
    assert!(planned.success());
    let before = contents(&out);
    assert_eq!(names(&format!("{out}/shards")).len(), 4);
    let run = myops(&plan(cohort(), &out, 4));
    assert!(
        run.code == 0 && run.err.contains("holds the same plan already"),
        "{}",
        run.err
    );
    assert!(contents(&out) == before, "the same plan is the same files");

    for shard in [2, 0, 3, 1] {
        done(&format!("segment --plan {out} --shard {shard}"));
    }
    let merged: serde_json::Value =
        serde_json::from_str(&done(&format!("merge {out} --json"))).unwrap();
    assert_eq!(
        (&merged["done"], &merged["again"]),
        (&12.into(), &"".into()),
        "{merged}"
    );
    assert!(results(&out) == of_cases(whole), "other results");
    let file = |folder: &str, name: &str| bytes(format!("{folder}/{name}"));
    assert!(file(&out, "cohort.csv") == file(whole, "cohort.csv"));
    let page = String::from_utf8(file(&out, "cohort.html")).unwrap();
    let links: Vec<&str> = page
        .split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .filter(|link| link.ends_with("_report.html"))
        .collect();
    assert!(links.len() >= 12);
    for link in links {
        assert!(Path::new(&out).join(link).is_file(), "{link}");
    }
    every_step_once_more(&out);
}

/// Any step once more does no harm.
fn every_step_once_more(out: &str) {
    let before = results(out);
    let run = myops(&format!("segment --plan {out} --shard 1"));
    assert!(
        run.code == 0 && run.err.contains("3 cases finished before"),
        "{}",
        run.err
    );
    assert_eq!(done(&format!("merge {out}")), "");
    assert!(results(out) == before);
    let manifest = json(format!("{out}/runs/0001/manifest.json"));
    assert_eq!(manifest["runs"].as_array().unwrap().len(), 2);
    assert_eq!(manifest["runs"][1]["counts"]["finished_before"], 3);
    let input = &manifest["inputs"]["phantom-001"]["LGE"]["bytes"];
    let file = format!("{}/phantom-001/phantom-001_LGE.nii.gz", cohort());
    assert_eq!(input, &fs::metadata(file).unwrap().len());
    let status = done(&format!("status {out}"));
    assert!(
        status.ends_with("0 shards wait, 4 shards done\n"),
        "{status}"
    );
}

#[test]
fn what_is_missing_is_named_with_the_shards_to_run() {
    let out = place("planning/missing") + "/plan";
    done(&plan(cohort(), &out, 4));
    done(&format!("segment --plan {out} --shard 1"));
    let run = myops(&format!("merge {out}"));
    assert_eq!((run.code, run.out.as_str()), (1, "0,2-3\n"), "{}", run.err);
    assert!(
        run.err
            .contains("3 of 12 cases done; no tables were written")
    );
    assert!(
        run.err
            .ends_with("error: 9 of 12 cases missing\nhint: run again: sbatch --array=0,2-3\n"),
        "{}",
        run.err
    );
    assert!(!Path::new(&format!("{out}/cohort.csv")).exists());
    let run = myops(&format!("merge {out} --incomplete"));
    assert_eq!(run.code, 1);
    assert!(run.err.contains("/incomplete/cohort.csv"), "{}", run.err);
    let table = String::from_utf8(bytes(format!("{out}/incomplete/cohort.csv"))).unwrap();
    assert_eq!(table.lines().count(), 4);
    assert!(!Path::new(&format!("{out}/cohort.csv")).exists());
    let missing = String::from_utf8(bytes(format!("{out}/not-done.csv"))).unwrap();
    assert_eq!(missing.lines().count(), 10, "{missing}");
}

#[test]
fn plans_that_cannot_be_are_refused() {
    let place = place("planning/refused");
    let error = refused(&format!("merge {place}"));
    assert_eq!(
        error,
        format!("error: {place}: no plan there\nhint: myops plan PATHS --out DIR writes one\n")
    );
    let out = format!("{place}/plan");
    let error = refused(&plan(cohort(), &out, 13));
    assert_eq!(error, "error: shards = 13: need 1 to 12\n");
    done(&plan(cohort(), &out, 3));
    let error = refused(&format!("segment --plan {out} --shard 3"));
    assert_eq!(error, "error: shard = 3: need 0 to 2\n");
    for line in [
        format!("segment --plan {out}"),
        format!("segment --plan {out} --shard 0 {}", cohort()),
        format!("segment --plan {out} --shard 0 --probabilities"),
        "segment".to_owned(),
    ] {
        assert_eq!(myops(&line).code, 2, "{line}");
    }
}

#[test]
fn packed_shards_give_the_same_table() {
    let out = place("planning/packed") + "/plan";
    done(&format!("{} --slim --pack", plan(patients(), &out, 2)));
    for number in [0, 1, 0] {
        done(&shard(&out, number));
    }
    assert_eq!(names(&format!("{out}/results/0000")), ["cases.tar"]);
    assert_eq!(done(&format!("merge {out}")), "");
    let table = |folder: &str| bytes(format!("{folder}/cohort.csv"));
    assert!(table(&out) == table(small()));
    let manifest = json(format!("{out}/runs/0000/manifest.json"));
    assert_eq!(manifest["settings"]["packing"], "archive");
    assert_eq!(manifest["inputs"].as_object().unwrap().len(), 2);
    // Cut short, the last case is made again.
    let archive = format!("{out}/results/0001/cases.tar");
    let whole = bytes(&archive);
    fs::write(&archive, &whole[..whole.len() - 4096]).unwrap();
    merged_in_part(&out, "1\n");
    done(&shard(&out, 1));
    assert_eq!(done(&format!("merge {out}")), "");
    assert!(table(&out) == table(small()));
}

//! "One of my cases is broken."

use std::fs;

use super::program::{bytes, cases, copy, done, network, patients, place, refused};

/// Patients of whom three cannot be segmented.
struct Broken {
    data: String,
    out: String,
    line: String,
    /// The file of the second patient that was cut short, as it was.
    whole: Vec<u8>,
}

impl Broken {
    fn new() -> Self {
        let (data, out) = (place("segment/broken"), place("segment/broken-out"));
        copy(patients(), &data);
        let line = format!("segment {data} --model {} --out {out}", network());
        let mut broken = Self {
            data,
            out,
            line,
            whole: Vec::new(),
        };
        broken.whole = bytes(broken.file(2, "LGE"));
        let half = &broken.whole[..broken.whole.len() / 2];
        fs::write(broken.file(2, "LGE"), half).unwrap();
        fs::remove_file(broken.file(3, "T2")).unwrap();
        fs::write(broken.file(4, "C0"), b"hello").unwrap();
        broken
    }

    fn file(&self, n: usize, name: &str) -> String {
        format!("{}/phantom-00{n}/phantom-00{n}_{name}.nii.gz", self.data)
    }

    /// The lines of an error, but for what is told of the labels of a hardly trained network.
    fn refused(&self) -> Vec<String> {
        let error = refused(&self.line);
        let lines = error.lines().filter(|l| !l.starts_with("case "));
        lines.map(str::to_owned).collect()
    }
}

#[test]
fn a_broken_case_is_named_at_the_end_and_the_others_are_done() {
    let broken = Broken::new();
    let out = &broken.out;
    let lines = broken.refused();
    let expected = format!("1 case segmented with {} into {out}", network());
    assert_eq!(lines[0], expected);
    let file = broken.file(2, "LGE");
    let truncated = format!("error: case phantom-002: {file}: truncated gzip: ");
    assert!(lines[1].starts_with(&truncated), "{lines:?}");
    assert_eq!(lines[2], "hint: copy or download the file again");
    let missing = "error: case phantom-003: T2 is missing; this model needs bSSFP, LGE and T2";
    assert_eq!(lines[3], missing);
    let none = "not a NIfTI file: no NIfTI-1 or NIfTI-2 header at its start";
    let file = broken.file(4, "C0");
    assert_eq!(lines[4], format!("error: case phantom-004: {file}: {none}"));
    let failed = "error: 3 of 4 cases failed: phantom-002, phantom-003, phantom-004";
    assert_eq!(lines[6], failed);
    let left = cases(out);
    assert_eq!(left, ["phantom-001"], "nothing of a failed case is left");

    // Repaired and run again, only what was missing is done.
    let labels = format!("{out}/phantom-001/phantom-001_labels.nii.gz");
    let written = || fs::metadata(&labels).unwrap().modified().unwrap();
    let before = written();
    fs::write(broken.file(2, "LGE"), &broken.whole).unwrap();
    let lines = broken.refused();
    let finished = "1 case finished before; --overwrite segments them again";
    assert_eq!(lines[0], finished);
    assert!(lines[1].starts_with("1 case segmented with"), "{lines:?}");
    assert_eq!(cases(out), ["phantom-001", "phantom-002"]);
    assert_eq!(written(), before);
    check_cohort(&broken);
}

/// The cohort is of all cases in the folder, whichever were named; one whose numbers are lost is done again.
fn check_cohort(
    Broken {
        data, out, line, ..
    }: &Broken,
) {
    let one = format!(
        "segment {data}/phantom-001 --model {} --out {out}",
        network()
    );
    done(&one);
    let cohort = String::from_utf8(bytes(format!("{out}/cohort.csv"))).unwrap();
    assert!(cohort.contains("phantom-001") && cohort.contains("phantom-002"));
    let numbers = format!("{out}/phantom-002/phantom-002.json");
    let whole = bytes(&numbers);
    fs::write(&numbers, b"{}").unwrap();
    refused(line);
    assert_eq!(bytes(&numbers), whole);
}

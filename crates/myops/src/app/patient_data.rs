//! Who was examined reaches results where it is asked for, and nothing else.

use std::collections::BTreeMap;
use std::path::Path;

use myops_image::io::find_cases;
use myops_image::patient::Patient;
use myops_segment::Segmentation;

use super::cohort::Cohort;
use super::input::{CaseInput, Kind};
use super::model::Model;
use super::phantom;
use super::progress::Silent;
use super::record::{ResultOptions, Setup, State};
use super::segment::case::{Case, write};
use super::stored::Results;
use crate::device::DeviceChoice;
use crate::report::PatientData::{self, Shown, Withheld};

/// A patient on the disk, and what was found in the images.
struct Example {
    folder: tempfile::TempDir,
    input: CaseInput,
    model: Model,
    found: Segmentation,
}

/// The bytes of files, by their names.
type Contents = BTreeMap<String, Vec<u8>>;

impl Example {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (study, truth) = phantom::patient(1, 7);
        phantom::write(&study, &truth, folder.path()).unwrap();
        let files = find_cases(folder.path()).unwrap().remove(0);
        let model = Model::open("runet", DeviceChoice::Cpu).unwrap();
        Self {
            input: CaseInput::new(Kind::Files(files), None),
            found: model.segment(&study).unwrap(),
            folder,
            model,
        }
    }

    fn setup<'a>(&'a self, out: &'a Path, patient_data: PatientData) -> Setup<'a> {
        Setup {
            model: &self.model,
            device: self.model.device,
            options: ResultOptions {
                probabilities: true,
                patient_data,
                ..ResultOptions::default()
            },
            out,
        }
    }

    fn write(&self, patient: Option<&Patient>, patient_data: PatientData) -> Contents {
        let out = self.folder.path().join("out");
        let setup = self.setup(&out, patient_data);
        let mut case = Case::read(&self.input, &Silent).unwrap();
        if let Some(patient) = patient {
            case = case.with_patient(patient.clone());
        }
        write(&case, &self.found, &setup).unwrap();
        self.cohort(patient_data)
    }

    fn cohort(&self, patient_data: PatientData) -> Contents {
        let out = self.folder.path().join("out");
        let cohort = Cohort {
            patient_data,
            ..Cohort::of([&out])
        };
        assert_eq!(cohort.write(&out, &Silent).unwrap(), 1);
        let files = [&out, &out.join(self.input.id())].map(|folder| {
            let entries = std::fs::read_dir(folder).unwrap();
            entries.map(|entry| entry.unwrap().path())
        });
        let files = files.into_iter().flatten().filter(|path| path.is_file());
        let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
        files
            .map(|path| (name(&path), std::fs::read(&path).unwrap()))
            .collect()
    }

    fn state(&self, patient_data: PatientData) -> State {
        let out = self.folder.path().join("out");
        let results = Results::of(&out).unwrap();
        results.state(&self.input, &self.setup(&out, patient_data))
    }
}

fn petronella() -> Patient {
    let text = |text: &str| Some(text.to_owned());
    Patient {
        name: text("Petronella Zweig"),
        id: text("PH-4711"),
        birth_date: text("1960-02-03"),
        sex: text("F"),
        age_years: Some(65.0),
        exam_date: text("2025-12-31"),
        height_m: Some(1.78),
        weight_kg: Some(82.0),
    }
}

/// The names of the files that are not the same.
fn differences(a: &Contents, b: &Contents) -> Vec<String> {
    assert!(a.keys().eq(b.keys()), "{:?} {:?}", a.keys(), b.keys());
    let names = a.keys().filter(|name| a[*name] != b[*name]);
    names.cloned().collect()
}

#[test]
fn results_tell_of_the_patient_only_where_it_is_asked_for() {
    let example = Example::new();
    let other = Patient {
        name: Some("Someone Else".into()),
        ..Patient::default()
    };
    let withheld = example.write(Some(&petronella()), Withheld);
    assert_eq!(withheld.len(), 13, "{:?}", withheld.keys());
    let of_other = example.write(Some(&other), Withheld);
    assert_eq!(differences(&withheld, &of_other), [""; 0]);
    let again = "written without patient data".to_owned();
    assert_eq!(example.state(Withheld), State::Current);
    assert_eq!(example.state(Shown), State::Outdated(again));

    let shown = example.write(Some(&petronella()), Shown);
    let telling = [
        "cohort.csv",
        "cohort.html",
        "cohort.parquet",
        "phantom-001.json",
        "phantom-001_report.html",
    ];
    assert_eq!(differences(&withheld, &shown), telling);
    // Numbers in Parquet are no text.
    for name in telling.into_iter().filter(|name| *name != telling[2]) {
        let text = String::from_utf8_lossy(&shown[name]);
        for told in ["Petronella Zweig", "PH-4711", "2025-12-31", "65"] {
            assert!(text.contains(told), "{name}: {told}");
        }
    }
    let again = "written with patient data".to_owned();
    assert_eq!(example.state(Shown), State::Current);
    assert_eq!(example.state(Withheld), State::Outdated(again));
    // A run without it over other cases leaves this one's own files alone, and does not tell of it in its tables.
    let cohort = example.cohort(Withheld);
    assert_eq!(differences(&withheld, &cohort), telling[3..]);
}

#[test]
fn where_images_say_nothing_both_give_the_same() {
    let example = Example::new();
    let withheld = example.write(None, Withheld);
    assert_eq!(example.state(Shown), State::Current);
    let shown = example.write(None, Shown);
    assert_eq!(differences(&withheld, &shown), [""; 0]);
}

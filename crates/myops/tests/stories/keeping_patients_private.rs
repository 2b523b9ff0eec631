//! "Nobody may see from my results who it was."

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;

use flate2::read::GzDecoder;
use myops_dicom::synthetic;
use myops_image::geometry::{Affine, Grid};
use myops_image::io::find_cases;
use myops_image::sequence::{PerSequence, Sequence};
use myops_image::volume::Volume;

use super::program::{
    Run, SAME, cases, contents, copy_case, done, json, myops, network, patients, place,
    tiny_settings,
};

/// The texts of a NIfTI header, by place and length: `data_type`, `db_name`, `descrip`, `aux_file`, `intent_name`.
const TEXTS: [(usize, usize); 5] = [(4, 10), (14, 18), (148, 80), (228, 24), (328, 16)];

/// Writes a phantom as a PACS sends an exam, with every third pixel.
fn write_exam(folder: &str) {
    let cases = find_cases(patients()).unwrap();
    let study = cases[0].load().unwrap().study;
    let coarse = |sequence: Sequence| {
        let image = study.image(sequence).unwrap();
        let [ni, nj, nk] = image.shape();
        let rows = image.grid().world_from_voxel().rows();
        let rows = rows.map(|[x, y, z, origin]| [3.0 * x, 3.0 * y, z, origin]);
        let grid = Grid::new([ni / 3, nj / 3, nk], Affine::new(rows).unwrap()).unwrap();
        Volume::from_fn(grid, |[i, j, k]| image[[3 * i, 3 * j, k]])
    };
    let objects = synthetic::exam(PerSequence::from_fn(coarse));
    fs::create_dir_all(folder).unwrap();
    synthetic::write(&objects, folder.as_ref()).unwrap();
}

/// What dcm2niix writes beside an image where it is not told to leave the patient out.
const BESIDE: &str = r#"{"PatientName": "Zweig^Petronella", "PatientID": "PH-4711", "PatientBirthDate": "1960-02-03",
"AcquisitionDateTime": "2025-12-31T10:11:12", "AccessionNumber": "ACC-0815", "StudyID": "STUDY-77"}"#;

/// Writes a case whose headers hold a patient's name in all of their texts and in an extension, and files beside them too.
fn write_named_case(folder: &str) {
    copy_case(1, SAME, &format!("{folder}/p1"));
    let [case] = find_cases(folder).unwrap().try_into().unwrap();
    let files: Vec<_> = case.files().map(ToOwned::to_owned).collect();
    for file in files {
        let mut bytes = inflated(&fs::read(&file).unwrap());
        for (at, length) in TEXTS {
            let text: Vec<u8> = b"Zweig^Petronella "
                .iter()
                .copied()
                .cycle()
                .take(length)
                .collect();
            bytes[at..at + length].copy_from_slice(&text);
        }
        // An extension of 32 bytes: its length, the code of comments, and text.
        let mut extension = [32_u32, 6].map(u32::to_le_bytes).concat();
        extension.extend(b"PH-4711 Petronella Zweig");
        bytes[108..112].copy_from_slice(&384_f32.to_le_bytes());
        bytes[348] = 1;
        bytes.splice(352..352, extension);
        fs::remove_file(&file).unwrap();
        let file = file.with_extension("");
        fs::write(file.with_extension("json"), BESIDE).unwrap();
        fs::write(file, bytes).unwrap();
    }
}

fn inflated(bytes: &[u8]) -> Vec<u8> {
    let mut inflated = Vec::new();
    GzDecoder::new(bytes).read_to_end(&mut inflated).unwrap();
    inflated
}

/// Everything that a run left for others to see, by its place: what it printed, and the names and content of its files but
/// those for a PACS, which have to name the patient.
fn seen(run: &Run, out: &str) -> Vec<(String, Vec<u8>)> {
    let mut seen = vec![
        ("standard output".to_owned(), run.out.clone().into_bytes()),
        ("standard error".to_owned(), run.err.clone().into_bytes()),
    ];
    let files = if fs::exists(out).unwrap() {
        contents(out)
    } else {
        BTreeMap::new()
    };
    for (name, bytes) in files {
        let bytes = match name.rsplit('.').next() {
            Some("gz") => inflated(&bytes),
            Some("dcm") => Vec::new(),
            _ => bytes,
        };
        seen.push((format!("the name of {name}"), name.clone().into_bytes()));
        seen.push((name, bytes));
    }
    seen
}

/// Where something tells of the patient: the place, and what it tells.
fn tales(run: &Run, out: &str) -> Vec<String> {
    let traces = synthetic::traces();
    let tale = |(place, bytes): (String, Vec<u8>)| {
        let bytes = bytes.to_ascii_lowercase();
        let told = |trace: &&String| {
            bytes
                .windows(trace.len())
                .any(|part| part == trace.as_bytes())
        };
        let told = traces.iter().find(told)?;
        Some(format!("{place}: {told}"))
    };
    seen(run, out).into_iter().filter_map(tale).collect()
}

/// Runs every command that reads images on those of a folder, the first into `out0`, and searches all that it leaves.
fn search_all(images: &str, place: &str) {
    let (network, phantoms, settings) = (network(), patients(), tiny_settings());
    let lines = [
        format!("segment {images} --model {network} --probabilities --all-grids --out"),
        format!("segment {images} --model {network} --dicom --out"),
        format!("quantify {phantoms}/phantom-001 --images {images} --out"),
        format!("augment {images} --times 1 --out"),
        format!("train {images} --config {settings} --out"),
        format!("cross-validate {images} --config {settings} --folds 2 --out"),
        format!("evaluate --prediction {images} --reference {images} --out"),
        format!("inspect {images} --json"),
        format!("inspect {images}"),
    ];
    for (n, line) in lines.into_iter().enumerate() {
        let out = format!("{place}/out{n}");
        let line = match line.strip_suffix("--out") {
            Some(_) => format!("{line} {out}"),
            None => line,
        };
        assert_eq!(tales(&myops(&line), &out), [""; 0], "{line}");
    }
}

#[test]
fn no_command_tells_who_is_in_an_exam() {
    let place = place("private/dicom");
    let exam = format!("{place}/exam");
    write_exam(&exam);
    search_all(&exam, &place);
    // There are results, and those for a PACS name the patient.
    let results = contents(&format!("{place}/out0"));
    assert!(
        results
            .keys()
            .any(|name| name.ends_with("_probability_scar.nii.gz"))
    );
    let results = contents(&format!("{place}/out1"));
    let named = |bytes: &[u8]| bytes.windows(16).any(|part| part == b"Zweig^Petronella");
    let named = results.iter().filter(|(_, bytes)| named(bytes));
    let endings: Vec<&str> = named
        .map(|(name, _)| name.rsplit('_').next().unwrap())
        .collect();
    assert_eq!(endings, ["seg.dcm", "sr.dcm"]);
}

#[test]
fn no_text_of_a_header_or_beside_an_image_reaches_a_result() {
    let place = place("private/nifti");
    let images = format!("{place}/images");
    write_named_case(&images);
    search_all(&images, &place);
    // What was searched is there, and the search finds what it is to find.
    let results = contents(&format!("{place}/out0"));
    assert!(results.contains_key("p1/p1_probability_scar.nii.gz"));
    let copies = contents(&format!("{place}/out3"));
    assert!(copies.keys().any(|name| name.ends_with("_LGE.nii.gz")));
    let told = tales(&myops("models"), &images);
    assert_eq!(told.len(), 8, "four images and what lies beside them");
}

#[test]
fn identify_tells_in_reports_tables_and_json_who_was_examined() {
    let data = place("private/identify");
    let (exam, out) = (format!("{data}/exam"), format!("{data}/out"));
    write_exam(&exam);
    let line = format!("segment {exam} --model {} --out {out}", network());
    done(&line);
    let telling = |line: &str| {
        let mut tales = tales(&myops(line), &out);
        tales.iter_mut().for_each(|tale| {
            let place = tale.split(": ").next().unwrap();
            *tale = place.rsplit('_').next().unwrap().to_owned();
        });
        tales
    };
    assert_eq!(telling(&line), [""; 0], "finished before");
    let identified = telling(&format!("{line} --identify"));
    assert_eq!(identified.len(), 5, "{identified:?}");
    let tables = ["cohort.csv", "cohort.html", "cohort.parquet"];
    assert_eq!(identified[..3], tables);
    let id = cases(&out).remove(0);
    let case = json(format!("{out}/{id}/{id}.json"));
    assert_eq!(case["patient"]["name"], "Petronella Zweig");
    assert_eq!(case["patient"]["birth_date"], "1960-02-03");
    assert_eq!(case["patient"]["age_years"], 65.0);
    let number = |part: &str, name: &str| case[part][name].as_f64().unwrap();
    let surface = number("indexed", "body_surface_m2");
    assert!((surface - 2.0012).abs() < 1e-3, "{surface}");
    let (index, mass) = (
        number("indexed", "wall_g_per_m2"),
        number("quantities", "wall_g"),
    );
    assert!(
        mass > 0.0 && (index * surface - mass).abs() < 1e-6,
        "{index} {mass}"
    );
    assert_eq!(telling(&line), [""; 0], "made again without it");
}

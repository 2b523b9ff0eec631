//! "My cine has all its phases in one file."

use std::fs;

use myops_image::io::{Placement, read_image, write_image};
use myops_image::volume::Volume;

use super::program::{bytes, copy_file, json, myops, network, patients, place, refused};

/// The size of the body in each phase of a cine, as a share of that in the phantom.
const SIZES: [f64; 5] = [1.16, 1.08, 1.0, 0.92, 0.84];

/// Writes a cine whose phases are the bSSFP image of a phantom, larger and smaller.
fn write_cine(path: &str) {
    let image = read_image(format!("{}/phantom-001/phantom-001_C0.nii.gz", patients())).unwrap();
    let volume = image.volume;
    let sized = |size: f64| {
        let shape = volume.shape();
        let source = |at: usize, axis: usize| {
            let middle = shape[axis] as f64 / 2.0;
            let place = middle + (at as f64 - middle) / size;
            (place.round().max(0.0) as usize).min(shape[axis] - 1)
        };
        Volume::from_fn(*volume.grid(), |[i, j, k]| {
            volume[[source(i, 0), source(j, 1), k]]
        })
    };
    write_image(path, &sized(SIZES[0]), &Placement::of_grid(volume.grid())).unwrap();
    let mut file = bytes(path);
    // dim[0] and dim[4] of NIfTI-1: four axes, and the number of volumes.
    file[40..42].copy_from_slice(&4_i16.to_le_bytes());
    file[48..50].copy_from_slice(&(SIZES.len() as i16).to_le_bytes());
    for size in &SIZES[1..] {
        file.extend(sized(*size).data().iter().flat_map(|v| v.to_le_bytes()));
    }
    fs::write(path, file).unwrap();
}

/// A patient with a cine in a file of several volumes.
fn patient(name: &str) -> String {
    let data = place(name) + "/data/pat1";
    for suffix in ["LGE", "T2"] {
        let file = format!("phantom-001/phantom-001_{suffix}.nii.gz");
        copy_file(
            format!("{}/{file}", patients()),
            format!("{data}/{suffix}.nii.gz"),
        );
    }
    write_cine(&format!("{data}/cine_sax.nii"));
    data
}

#[test]
fn the_phase_most_like_lge_is_taken_unless_another_is_asked_for() {
    let data = patient("cines/phases");
    let out = data.replace("/data/pat1", "/out");
    let segment = |options: &str| {
        let run = myops(&format!(
            "segment {data} --model {} --out {out} {options}",
            network()
        ));
        assert_eq!(run.code, 0, "{}", run.err);
        run.err
    };
    let said = segment("");
    let finding = "bSSFP is a cine: phase 3 of 5, the one most like LGE, was taken";
    assert!(said.contains(&format!("case pat1: {finding}\n")), "{said}");
    let record = json(format!("{out}/pat1/pat1.json"));
    let found = record["findings"].as_array().unwrap().iter();
    let found: Vec<_> = found
        .filter(|finding| finding["code"] == "cine_phase")
        .collect();
    let expected = serde_json::json!({
        "code": "cine_phase", "phase": 3, "phases": 5, "chosen": "like_lge", "severity": "notice", "text": finding,
    });
    assert_eq!(found, [&expected]);
    assert!(segment("").contains("1 case finished before"));

    // Another phase is another input.
    let said = segment("--phase 5");
    assert!(
        said.contains("segmented again, input changed since (bSSFP, phase 5, bSSFP): pat1"),
        "{said}"
    );
    assert!(said.contains("phase 5 of 5, as asked for"), "{said}");
    let error = refused(&format!(
        "segment {data} --model {} --out {out} --phase 6",
        network()
    ));
    assert!(
        error.contains(&format!(
            "error: case pat1: {data}/cine_sax.nii: phase 6 out of range: the file has 5\n"
        )),
        "{error}"
    );
}

#[test]
fn only_bssfp_may_have_several_volumes() {
    let data = patient("cines/lge");
    fs::rename(
        format!("{data}/cine_sax.nii"),
        format!("{data}/LGE_sax.nii"),
    )
    .unwrap();
    fs::remove_file(format!("{data}/LGE.nii.gz")).unwrap();
    let out = data.replace("/data/pat1", "/out");
    let error = refused(&format!("segment {data} --model {} --out {out}", network()));
    assert!(
        error.contains("LGE_sax.nii: 5 volumes, need one: header field dim = [479, 478, 5, 5]"),
        "{error}"
    );
    assert!(
        error.contains("hint: only a bSSFP cine may have several volumes"),
        "{error}"
    );
    assert!(!std::path::Path::new(&format!("{out}/pat1")).exists());
    let run = myops(&format!("inspect {data}"));
    assert_eq!(run.code, 1);
    assert!(
        run.out.contains("problem: 5 volumes, need one"),
        "{}",
        run.out
    );
}

#[test]
fn a_cine_without_another_sequence_gives_its_first_phase() {
    let data = patient("cines/alone");
    fs::remove_file(format!("{data}/LGE.nii.gz")).unwrap();
    fs::remove_file(format!("{data}/T2.nii.gz")).unwrap();
    let run = myops(&format!("inspect {data}"));
    assert!(
        run.code == 0 && run.out.contains("phase 1 of 5, the first\n"),
        "{}",
        run.out
    );
    let whole = bytes(format!("{data}/cine_sax.nii"));
    fs::write(format!("{data}/cine_sax.nii"), &whole[..whole.len() - 1]).unwrap();
    let out = data.replace("/data/pat1", "/out");
    let error = refused(&format!("segment {data} --model {} --out {out}", network()));
    assert!(error.contains("cine_sax.nii: truncated: "), "{error}");
}

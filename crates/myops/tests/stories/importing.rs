//! "I have the original's Keras weights."

use std::fs;

use myops_image::io::read_labels;
use myops_image::label::Label;

use super::program::{cases, done, names, patients, place, refused};

#[test]
fn a_keras_file_becomes_a_model_to_segment_with() {
    let Ok(reference) = std::env::var("MYOPS_REFERENCE") else {
        eprintln!("skipped: MYOPS_REFERENCE is not set");
        return;
    };
    let out = place("import");
    for file in ["runet_keras2", "runet_keras3", "unet_keras2"] {
        done(&format!(
            "import {reference}/{file}.h5 --out {out}/{file}.safetensors"
        ));
        done(&format!(
            "segment {}/phantom-001 --model {out}/{file}.safetensors --out {out}/{file}",
            patients()
        ));
        assert_eq!(cases(&format!("{out}/{file}")), ["phantom-001"]);
    }
    let error = refused(&format!(
        "import {reference}/runet_keras2.h5 --model unet --out {out}/x"
    ));
    assert_eq!(
        error,
        format!(
            "error: {reference}/runet_keras2.h5: tensor kernel of layer conv2d has shape [7, 7, 3, 16] where the \
             network has [3, 3, 3, 16]: another architecture or width\n"
        )
    );
}

/// The original's own label maps of a real case, and what the networks in its files give here.
#[test]
fn an_imported_network_gives_the_labels_of_the_original_pipeline() {
    let (Ok(reference), Ok(data)) = (
        std::env::var("MYOPS_REFERENCE"),
        std::env::var("MYOPS_DATA"),
    ) else {
        eprintln!("skipped: MYOPS_REFERENCE or MYOPS_DATA is not set");
        return;
    };
    let out = place("import/original");
    for network in ["runet", "unet"] {
        let model = format!("{out}/{network}.safetensors");
        done(&format!(
            "import {reference}/{network}_keras2.h5 --out {model}"
        ));
        done(&format!(
            "segment {data}/myops2020/train/Case3011 --model {model} --out {out}/{network}"
        ));
        let labels = |path: String| read_labels(path).unwrap().volume;
        let ours = labels(format!("{out}/{network}/Case3011/Case3011_labels.nii.gz"));
        let theirs = labels(format!(
            "{reference}/Case3011_{network}_keras2_labels.nii.gz"
        ));
        let pairs = ours.data().iter().zip(theirs.data());
        let labelled: Vec<_> = pairs
            .filter(|(a, b)| **a != Label::Background || **b != Label::Background)
            .collect();
        let same = labelled.iter().filter(|(a, b)| a == b).count();
        assert!(
            labelled.len() > 100_000 && same * 1000 > labelled.len() * 999,
            "{same} of {}",
            labelled.len()
        );
    }
}

#[test]
fn what_is_no_keras_file_is_refused() {
    let place = place("import/none");
    let file = format!("{place}/model.h5");
    fs::write(&file, b"hello").unwrap();
    let error = refused(&format!("import {file}"));
    assert!(
        error.starts_with(&format!("error: {file}: not a readable HDF5 file: ")),
        "{error}"
    );
    assert_eq!(error.lines().count(), 1, "{error}");
    assert_eq!(names(&place), ["model.h5"], "nothing was written");
}

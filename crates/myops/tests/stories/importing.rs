//! "I have the original's Keras weights."

use std::fs;

use super::program::{cases, done, names, patients, place, refused};

#[test]
fn a_keras_file_becomes_a_model_to_segment_with() {
    let Ok(reference) = std::env::var("MYOPS_REFERENCE") else {
        eprintln!("skipped: MYOPS_REFERENCE is not set");
        return;
    };
    let out = place("import");
    for file in ["runet_keras2", "runet_keras3", "unet_keras2"] {
        done(&format!("import {reference}/{file}.h5 --out {out}/{file}.safetensors"));
        done(&format!("segment {}/phantom-001 --model {out}/{file}.safetensors --out {out}/{file}", patients()));
        assert_eq!(cases(&format!("{out}/{file}")), ["phantom-001"]);
    }
    let error = refused(&format!("import {reference}/runet_keras2.h5 --model unet --out {out}/x"));
    assert_eq!(
        error,
        format!(
            "error: {reference}/runet_keras2.h5: tensor kernel of layer conv2d has shape [7, 7, 3, 16] where the \
             network has [3, 3, 3, 16]: another architecture or width\n"
        )
    );
}

#[test]
fn what_is_no_keras_file_is_refused() {
    let place = place("import/none");
    let file = format!("{place}/model.h5");
    fs::write(&file, b"hello").unwrap();
    let error = refused(&format!("import {file}"));
    assert!(error.starts_with(&format!("error: {file}: not a readable HDF5 file: ")), "{error}");
    assert_eq!(error.lines().count(), 1, "{error}");
    assert_eq!(names(&place), ["model.h5"], "nothing was written");
}

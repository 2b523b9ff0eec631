//! "These are other images under the same names": results are those of the files that are there now.

use std::fs;

use super::program::{
    bytes, contents, copy, done, json, myops, network, patients, place, refused, tiny_settings,
};

fn image(data: &str, patient: u32, name: &str) -> String {
    format!("{data}/phantom-00{patient}/phantom-00{patient}_{name}.nii.gz")
}

/// What a run says that has to end well.
fn said(line: &str) -> String {
    let run = myops(line);
    assert_eq!(run.code, 0, "{}", run.err);
    run.err
}

#[test]
fn a_case_whose_images_or_results_changed_is_segmented_again() {
    let (data, out) = (place("changing/data"), place("changing/out"));
    copy(patients(), &data);
    let line = format!("segment {data} --model {} --out {out}", network());
    done(&line);
    let first = contents(&out);
    let finished = |n: u32| format!("{n} cases finished before; --overwrite segments them again\n");
    assert!(said(&line).starts_with(&finished(4)));

    // Another image under the same name.
    fs::copy(image(&data, 1, "T2"), image(&data, 1, "LGE")).unwrap();
    let told = said(&line);
    let expected = finished(3) + "1 case segmented again, input changed since (LGE): phantom-001\n";
    assert!(
        told.starts_with(&expected) && told.contains("\n1 case segmented with "),
        "{told}"
    );
    let panel = "phantom-001/phantom-001_panel.png";
    assert!(contents(&out)[panel] != first[panel]);
    assert!(said(&line).starts_with(&finished(4)));

    // A file of the same length and time: the clock in the header of gzip is no part of the image.
    fs::copy(image(patients(), 1, "LGE"), image(&data, 1, "LGE")).unwrap();
    done(&line);
    let file = image(&data, 3, "T2");
    let time = fs::metadata(&file).unwrap().modified().unwrap();
    let mut other = bytes(&file);
    other[4] ^= 1;
    fs::write(&file, &other).unwrap();
    fs::File::options()
        .write(true)
        .open(&file)
        .unwrap()
        .set_modified(time)
        .unwrap();
    assert!(
        said(&line).contains("1 case segmented again, input changed since (T2): phantom-003\n")
    );
    fs::remove_file(image(&data, 4, "gd")).unwrap();
    assert!(
        said(&line).contains(
            "1 case segmented again, input changed since (reference labels): phantom-004\n"
        )
    );
    fs::copy(image(patients(), 3, "T2"), &file).unwrap();
    fs::copy(image(patients(), 4, "gd"), image(&data, 4, "gd")).unwrap();
    done(&line);
    assert!(contents(&out) == first);

    // Results that are not what was written.
    fs::write(format!("{out}/phantom-002/phantom-002_panel.png"), b"").unwrap();
    fs::copy(
        format!("{out}/phantom-004/phantom-004_labels.nii.gz"),
        format!("{out}/phantom-001/phantom-001_labels.nii.gz"),
    )
    .unwrap();
    fs::write(format!("{out}/phantom-003/phantom-003.json"), b"{}").unwrap();
    let told = said(&line);
    assert!(told.starts_with("1 case finished before"), "{told}");
    assert!(
        told.contains("output missing or changed since (phantom-002_panel.png): phantom-002\n"),
        "{told}"
    );
    assert!(
        told.contains("output missing or changed since (phantom-001_labels.nii.gz): phantom-001\n"),
        "{told}"
    );
    assert!(
        told.contains("the record of the results is damaged or of another version: phantom-003\n"),
        "{told}"
    );
    assert!(contents(&out) == first);

    // Results of an earlier version, whose records had other names.
    let record = format!("{out}/phantom-003/phantom-003.json");
    fs::rename(&record, record.replace(".json", "_record.json")).unwrap();
    fs::write(record.replace(".json", "_quantities.json"), b"{}").unwrap();
    let told = said(&line);
    assert!(
        told.contains("the record of the results is damaged or of another version: phantom-003\n"),
        "{told}"
    );
    assert!(contents(&out) == first, "the old records are gone");

    // Other ways to compute.
    assert!(
        said(&format!("{line} --device cpu-bf16"))
            .contains("4 cases segmented again, computed on cpu: phantom-001, ")
    );
    assert!(said(&line).contains("4 cases segmented again, computed on cpu-bf16: phantom-001, "));
    assert!(contents(&out) == first);
    done(&format!("{line} --probabilities"));
    let scar = format!("{out}/phantom-001/phantom-001_probability_scar.nii.gz");
    assert_eq!(
        json(format!("{out}/phantom-001/phantom-001.json"))["outputs"]
            .as_object()
            .unwrap()
            .len(),
        9
    );
    assert!(
        said(&line).starts_with(&finished(4)),
        "more than is asked for is there"
    );
    // Probabilities of other images do not stay beside the new labels.
    fs::copy(image(&data, 1, "T2"), image(&data, 1, "C0")).unwrap();
    done(&line);
    assert!(!fs::exists(scar).unwrap());
}

#[test]
fn a_training_does_not_go_on_with_other_images_of_the_same_names() {
    let (data, run) = (place("changing/train"), place("changing/run"));
    copy(patients(), &data);
    let line = format!(
        "train {data} --config {} --out {run} --resume",
        tiny_settings()
    );
    done(&line);
    let before = contents(&run);
    fs::copy(image(&data, 1, "LGE"), image(&data, 1, "T2")).unwrap();
    let error = refused(&format!("{line} --epochs 3"));
    let expected = format!(
        "error: {run}/cases.json: images or labels changed since the training began: phantom-001\n\
         hint: --out starts another training elsewhere\n"
    );
    assert!(error.ends_with(&expected), "{error}");
    assert!(contents(&run) == before, "a refusal changes nothing");
    fs::copy(image(patients(), 1, "T2"), image(&data, 1, "T2")).unwrap();
    // The same voxels packed otherwise are the same case.
    let mut other = bytes(image(&data, 1, "LGE"));
    other[4] ^= 1;
    fs::write(image(&data, 1, "LGE"), other).unwrap();
    done(&format!("{line} --epochs 3"));
}

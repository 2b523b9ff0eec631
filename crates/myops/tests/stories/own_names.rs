//! "My files are called as the scanner, dcm2niix or BIDS calls them."

use std::fs;

use super::program::{
    Run, SAME, bytes, cases, copy_case, copy_file, done, myops, network, patients, place, refused,
};

/// The file of a sequence of a phantom.
fn image(number: u32, suffix: &str) -> String {
    format!(
        "{}/phantom-00{number}/phantom-00{number}_{suffix}.nii.gz",
        patients()
    )
}

/// Copies sequences of a phantom to paths below a folder.
fn put(data: &str, number: u32, files: &[(&str, &str)]) {
    for (suffix, name) in files {
        copy_file(image(number, suffix), format!("{data}/{name}"));
    }
}

fn segment(input: &str, out: &str) -> Run {
    myops(&format!(
        "segment {input} --model {} --out {out}",
        network()
    ))
}

/// Segments, and checks that the labels of a case are those of the phantom under known names.
fn segmented_alike(input: &str, place: &str, number: u32, id: &str) -> String {
    let run = segment(input, &format!("{place}/out"));
    assert_eq!(run.code, 0, "{}", run.err);
    copy_case(number, SAME, &format!("{place}/known/known"));
    let known = segment(&format!("{place}/known"), &format!("{place}/known-out"));
    assert_eq!(known.code, 0, "{}", known.err);
    assert_eq!(
        bytes(format!("{place}/out/{id}/{id}_labels.nii.gz")),
        bytes(format!("{place}/known-out/known/known_labels.nii.gz"))
    );
    run.err
}

#[test]
fn a_data_set_of_bids() {
    let place = place("own/bids");
    let data = format!("{place}/data");
    put(
        &data,
        1,
        &[
            ("C0", "sub-01/ses-1/func/sub-01_ses-1_acq-sax_cine.nii.gz"),
            ("LGE", "sub-01/ses-1/anat/sub-01_ses-1_run-1_LGE.nii.gz"),
            ("T2", "sub-01/ses-1/anat/sub-01_ses-1_T2w.nii.gz"),
            ("T2", "sub-01/ses-1/anat/sub-01_ses-1_T2map.nii.gz"),
        ],
    );
    let said = segmented_alike(&data, &place, 1, "sub-01_ses-1");
    let passed = format!(
        "1 file passed over: {data}/sub-01/ses-1/anat/sub-01_ses-1_T2map.nii.gz (T2 map)\n"
    );
    assert!(said.starts_with(&passed), "{said}");
    let taken = "\ncase sub-01_ses-1: bSSFP sub-01_ses-1_acq-sax_cine.nii.gz (\"cine\" in its name), \
                 LGE sub-01_ses-1_run-1_LGE.nii.gz (\"LGE\" in its name), T2 sub-01_ses-1_T2w.nii.gz (\"T2w\" in its name)\n";
    assert!(said.contains(taken), "{said}");

    // A second run of one sequence stops that subject and no other.
    put(
        &data,
        1,
        &[
            ("LGE", "sub-01/ses-1/anat/sub-01_ses-1_run-2_LGE.nii.gz"),
            ("C0", "sub-02/anat/sub-02_bssfp.nii.gz"),
            ("LGE", "sub-02/anat/sub-02_LGE.nii.gz"),
            ("T2", "sub-02/anat/sub-02_T2w.nii.gz"),
        ],
    );
    let out = format!("{place}/both");
    let run = segment(&data, &out);
    assert_eq!(run.code, 1);
    let anat = format!("{data}/sub-01/ses-1/anat/sub-01_ses-1");
    let error = format!(
        "error: case sub-01_ses-1 has two files for LGE: {anat}_run-1_LGE.nii.gz and {anat}_run-2_LGE.nii.gz\nhint: keep one of \
         them"
    );
    assert!(
        run.err.contains(&error) && run.err.contains("segment --lge FILE"),
        "{}",
        run.err
    );
    assert_eq!(cases(&out), ["sub-02"]);
}

#[test]
fn the_output_of_dcm2niix_with_and_without_its_json_files() {
    let names = [
        ("C0", "exam_cine_tfi_sax_retro_20260101_5.nii.gz"),
        ("LGE", "exam_de_overview_tfi_psir_MAG_20260101_9.nii.gz"),
        (
            "LGE",
            "exam_de_overview_tfi_psir_PSIR_20260101_10_ph.nii.gz",
        ),
        ("T2", "exam_t2_stir_sax_20260101_12.nii.gz"),
        ("C0", "exam_localizer_20260101_1.nii.gz"),
    ];
    let place = place("own/dcm2niix");
    put(&format!("{place}/data"), 1, &names);
    let said = segmented_alike(&format!("{place}/data"), &place, 1, "exam");
    assert!(
        said.contains("_10_ph.nii.gz (phase-sensitive, and there is a magnitude image)"),
        "{said}"
    );
    assert!(
        said.contains("exam_localizer_20260101_1.nii.gz (localizer)"),
        "{said}"
    );
    assert!(
        said.contains("the magnitude image before the phase-sensitive one"),
        "{said}"
    );

    let labels = bytes(format!("{place}/out/exam/exam_labels.nii.gz"));
    assert_eq!(labels_by_json(&format!("{place}/json")), labels);
}

/// The labels of the same patient whose names tell nothing, and JSON files do.
fn labels_by_json(place: &str) -> Vec<u8> {
    let described = [
        (
            "C0",
            "p1_5",
            r#"{"SeriesDescription": "cine sax", "EchoTime": 0.0011, "SeriesNumber": 5}"#,
        ),
        (
            "LGE",
            "p1_9",
            r#"{"ProtocolName": "x", "EchoTime": 0.0012, "InversionTime": 0.3, "SeriesNumber": 9}"#,
        ),
        (
            "T2",
            "p1_12",
            r#"{"EchoTime": 0.061, "InversionTime": 0.17, "SeriesNumber": 12}"#,
        ),
        (
            "T2",
            "p1_14",
            r#"{"SeriesDescription": "t2", "ImageType": ["DERIVED", "PRIMARY"], "SeriesNumber": 14}"#,
        ),
    ];
    let json = format!("{place}/data");
    for (suffix, name, text) in described {
        put(&json, 1, &[(suffix, &format!("{name}.nii.gz"))]);
        fs::write(format!("{json}/{name}.json"), text).unwrap();
    }
    let run = segment(&json, &format!("{place}/out"));
    assert_eq!(run.code, 0, "{}", run.err);
    let taken = "case p1: bSSFP p1_5.nii.gz (\"cine\" in its description), LGE p1_9.nii.gz (inversion time 300 ms), \
                 T2 p1_12.nii.gz (echo time 61.0 ms)\n";
    assert!(run.err.contains(taken), "{}", run.err);
    assert!(
        run.err.contains("p1_14.nii.gz (derived image)"),
        "{}",
        run.err
    );
    bytes(format!("{place}/out/p1/p1_labels.nii.gz"))
}

#[test]
fn simple_names_in_a_folder_a_patient_one_folder_deeper() {
    let place = place("own/simple");
    let data = format!("{place}/data");
    put(
        &data,
        1,
        &[
            ("C0", "2026/Smith/nifti/cine.nii.gz"),
            ("LGE", "2026/Smith/nifti/PSIR.nii.gz"),
            ("T2", "2026/Smith/nifti/T2_STIR.nii.gz"),
        ],
    );
    let said = segmented_alike(&data, &place, 1, "Smith");
    assert!(
        said.contains("LGE PSIR.nii.gz (\"PSIR\" in its name, phase-sensitive image)"),
        "{said}"
    );
    // The same by one of its files, and by the folder itself.
    for input in ["2026/Smith/nifti/PSIR.nii.gz", "2026/Smith/nifti"] {
        let run = segment(&format!("{data}/{input}"), &format!("{place}/out"));
        assert!(
            run.err.contains("1 case finished before"),
            "{input}: {}",
            run.err
        );
    }
}

#[test]
fn files_named_outright() {
    let place = place("own/outright");
    put(
        &place,
        1,
        &[
            ("C0", "a.nii.gz"),
            ("LGE", "b.nii.gz"),
            ("T2", "c.nii.gz"),
            ("gd", "d.nii.gz"),
        ],
    );
    let files = format!("--bssfp {place}/a.nii.gz --lge {place}/b.nii.gz --t2 {place}/c.nii.gz");
    segmented_alike(
        &format!("{files} --labels {place}/d.nii.gz --id P1"),
        &place,
        1,
        "P1",
    );
    // Without --id, the folder names the case.
    let run = segment(&files, &format!("{place}/unnamed"));
    assert_eq!(
        (run.code, cases(&format!("{place}/unnamed"))),
        (0, vec!["outright".to_owned()])
    );
    refuse_outright(&place, &files);
}

/// What cannot be meant by files that are named outright.
fn refuse_outright(place: &str, files: &str) {
    let out = format!("--model {} --out {place}/no", network());
    let error = refused(&format!("segment --lge {place}/no.nii.gz {out}"));
    assert_eq!(
        error,
        format!(
            "error: {place}/no.nii.gz: cannot be read: No such file or directory (os error 2)\n"
        )
    );
    let error = refused(&format!(
        "segment --lge {place}/b.nii.gz --t2 {place}/b.nii.gz {out}"
    ));
    assert_eq!(
        error,
        format!("error: {place}/b.nii.gz: given for LGE and for T2\n")
    );
    let error = refused(&format!("segment --lge {place}/b.nii.gz --id a/b {out}"));
    assert!(
        error
            .starts_with("error: case name \"a/b\" cannot be used: it contains a path separator\n"),
        "{error}"
    );
    let error = refused(&format!(
        "segment {files} --model {} --out {place}",
        network()
    ));
    let among = "results would be written among the input";
    let told = format!("error: {place}: {among} {place}/a.nii.gz\n");
    assert!(error.starts_with(&told), "{error}");
    for usage in [
        "--labels x",
        "x --lge y",
        "--lge x --cases y",
        "x --id y",
        "--lge x --phase 0",
    ] {
        assert_eq!(myops(&format!("segment {usage}")).code, 2, "{usage}");
    }
}

#[test]
fn a_table_of_cases() {
    let place = place("own/table");
    put(
        &format!("{place}/x"),
        1,
        &[
            ("C0", "1.nii.gz"),
            ("LGE", "2,a.nii.gz"),
            ("T2", "3.nii.gz"),
        ],
    );
    let table = format!("{place}/cases.csv");
    fs::write(
        &table,
        "Case,T2,LGE,bSSFP\nP1,x/3.nii.gz,\"x/2,a.nii.gz\",x/1.nii.gz\n",
    )
    .unwrap();
    segmented_alike(&format!("--cases {table}"), &place, 1, "P1");
    // The same with tabs.
    fs::write(
        &table,
        "case\tlge\tt2\tbssfp\nP1\tx/2,a.nii.gz\tx/3.nii.gz\tx/1.nii.gz\n",
    )
    .unwrap();
    let run = segment(&format!("--cases {table}"), &format!("{place}/out"));
    assert!(run.err.contains("1 case finished before"), "{}", run.err);

    let refusal = |text: &str| {
        fs::write(&table, text).unwrap();
        let error = refused(&format!("segment --cases {table} --out {place}/no"));
        error.replace(&place, "HERE")
    };
    for (text, error) in [
        (
            "case,lgge\nP1,x/1.nii.gz\n",
            "error: HERE/cases.csv: unknown column \"lgge\": known are case, bssfp, lge, t2 and labels; is lge meant?\n",
        ),
        (
            "case,lge\nP1,x/4.nii.gz\n",
            "error: HERE/cases.csv: line 2, column lge: HERE/x/4.nii.gz: cannot be read: No such file or directory (os error 2)\n",
        ),
        (
            "case,lge\nP1,x/1.nii.gz\nP1,x/3.nii.gz\n",
            "error: HERE/cases.csv: line 3, column case: P1 stands in line 2 too\n",
        ),
        ("", "error: HERE/cases.csv: no column case\n"),
    ] {
        let told = refusal(text);
        assert!(told.starts_with(error), "{told}");
        assert!(
            told.lines().count() == 2 && told.contains("\nhint: "),
            "{told}"
        );
    }
    let error = refused(&format!("segment --cases {place}/none.csv"));
    assert!(
        error.starts_with(&format!("error: {place}/none.csv: cannot be read: ")),
        "{error}"
    );
}

#[test]
fn what_is_taken_by_its_own_name_is_trained_on_too() {
    let place = place("own/train");
    for number in [1, 2] {
        let id = format!("{place}/data/p{number}");
        copy_case(
            number,
            [("C0", "-C0"), ("LGE", "-LGE"), ("T2", "-T2"), ("gd", "_gd")],
            &format!("{id}/p{number}"),
        );
    }
    done(&format!(
        "augment {place}/data --times 1 --out {place}/augmented"
    ));
}

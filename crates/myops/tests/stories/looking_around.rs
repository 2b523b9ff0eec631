//! "What can it do, and what did I type wrong?"

use std::fs;

use super::program::{done, myops, names, patients, place, refused};

#[test]
fn wrong_usage_ends_with_2_and_says_what_was_wrong() {
    let lines = [
        "",
        "frobnicate",
        "segment",
        "inspect",
        "train",
        "segment x --threads 0",
        "train x --epochs many",
        "demo --size 3",
    ];
    for line in lines {
        let run = myops(line);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "myops {line}");
        assert!(
            run.err.contains("Usage: myops") || run.err.starts_with("error: invalid value"),
            "{}",
            run.err
        );
    }
    let error = myops("segment x --device tpu").err;
    let first = error.lines().next().unwrap();
    assert_eq!(
        first,
        "error: invalid value 'tpu' for '--device <NAME>': device tpu: this build has cpu, cpu-bf16"
    );
}

#[test]
fn help_names_every_command() {
    let help = done("--help");
    let verbs = "demo segment inspect train cross-validate ensemble evaluate quantify augment phantom import models";
    for verb in verbs.split(' ') {
        assert!(
            help.contains(&format!("\n  {verb} ")),
            "{verb} is not in\n{help}"
        );
        assert!(done(&format!("{verb} --help")).contains("Options:"));
    }
    assert!(done("shell --completions bash").contains("cross-validate"));
    assert!(done("shell").starts_with(".ie"), "a manual page");
}

#[test]
fn the_built_in_models_are_listed() {
    let models = done("models");
    assert!(
        models.starts_with("nested ")
            && models.contains("\nrunet ")
            && models.contains("CC BY-NC-SA 4.0"),
        "{models}"
    );
}

#[test]
fn printed_settings_are_a_settings_file_of_every_default() {
    let place = place("config");
    let file = format!("{place}/settings.toml");
    for model in ["runet", "unet", "nested"] {
        let printed = done(&format!(
            "train --print-config --model {model} --epochs 7 --seed 3"
        ));
        assert!(
            printed.contains("# Passes over the training slices, each freshly augmented. [1 to 100000]\nepochs = 7\n")
                && printed.contains(&format!("architecture = \"{model}\"\n"))
        );
        fs::write(&file, &printed).unwrap();
        assert_eq!(
            done(&format!("train --print-config --config {file}")),
            printed
        );
    }
}

#[test]
fn the_settings_of_a_training_without_flags_are_the_flagships() {
    let printed = done("train --print-config");
    for line in [
        "architecture = \"nested\"",
        "flips = \"dealt\"",
        "temperature = 1.6",
        "contrast = 1.0",
    ] {
        assert!(
            printed.lines().any(|printed| printed == line),
            "{line} is not in\n{printed}"
        );
    }
}

#[test]
fn every_preset_is_a_settings_file_and_the_flagship_is_the_default() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let printed = |file: &str| done(&format!("train --print-config --config {root}/{file}"));
    assert_eq!(
        printed("configs/flagship.toml"),
        done("train --print-config")
    );
    for folder in ["configs", "docs/experiments"] {
        for name in names(&format!("{root}/{folder}")) {
            printed(&format!("{folder}/{name}"));
        }
    }
}

#[test]
#[cfg(unix)]
fn a_settings_file_without_end_is_refused() {
    let place = place("settings-endless");
    let refusal = |file: &str| {
        refused(&format!(
            "train {} --config {file} --out {place}/run",
            patients()
        ))
    };
    assert_eq!(
        refusal("/dev/zero"),
        "error: /dev/zero: cannot be read: not a regular file\n"
    );
    assert_eq!(
        refusal(&place),
        format!("error: {place}: cannot be read: is a directory\n")
    );
    let pipe = format!("{place}/pipe");
    assert!(
        std::process::Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(
        refusal(&pipe),
        format!("error: {pipe}: cannot be read: not a regular file\n")
    );
    let huge = format!("{place}/huge.toml");
    fs::File::create(&huge).unwrap().set_len(5 << 30).unwrap();
    let expected = format!("error: {huge}: file of 5368709120 bytes too large: at most 1048576\n");
    assert_eq!(refusal(&huge), expected);
    fs::remove_file(&huge).unwrap();
}

#[test]
fn more_threads_than_are_computed_with_are_refused() {
    let line = format!("segment {}", patients());
    let output = super::program::command(line.split_whitespace())
        .env("RAYON_NUM_THREADS", "100000")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(error, "error: RAYON_NUM_THREADS = 100000: need 1 to 1024\n");
}

#[test]
fn a_setting_that_cannot_be_is_refused_at_once() {
    let place = place("settings-refused");
    let file = format!("{place}/settings.toml");
    let refusal = |text: &str| {
        fs::write(&file, text).unwrap();
        refused(&format!(
            "train {} --config {file} --out {place}/run",
            patients()
        ))
    };
    assert_eq!(
        refusal("epochs = 0"),
        "error: epochs = 0: need 1 to 100000\n"
    );
    let expected = "error: learning_rate = 50: need 0.000000001 to 10\n";
    assert_eq!(refusal("learning_rate = 50.0"), expected);
    assert_eq!(
        refusal("clip_norm = -1"),
        "error: clip_norm = -1: need \"off\", or above 0 up to 1000000000\n"
    );
    let expected = format!("error: {file}: alone is now single_slice_share\n");
    assert_eq!(refusal("alone = 0.5"), expected);
    let expected = format!(
        "error: {file}: schedule.patience is a key of schedule.kind = \"plateau\", and the kind here is \"cosine\"\n"
    );
    assert_eq!(refusal("[schedule]\npatience = 3"), expected);
    let error = refusal("epoch = 3");
    assert!(
        error.starts_with(&format!(
            "error: {file}: unknown field `epoch`, expected one of `seed`"
        )),
        "{error}"
    );
    let error = refusal("seed = 1\nepochs = \n");
    assert!(
        error.starts_with(&format!("error: {file}: line 2: ")) && error.lines().count() == 1,
        "{error}"
    );
    let error = refused(&format!("train {} --model vnet", patients()));
    assert_eq!(
        error,
        "error: model vnet: need one of runet, unet, nested\n"
    );
    let error = refused(&format!("train {} --fold 5 --folds 4", patients()));
    assert_eq!(error, "error: fold = 5: need 0 to 3\n");
}

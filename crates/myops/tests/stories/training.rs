//! "Train a network on my cases": it learns, repeats itself, and survives being killed.

use std::fs;

use super::program::{bytes, done, killed_once, names, patients, place, refused, tiny_settings};

const FILES: [&str; 8] = [
    "best.safetensors",
    "cases.json",
    "curves.png",
    "events.out.tfevents.myops",
    "last.checkpoint",
    "log.jsonl",
    "model.safetensors",
    "settings.toml",
];

fn line(out: &str, rest: &str) -> String {
    format!(
        "train {} --config {} --out {out} {rest}",
        patients(),
        tiny_settings()
    )
}

fn model(run: &str) -> Vec<u8> {
    bytes(format!("{run}/model.safetensors"))
}

/// What a file of weights says of itself.
fn header(path: &str) -> serde_json::Value {
    let file = bytes(path);
    let length = u64::from_le_bytes(*file.first_chunk().unwrap()) as usize;
    let header: serde_json::Value = serde_json::from_slice(&file[8..8 + length]).unwrap();
    serde_json::from_str(header["__metadata__"]["myops"].as_str().unwrap()).unwrap()
}

#[test]
fn a_run_holds_networks_log_curves_and_the_way_to_go_on() {
    let run = place("train/run");
    done(&line(&run, "--fold 0 --folds 4"));
    assert_eq!(names(&run), FILES);
    let log = String::from_utf8(bytes(format!("{run}/log.jsonl"))).unwrap();
    let epochs: Vec<serde_json::Value> = log
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    assert_eq!((epochs.len(), epochs[1]["epoch"].as_u64()), (2, Some(1)));
    assert!(
        epochs[1]["validation"]["loss"].as_f64().unwrap() < 1.0,
        "{log}"
    );
    assert_eq!(bytes(format!("{run}/curves.png"))[..4], *b"\x89PNG");
    done(&format!(
        "train --print-config --config {run}/settings.toml"
    ));

    let before = model(&run);
    let error = refused(&line(&run, "--fold 0 --folds 4"));
    assert_eq!(
        error.lines().skip(1).collect::<Vec<_>>().join("\n"),
        format!(
            "error: {run} already holds a training\nhint: --resume resumes it; --out starts another elsewhere"
        )
    );
    let error = refused(&line(&run, "--fold 0 --folds 4 --seed 9 --resume"));
    let expected =
        format!("error: {run}/last.checkpoint: the checkpoint was made with other settings: ");
    assert!(
        error.lines().nth(1).unwrap().starts_with(&expected),
        "{error}"
    );
    let error = refused(&line(&run, "--fold 1 --folds 4 --resume"));
    let expected = format!(
        "error: {run}/last.checkpoint: the checkpoint was made with other cases (3 cases, phantom-"
    );
    assert!(
        error.lines().nth(1).unwrap().starts_with(&expected),
        "{error}"
    );
    assert_eq!(model(&run), before, "a refusal changes nothing");
}

#[test]
fn a_training_that_stopped_by_itself_is_not_gone_on_with() {
    let run = place("train/stopped");
    let config = place("train/stopped-settings") + "/stop.toml";
    let text = fs::read_to_string(tiny_settings()).unwrap();
    fs::write(&config, format!("{text}[schedule]\nstop_after = 1\n")).unwrap();
    let line = format!(
        "train {} --config {config} --out {run} --fold 0 --folds 4 --epochs 40 --learning-rate 0.000000001 --resume",
        patients()
    );
    done(&line);
    let log = bytes(format!("{run}/log.jsonl"));
    let epochs = log.split(|b| *b == b'\n').count() - 1;
    assert!(
        epochs < 40,
        "nothing is learned at this rate, and yet it did not stop"
    );
    done(&line);
    assert_eq!(bytes(format!("{run}/log.jsonl")), log);
}

#[test]
fn a_network_goes_on_to_see_the_slices_beside_each() {
    let (first, second) = (place("train/alone"), place("train/beside"));
    let configs = place("train/beside-settings");
    let config = |neighbours: u32| {
        let path = format!("{configs}/{neighbours}.toml");
        let text = format!(
            "epochs = 1\nsingle_slice_share = 0.0\nmargin_pixels = 0\ncrop_pixels = \"off\"\n[model]\nwidth = 4\n[schedule]\ncycles = 1\nwarm_up_epochs = 0.0\n\
             [recipe.preprocess]\nsize = 48\nneighbours = {neighbours}\n[locator]\nepochs = 1\nwidth = 4\nsize = 32\n"
        );
        fs::write(&path, text).unwrap();
        path
    };
    let line = |out: &str, neighbours: u32| {
        format!(
            "train {} --config {} --out {out} --fold 0",
            patients(),
            config(neighbours)
        )
    };
    done(&format!("{} --folds 4", line(&first, 0)));
    let error = refused(&format!("{} --folds 4 --start {first}", line(&second, 5)));
    assert!(
        error.contains("recipe.preprocess.neighbours = 5: need 0 to 4"),
        "{error}"
    );
    let error = refused(&format!("{} --folds 2 --start {first}", line(&second, 1)));
    assert!(
        error.contains(&format!(
            "{first}/model.safetensors: it may have learned from phantom-"
        )),
        "{error}"
    );
    done(&format!("{} --folds 4 --start {first}", line(&second, 1)));
    let header = header(&format!("{second}/model.safetensors"));
    assert_eq!(header["model"]["inputs"], 9, "{header}");
    done(&format!(
        "segment {} --model {second} --out {}",
        patients(),
        place("train/beside-labels")
    ));
}

#[test]
fn a_locator_of_another_training_is_not_taken_over() {
    let (first, second) = (
        place("train/locator"),
        place("train/locator-of-another-seed"),
    );
    let config = place("train/locator-settings") + "/nested.toml";
    let text = "epochs = 1\nmargin_pixels = 0\ncrop_pixels = \"off\"\n[model]\nwidth = 4\n[schedule]\ncycles = 1\nwarm_up_epochs = 0.0\n\
                [recipe.preprocess]\nsize = 48\n[locator]\nepochs = 1\nwidth = 4\nsize = 32\n";
    fs::write(&config, text).unwrap();
    let line = |out: &str, seed: u32| {
        format!(
            "train {} --config {config} --out {out} --seed {seed}",
            patients()
        )
    };
    let locator = |run: &str| bytes(format!("{run}/locator.safetensors"));
    done(&line(&first, 1));
    let of_first = locator(&first);
    done(&line(&second, 2));
    // What a training leaves that is killed in its first epoch.
    fs::remove_file(format!("{first}/last.checkpoint")).unwrap();
    done(&line(&first, 2));
    assert!(locator(&first) != of_first && locator(&first) == locator(&second));
}

#[test]
fn what_is_asked_of_a_training_reaches_its_locator() {
    let (run, config) = (
        place("train/locator-asked"),
        place("train/locator-asked-settings") + "/nested.toml",
    );
    let text = "epochs = 1\nmargin_pixels = 0\ncrop_pixels = \"off\"\n[model]\nwidth = 4\n[schedule]\ncycles = 1\nwarm_up_epochs = 0.0\n\
                [recipe.preprocess]\nsize = 48\n[locator]\nepochs = 1\nwidth = 4\nsize = 32\n";
    fs::write(&config, text).unwrap();
    let asked = "--no-augmentation --seed 7 --phantoms 1 --fold 1 --folds 4";
    done(&format!(
        "train {} --config {config} --out {run} {asked}",
        patients()
    ));
    let [network, locator] =
        ["model", "locator"].map(|name| header(&format!("{run}/{name}.safetensors")));
    assert_eq!(locator["cases"], network["cases"]);
    assert_eq!(
        locator["cases"]["held_out"].as_array().map(Vec::len),
        Some(1)
    );
    for key in ["seed", "phantoms", "augment"] {
        assert_eq!(locator["training"][key], network["training"][key], "{key}");
    }
    assert_eq!(locator["training"]["augment"]["rotation_degrees"], 0.0);
}

#[test]
fn the_same_seed_gives_the_same_weights_and_another_seed_others() {
    let run = |name: &str, rest: &str| {
        let run = place(&format!("train/{name}"));
        done(&line(&run, rest));
        model(&run)
    };
    let first = run("first", "");
    assert!(run("second", "") == first);
    assert!(run("third", "--seed 2") != first);
}

#[test]
fn killed_and_resumed_it_ends_with_the_weights_of_a_training_that_was_never_killed() {
    for (name, rest) in [
        ("alone", ""),
        ("held-out", "--fold 1 --folds 2 --phantoms 1"),
    ] {
        let (whole, killed) = (
            place(&format!("train/{name}-whole")),
            place(&format!("train/{name}-killed")),
        );
        let rest = format!("{rest} --epochs 5");
        done(&line(&whole, &rest));
        let epochs_done = || {
            fs::read_to_string(format!("{killed}/log.jsonl")).map_or(0, |log| log.lines().count())
        };
        // Once between two epochs, once anywhere.
        killed_once(&line(&killed, &rest), || epochs_done() == 2);
        killed_once(&line(&killed, &format!("{rest} --resume")), || {
            epochs_done() == 3
        });
        assert!(!names(&killed).contains(&"model.safetensors".into()));
        done(&line(&killed, &format!("{rest} --resume")));
        assert!(model(&killed) == model(&whole), "{name}: other weights");
        assert_eq!(
            bytes(format!("{killed}/log.jsonl")),
            bytes(format!("{whole}/log.jsonl"))
        );
        assert_eq!(names(&killed), FILES, "nothing half-written is left");
    }
}

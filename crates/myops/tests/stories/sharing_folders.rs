//! "I started it twice": one program at a time writes into a folder, and the other one says so.

use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::program::{
    bytes, contents, done, ended, killed_after, myops, names, network, patients, place, refused,
    started, tiny_settings,
};

fn train(out: &str, epochs: u32) -> String {
    format!(
        "train {} --config {} --epochs {epochs} --out {out}",
        patients(),
        tiny_settings()
    )
}

fn segment(out: &str) -> String {
    format!("segment {} --model {} --out {out}", patients(), network())
}

/// A refusal because of another process.
fn is_refusal(error: &str, out: &str) -> bool {
    let last: Vec<&str> = error.lines().rev().take(2).collect();
    last.len() == 2
        && last[1].starts_with("error: another myops (pid ")
        && last[1].ends_with(&format!(" ago) writes into {out}"))
        && last[0] == "hint: wait for it to end, or give another folder with --out"
}

#[test]
fn a_second_program_is_refused_and_touches_nothing() {
    let out = place("sharing/train") + "/run";
    let network = network();
    let labels = place("sharing/labels");
    done(&segment(&labels));
    let mut first = started(&format!("{} --quiet", train(&out, 100_000)));
    let start = Instant::now();
    while !Path::new(&format!("{out}/last.checkpoint")).exists() {
        assert!(start.elapsed() < Duration::from_mins(2) && first.try_wait().unwrap().is_none());
        sleep(Duration::from_millis(2));
    }
    let lines = [
        train(&out, 1),
        format!("{} --resume", train(&out, 100_000)),
        segment(&out),
        format!("quantify {labels} --out {out}"),
        format!(
            "evaluate --prediction {labels} --reference {} --out {out}",
            patients()
        ),
        format!("augment {} --times 1 --out {out}", patients()),
        format!("phantom --cases 1 --out {out}"),
        format!("demo --model {network} --out {out}"),
        format!("ensemble {network} --out {out}/model.safetensors"),
    ];
    for line in &lines {
        let error = refused(line);
        assert!(is_refusal(&error, &out), "{line}\n{error}");
        assert!(
            error.contains(&format!("(pid {} on host ", first.id())),
            "{line}\n{error}"
        );
    }
    first.kill().unwrap();
    first.wait().unwrap();
    let of_training = |name: &String| {
        name.starts_with(".myops") || !name.contains('/') && !name.starts_with("model")
    };
    assert!(contents(&out).keys().all(of_training), "{:?}", names(&out));
    // A killed one keeps nobody out.
    assert!(Path::new(&format!("{out}/.myops.lock")).exists());
    done(&segment(&out));
    assert!(
        !names(&out).iter().any(|name| name.starts_with(".myops")),
        "{:?}",
        names(&out)
    );
}

#[test]
fn of_two_trainings_started_at_the_same_moment_one_succeeds() {
    for n in 0..4 {
        let out = place(&format!("sharing/twice-{n}")) + "/run";
        let both = [(); 2].map(|()| started(&format!("{} --quiet", train(&out, 1))));
        let both = both.map(ended);
        let (done, refused): (Vec<_>, Vec<_>) = both.iter().partition(|run| run.code == 0);
        assert_eq!((done.len(), refused.len()), (1, 1), "{both:?}");
        // Whoever comes when the other has ended finds a training.
        let error = &refused[0].err;
        assert!(
            is_refusal(error, &out) || error.contains("already holds a training"),
            "{error}"
        );
    }
}

#[test]
fn of_two_cohorts_begun_at_once_each_ends_whole_or_is_refused() {
    let whole = place("sharing/cohort");
    done(&segment(&whole));
    for n in 0..4 {
        let out = place(&format!("sharing/cohorts-{n}")) + "/o";
        let both = [(); 2]
            .map(|()| started(&format!("{} --quiet", segment(&out))))
            .map(ended);
        assert!(both.iter().any(|run| run.code == 0), "{both:?}");
        assert!(
            both.iter()
                .all(|run| run.code == 0 || is_refusal(&run.err, &out)),
            "{both:?}"
        );
        assert!(contents(&out) == contents(&whole));
    }
}

#[test]
fn what_a_process_of_another_machine_may_hold_is_refused_until_it_is_removed() {
    let out = place("sharing/elsewhere");
    let lock = format!("{out}/.myops.lock");
    let owner = r#"{"pid":123,"host":"another-host","boot":"another-boot","started_unix_s":1}"#;
    fs::write(&lock, owner).unwrap();
    let error = refused(&format!("phantom --cases 1 --out {out}"));
    assert!(
        error.starts_with("error: another myops (pid 123 on host another-host, started "),
        "{error}"
    );
    assert!(error.contains(&format!(
        "ago) may still write into {out}\nhint: if it no longer runs there, remove {lock}"
    )));
    assert_eq!(bytes(&lock), owner.as_bytes());
    fs::remove_file(&lock).unwrap();
    done(&segment(&out));
    // Cut short by a full disk, it was of this machine.
    fs::write(&lock, &owner[..20]).unwrap();
    done(&segment(&out));
    assert!(!Path::new(&lock).exists());
    // A folder that the program made and wrote nothing into is gone.
    let file = place("sharing/nothing") + "/no.nii.gz";
    fs::write(&file, b"no labels").unwrap();
    assert_eq!(myops(&format!("quantify {file} --out {out}/new")).code, 1);
    assert!(!Path::new(&format!("{out}/new")).exists());
    killed_after(&format!("phantom --cases 1 --out {out}"), Duration::ZERO);
    done(&segment(&out));
}

//! "The power failed": killed at any moment, or stopped by a full disk, a run ends as one that never was.

use std::collections::BTreeMap;
use std::fs;
use std::time::{Duration, Instant};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::program::{contents, done, killed_after, network, patients, place};

/// Random moments within a duration. When exactly a process is killed is left to chance all the same.
pub fn moments(within: Duration, count: usize) -> Vec<Duration> {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    (0..count)
        .map(|_| within.mul_f64(rng.random_range(0.0..1.0)))
        .collect()
}

pub fn timed(line: &str) -> Duration {
    let start = Instant::now();
    done(line);
    start.elapsed()
}

fn segment(out: &str) -> String {
    format!(
        "segment {} --model {} --probabilities --out {out}",
        patients(),
        network()
    )
}

/// A training in two parts, a locator of several epochs first.
fn train(name: &str) -> impl Fn(&str) -> String {
    let config = place(&format!("{name}-settings")) + "/tiny.toml";
    let text = "epochs = 6\nbatch_size = 2\nvalidate_every = 2\nmargin_pixels = 8\ncrop_pixels = 48\n\
                [model]\narchitecture = \"nested\"\nwidth = 4\n[recipe.preprocess]\nsize = 64\nspacing_mm = 2.0\n\
                [schedule]\ncycles = 2\nwarm_up_epochs = 1.0\n\
                [locator]\nepochs = 4\nwidth = 4\nsize = 32\nspacing_mm = 8.0\n";
    fs::write(&config, text).unwrap();
    move |out| {
        format!(
            "train {} --config {config} --fold 0 --folds 4 --threads 2 --resume --out {out}",
            patients()
        )
    }
}

/// All files of a training but the one that holds the time of day.
fn training(run: &str) -> BTreeMap<String, Vec<u8>> {
    let mut files = contents(run);
    assert!(files.remove("events.out.tfevents.myops").is_some());
    files
}

fn names(files: &BTreeMap<String, Vec<u8>>) -> Vec<&String> {
    files.keys().collect()
}

fn assert_same(found: &BTreeMap<String, Vec<u8>>, expected: &BTreeMap<String, Vec<u8>>) {
    assert_eq!(names(found), names(expected));
    let differs: Vec<_> = found
        .iter()
        .filter(|(name, bytes)| expected[*name] != **bytes)
        .map(|(name, _)| name)
        .collect();
    assert!(differs.is_empty(), "other bytes: {differs:?}");
}

#[test]
fn a_cohort_killed_at_random_moments_ends_with_the_same_files() {
    let (whole, killed) = (
        place("interrupting/cohort-whole"),
        place("interrupting/cohort-killed"),
    );
    network();
    let took = timed(&segment(&whole));
    for moment in moments(took, 6) {
        killed_after(&segment(&killed), moment);
    }
    done(&segment(&killed));
    assert_same(&contents(&killed), &contents(&whole));
}

#[test]
fn a_training_with_a_locator_repeats_itself_on_two_threads_killed_or_not() {
    let places = ["first", "second", "killed"].map(|name| place(&format!("interrupting/{name}")));
    let [first, second, killed] = &places;
    let line = train("interrupting/train");
    let took = timed(&line(first));
    done(&line(second));
    assert_same(&training(second), &training(first));
    // Each goes on where the one before was killed, so that the moments of all together cover the training.
    for moment in moments(took / 2, 5) {
        killed_after(&line(killed), moment);
    }
    done(&line(killed));
    assert_same(&training(killed), &training(first));
}

/// What a program left of a process that was killed, in a container where every process has the same number: nothing
/// tells its temporary files from those of a live one but that the folder is not locked.
#[test]
fn the_next_run_removes_the_temporary_files_of_killed_ones() {
    let out = place("interrupting/temporary");
    network();
    done(&segment(&out));
    let expected = contents(&out);
    let left = [
        ".myops-1-7.tmp",
        ".myops-0011223344556677.tmp",
        "phantom-002/.myops-1-8.tmp",
    ];
    left.iter()
        .for_each(|name| fs::write(format!("{out}/{name}"), b"half").unwrap());
    // What a killed process of this machine has left.
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let owner = format!(
        r#"{{"pid":1,"host":"{}","boot":"","started_unix_s":1}}"#,
        host.trim()
    );
    if host.is_empty() {
        fs::remove_file(format!("{out}/{}", left[2])).unwrap();
    } else {
        fs::write(format!("{out}/.myops.lock"), owner).unwrap();
    }
    done(&segment(&out));
    assert_same(&contents(&out), &expected);
    // A training that was killed before its first checkpoint.
    let run = place("interrupting/temporary-train");
    fs::write(format!("{run}/.myops-1-7.tmp"), b"half").unwrap();
    done(&train("interrupting/temporary-settings")(&run));
    assert!(!contents(&run).keys().any(|name| name.contains("tmp")));
}

/// A limit on the length of files stands for a disk that is full.
#[cfg(unix)]
mod limited {
    use std::os::unix::fs::PermissionsExt;
    use std::process::Command;

    use super::super::program::command;
    use super::*;

    /// Runs the program where no file may be longer than some kB; a write beyond fails, or kills where `kills`.
    fn limited(line: &str, kb: u32, kills: bool) -> (Option<i32>, String) {
        let ignore = if kills { "" } else { "trap '' XFSZ;" };
        // POSIX counts blocks of 512 bytes.
        let script = format!("{ignore} ulimit -f {}; exec \"$@\"", 2 * kb);
        let program = command::<&str>([]);
        let output = Command::new("sh")
            .args(["-c", &script, "sh"])
            .arg(program.get_program())
            .args(line.split_whitespace())
            .output()
            .unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stderr).unwrap(),
        )
    }

    #[test]
    fn a_full_disk_is_told_and_leaves_nothing_half_written() {
        let (whole, full) = (
            place("interrupting/disk-whole"),
            place("interrupting/disk-full"),
        );
        network();
        done(&segment(&whole));
        for kills in [false, true] {
            let (code, error) = limited(&segment(&full), 8, kills);
            assert_eq!(code, (!kills).then_some(1), "{error}");
            let told = error.contains("cannot be written: File too large")
                && error.contains("hint: the system limits the length of files there");
            assert!(told || kills, "{error}");
            let whole_or_absent = contents(&full).into_iter().all(|(name, bytes)| {
                name.contains(".myops") && kills
                    || contents(&whole)
                        .get(&name)
                        .is_none_or(|whole| *whole == bytes)
            });
            assert!(whole_or_absent, "{:?}", names(&contents(&full)));
        }
        done(&segment(&full));
        assert_same(&contents(&full), &contents(&whole));
    }

    #[test]
    fn a_training_on_a_full_disk_goes_on_when_there_is_room() {
        let (whole, full) = (
            place("interrupting/train-whole"),
            place("interrupting/train-full"),
        );
        let line = train("interrupting/train-disk");
        done(&line(&whole));
        // The locator is short enough, the first checkpoint is not.
        let longest = fs::metadata(format!("{whole}/locator.safetensors"))
            .unwrap()
            .len()
            .div_ceil(1024) as u32
            + 2;
        let (code, error) = limited(&line(&full), longest, false);
        assert_eq!(code, Some(1), "{error}");
        assert!(
            error.contains("last.checkpoint: cannot be written: File too large"),
            "{error}"
        );
        assert!(
            !contents(&full)
                .keys()
                .any(|name| name.starts_with(".myops"))
        );
        done(&line(&full));
        assert_same(&training(&full), &training(&whole));
    }

    #[test]
    fn a_folder_that_may_not_be_written_to_is_refused_in_one_line() {
        let out = place("interrupting/read-only");
        fs::set_permissions(&out, fs::Permissions::from_mode(0o555)).unwrap();
        if fs::write(format!("{out}/probe"), b"").is_ok() {
            // Whoever may write anywhere cannot see this.
            return;
        }
        let error = super::super::program::refused(&segment(&out));
        assert!(
            error.starts_with(&format!(
                "error: {out}/.myops.lock: cannot be written: Permission denied"
            )),
            "{error}"
        );
        assert_eq!(error.lines().count(), 2, "{error}");
    }
}

//! "On a cluster something always fails": it is told, nothing is lost, and nothing is done twice.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use myops::app::plan::{Clock, ShardJob, ShardState, status};
use myops::app::{Model, Silent};
use myops::device::DeviceChoice;

use super::planning::{cohort, is_whole, plan, planned, shard, told};
use super::program::{
    Run, command, contents, copy, done, ended, json, killed_once, merged_in_part, myops, names,
    network, patients, place, started,
};

/// A plan of twelve patients in one shard, which takes long enough to be stopped.
fn long(name: &str) -> String {
    let out = place(&format!("failing/{name}")) + "/plan";
    done(&plan(cohort(), &out, 1));
    out
}

/// Whether a case of the first shard is done.
fn has_begun(plan: &str) -> bool {
    let folder = format!("{plan}/results/0000");
    let is_done = |case: &String| Path::new(&format!("{folder}/{case}/{case}.json")).is_file();
    Path::new(&folder).is_dir() && names(&folder).iter().any(is_done)
}

#[test]
fn of_two_tasks_with_one_shard_the_second_is_told() {
    let out = long("twice");
    let first = started(&format!("{} --threads 1", shard(&out, 0)));
    while !Path::new(&format!("{out}/runs/0000/progress.json")).exists() {
        std::thread::sleep(Duration::from_millis(2));
    }
    let second = myops(&shard(&out, 0));
    assert_eq!(second.code, 75, "{}", second.err);
    let mut lines = second.err.lines().rev();
    assert_eq!(
        lines.next(),
        Some("hint: nothing needs to be done: that process does the shard")
    );
    let error = lines.next().unwrap();
    assert!(error.starts_with(&format!(
        "error: another myops (pid {} on host ",
        first.id()
    )));
    assert!(error.ends_with(&format!(" ago) writes into {out}/results/0000")));
    assert_eq!(ended(first).code, 0);
    assert!(is_whole(&out));
}

#[test]
fn a_killed_task_is_told_and_gone_on_with() {
    let out = long("killed");
    killed_once(&format!("{} --threads 1", shard(&out, 0)), || {
        has_begun(&out)
    });
    let silent = status(&out, Duration::from_millis(10)).unwrap();
    assert_eq!(silent.shards[0].state, ShardState::Silent);
    merged_in_part(&out, "0\n");
    let again = myops(&shard(&out, 0));
    assert_eq!(again.code, 0, "{}", again.err);
    assert!(again.err.contains(" finished before"), "{}", again.err);
    assert!(is_whole(&out));
    let runs = json(format!("{out}/runs/0000/manifest.json"))["runs"].clone();
    assert_eq!(runs.as_array().unwrap().len(), 2);
    assert!(
        runs[0]["ended"].is_null() && runs[1]["ended"].is_string(),
        "{runs}"
    );
    let now = status(&out, Duration::ZERO).unwrap();
    assert_eq!((now.done, now.shards[0].state), (12, ShardState::Done));
}

#[cfg(unix)]
#[test]
fn a_task_that_is_asked_to_stop_finishes_what_it_began() {
    let out = long("asked");
    let task = started(&format!("{} --threads 1", shard(&out, 0)));
    while !has_begun(&out) {
        std::thread::sleep(Duration::from_millis(2));
    }
    let pid = task.id().to_string();
    let kill = std::process::Command::new("kill")
        .args(["-TERM", &pid])
        .status()
        .unwrap();
    assert!(kill.success());
    let Run { code, err, .. } = ended(task);
    assert_eq!(code, 75, "{err}");
    assert!(err.contains("error: stopped by a signal with "), "{err}");
    let progress = json(format!("{out}/runs/0000/progress.json"));
    assert_eq!(progress["state"], "stopped");
    assert_eq!(
        progress["counts"]["segmented"].as_u64().unwrap() as usize,
        names(&format!("{out}/results/0000")).len(),
        "what was begun is done"
    );
    done(&shard(&out, 0));
    assert!(is_whole(&out));
}

/// A limit on the length of files stands for a disk that is full.
#[cfg(unix)]
#[test]
fn a_full_disk_stops_a_shard_and_is_no_fault_of_its_cases() {
    let out = planned("full", 2);
    let script = "trap '' XFSZ; ulimit -f 24; exec \"$@\"";
    let program = command::<&str>([]);
    let output = std::process::Command::new("sh")
        .args(["-c", script, "sh"])
        .arg(program.get_program())
        .args(shard(&out, 0).split_whitespace())
        .output()
        .unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(75), "{err}");
    assert!(err.contains("cannot be written: File too large"), "{err}");
    assert_eq!(
        told(&out, 0, "failed.csv").lines().count(),
        1,
        "no case failed"
    );
    assert_eq!(
        json(format!("{out}/runs/0000/progress.json"))["state"],
        "stopped"
    );
    for number in [1, 0] {
        done(&shard(&out, number));
    }
    assert!(is_whole(&out));
}

#[test]
fn a_file_that_a_network_shows_late_is_missing_until_then() {
    let out = planned("late", 2);
    done(&shard(&out, 0));
    done(&shard(&out, 1));
    let case = names(&format!("{out}/results/0001"))[0].clone();
    let late = |name: &str| {
        let (file, aside) = (format!("{out}/{name}"), format!("{out}/../aside"));
        fs::rename(&file, &aside).unwrap();
        let merged = myops(&format!("merge {out}"));
        fs::rename(aside, file).unwrap();
        assert_eq!(
            (merged.code, merged.out.as_str()),
            (1, "1\n"),
            "{name}: {}",
            merged.err
        );
        assert!(!Path::new(&format!("{out}/cohort.csv")).exists(), "{name}");
    };
    late(&format!("results/0001/{case}/{case}.json"));
    late(&format!("results/0001/{case}/{case}_labels.nii.gz"));
    late("results/0001");
    // What tells of a run that is seen late, or not yet, is no obstacle.
    fs::remove_dir_all(format!("{out}/runs/0000")).unwrap();
    let now = status(&out, Duration::ZERO).unwrap();
    assert_eq!((now.done, now.shards[0].state), (2, ShardState::Waiting));
    assert!(is_whole(&out));
    done(&shard(&out, 0));
    assert_eq!(status(&out, Duration::ZERO).unwrap().done, 4);
}

/// A clock that is a day ahead when it is read first, and a day behind after that.
fn wrong_clock() -> SystemTime {
    static READ: AtomicUsize = AtomicUsize::new(0);
    let day = Duration::from_hours(24);
    if READ.fetch_add(1, Ordering::Relaxed) == 0 {
        SystemTime::now() + day
    } else {
        SystemTime::now() - day
    }
}

#[test]
fn a_clock_that_is_wrong_by_a_day_changes_nothing_but_dates() {
    let out = planned("clock", 2);
    let ticks = || {
        static TICKS: AtomicUsize = AtomicUsize::new(0);
        Duration::from_millis(TICKS.fetch_add(1, Ordering::Relaxed) as u64)
    };
    let clock = Clock {
        date: wrong_clock,
        elapsed: ticks,
    };
    let job = ShardJob::new(&out, 0, clock);
    let (read, model) = (
        job.read().unwrap(),
        Model::open(network(), DeviceChoice::Cpu).unwrap(),
    );
    let run = job.run(&read, &model, &Silent).unwrap();
    assert_eq!((run.counts.done(), run.counts.left()), (2, 0));
    let last = json(format!("{out}/runs/0000/manifest.json"))["runs"][0].clone();
    assert!(last["ended"].as_str() < last["started"].as_str(), "{last}");
    assert!(last["seconds"].as_f64().unwrap() < 1.0, "{last}");
    done(&shard(&out, 1));
    assert!(is_whole(&out));
}

#[cfg(unix)]
#[test]
fn a_folder_of_images_that_is_read_only_stays_as_it_is() {
    use std::os::unix::fs::PermissionsExt;
    let place = place("failing/read-only");
    let (data, out) = (format!("{place}/data"), format!("{place}/plan"));
    copy(patients(), &data);
    let allow = |mode: u32| {
        for folder in names(&data)
            .iter()
            .map(|case| format!("{data}/{case}"))
            .chain([data.clone()])
        {
            fs::set_permissions(folder, fs::Permissions::from_mode(mode)).unwrap();
        }
    };
    allow(0o555);
    let before = contents(&data);
    done(&plan(&data, &out, 2));
    done(&shard(&out, 0));
    done(&shard(&out, 1));
    assert!(is_whole(&out));
    assert!(contents(&data) == before);
    allow(0o755);
}

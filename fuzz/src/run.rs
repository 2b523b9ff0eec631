//! A run over all targets: a worker process for each, started again after every input that fails.

use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::targets::{TARGETS, Target};
use crate::worker::{Progress, progress_file, seeds};
use crate::{Args, mutate};

/// A target with this many failures is given up.
const MOST_FAILURES: u64 = 1000;

/// Tries all targets that are asked for, several at a time; whether none failed.
///
/// # Errors
/// Where the folder cannot be written to, or no worker can be started.
pub fn run(args: &Args) -> Result<bool> {
    fs::create_dir_all(&args.out).with_context(|| args.out.display().to_string())?;
    let named = |target: &&Target| {
        args.targets.is_empty() || args.targets.iter().any(|name| name == target.name)
    };
    let targets: Vec<&Target> = TARGETS.iter().filter(named).collect();
    let jobs = args
        .jobs
        .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    let (next, fine) = (AtomicUsize::new(0), AtomicBool::new(true));
    eprintln!(
        "{:<11} {:>9} {:>9} {:>7} {:>9} {:>9} {:>8}",
        "target", "inputs", "accepted", "per s", "peak MiB", "most ms", "failures"
    );
    std::thread::scope(|scope| {
        let work = || {
            while let Some(target) = targets.get(next.fetch_add(1, Relaxed)) {
                let result = try_target(args, target);
                result
                    .as_ref()
                    .err()
                    .into_iter()
                    .for_each(|error| eprintln!("error: {}: {error:#}", target.name));
                if !result.unwrap_or(false) {
                    fine.store(false, Relaxed);
                }
            }
        };
        (0..jobs.max(1)).for_each(|_| drop(scope.spawn(work)));
    });
    Ok(fine.into_inner())
}

/// Tries a target to the end; whether no input failed, and some were accepted.
fn try_target(args: &Args, target: &Target) -> Result<bool> {
    let begun = Instant::now();
    let (mut from, mut failures, mut reasons) = (args.from, 0, BTreeSet::new());
    let mut total = Progress::default();
    loop {
        let left = args.seconds.map(|most| {
            Duration::from_secs(most)
                .saturating_sub(begun.elapsed())
                .as_secs()
        });
        let failure = try_from(args, target, from, left)?;
        let now = Progress::read(&progress_file(args, target))?;
        total.input = now.input;
        total.accepted += now.accepted;
        total.peak = total.peak.max(now.peak);
        total.slowest = total.slowest.max(now.slowest);
        let Some(reason) = failure else { break };
        failures += 1;
        if reasons.insert(place(&reason)) {
            save(args, target, now.input, &reason)?;
        }
        from = now.input + 1;
        if failures >= MOST_FAILURES || left == Some(0) {
            break;
        }
    }
    let inputs = total.input - args.from;
    eprintln!(
        "{:<11} {inputs:>9} {:>7.1} % {:>7.0} {:>9.1} {:>9.1} {failures:>8}",
        target.name,
        total.accepted as f64 * 100.0 / inputs.max(1) as f64,
        inputs as f64 / begun.elapsed().as_secs_f64(),
        total.peak as f64 / f64::from(1 << 20),
        total.slowest as f64 / 1000.0,
    );
    let stale = args.files.is_empty() && args.from == 0 && total.accepted == 0;
    if stale {
        eprintln!(
            "{}: no input was accepted: are the files in fuzz/corpus/{} of today's format?",
            target.name, target.corpus
        );
    }
    Ok(failures == 0 && !stale)
}

/// Runs a worker from an input on; why it ended early, where it did.
fn try_from(
    args: &Args,
    target: &Target,
    from: u64,
    seconds: Option<u64>,
) -> Result<Option<String>> {
    let mut command = Command::new(std::env::current_exe()?);
    command
        .args(["--worker", "--target", target.name])
        .arg("--out")
        .arg(&args.out);
    for (flag, number) in [
        ("--inputs", args.inputs),
        ("--seed", args.seed),
        ("--from", from),
        ("--limit", args.limit),
    ] {
        command.args([flag, &number.to_string()]);
    }
    command
        .args(seconds.map(|seconds| format!("--seconds={seconds}")))
        .args(&args.files);
    command
        .env("RAYON_NUM_THREADS", "1")
        .env("RUST_BACKTRACE", "0")
        .stdout(Stdio::null());
    let output = command.output().context("a worker cannot be started")?;
    if output.status.success() {
        return Ok(None);
    }
    let told = String::from_utf8_lossy(&output.stderr);
    let lines = told
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with("note: "));
    let mut reason = lines.collect::<Vec<_>>().join(" ");
    if reason.is_empty() {
        reason = output.status.to_string();
    }
    Ok(Some(reason))
}

/// What tells one failure from another: where it panicked, or the words of it without their numbers.
fn place(reason: &str) -> String {
    match reason.split_once(" panicked at ") {
        Some((_, place)) => place.split(": ").next().unwrap_or_default().into(),
        None => reason.chars().filter(|c| !c.is_ascii_digit()).collect(),
    }
}

/// Keeps an input that failed, and says how to try it again.
fn save(args: &Args, target: &Target, n: u64, reason: &str) -> Result<()> {
    let path = args
        .out
        .join(format!("{}-seed{}-input{n}", target.name, args.seed));
    let input = mutate::input(&seeds(args, target)?, target.inside, args.seed, n);
    fs::write(&path, input).with_context(|| path.display().to_string())?;
    let reason: String = reason.chars().take(400).collect();
    eprintln!("{}: input {n} fails: {reason}", target.name);
    eprintln!(
        "    cargo run --release -p myops-fuzz -- --target {} {}",
        target.name,
        path.display()
    );
    Ok(())
}

//! One process that tries inputs until one fails: a panic, an abort or a stack overflow ends it, and the run starts another.

use std::fs::{self, File};
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::targets::{TARGETS, Target};
use crate::{Args, allocator, mutate};

/// The corpus in the repository.
const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus");

/// How far a worker has come.
#[derive(Debug, Clone, Copy, Default)]
pub struct Progress {
    /// The input being tried, or one more than the last.
    pub input: u64,
    /// Inputs that were accepted.
    pub accepted: u64,
    /// The most memory that an input took, bytes.
    pub peak: u64,
    /// The longest time that an input took, µs.
    pub slowest: u64,
}

impl Progress {
    fn write(self, file: &mut File) -> std::io::Result<()> {
        let numbers = [self.input, self.accepted, self.peak, self.slowest];
        file.rewind()?;
        file.write_all(numbers.map(u64::to_le_bytes).as_flattened())
    }

    /// What the last worker of a target wrote.
    pub fn read(path: &Path) -> Result<Self> {
        let bytes = fs::read(path).with_context(|| path.display().to_string())?;
        let number = |n: usize| {
            bytes
                .as_chunks::<8>()
                .0
                .get(n)
                .map_or(0, |bytes| u64::from_le_bytes(*bytes))
        };
        Ok(Self {
            input: number(0),
            accepted: number(1),
            peak: number(2),
            slowest: number(3),
        })
    }
}

/// The file in which the workers of a target say how far they have come.
pub fn progress_file(args: &Args, target: &Target) -> PathBuf {
    args.out.join(format!("{}.progress", target.name))
}

/// The target of a name.
pub fn target(name: &str) -> Result<&'static Target> {
    TARGETS
        .iter()
        .find(|target| target.name == name)
        .with_context(|| format!("target {name}: unknown"))
}

/// The files given, or else those of the corpus and those that the program writes.
pub fn seeds(args: &Args, target: &Target) -> Result<Vec<Vec<u8>>> {
    let mut files = args.files.clone();
    if files.is_empty() {
        let folder = Path::new(CORPUS).join(target.corpus);
        // A reader may have no files but those that the program writes.
        let entries = fs::read_dir(folder).into_iter().flatten();
        files = entries
            .map(|entry| Ok(entry?.path()))
            .collect::<std::io::Result<_>>()?;
        files.sort();
    }
    let read = |path: &PathBuf| fs::read(path).with_context(|| path.display().to_string());
    let mut seeds = files.iter().map(read).collect::<Result<Vec<_>>>()?;
    if args.files.is_empty() {
        seeds.extend((target.seeds)());
    }
    Ok(seeds)
}

/// Tries the inputs of a target from `args.from` on; those that fail end the process.
///
/// # Errors
/// Where the corpus cannot be read, or an input took more memory than it may although it ended.
pub fn work(args: &Args) -> Result<()> {
    let target = target(args.targets.first().context("no target")?)?;
    let seeds = seeds(args, target)?;
    let end = seeds.len() as u64
        + if args.files.is_empty() {
            args.inputs
        } else {
            0
        };
    let path = progress_file(args, target);
    let mut file = File::create(&path).with_context(|| path.display().to_string())?;
    let begun = Instant::now();
    let clock = watch(begun, Duration::from_secs(args.limit));
    let mut progress = Progress {
        input: args.from,
        ..Progress::default()
    };
    while progress.input < end
        && args
            .seconds
            .is_none_or(|most| begun.elapsed().as_secs() < most)
    {
        let input = mutate::input(&seeds, target.inside, args.seed, progress.input);
        progress.write(&mut file)?;
        let start = begun.elapsed();
        clock.store(start.as_millis() as u64, Relaxed);
        let bound = target.memory_mib << 20;
        let (accepted, peak) = allocator::measure(bound, || (target.read)(&input));
        clock.store(u64::MAX, Relaxed);
        if peak > bound {
            bail!(
                "out of bounds: {} MiB asked for, {} allowed",
                peak >> 20,
                target.memory_mib
            );
        }
        progress.slowest = progress
            .slowest
            .max(begun.elapsed().saturating_sub(start).as_micros() as u64);
        progress.peak = progress.peak.max(peak as u64);
        progress.accepted += u64::from(accepted);
        progress.input += 1;
    }
    Ok(progress.write(&mut file)?)
}

/// Ends the process where an input takes longer than it may. Gives the place of the time at which it began, ms after `begun`.
fn watch(begun: Instant, limit: Duration) -> &'static AtomicU64 {
    static CLOCK: AtomicU64 = AtomicU64::new(u64::MAX);
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(Duration::from_millis(100));
            let start = CLOCK.load(Relaxed);
            if start != u64::MAX
                && begun.elapsed().saturating_sub(Duration::from_millis(start)) > limit
            {
                eprintln!("out of time: no end after {} s", limit.as_secs());
                std::process::exit(1);
            }
        }
    });
    &CLOCK
}

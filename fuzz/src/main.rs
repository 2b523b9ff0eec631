//! Feeds damaged files to everything in myops that reads a file, and saves those that fail.

mod allocator;
mod mutate;
mod run;
mod seeds;
mod targets;
mod worker;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

#[global_allocator]
static ALLOCATOR: allocator::Counting = allocator::Counting;

/// Feed damaged files to everything in myops that reads a file.
///
/// Inputs are the seeds (the files of fuzz/corpus, and some that the program writes), then seeds changed at random. Each
/// depends on --seed and its number alone. An input fails where it panics, takes too much memory or time, or where what was
/// read breaks a promise; it is saved, and the run goes on.
#[derive(Debug, Clone, Parser)]
#[command(max_term_width = 110)]
pub struct Args {
    /// Readers to try [default: all]
    #[arg(long = "target", value_name = "NAME", value_parser = names())]
    targets: Vec<String>,
    /// Inputs of each reader, beyond its seeds
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    inputs: u64,
    /// Seconds for each reader, after which it gets no more inputs [default: no limit]
    #[arg(long, value_name = "S")]
    seconds: Option<u64>,
    /// Random seed
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Number of the first input
    #[arg(long, value_name = "N", default_value_t = 0)]
    from: u64,
    /// Seconds that one input may take
    #[arg(long, value_name = "S", default_value_t = 5)]
    limit: u64,
    /// Readers tried at the same time [default: as many as there are cores]
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// Folder for inputs that fail
    #[arg(long, value_name = "DIR", default_value = "target/fuzz")]
    out: PathBuf,
    /// Files to try as they are, in place of the seeds and of changed ones
    files: Vec<PathBuf>,
    /// Try inputs in this process, which ends at the first that fails
    #[arg(long, hide = true)]
    worker: bool,
}

fn names() -> Vec<&'static str> {
    targets::TARGETS.iter().map(|target| target.name).collect()
}

fn main() -> ExitCode {
    let args = Args::parse();
    let result = if args.worker {
        worker::work(&args).map(|()| true)
    } else {
        run::run(&args)
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

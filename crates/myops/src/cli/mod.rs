//! The command line: each command parses its arguments, calls a job of [`crate::app`] and prints its result.
//!
//! Standard output carries data, standard error messages. Exit code 0: done; 1: refused or failed; 2: wrong usage; 75: the shard of
//! a plan is to be tried again.
//!
//! ```
//! use std::path::Path;
//!
//! let settings = myops::cli::decode_settings("epochs = 3", Path::new("settings.toml"))?;
//! assert_eq!(settings.epochs, 3);
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```

mod augment;
mod console;
mod cross_validate;
mod demo;
mod ensemble;
mod evaluate;
mod export;
mod failure;
mod hint;
mod import;
mod input;
mod inspect;
mod merge;
mod models;
mod output;
mod phantom;
mod plan;
mod pool;
mod quantify;
mod results;
mod segment;
mod settings;
mod settings_file;
mod shard;
mod shell;
mod status;
mod train;
mod version;

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};

use console::{Console, Verbosity};

pub use settings::decode_settings;

/// Labels scar, edema, myocardium and both blood pools in three-sequence cardiac MR (bSSFP, LGE, T2).
#[derive(Debug, Parser)]
#[command(version, about, arg_required_else_help = true, max_term_width = 110)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, Copy, clap::Args)]
struct Common {
    /// Number of compute threads [default: all cores]
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=i64::from(pool::MOST)))]
    threads: Option<u16>,
    /// Print errors only
    #[arg(long, short, global = true)]
    quiet: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Draw a synthetic patient, segment it and compare the result with the truth
    Demo(demo::Args),
    /// Segment the cases in folders or files
    Segment(segment::Args),
    /// Plan a cohort that is segmented in shards, on one machine or a cluster
    Plan(plan::Args),
    /// Tell how far the shards of a plan are
    Status(status::Args),
    /// Check that every case of a plan was done, and write the tables of the cohort
    Merge(merge::Args),
    /// Tell which files would be taken for what, and how they lie to one another
    Inspect(inspect::Args),
    /// Train a network on labelled cases
    Train(train::Args),
    /// Segment and score every case with a network that was not trained on it
    CrossValidate(cross_validate::Args),
    /// Join trained networks into one model that averages their probabilities
    Ensemble(ensemble::Args),
    /// Score label maps against reference labels
    Evaluate(evaluate::Args),
    /// Measure label maps and write a report for each case
    Quantify(quantify::Args),
    /// Write an enlarged training set, as the published system did
    Augment(augment::Args),
    /// Write synthetic patients with reference labels
    Phantom(phantom::Args),
    /// Convert a Keras .h5 file of the published networks into a model file
    Import(import::Args),
    /// Write a model's networks as ONNX files for other programs
    Export(export::Args),
    /// List the built-in models
    Models(models::Args),
    /// Print completions for a shell, or the manual page
    #[command(hide = true)]
    Shell(shell::Args),
}

/// Runs the program on the arguments of the process.
pub fn run() -> ExitCode {
    let done = match Cli::try_parse() {
        Ok(cli) => execute(cli),
        Err(error) if error.kind() == ErrorKind::DisplayVersion => output::print(&version::text()),
        Err(error) => error.exit(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failure::report(&error),
    }
}

fn execute(Cli { common, command }: Cli) -> anyhow::Result<()> {
    let console = Console::new(if common.quiet {
        Verbosity::Quiet
    } else {
        Verbosity::Normal
    });
    pool::start(common.threads)?;
    match command {
        Command::Demo(args) => demo::run(args, &console),
        Command::Segment(args) => segment::run(args, &console),
        Command::Plan(args) => plan::run(args, &console),
        Command::Status(args) => status::run(args),
        Command::Merge(args) => merge::run(args, &console),
        Command::Inspect(args) => inspect::run(args),
        Command::Train(args) => train::run(args, &console),
        Command::CrossValidate(args) => cross_validate::run(args, &console),
        Command::Ensemble(args) => ensemble::run(args, &console),
        Command::Evaluate(args) => evaluate::run(args, &console),
        Command::Quantify(args) => quantify::run(args, &console),
        Command::Augment(args) => augment::run(args, &console),
        Command::Phantom(args) => phantom::run(args, &console),
        Command::Import(args) => import::run(args, &console),
        Command::Export(args) => export::run(args, &console),
        Command::Models(args) => models::run(&args),
        Command::Shell(args) => shell::run(&args, Cli::command()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }
}

//! The command line: what was typed, what it means, and what is said of it.
//!
//! Standard output carries data, standard error talk. Exit code 0: done; 1: refused or failed; 2: wrong usage.

mod augment;
mod cases;
mod cross_validate;
mod demo;
mod ensemble;
mod evaluate;
mod fingerprint;
mod folder;
mod import;
mod label_files;
mod lock;
mod models;
mod outputs;
mod patients;
mod phantom;
mod quantify;
mod record;
mod run_folder;
mod segment;
mod settings;
mod shell;
mod talk;
mod tensorboard;
mod threads;
mod train;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::failure;

pub use record::Record;
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
    /// Threads to compute with [default: all cores]
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=i64::from(threads::MOST)))]
    threads: Option<u16>,
    /// Say nothing but errors
    #[arg(long, short, global = true)]
    quiet: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a synthetic patient, segment it, and show what comes out
    Demo(demo::Args),
    /// Label the cases in folders or files
    Segment(segment::Args),
    /// Train a network on labelled cases
    Train(train::Args),
    /// Train and judge a network on every case in turn
    CrossValidate(cross_validate::Args),
    /// Put several trained networks into one file, whose probabilities are averaged
    Ensemble(ensemble::Args),
    /// Score label maps against reference labels
    Evaluate(evaluate::Args),
    /// Measure label maps and write a report for each case
    Quantify(quantify::Args),
    /// Write an enlarged training set, as the published system did
    Augment(augment::Args),
    /// Write synthetic patients with reference labels
    Phantom(phantom::Args),
    /// Take over weights from a Keras .h5 file
    Import(import::Args),
    /// List the models inside the program
    Models(models::Args),
    /// Print completions for a shell, or the manual page
    #[command(hide = true)]
    Shell(shell::Args),
}

/// Runs the program on the arguments of the process.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    match execute(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failure::report(&error),
    }
}

fn execute(Cli { common, command }: Cli) -> anyhow::Result<()> {
    let talk = talk::Talk::new(common.quiet);
    threads::start_pool(common.threads)?;
    match command {
        Command::Demo(args) => demo::run(&args, talk),
        Command::Segment(args) => segment::run(&args, talk),
        Command::Train(args) => train::run(&args, talk),
        Command::CrossValidate(args) => cross_validate::run(&args, talk),
        Command::Ensemble(args) => ensemble::run(&args, talk),
        Command::Evaluate(args) => evaluate::run(&args, talk),
        Command::Quantify(args) => quantify::run(&args, talk),
        Command::Augment(args) => augment::run(&args, talk),
        Command::Phantom(args) => phantom::run(&args, talk),
        Command::Import(args) => import::run(&args, talk),
        Command::Models(args) => models::run(&args),
        Command::Shell(args) => shell::run(&args),
    }
}

#[cfg(test)]
mod findings;
#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        super::Cli::command().debug_assert();
    }
}

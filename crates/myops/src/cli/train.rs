//! `myops train`: a network from labelled cases.

use std::path::PathBuf;
use std::time::SystemTime;

use anyhow::{Result, bail};

use super::console::Console;
use super::output::print;
use super::settings::TrainArgs;
use super::settings_file::explained;
use crate::app::train::{Resume, SplitOptions, TrainJob};

/// Arguments of `myops train`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder of labelled cases, a table of cases (case,bssfp,lge,t2,labels; .csv), or a table of several data sets (.toml)
    #[arg(required_unless_present = "print_config")]
    data: Option<PathBuf>,
    /// Folder for checkpoints, log, curves and the trained network
    #[arg(long, value_name = "DIR", default_value = "run")]
    out: PathBuf,
    /// Resume the interrupted training in the folder; the result is bit-identical
    #[arg(long)]
    resume: bool,
    /// Hold this fold out of training and validate on it [default: train on every case]
    #[arg(long, value_name = "N")]
    fold: Option<usize>,
    #[command(flatten)]
    split: SplitArgs,
    /// Start from the weights of this network: the first of a built-in model, that of a finished training's folder, or
    /// a model file; weights of new input channels start at zero, and a training that is resumed keeps its own
    /// [default: random weights]
    #[arg(long, value_name = "MODEL")]
    start: Option<String>,
    #[command(flatten)]
    train: TrainArgs,
}

/// How cases are dealt into folds.
#[derive(Debug, Clone, clap::Args)]
pub struct SplitArgs {
    /// Number of folds; all cases of a patient are in one fold
    #[arg(long, value_name = "N", default_value_t = SplitOptions::default().folds)]
    folds: usize,
    /// Table of each case's patient (CSV: case,patient) [default: patients.csv beside the cases, else the names of the
    /// cases without the parts that mark copies (x00), phases (_ED, _ES), frames, sessions and runs]
    #[arg(long, value_name = "FILE")]
    patients: Option<PathBuf>,
}

impl SplitArgs {
    /// The options of the jobs.
    pub fn options(self) -> SplitOptions {
        SplitOptions {
            folds: self.folds,
            patients: self.patients,
            ..SplitOptions::default()
        }
    }
}

/// Trains a network.
pub fn run(args: Args, console: &Console) -> Result<()> {
    let plan = args.train.plan()?;
    if args.train.print_config {
        return print(&explained(plan.settings())?);
    }
    let Some(data) = args.data else {
        bail!("no folder of cases given")
    };
    let resume = if args.resume {
        Resume::Continue
    } else {
        Resume::Refuse
    };
    let job = TrainJob {
        settings: *plan.settings(),
        device: args.train.device,
        resume,
        fold: args.fold,
        split: args.split.options(),
        start: args.start,
        ..TrainJob::new(data, args.out, SystemTime::now)
    };
    let network = job.run(console)?;
    console.say(format_args!("the trained network is {}", network.display()));
    Ok(())
}

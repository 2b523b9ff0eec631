//! `myops cross-validate`: every case segmented by a network that never saw it.

use std::collections::BTreeSet;
use std::env::current_exe;
use std::path::PathBuf;
use std::time::SystemTime;

use anyhow::Result;

use super::console::Console;
use super::output::print;
use super::settings::TrainArgs;
use super::settings_file::explained;
use super::train::SplitArgs;
use crate::app::CrossValidateJob;
use crate::app::note::count;
use crate::app::slurm::of_trainings;
use crate::report::evaluation;

/// Arguments of `myops cross-validate`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder of labelled cases, a table of cases (case,bssfp,lge,t2,labels; .csv), or a table of several data sets (.toml)
    #[arg(required_unless_present = "print_config")]
    data: Option<PathBuf>,
    /// Folder for the trainings, the predictions and the scores; an interrupted cross-validation is resumed, and folds
    /// trained by `train --fold N --out DIR/foldN` (several at once on many cores) are used
    #[arg(long, value_name = "DIR", default_value = "cross-validation")]
    out: PathBuf,
    #[command(flatten)]
    split: SplitArgs,
    /// Start each fold from its network of this finished cross-validation [default: random weights]
    #[arg(long, value_name = "DIR")]
    start: Option<PathBuf>,
    /// Do a cross-validation for each of these random seeds, in DIR/seedN [default: one, in DIR]
    #[arg(
        long,
        value_name = "N,N,...",
        value_delimiter = ',',
        conflicts_with = "seed"
    )]
    seeds: Vec<u64>,
    /// Write batch scripts for Slurm instead of training, and print the two lines that submit them: DIR/train.sbatch, a task
    /// for each fold and seed, and DIR/evaluate.sbatch, which predicts and scores when all are trained
    #[arg(long)]
    slurm: bool,
    #[command(flatten)]
    train: TrainArgs,
}

/// Trains on all folds but one, segments that one, and so on; then prints the scores of all cases.
pub fn run(args: Args, console: &Console) -> Result<()> {
    let plan = args.train.plan()?;
    let Some(data) = args.data.filter(|_| !args.train.print_config) else {
        return print(&explained(plan.settings())?);
    };
    let job = CrossValidateJob {
        settings: *plan.settings(),
        device: args.train.device,
        split: args.split.options(),
        start: args.start,
        ..CrossValidateJob::new(data, args.out, SystemTime::now)
    };
    let seeds: Vec<u64> = BTreeSet::from_iter(args.seeds).into_iter().collect();
    if args.slurm {
        let scripts = of_trainings(&job, &seeds, &current_exe()?, console)?;
        return print(&scripts.submission());
    }
    if seeds.is_empty() {
        return one(&job, "", console);
    }
    let each = |seed: &u64| one(&job.of_seed(*seed), &format!(", seed {seed}"), console);
    seeds.iter().try_for_each(each)
}

fn one(job: &CrossValidateJob, which: &str, console: &Console) -> Result<()> {
    let scores = job.run(console)?;
    let cases = count(scores.cases.len(), "case");
    let table = evaluation::table(&scores);
    print(&format!("{cases}, out of fold{which}\n{table}"))
}

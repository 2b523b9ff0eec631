//! `myops evaluate`: what a folder of label maps is worth against reference labels.

use std::path::PathBuf;

use anyhow::Result;
use myops_measure::evaluate::Hd95;

use super::console::Console;
use super::output::print;
use crate::app::evaluate::{EvaluateJob, EvaluateOptions};
use crate::app::note::count;
use crate::report::evaluation as told;

/// Arguments of `myops evaluate`.
#[expect(clippy::doc_markdown, reason = "the words are printed as help")]
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder of the label maps to be scored: ID_labels.nii.gz, ID.nii.gz, or folders of them
    #[arg(long, value_name = "DIR")]
    prediction: PathBuf,
    /// Folder of the reference labels: ID_gd.nii.gz, ID.nii.gz, or folders of cases in any layout; or the table of cases
    /// (.csv) or data sets (.toml) that was trained on
    #[arg(long, value_name = "PATH")]
    reference: PathBuf,
    /// Folder for tables and pictures
    #[arg(long, value_name = "DIR", default_value = "evaluation")]
    out: PathBuf,
    /// Label maps of another model on the same cases, compared case by case
    #[arg(long, value_name = "DIR")]
    compare: Option<PathBuf>,
    /// Score a missing prediction as empty and leave an extra one out, instead of refusing
    #[arg(long)]
    allow_missing: bool,
    /// Definition of HD95 in tables and pictures: pooled (MedPy), larger (MONAI) or area (surface-distance)
    #[arg(long, value_name = "NAME", default_value = Hd95::default().name(), value_parser = hd95)]
    hd95: Hd95,
    /// Random seed of the bootstrap
    #[arg(long, value_name = "N", default_value_t = EvaluateOptions::default().seed)]
    seed: u64,
}

fn hd95(name: &str) -> Result<Hd95, String> {
    Hd95::ALL
        .into_iter()
        .find(|h| h.name() == name)
        .ok_or_else(|| "need one of pooled, larger, area".to_owned())
}

/// Scores predictions and prints the table.
pub fn run(args: Args, console: &Console) -> Result<()> {
    let job = EvaluateJob {
        prediction: args.prediction,
        reference: args.reference,
        compare: args.compare,
        out: args.out,
        options: EvaluateOptions {
            allow_missing: args.allow_missing,
            hd95: args.hd95,
            seed: args.seed,
        },
    };
    let done = job.run(console)?;
    let mut table = told::table(&done.evaluation);
    if let (Some(comparison), Some(other)) = (&done.comparison, &job.compare) {
        let [first, second] = [&job.prediction, other].map(|path| path.display().to_string());
        table += &told::comparison_table(comparison, &first, &second);
    }
    print(&table)?;
    let cases = count(done.evaluation.cases.len(), "case");
    let out = job.out.display();
    console.say(format_args!(
        "{cases} scored; tables and pictures are in {out}"
    ));
    Ok(())
}

//! `myops quantify`: what label maps mean for the patient.

use std::path::PathBuf;

use anyhow::{Result, bail};

use super::console::Console;
use super::failure::tell_failed;
use super::output::print;
use crate::app::QuantifyJob;
use crate::report::terminal_table;

/// Arguments of `myops quantify`.
#[expect(clippy::doc_markdown, reason = "the words are printed as help")]
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Label maps: files, or folders of ID_labels.nii.gz, ID.nii.gz or ID_gd.nii.gz
    #[arg(required = true)]
    labels: Vec<PathBuf>,
    /// The case, or the folder of cases, that the labels were drawn on: for thresholds and pictures
    #[arg(long, value_name = "CASE")]
    images: Option<PathBuf>,
    /// Folder for reports and tables, one folder a case
    #[arg(long, value_name = "DIR", default_value = "quantified")]
    out: PathBuf,
}

/// Measures every label map.
pub fn run(args: Args, console: &Console) -> Result<()> {
    let Args {
        labels,
        images,
        out,
    } = args;
    let job = QuantifyJob {
        labels,
        images,
        out,
    };
    let measured = job.run(console)?;
    let cases = measured.cases.len() + measured.failed.len();
    let failed = tell_failed(measured.failed);
    print(&terminal_table(&measured.cases))?;
    if !measured.cases.is_empty() {
        let page = job.out.join("cohort.html");
        console.say(format_args!("reports are in {}", page.display()));
    }
    if !failed.is_empty() {
        bail!(
            "{} of {cases} cases failed: {}",
            failed.len(),
            failed.join(", ")
        );
    }
    Ok(())
}

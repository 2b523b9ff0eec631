//! `myops ensemble`: several trained networks in one file, whose probabilities are averaged.

use std::path::PathBuf;

use super::console::Console;
use super::settings::changed_recipe;
use crate::app::EnsembleJob;

/// Arguments of `myops ensemble`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folders of finished trainings (such as the folds of a cross-validation), or model files
    #[arg(required = true)]
    runs: Vec<PathBuf>,
    /// Model that segments the cases of which LGE alone was imaged, instead of the networks above
    #[arg(long, value_name = "MODEL")]
    lge_alone: Option<String>,
    /// File to write, of 16-bit floats
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Settings file (TOML) whose [recipe] changes what comes after the networks: thresholds, flips, clean-up
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Joins networks.
pub fn run(args: Args, console: &Console) -> anyhow::Result<()> {
    let models = args.runs.iter().map(|run| run.to_string_lossy());
    let job = EnsembleJob {
        lge_alone: args.lge_alone,
        protected: args.config.clone(),
        ..EnsembleJob::new(models, args.out)
    };
    let mut networks = job.read()?;
    for header in networks.iter_mut().map(|network| &mut network.header) {
        if let Some(config) = &args.config {
            header.recipe = changed_recipe(header.model, header.recipe, config)?;
        }
    }
    let written = job.write(networks)?;
    let networks = match written.networks {
        1 => "1 network is".into(),
        n => format!("{n} networks are"),
    };
    let (out, megabytes) = (job.out.display(), written.bytes as f64 / 1e6);
    console.say(format_args!("{networks} in {out} ({megabytes:.1} MB)"));
    Ok(())
}

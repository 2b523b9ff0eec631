//! `myops ensemble`: several trained networks in one file, whose probabilities are averaged.

use std::path::{Path, PathBuf};

use anyhow::Result;
use myops_image::io::write_whole;
use myops_net::infer::ModelFile;
use myops_net::weights::Precision;

use super::talk::Talk;
use super::{folder, outputs, settings};
use crate::models::{self, Trained};

/// Arguments of `myops ensemble`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folders of finished trainings (such as the folds of a cross-validation), or files of weights
    #[arg(required = true)]
    runs: Vec<PathBuf>,
    /// File to write, of 16-bit floats
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Settings file (TOML) whose [recipe] changes what comes after the networks: thresholds, flips, clean-up
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Joins networks.
pub fn run(args: &Args, talk: Talk) -> Result<()> {
    outputs::replaceable_model(&args.out, &args.config)?;
    let files = args
        .runs
        .iter()
        .map(|run| read(run, args))
        .collect::<Result<Vec<_>>>()?;
    let joined = ModelFile::join(files)?;
    let bytes = joined.to_bytes(Precision::Half)?;
    folder::check_free_beside(&args.out)?;
    write_whole(&args.out, |w| w.write_all(&bytes))?;
    let megabytes = bytes.len() as f64 / 1e6;
    let networks = match joined.members.len() {
        1 => "1 network is".into(),
        n => format!("{n} networks are"),
    };
    talk.say(format_args!(
        "{networks} in {} ({megabytes:.1} MB)",
        args.out.display()
    ));
    Ok(())
}

/// A trained network, which is not to be written over, with the changes of a settings file.
fn read(run: &Path, args: &Args) -> Result<ModelFile> {
    let Trained { path, mut file, .. } = models::read(&run.to_string_lossy())?.finished()?;
    outputs::replaceable_model(&args.out, [&path])?;
    if let Some(config) = &args.config {
        file.header.recipe =
            settings::changed_recipe(file.header.model, file.header.recipe, config)?;
    }
    Ok(file)
}

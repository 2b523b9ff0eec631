//! `myops ensemble`: several trained networks in one file, whose probabilities are averaged.

use std::path::PathBuf;

use anyhow::{Context, Result};
use myops_image::io::write_whole;
use myops_net::infer::ModelFile;
use myops_net::weights::Precision;

use super::settings;
use super::talk::Talk;
use crate::models;

/// Arguments of `myops ensemble`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folders of trainings (the folds of a cross-validation, say), or files of weights
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
    let read = |run: &PathBuf| {
        let (path, bytes) = models::read(&run.to_string_lossy())?;
        ModelFile::from_bytes(&bytes).with_context(|| path.display().to_string())
    };
    let files = args.runs.iter().map(read).collect::<Result<Vec<_>>>()?;
    let mut joined = ModelFile::join(files)?;
    if let Some(config) = &args.config {
        let header = &mut joined.header;
        header.recipe = settings::changed_recipe(header.model, header.recipe, config)?;
    }
    let bytes = joined.to_bytes(Precision::Half)?;
    write_whole(&args.out, |w| w.write_all(&bytes))?;
    let megabytes = bytes.len() as f64 / 1e6;
    talk.say(format_args!("{} networks are in {} ({megabytes:.1} MB)", joined.members.len(), args.out.display()));
    Ok(())
}

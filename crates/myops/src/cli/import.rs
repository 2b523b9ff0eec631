//! `myops import`: weights of the original's Keras files.

use std::path::PathBuf;

use super::console::Console;
use super::settings::architecture_among;
use crate::app::import::{ImportJob, PUBLISHED};

/// Arguments of `myops import`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A Keras weights or model file (.h5, of Keras 2 or 3)
    file: PathBuf,
    /// Network that the weights are of: runet or unet [default: whichever fits]
    #[arg(long, value_name = "NAME")]
    model: Option<String>,
    /// Filters of the network's first level
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=512))]
    width: u16,
    /// File to write [default: the same name, ending in .safetensors]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Imports weights.
pub fn run(args: Args, console: &Console) -> anyhow::Result<()> {
    let among = |name: &String| architecture_among(&PUBLISHED, name);
    let defaults = ImportJob::new(args.file);
    let job = ImportJob {
        architecture: args.model.as_ref().map(among).transpose()?,
        width: args.width.into(),
        out: args.out.unwrap_or_else(|| defaults.out.clone()),
        ..defaults
    };
    let network = job.run()?.name();
    let out = job.out.display();
    console.say(format_args!("{network} weights are in {out}"));
    Ok(())
}

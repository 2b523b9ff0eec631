//! `myops export`: networks for other programs.

use std::path::PathBuf;

use super::console::Console;
use crate::app::ExportJob;

/// Arguments of `myops export`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Built-in model, folder of a finished training, or file of weights
    model: String,
    /// ONNX file to write; several networks of one model go to files with a number in the name
    #[arg(long, value_name = "FILE")]
    onnx: PathBuf,
}

/// Exports a model.
pub fn run(args: Args, console: &Console) -> anyhow::Result<()> {
    for file in ExportJob::new(args.model, args.onnx).run()? {
        let megabytes = file.bytes as f64 / 1e6;
        let (what, path) = (file.what, file.path.display());
        console.say(format_args!("{path}: {what} ({megabytes:.1} MB)"));
    }
    Ok(())
}

//! `myops import`: weights of the original's Keras files.

use std::path::PathBuf;

use anyhow::{Context, Result};
use myops_image::io::write_whole;
use myops_image::preprocess::{Axes, Preprocess};
use myops_net::infer::{ModelHeader, Recipe};
use myops_net::model::{Architecture, ModelSettings};
use myops_net::weights::{Stored, from_keras};

use super::talk::Talk;
use super::{folder, outputs};

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

/// The networks that the original trained.
const PUBLISHED: [Architecture; 2] = [Architecture::Runet, Architecture::Unet];

/// Takes over weights.
pub fn run(args: &Args, talk: Talk) -> Result<()> {
    let out = args.out.clone().unwrap_or_else(|| args.file.with_extension("safetensors"));
    outputs::replaceable_model(&out, [&args.file])?;
    let bytes = std::fs::read(&args.file).with_context(|| format!("cannot read {}", args.file.display()))?;
    let candidates = match &args.model {
        Some(name) => vec![super::settings::architecture_among(&PUBLISHED, name)?],
        None => PUBLISHED.to_vec(),
    };
    let read = |architecture| {
        let model = ModelSettings { width: args.width.into(), ..ModelSettings::published(architecture) };
        from_keras(bytes.clone(), &model).map(|weights| (model, weights))
    };
    let mut tried = candidates.into_iter().map(read);
    let first = tried.next().context("no network to try")?;
    // The first network's error is the one told: it says what does not fit.
    let (model, weights) = match first {
        Ok(found) => found,
        Err(error) => tried.find_map(Result::ok).ok_or(error).with_context(|| args.file.display().to_string())?,
    };
    let name = args.file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let origin = format!("imported from the Keras file {name}");
    // The original feeds the array of a NIfTI file as it lies: rows are its first axis.
    let preprocess = Preprocess { axes: Axes::Stored, ..Preprocess::PUBLISHED };
    let header = ModelHeader::single(model, Recipe { preprocess, ..Recipe::PUBLISHED }, origin);
    let bytes = Stored { settings: header, weights }.to_bytes()?;
    folder::check_free_beside(&out)?;
    write_whole(&out, |w| w.write_all(&bytes))?;
    talk.say(format_args!("{} weights are in {}", model.architecture.name(), out.display()));
    Ok(())
}

//! `myops import`: weights of the original's Keras files.

use std::path::PathBuf;

use anyhow::{Context, Result};
use myops_image::io::{read_bounded, write_whole};
use myops_image::preprocess::{Axes, Preprocess};
use myops_net::infer::{ModelHeader, Recipe};
use myops_net::model::{Architecture, ModelSettings};
use myops_net::weights::{KerasError, KerasFile, Stored, from_keras};

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

/// The longest file that is read: the widest network (512 filters) has its weights, and twice as much of an optimizer's, in
/// less.
const MAX_BYTES: u64 = 1 << 30;

/// Takes over weights.
pub fn run(args: &Args, talk: Talk) -> Result<()> {
    let out = args
        .out
        .clone()
        .unwrap_or_else(|| args.file.with_extension("safetensors"));
    outputs::replaceable_model(&out, [&args.file])?;
    let name = args.file.display();
    let bytes = read_bounded(&args.file, MAX_BYTES)?;
    let file = KerasFile::from_bytes(bytes).with_context(|| name.to_string())?;
    let candidates = match &args.model {
        Some(name) => vec![super::settings::architecture_among(&PUBLISHED, name)?],
        None => PUBLISHED.to_vec(),
    };
    let read = |architecture| {
        let model = ModelSettings {
            width: args.width.into(),
            ..ModelSettings::published(architecture)
        };
        from_keras(&file, &model).map(|weights| (model, weights))
    };
    let (fitting, mut errors): (Vec<_>, Vec<_>) =
        candidates.into_iter().map(read).partition(Result::is_ok);
    // Values that are no numbers are told first; else what does not fit the first network.
    errors.sort_by_key(|tried| !matches!(tried, Err(KerasError::Values { .. })));
    let tried = fitting
        .into_iter()
        .chain(errors)
        .next()
        .context("no network to try")?;
    let (model, weights) = tried.with_context(|| name.to_string())?;
    let name = args
        .file
        .file_name()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_default();
    let origin = format!("imported from the Keras file {name}");
    // The original feeds the array of a NIfTI file as it lies: rows are its first axis.
    let preprocess = Preprocess {
        axes: Axes::Stored,
        ..Preprocess::PUBLISHED
    };
    let header = ModelHeader::single(
        model,
        Recipe {
            preprocess,
            ..Recipe::PUBLISHED
        },
        origin,
    );
    let bytes = Stored {
        settings: header,
        weights,
    }
    .to_bytes()?;
    folder::check_free_beside(&out)?;
    write_whole(&out, |w| w.write_all(&bytes))?;
    talk.say(format_args!(
        "{} weights are in {}",
        model.architecture.name(),
        out.display()
    ));
    Ok(())
}

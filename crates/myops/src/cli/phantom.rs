//! `myops phantom`: synthetic patients with reference labels.

use std::path::{Path, PathBuf};

use anyhow::Result;
use myops_image::io::{Placement, write_image, write_labels, write_whole};
use myops_image::phantom::Truth;
use myops_image::sequence::Sequence;
use myops_image::study::Study;
use rayon::prelude::*;

use super::folder::OutputFolder;
use super::talk::Talk;
use super::{cases, folder, outputs};

/// Arguments of `myops phantom`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How many patients
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    cases: u32,
    /// What they are drawn from
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Folder for the patients, one folder each
    #[arg(long, value_name = "DIR", default_value = "phantoms")]
    out: PathBuf,
}

/// Writes synthetic patients.
pub fn run(args: &Args, talk: Talk) -> Result<()> {
    let out = OutputFolder::claim(&args.out)?;
    outputs::only_ours(&args.out, "phantom", is_ours)?;
    let bar = talk.bar(args.cases.into(), "drawing");
    (1..=args.cases as usize)
        .into_par_iter()
        .try_for_each(|n| {
            let (study, truth) = cases::phantom(n, args.seed);
            bar.inc(1);
            write(&study, &truth, out.path())
        })?;
    bar.finish_and_clear();
    talk.say(format_args!(
        "{} synthetic patients are in {}",
        args.cases,
        args.out.display()
    ));
    Ok(())
}

/// Whether a folder of this name is one that this command writes.
fn is_ours(name: &str) -> bool {
    name.strip_prefix("phantom-")
        .is_some_and(|n| n.len() >= 3 && n.bytes().all(|b| b.is_ascii_digit()))
}

/// Writes a patient as the challenge stored its cases, with the truth beside.
pub fn write(study: &Study, truth: &Truth, out: &Path) -> Result<()> {
    let place = out.join(study.id());
    folder::make_inside(out, &place)?;
    let file = |ending: &str| place.join(format!("{}_{ending}", study.id()));
    let placement = Placement::of_grid(study.grid());
    for (sequence, name) in [
        (Sequence::Bssfp, "C0"),
        (Sequence::Lge, "LGE"),
        (Sequence::T2, "T2"),
    ] {
        if let Some(image) = study.image(sequence) {
            write_image(
                file(&format!("{name}.nii.gz")),
                &image.map(|v| v.round() as i16),
                &placement,
            )?;
        }
    }
    if let Some(reference) = study.reference() {
        write_labels(file("gd.nii.gz"), reference, &placement)?;
    }
    let truth = serde_json::to_vec_pretty(truth)?;
    Ok(write_whole(file("truth.json"), |w| w.write_all(&truth))?)
}

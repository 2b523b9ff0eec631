//! `myops demo`: a synthetic patient from images to labels, in one command.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Result;
use myops_image::label::{LabelMap, Region};
use myops_measure::evaluate::{Overlap, Score};

use super::console::Console;
use super::output::print;
use super::results;
use crate::app::demo::{DemoFiles, DemoJob};
use crate::app::model::BUILT_IN;
use crate::device::DeviceChoice;

/// Arguments of `myops demo`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Random seed, which tells one patient from another
    #[arg(long, value_name = "N", default_value_t = 7)]
    seed: u64,
    /// Folder for the patient and the results
    #[arg(long, value_name = "DIR", default_value = "demo")]
    out: PathBuf,
    /// A built-in model, the folder of a training, or a model file
    #[arg(long, value_name = "NAME_OR_RUN", default_value = BUILT_IN[0].name)]
    model: String,
}

/// Draws a patient, segments it, and prints what was found beside the truth.
pub fn run(args: Args, console: &Console) -> Result<()> {
    let Args { seed, out, model } = args;
    let patient = DemoJob { seed, out }.draw(console)?;
    let model = results::open(&model, DeviceChoice::Cpu, console)?;
    let start = Instant::now();
    let found = model.segment(patient.study())?;
    let seconds = start.elapsed().as_secs_f64();
    let files = patient.write(&found, &model, console)?;
    let [columns, rows, slices] = found.labels.shape();
    console.say(format_args!(
        "a synthetic heart of {slices} slices of {columns} x {rows}, segmented in {seconds:.2} s"
    ));
    if let Some(reference) = patient.study().reference() {
        print(&table(&found.labels, reference))?;
    }
    let DemoFiles {
        report,
        picture,
        labels,
    } = files;
    console.say(format_args!(
        "report    {}\npicture   {}\nlabels    {}",
        report.display(),
        picture.display(),
        labels.display()
    ));
    Ok(())
}

/// Volumes and Dice of every region, as a table.
fn table(prediction: &LabelMap, reference: &LabelMap) -> String {
    let ml = reference.spacing().voxel_ml();
    let mut table = format!(
        "{:<20} {:>10} {:>10} {:>6}\n",
        "region", "found ml", "true ml", "Dice"
    );
    for region in Region::SCORED {
        let overlap = Overlap::of(prediction.data(), reference.data(), region);
        let dice = match overlap.dice() {
            Score::BothEmpty => "-".into(),
            _ => format!("{:.3}", overlap.challenge_dice()),
        };
        let [found, truth] =
            [overlap.prediction_voxels, overlap.reference_voxels].map(|n| n as f64);
        table += &format!(
            "{:<20} {:>10.1} {:>10.1} {dice:>6}\n",
            region.name(),
            found * ml,
            truth * ml
        );
    }
    table
}

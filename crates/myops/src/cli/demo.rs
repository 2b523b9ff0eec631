//! `myops demo`: a synthetic patient from images to labels, in one command.

use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

use crate::device::DeviceChoice;
use anyhow::Result;
use myops_image::io::find_cases;
use myops_image::label::{LabelMap, Region};
use myops_measure::evaluate::{Overlap, Score};

use super::folder::OutputFolder;
use super::record::{CaseFolder, Setup};
use super::segment::Case;
use super::talk::Talk;
use super::{cases, phantom, segment};
use crate::models::{BUILT_IN, Model};

/// Arguments of `myops demo`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Which synthetic patient
    #[arg(long, value_name = "N", default_value_t = 7)]
    seed: u64,
    /// Folder for the patient and the results
    #[arg(long, value_name = "DIR", default_value = "demo")]
    out: PathBuf,
    /// A built-in model, the folder of a training, or a file of weights
    #[arg(long, value_name = "NAME_OR_RUN", default_value = BUILT_IN[0].name)]
    model: String,
}

/// Makes a patient, segments it, and prints what was found beside the truth.
pub fn run(args: &Args, talk: Talk) -> Result<()> {
    let (study, truth) = cases::phantom(1, args.seed);
    let out = OutputFolder::claim(&args.out)?;
    phantom::write(&study, &truth, out.path())?;
    let files = find_cases(args.out.join(study.id()))?;
    let case = Case::read(&files[0], talk)?;
    let device = DeviceChoice::Cpu;
    let model = Model::open(&args.model, &device.open()?)?;
    model
        .unfinished
        .iter()
        .for_each(|unfinished| talk.say(unfinished));
    let start = Instant::now();
    let segmentation = model.segmenter.segment(case.study())?;
    let seconds = start.elapsed().as_secs_f64();
    let setup = Setup {
        model: &model,
        device,
        probabilities: false,
        out: out.path(),
    };
    let sheet = segment::write(&case, &segmentation, &setup)?;
    sheet.told().for_each(|line| talk.say(line));
    let labels = &segmentation.labels;
    let [columns, rows, slices] = labels.shape();
    talk.say(format_args!(
        "a synthetic heart of {slices} slices of {columns} x {rows}, segmented in {seconds:.2} s"
    ));
    if let Some(reference) = case.study().reference() {
        std::io::stdout()
            .lock()
            .write_all(table(labels, reference).as_bytes())?;
    }
    let folder = CaseFolder::of(&args.out, study.id());
    let [report, panel, labels] =
        [folder.report(), folder.panel(), folder.labels()].map(|p| p.display().to_string());
    talk.say(format_args!(
        "report    {report}\npicture   {panel}\nlabels    {labels}"
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

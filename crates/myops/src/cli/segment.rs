//! `myops segment`: labels for one case or thousands.

use std::path::PathBuf;

use anyhow::{Result, bail};

use super::console::Console;
use super::failure::tell_failed;
use super::input::InputArgs;
use crate::app::model::{BUILT_IN, Model};
use crate::app::note::count;
use crate::app::segment::{Finished, SegmentJob};
use crate::device::DeviceChoice;
use crate::report::PatientData;

/// Arguments of `myops segment`.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of the command line"
)]
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    input: InputArgs,
    /// Folder for the results, one folder a case
    #[arg(long, value_name = "DIR", default_value = "segmented")]
    out: PathBuf,
    /// A built-in model (see myops models), the folder of a training, or a model file
    #[arg(long, value_name = "NAME_OR_RUN", default_value = BUILT_IN[0].name)]
    model: String,
    /// Device: cpu, cpu-bf16 (multiplies with 8 bits of precision; faster where the processor has a matrix unit, AMX),
    /// or cuda or wgpu in a build that has them
    #[arg(long, value_name = "NAME", default_value = "cpu")]
    device: DeviceChoice,
    /// Save the probability of each label as a float32 image of 0 to 1
    #[arg(long)]
    probabilities: bool,
    /// Save the labels on the voxels of every sequence too
    #[arg(long)]
    all_grids: bool,
    /// Save a DICOM segmentation and a structured report too, for exams that came as DICOM
    #[arg(long)]
    dicom: bool,
    /// Tell in reports, tables and JSON what DICOM images say of the patient, and volumes and mass per body surface area
    #[arg(long)]
    identify: bool,
    /// Overwrite finished cases
    #[arg(long, alias = "again")]
    overwrite: bool,
}

/// Segments every case.
pub fn run(args: Args, console: &Console) -> Result<()> {
    let finished = if args.overwrite {
        Finished::Overwrite
    } else {
        Finished::Skip
    };
    let patient_data = if args.identify {
        PatientData::Shown
    } else {
        PatientData::Withheld
    };
    let job = SegmentJob {
        finished,
        patient_data,
        probabilities: args.probabilities,
        input: args.input.read()?,
        out: args.out,
        all_grids: args.all_grids,
        dicom: args.dicom,
    };
    let found = job.find(console)?;
    let model = open(&args.model, args.device, console)?;
    let done = job.segment(found, &model, console)?;
    let (name, out) = (&model.name, job.out.display());
    let segmented = count(done.segmented, "case");
    console.say(format_args!("{segmented} segmented with {name} into {out}"));
    let todo = count(done.segmented + done.failed.len(), "case");
    let failed = tell_failed(done.failed);
    if !failed.is_empty() {
        bail!("{} of {todo} failed: {}", failed.len(), failed.join(", "));
    }
    Ok(())
}

/// Opens a model; says where it is slower than its device promises, or not fully trained.
pub fn open(name: &str, device: DeviceChoice, console: &Console) -> Result<Model> {
    device
        .shortcoming()
        .iter()
        .for_each(|line| console.say(line));
    let model = Model::open(name, device).map_err(crate::app::Error::from)?;
    model.unfinished.iter().for_each(|line| console.say(line));
    Ok(model)
}

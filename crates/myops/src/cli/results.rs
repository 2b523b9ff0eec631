//! The arguments that say what is made of each case, and with which model; the model opened.

use std::path::PathBuf;

use anyhow::Result;

use super::console::Console;
use crate::app::input::Input;
use crate::app::model::{BUILT_IN, Model};
use crate::app::segment::{Finished, SegmentJob};
use crate::app::{Error, Packing, Pictures, ResultOptions};
use crate::device::DeviceChoice;
use crate::report::PatientData;

/// What is made of each case, and with which model.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of the command line"
)]
#[derive(Debug, clap::Args)]
pub struct ResultArgs {
    /// A built-in model (see myops models), the folder of a training, or a model file
    #[arg(long, value_name = "NAME_OR_RUN", default_value = BUILT_IN[0].name)]
    pub model: String,
    /// Device: cpu, cpu-bf16 (multiplies with 8 bits of precision; faster where the processor has a matrix unit, AMX),
    /// or cuda or wgpu in a build that has them
    #[arg(long, value_name = "NAME", default_value = "cpu")]
    pub device: DeviceChoice,
    /// Save the probability of each label as a float32 image of 0 to 1
    #[arg(long)]
    probabilities: bool,
    /// Save the labels on the voxels of every sequence too
    #[arg(long)]
    all_grids: bool,
    /// Save a DICOM segmentation and a structured report too, for exams that came as DICOM
    #[arg(long)]
    dicom: bool,
    /// Leave out pictures and reports: two files a case, the label map and the JSON
    #[arg(long)]
    slim: bool,
    /// Keep the results of finished cases in one file, cases.tar, instead of a folder for each
    #[arg(long)]
    pack: bool,
    /// Tell in reports, tables and JSON what DICOM images say of the patient, and volumes and mass per body surface area
    #[arg(long)]
    identify: bool,
}

impl ResultArgs {
    /// The job that makes it of some cases.
    pub fn job(&self, input: Input, out: PathBuf, finished: Finished) -> SegmentJob {
        SegmentJob {
            input,
            out,
            finished,
            options: ResultOptions {
                probabilities: self.probabilities,
                all_grids: self.all_grids,
                dicom: self.dicom,
                pictures: if self.slim {
                    Pictures::LeftOut
                } else {
                    Pictures::Written
                },
                packing: if self.pack {
                    Packing::Archive
                } else {
                    Packing::Folders
                },
                patient_data: if self.identify {
                    PatientData::Shown
                } else {
                    PatientData::Withheld
                },
            },
        }
    }
}

/// Opens a model; says where it is slower than its device promises, or not fully trained.
pub fn open(name: &str, device: DeviceChoice, console: &Console) -> Result<Model> {
    device
        .shortcoming()
        .iter()
        .for_each(|line| console.say(line));
    let model = Model::open(name, device).map_err(Error::from)?;
    model.unfinished.iter().for_each(|line| console.say(line));
    Ok(model)
}

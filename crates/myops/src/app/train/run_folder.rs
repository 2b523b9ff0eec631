//! The folder of a training: its checkpoints, its log and its curves.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use myops_image::io::{read_bounded, read_small, write_whole};
use myops_net::engine::Device;
use myops_net::weights::{Stored, shapes};
use myops_segment::{ModelFile, ModelHeader, TrainedOn};
use myops_train::{Checkpoint, Split, TrainPlan, Trainer, trained_with};
use rayon::prelude::*;

use super::split::LabelledCases;
use crate::app::cases::LabelledStudy;
use crate::app::error::{Error, TrainingError};
use crate::app::files::fingerprint::{Fingerprint, Fingerprints, differences};
use crate::app::files::{OutputFolder, folder};
use crate::app::model::{Trained, trained::read_file};
use crate::app::note::{Note, TrainingNote};
use crate::app::progress::Progress;

/// The file of the trained network.
pub const TRAINED: &str = "model.safetensors";
/// The file of the network of the smallest validation loss.
pub(super) const BEST: &str = "best.safetensors";
/// The file that a training is resumed from.
pub(super) const CHECKPOINT: &str = "last.checkpoint";
/// The file of the network that finds the heart.
pub(super) const LOCATOR: &str = "locator.safetensors";
/// The file of what the cases were.
const CASES: &str = "cases.json";

/// The folder of a training.
///
/// | file | what it holds |
/// | --- | --- |
/// | `settings.toml` | the settings |
/// | `cases.json` | the fingerprint of each case |
/// | `locator.safetensors` | the network that finds the heart, where the settings ask for one |
/// | `last.checkpoint` | all that is needed to resume |
/// | `best.safetensors` | the network of the smallest validation loss |
/// | `model.safetensors` | the trained network, once training is finished |
/// | `log.jsonl` | a line of JSON an epoch |
/// | `events.out.tfevents.myops` | the same for TensorBoard |
/// | `curves.png` | loss and Dice over epochs |
#[derive(Debug)]
pub struct RunFolder {
    folder: OutputFolder,
    /// What dates the events for TensorBoard.
    pub(super) clock: fn() -> SystemTime,
}

impl RunFolder {
    /// Makes the folder, where it is not there yet, and keeps other programs from writing into it.
    ///
    /// # Errors
    /// Where it cannot be made, or another program writes into it.
    pub fn claim(path: impl Into<PathBuf>, clock: fn() -> SystemTime) -> Result<Self, Error> {
        let folder = OutputFolder::claim(path)?;
        Ok(Self { folder, clock })
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A file of the folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// Whether there is something to resume.
    pub fn holds_training(&self) -> bool {
        self.file(CHECKPOINT).exists()
    }

    /// Refuses a folder that holds a training, unless it is to be resumed.
    ///
    /// # Errors
    /// Where it holds one that is not to be resumed.
    pub fn check(&self, resume: Resume) -> Result<(), Error> {
        if resume == Resume::Continue || !self.holds_training() {
            return Ok(());
        }
        let folder = self.path().into();
        Err(TrainingError::HoldsTraining(folder).into())
    }

    /// Trains what the settings ask for, a locator first, or resumes the training that is here.
    ///
    /// # Errors
    /// Where cases, settings or start do not fit the folder, a file cannot be written, or the loss is no longer a number.
    pub fn train(
        &self,
        plan: &TrainPlan,
        cases: &LabelledCases,
        device: &Device,
        start: Option<&str>,
        progress: &dyn Progress,
    ) -> Result<(), Error> {
        self.check_cases(cases.studies, progress)?;
        let split = cases.split(plan)?;
        let slices = split.slices();
        let mut trainer = self.trainer(plan, split, device, start)?;
        if let Some(locator) = plan.locator_plan()
            && !self.has_locator(locator, &trainer.cases())
        {
            let split = cases.split(locator)?;
            let trainer =
                Trainer::new(locator.clone(), split, device).map_err(TrainingError::from)?;
            self.fit_locator(trainer, progress)?;
        }
        let fold = (!cases.held_out.is_empty()).then_some(cases.fold);
        let batches = slices.div_ceil(plan.batch_size);
        self.fit(&mut trainer, batches, fold, progress)
    }

    /// Refuses cases whose images or labels differ from those that the training here started with. Before the first
    /// checkpoint, a locator trained on other cases is removed instead.
    fn check_cases(&self, studies: &[LabelledStudy], progress: &dyn Progress) -> Result<(), Error> {
        let path = self.file(CASES);
        let now: Fingerprints = studies
            .par_iter()
            .map(|case| {
                (
                    case.study.id().to_owned(),
                    Fingerprint::of_labelled(&case.study, case.share),
                )
            })
            .collect();
        let before = path.is_file().then(|| read_small(&path)).transpose()?;
        if !self.holds_training() {
            let bytes = serde_json::to_vec_pretty(&now).map_err(Error::encode("the cases"))?;
            if before.as_ref() != Some(&bytes) {
                folder::remove_file(&self.file(LOCATOR))?;
            }
            return Ok(write_whole(path, |w| w.write_all(&bytes))?);
        }
        let Some(before) = before else {
            let note = TrainingNote::CasesUnknown(self.path().into());
            progress.message(&Note::Training(note));
            return Ok(());
        };
        let before = match serde_json::from_slice::<Fingerprints>(&before) {
            Ok(before) => before,
            Err(cause) => {
                let cause = cause.to_string();
                return Err(TrainingError::CasesUnreadable { path, cause }.into());
            }
        };
        // Which cases there are is compared with the checkpoint.
        let cases: Vec<String> = differences(&before, &now)
            .into_iter()
            .filter(|id| before.contains_key(*id) && now.contains_key(*id))
            .map(str::to_owned)
            .collect();
        if cases.is_empty() {
            return Ok(());
        }
        Err(TrainingError::CasesChanged { path, cases }.into())
    }

    /// Starts a training here, with weights trained before where a name of them is given, or resumes the one that is
    /// here.
    fn trainer(
        &self,
        plan: &TrainPlan,
        split: Split,
        device: &Device,
        start: Option<&str>,
    ) -> Result<Trainer, Error> {
        let trainer = if self.holds_training() {
            self.resumed(plan, split, device)?
        } else {
            let trainer = Trainer::new(plan.clone(), split, device).map_err(TrainingError::from)?;
            match start {
                None => trainer,
                Some(name) => started_from(name, trainer)?,
            }
        };
        let text = toml::to_string(plan.settings()).map_err(Error::encode("the settings"))?;
        write_whole(self.file("settings.toml"), |w| w.write_all(text.as_bytes()))?;
        Ok(trainer)
    }

    fn resumed(&self, plan: &TrainPlan, split: Split, device: &Device) -> Result<Trainer, Error> {
        let path = self.file(CHECKPOINT);
        let bytes = read_bounded(&path, most_checkpoint_bytes(plan))?;
        let trainer = match Checkpoint::from_bytes(&bytes) {
            Err(cause) => Err(TrainingError::Damaged { path, cause }),
            Ok(checkpoint) => Trainer::resume(plan.clone(), split, device, checkpoint)
                .map_err(Box::new)
                .map_err(|cause| TrainingError::Checkpoint { path, cause }),
        };
        Ok(trainer?)
    }

    /// Whether the network that finds the heart is here, trained as these settings say and on these cases.
    fn has_locator(&self, plan: &TrainPlan, cases: &TrainedOn) -> bool {
        let header = self
            .locator()
            .ok()
            .flatten()
            .map(|locator| locator.settings);
        header.is_some_and(|header| {
            let trained = trained_with(&header);
            trained.is_some_and(|t| t.is_ok_and(|t| t == *plan.settings()))
                && header.cases.is_none_or(|c| c == *cases)
        })
    }

    /// The network that finds the heart, where it is here.
    pub(super) fn locator(&self) -> Result<Option<Stored<ModelHeader>>, Error> {
        let path = self.file(LOCATOR);
        if !path.is_file() {
            return Ok(None);
        }
        let ModelFile {
            header, members, ..
        } = read_file(&path)?;
        Ok(members.into_iter().next().map(|weights| Stored {
            settings: header,
            weights,
        }))
    }
}

/// What happens where a folder holds a training already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Resume {
    /// It is refused.
    #[default]
    Refuse,
    /// It is resumed.
    Continue,
}

/// The most bytes of a checkpoint: a network, its average and two means of its gradients, of four bytes each, and what is
/// told of as many epochs as there may be.
fn most_checkpoint_bytes(plan: &TrainPlan) -> u64 {
    const TOLD: u64 = 1 << 27;
    let weights: usize = shapes(&plan.network().graph())
        .iter()
        .map(|(_, shape)| shape.iter().product::<usize>())
        .sum();
    TOLD + 4 * 4 * weights as u64
}

/// A training that starts from the weights of another.
fn started_from(name: &str, trainer: Trainer) -> Result<Trainer, Error> {
    let Trained { path, file, .. } = Trained::read(name)?.finished()?;
    let trainer = trainer.begin_with(file).map_err(Box::new);
    Ok(trainer.map_err(|cause| TrainingError::Start { path, cause })?)
}

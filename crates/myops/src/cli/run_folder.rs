//! The folder of a training: its checkpoints, its log and its curves.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use indicatif::ProgressBar;
use myops_image::io::{read_bounded, read_small, write_whole};
use myops_image::label::Label;
use myops_image::picture::{Series, curves};
use myops_image::study::Study;
use myops_net::engine::Device;
use myops_net::infer::{ModelFile, ModelHeader, TrainedOn};
use myops_net::train::{
    Checkpoint, EpochRecord, Split, TrainSettings, Trainer, Validation, Verdict,
};
use myops_net::weights::{Precision, Stored, shapes};
use rayon::prelude::*;

use super::fingerprint::{Fingerprint, Fingerprints, differences};
use super::folder::OutputFolder;
use super::talk::Talk;
use super::{folder, tensorboard};
use crate::failure::WithHint;
use crate::models::{self, Trained};

/// The file of all that is needed to go on.
const CHECKPOINT: &str = "last.checkpoint";
/// The file of the network that finds the heart.
const LOCATOR: &str = "locator.safetensors";
/// The file of what the cases were.
const CASES: &str = "cases.json";
/// The folder of a training.
///
/// | file | what it holds |
/// | --- | --- |
/// | `settings.toml` | the settings |
/// | `cases.json` | the fingerprint of each case |
/// | `locator.safetensors` | the network that finds the heart, where the settings ask for one |
/// | `last.checkpoint` | all that is needed to go on |
/// | `best.safetensors` | the network of the smallest validation loss |
/// | `model.safetensors` | the trained network, once training has come to its end |
/// | `log.jsonl` | a line of JSON an epoch |
/// | `events.out.tfevents.myops` | the same for TensorBoard |
/// | `curves.png` | loss and Dice over epochs |
#[derive(Debug)]
pub struct RunFolder(OutputFolder);

impl RunFolder {
    /// Makes the folder, where it is not there yet, and keeps other programs from writing into it.
    ///
    /// # Errors
    /// Where it cannot be made, or another program writes into it.
    pub fn claim(path: impl Into<PathBuf>) -> Result<Self> {
        Ok(Self(OutputFolder::claim(path)?))
    }

    /// A file of the folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Whether there is something to go on with.
    pub fn holds_training(&self) -> bool {
        self.file(CHECKPOINT).exists()
    }

    /// Refuses a folder that holds a training, unless it is to be gone on with.
    ///
    /// # Errors
    /// Where it holds one that is not to be gone on with.
    pub fn check(&self, resume: Resume) -> Result<()> {
        if resume == Resume::Continue || !self.holds_training() {
            return Ok(());
        }
        let error = anyhow::anyhow!("{} already holds a training", self.0.path().display());
        Err(error).hint(|| "--resume goes on with it; --out starts another elsewhere".into())
    }

    /// Refuses cases whose images or labels are not those that the training here began with. Where none has come as far
    /// as a checkpoint, a locator trained on others is removed.
    ///
    /// # Errors
    /// Where a case has changed, or the file of what the cases were cannot be read or written.
    pub fn check_cases(&self, studies: &[Study], talk: Talk) -> Result<()> {
        let path = self.file(CASES);
        let now: Fingerprints = studies
            .par_iter()
            .map(|study| (study.id().to_owned(), Fingerprint::of_study(study)))
            .collect();
        let before = path.is_file().then(|| read_small(&path)).transpose()?;
        if !self.holds_training() {
            let bytes = serde_json::to_vec_pretty(&now)?;
            if before.as_ref() != Some(&bytes) {
                folder::remove_file(&self.file(LOCATOR))?;
            }
            return Ok(write_whole(path, |w| w.write_all(&bytes))?);
        }
        let Some(before) = before else {
            talk.say(format_args!(
                "{} does not tell what its cases were: only their names are compared",
                self.0.path().display()
            ));
            return Ok(());
        };
        let before: Fingerprints =
            serde_json::from_slice(&before).with_context(|| path.display().to_string())?;
        // Which cases there are is compared with the checkpoint.
        let changed = differences(&before, &now);
        let changed: Vec<&str> = changed
            .into_iter()
            .filter(|id| before.contains_key(*id) && now.contains_key(*id))
            .collect();
        if changed.is_empty() {
            return Ok(());
        }
        let error = anyhow::anyhow!(
            "{}: images or labels changed since the training began: {}",
            path.display(),
            changed.join(", ")
        );
        Err(error).hint(|| "--out starts another training elsewhere".into())
    }

    /// Starts a training here, with weights trained before where a name of them is given, or goes on with the one that
    /// is here.
    ///
    /// # Errors
    /// Where the folder holds one of other settings, or a broken one.
    pub fn trainer(
        &self,
        settings: &TrainSettings,
        split: Split,
        device: &Device,
        start: Option<&str>,
    ) -> Result<Trainer> {
        let last = self.file(CHECKPOINT);
        let trainer = if self.holds_training() {
            let bytes = read_bounded(&last, most_checkpoint_bytes(settings))?;
            let checkpoint =
                Checkpoint::from_bytes(&bytes).with_context(|| last.display().to_string())?;
            Trainer::resume(*settings, split, device, checkpoint)
                .with_context(|| last.display().to_string())
                .hint(|| "--out starts another training elsewhere".into())?
        } else {
            let trainer = Trainer::new(*settings, split, device)?;
            match start {
                None => trainer,
                Some(name) => begun_with(name, trainer)?,
            }
        };
        let text = toml::to_string(settings)?;
        write_whole(self.file("settings.toml"), |w| w.write_all(text.as_bytes()))?;
        Ok(trainer)
    }

    /// Whether the network that finds the heart is here, trained as these settings say and on these cases.
    pub fn has_locator(&self, settings: &TrainSettings, cases: &TrainedOn) -> bool {
        let header = self
            .locator()
            .ok()
            .flatten()
            .map(|locator| locator.settings);
        header.is_some_and(|header| {
            let trained = header
                .training
                .and_then(|t| serde_json::from_value::<TrainSettings>(t).ok());
            trained.is_some_and(|t| t == *settings) && header.cases.is_none_or(|c| c == *cases)
        })
    }

    fn locator(&self) -> Result<Option<Stored<ModelHeader>>> {
        let path = self.file(LOCATOR);
        if !path.is_file() {
            return Ok(None);
        }
        let ModelFile {
            header, members, ..
        } = models::read_file(&path)?;
        Ok(members.into_iter().next().map(|weights| Stored {
            settings: header,
            weights,
        }))
    }

    /// Trains the network that finds the heart, which takes too little time to be gone on with.
    ///
    /// # Errors
    /// Where the file cannot be written, or the loss is no longer a number.
    pub fn fit_locator(&self, trainer: &mut Trainer, talk: Talk) -> Result<()> {
        let epochs = trainer.settings().epochs;
        let bar = talk.bar(epochs as u64, "training the locator");
        while !trainer.finished() {
            trainer.epoch(|_| {})?;
            bar.inc(1);
        }
        bar.finish_and_clear();
        let bytes = trainer.model().to_bytes()?;
        write_whole(self.file(LOCATOR), |w| w.write_all(&bytes))?;
        talk.say(format_args!("the locator is trained ({epochs} epochs)"));
        Ok(())
    }

    /// Trains to the end; after every epoch, all that is needed to go on is on the disk.
    ///
    /// # Errors
    /// Where a file cannot be written, or the loss is no longer a number.
    pub fn fit(&self, trainer: &mut Trainer, name: &str, talk: Talk) -> Result<()> {
        let bar = talk.bar(1, "training");
        let (start, epochs) = (trainer.progress().next_epoch, trainer.settings().epochs);
        while !trainer.finished() {
            let (record, verdict) = trainer.epoch(|step| {
                bar.set_length(((epochs - start) * step.batches) as u64);
                bar.set_position(((step.epoch - start) * step.batches + step.batch) as u64);
                bar.set_message(format!(
                    "epoch {} of {epochs}, loss {:.4}",
                    step.epoch + 1,
                    step.loss
                ));
            })?;
            // The best goes first: killed between the two, the epoch is done again and gives the same best.
            if verdict == Verdict::Best {
                self.write_model("best.safetensors", &trainer.model())?;
            }
            self.write_progress(trainer)?;
            say_epoch(&bar, name, &record, verdict, talk);
        }
        bar.finish_and_clear();
        if trainer.progress().history.is_empty() {
            bail!("{}: no epoch was trained", self.0.path().display());
        }
        if !trainer.keeps_best() {
            return self.write_model("model.safetensors", &trainer.model());
        }
        let best = self.file("best.safetensors");
        let mut model = models::read_file(&best)?;
        // What comes after the network, and the number of epochs, may have been changed since.
        model.header.recipe = trainer.settings().recipe;
        model.header.training = Some(serde_json::to_value(trainer.settings())?);
        let bytes = model.to_bytes(Precision::Full)?;
        Ok(write_whole(self.file("model.safetensors"), |w| {
            w.write_all(&bytes)
        })?)
    }

    fn write_model(&self, file: &str, model: &Stored<ModelHeader>) -> Result<()> {
        let mut model = ModelFile::from(model.clone());
        if let Some(locator) = self.locator()? {
            model = model.with_locator(locator);
        }
        let bytes = model.to_bytes(Precision::Full)?;
        Ok(write_whole(self.file(file), |w| w.write_all(&bytes))?)
    }

    fn write_progress(&self, trainer: &Trainer) -> Result<()> {
        let history = &trainer.progress().history;
        let log = history
            .iter()
            .map(|r| Ok(serde_json::to_string(r)? + "\n"))
            .collect::<Result<String>>()?;
        write_whole(self.file("log.jsonl"), |w| w.write_all(log.as_bytes()))?;
        write_whole(self.file("curves.png"), |w| w.write_all(&picture(history)))?;
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0.0, |d| d.as_secs_f64());
        write_whole(self.file("events.out.tfevents.myops"), |w| {
            tensorboard::write(history, now, w)
        })?;
        let bytes = trainer.checkpoint()?.to_bytes()?;
        Ok(write_whole(self.file(CHECKPOINT), |w| w.write_all(&bytes))?)
    }
}

/// The most bytes of a checkpoint: a network, its average and two means of its gradients, of four bytes each, and what is
/// told of as many epochs as there may be.
fn most_checkpoint_bytes(settings: &TrainSettings) -> u64 {
    const TOLD: u64 = 1 << 27;
    let weights: usize = shapes(&settings.model.graph())
        .iter()
        .map(|(_, shape)| shape.iter().product::<usize>())
        .sum();
    TOLD + 4 * 4 * weights as u64
}

/// A training that begins with the weights of another.
fn begun_with(name: &str, trainer: Trainer) -> Result<Trainer> {
    let Trained { path, file, .. } = models::read(name)?.finished()?;
    trainer
        .begin_with(file)
        .with_context(|| path.display().to_string())
}

/// What to do where a folder holds a training already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resume {
    /// Go on with it.
    Continue,
    /// Refuse to touch it.
    Refuse,
}

fn say_epoch(bar: &ProgressBar, name: &str, record: &EpochRecord, verdict: Verdict, talk: Talk) {
    let mut line = format!(
        "{name}epoch {:>4}  loss {:.4}",
        record.epoch + 1,
        record.loss
    );
    if let Some(validation) = &record.validation {
        line += &format!("  held out {:.4}", validation.loss);
        line.extend(
            validation
                .dice
                .iter()
                .map(|(region, dice)| format!("  {region} {dice:.3}")),
        );
    } else {
        let labels = Label::ALL.iter().zip(&record.soft_dice).skip(1);
        line.extend(labels.map(|(label, dice)| format!("  {} {dice:.3}", label.name())));
    }
    if verdict == Verdict::Best {
        line += "  *";
    }
    bar.suspend(|| talk.say(line));
}

/// Loss and Dice over epochs.
fn picture(history: &[EpochRecord]) -> Vec<u8> {
    let series = |name: &str, value: &dyn Fn(&EpochRecord) -> Option<f64>| Series {
        name: name.into(),
        points: history
            .iter()
            .filter_map(|r| Some(((r.epoch + 1) as f32, value(r)? as f32)))
            .collect(),
    };
    let validation =
        |value: &dyn Fn(&Validation) -> f64, r: &EpochRecord| r.validation.as_ref().map(value);
    let mut all = vec![series("training loss", &|r| Some(r.loss))];
    let title = if let Some(Validation { dice, .. }) =
        history.iter().rev().find_map(|r| r.validation.as_ref())
    {
        all.push(series("held-out loss", &|r| validation(&|v| v.loss, r)));
        for (n, (region, _)) in dice.iter().enumerate() {
            all.push(series(region, &|r| validation(&|v| v.dice[n].1, r)));
        }
        "Loss, and Dice of the held-out cases"
    } else {
        for (n, label) in Label::ALL.iter().enumerate().skip(1) {
            all.push(series(label.name(), &|r| r.soft_dice.get(n).copied()));
        }
        "Loss, and soft Dice in training"
    };
    curves(&all, title)
}

//! `myops train`: a network from labelled cases.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use myops_image::io::CaseFiles;
use myops_image::study::Study;
use myops_net::engine::Device;
use myops_net::train::{Folds, Split, TrainSettings, Trainer, TrainingCase};

use super::patients::{self, Patients};
use super::run_folder::{Resume, RunFolder};
use super::settings::TrainArgs;
use super::talk::Talk;
use super::{cases, outputs};
use crate::failure::WithHint;

/// Arguments of `myops train`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder of labelled cases
    #[arg(required_unless_present = "print_config")]
    data: Option<PathBuf>,
    /// Folder for checkpoints, log, curves and the trained network
    #[arg(long, value_name = "DIR", default_value = "run")]
    out: PathBuf,
    /// Go on with the training that the folder holds
    #[arg(long)]
    resume: bool,
    /// Hold this fold out of training and judge by it [default: train on every case]
    #[arg(long, value_name = "N")]
    fold: Option<usize>,
    #[command(flatten)]
    split: SplitArgs,
    /// Start from the weights of this network: the first of a built-in model, that of a finished training's folder, or
    /// a file; weights of new input channels start at zero [default: drawn weights]
    #[arg(long, value_name = "MODEL", conflicts_with = "resume")]
    start: Option<String>,
    #[command(flatten)]
    train: TrainArgs,
}

/// How cases are dealt into folds.
#[derive(Debug, Clone, clap::Args)]
pub struct SplitArgs {
    /// Folds that the patients are dealt into, each with all of its cases
    #[arg(long, value_name = "N", default_value_t = 5)]
    folds: usize,
    /// Table of each case's patient (CSV: case,patient) [default: patients.csv beside the cases, else by the cases' names:
    /// what tells copies (x00), phases (_ED, _ES), frames, sessions and runs apart is left off]
    #[arg(long, value_name = "FILE")]
    patients: Option<PathBuf>,
}

/// Trains a network.
pub fn run(args: &Args, talk: Talk) -> Result<()> {
    let settings = args.train.settings()?;
    if args.train.print_config {
        std::io::Write::write_all(
            &mut std::io::stdout(),
            toml::to_string(&settings)?.as_bytes(),
        )?;
        return Ok(());
    }
    let Some(data) = &args.data else {
        bail!("no folder of cases given")
    };
    let files = cases::find_labelled(data, talk)?;
    outputs::not_over(&args.out, files.iter().flat_map(CaseFiles::files))?;
    outputs::not_over(&args.out, [data])?;
    let folds = args
        .fold
        .map(|_| deal(&files, data, &args.split, talk))
        .transpose()?;
    let studies = cases::read_all(&files, talk)?;
    let held_out = match args.fold.zip(folds) {
        None => Vec::new(),
        Some((fold, folds)) => match folds.held_out(fold) {
            Some(ids) => ids.to_vec(),
            None => bail!("fold = {fold}: need 0 to {}", folds.count() - 1),
        },
    };
    let fold = args.fold.unwrap_or(0);
    talk.say(format_args!(
        "training {} on {}{}, {} held out",
        settings.model.architecture.name(),
        cases::count(studies.len() - held_out.len()),
        if settings.phantoms > 0 {
            format!(" and {} phantoms", settings.phantoms)
        } else {
            String::new()
        },
        held_out.len(),
    ));
    talk.say_shortcoming(args.train.device);
    let device = args.train.device.open()?;
    let folder = RunFolder::claim(&args.out)?;
    let resume = if args.resume {
        Resume::Continue
    } else {
        Resume::Refuse
    };
    if args.resume && !folder.holds_training() {
        talk.say(format_args!(
            "{} holds no training to go on with, so one is begun",
            args.out.display()
        ));
    }
    let cases = Cases {
        studies: &studies,
        held_out: &held_out,
        fold,
        start: args.start.as_deref(),
    };
    train_in(&folder, &settings, &cases, &device, resume, talk)?;
    talk.say(format_args!(
        "the trained network is {}",
        folder.file("model.safetensors").display()
    ));
    Ok(())
}

/// What the folds of a cross-validation are dealt with, whatever the seed of the training, so that all trainings of the same
/// cases can be compared.
const FOLD_SEED: u64 = 2020;

/// Deals cases into folds, by patient, and says which cases are taken for one patient by their names.
///
/// # Errors
/// Where a table of patients cannot be used, or the patients do not allow that many folds.
pub fn deal(files: &[CaseFiles], data: &Path, split: &SplitArgs, talk: Talk) -> Result<Folds> {
    let patients = Patients::open(split.patients.as_deref(), data)?;
    let members = patients.of(&patients::ids(files))?;
    patients.tell(&members, talk);
    let hint = "--patients FILE names the patient of each case";
    let folds = Folds::deal(&members, split.folds, FOLD_SEED);
    let grouped = members.iter().any(|m| m.id != m.patient);
    if grouped {
        folds.hint(|| hint.into())
    } else {
        Ok(folds?)
    }
}

/// Labelled cases, some of them held out.
#[derive(Debug, Clone, Copy)]
pub struct Cases<'a> {
    /// All of them.
    pub studies: &'a [Study],
    /// The ids of those that are not learned from.
    pub held_out: &'a [String],
    /// Which fold these are.
    pub fold: usize,
    /// The folder or file of a network that training begins with.
    pub start: Option<&'a str>,
}

/// Trains what the settings ask for, a locator first, or goes on with it.
pub fn train_in(
    folder: &RunFolder,
    settings: &TrainSettings,
    cases: &Cases,
    device: &Device,
    resume: Resume,
    talk: Talk,
) -> Result<()> {
    folder.check(resume)?;
    folder.check_cases(cases.studies, talk)?;
    let mut trainer = folder.trainer(settings, cases.split(settings)?, device, cases.start)?;
    if let Some(locator) = &settings.locator {
        let settings = locator.training(settings);
        if !folder.has_locator(&settings, &trainer.cases()) {
            let mut trainer = Trainer::new(settings, cases.split(&settings)?, device)?;
            folder.fit_locator(&mut trainer, talk)?;
        }
    }
    let name = if cases.held_out.is_empty() {
        String::new()
    } else {
        format!("fold {}  ", cases.fold)
    };
    folder.fit(&mut trainer, &name, talk)
}

impl Cases<'_> {
    /// Prepares the cases: those held out for validation, the others and the phantoms to learn from.
    fn split(&self, settings: &TrainSettings) -> Result<Split> {
        let mut split = Split {
            fold: self.fold,
            ..Split::default()
        };
        for study in self.studies {
            if self.held_out.iter().any(|id| id == study.id()) {
                split
                    .validation
                    .push(TrainingCase::prepare(study, &settings.recipe, 0)?);
            } else {
                split.training.push(TrainingCase::prepare(
                    study,
                    &settings.recipe,
                    settings.margin_pixels,
                )?);
            }
        }
        for phantom in cases::phantoms(settings.phantoms, settings.seed) {
            split.training.push(TrainingCase::prepare(
                &phantom,
                &settings.recipe,
                settings.margin_pixels,
            )?);
        }
        Ok(split)
    }
}

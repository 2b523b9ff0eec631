//! `myops train`: a network from labelled cases.

use std::path::PathBuf;

use anyhow::{Result, bail};
use myops_image::study::Study;
use myops_net::train::{Folds, Split, TrainSettings, TrainingCase};

use super::cases;
use super::run_folder::{Resume, RunFolder};
use super::settings::TrainArgs;
use super::talk::Talk;

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
    /// Folds that the cases are dealt into, by patient
    #[arg(long, value_name = "N", default_value_t = 5)]
    folds: usize,
    #[command(flatten)]
    train: TrainArgs,
}

/// Trains a network.
pub fn run(args: &Args, talk: Talk) -> Result<()> {
    let settings = args.train.settings()?;
    if args.train.print_config {
        std::io::Write::write_all(&mut std::io::stdout(), toml::to_string(&settings)?.as_bytes())?;
        return Ok(());
    }
    let Some(data) = &args.data else { bail!("no folder of cases given") };
    let studies = cases::labelled(data, talk)?;
    let held_out = match args.fold {
        None => Vec::new(),
        Some(fold) => {
            let folds = deal(&studies, args.folds)?;
            match folds.held_out(fold) {
                Some(ids) => ids.to_vec(),
                None => bail!("fold = {fold}: need 0 to {}", folds.count() - 1),
            }
        }
    };
    let split = split(&settings, &studies, &held_out, args.fold.unwrap_or(0))?;
    talk.say(format_args!(
        "training {} on {} cases{}, {} held out",
        settings.model.architecture.name(),
        studies.len() - held_out.len(),
        if settings.phantoms > 0 { format!(" and {} phantoms", settings.phantoms) } else { String::new() },
        held_out.len(),
    ));
    let folder = RunFolder::create(&args.out)?;
    let resume = if args.resume { Resume::Continue } else { Resume::Refuse };
    let mut trainer = folder.trainer(settings, split, &args.train.device.open(), resume)?;
    folder.fit(&mut trainer, "", talk)?;
    talk.say(format_args!("the trained network is {}", folder.file("model.safetensors").display()));
    Ok(())
}

/// What the folds of a cross-validation are dealt with, whatever the seed of the training, so that all trainings of the same
/// cases can be compared.
const FOLD_SEED: u64 = 2020;

/// Deals cases into folds.
pub fn deal(studies: &[Study], folds: usize) -> Result<Folds> {
    let ids: Vec<String> = studies.iter().map(|s| s.id().to_owned()).collect();
    Ok(Folds::deal(&ids, folds, FOLD_SEED)?)
}

/// Prepares the cases: those held out for validation, the others and the phantoms to learn from.
pub fn split(settings: &TrainSettings, studies: &[Study], held_out: &[String], fold: usize) -> Result<Split> {
    let mut split = Split { fold, ..Split::default() };
    for study in studies {
        let case = TrainingCase::prepare(study, &settings.recipe)?;
        if held_out.contains(&case.id) { split.validation.push(case) } else { split.training.push(case) }
    }
    for phantom in cases::phantoms(settings.phantoms, settings.seed) {
        split.training.push(TrainingCase::prepare(&phantom, &settings.recipe)?);
    }
    Ok(split)
}

//! `myops cross-validate`: every case segmented by a network that never saw it.

use std::path::{Path, PathBuf};

use anyhow::Result;
use burn::tensor::Device;
use myops_image::io::{find_cases, read_small, write_labels, write_whole};
use myops_image::study::Study;
use myops_net::train::{Folds, TrainSettings};

use super::folder::OutputFolder;
use super::run_folder::{Resume, RunFolder};
use super::settings::TrainArgs;
use super::talk::Talk;
use super::train::Cases;
use super::{cases, evaluate, folder, train};
use crate::failure::WithHint;
use crate::models::Model;
use crate::report;

/// Arguments of `myops cross-validate`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder of labelled cases
    #[arg(required_unless_present = "print_config")]
    data: Option<PathBuf>,
    /// Folder for the trainings, the predictions and the scores; goes on where it was left, and with folds that
    /// `train --fold N --out DIR/foldN` trained, beside one another on many cores
    #[arg(long, value_name = "DIR", default_value = "cross-validation")]
    out: PathBuf,
    /// Folds that the cases are dealt into, by patient
    #[arg(long, value_name = "N", default_value_t = 5)]
    folds: usize,
    /// Begin each fold with its network of this finished cross-validation [default: drawn weights]
    #[arg(long, value_name = "DIR")]
    start: Option<PathBuf>,
    #[command(flatten)]
    train: TrainArgs,
}

/// Trains on all folds but one, segments that one, and so on; then scores all cases.
pub fn run(args: &Args, talk: Talk) -> Result<()> {
    let settings = args.train.settings()?;
    let Some(data) = args.data.as_ref().filter(|_| !args.train.print_config) else {
        std::io::Write::write_all(&mut std::io::stdout(), toml::to_string(&settings)?.as_bytes())?;
        return Ok(());
    };
    let studies = cases::labelled(data, talk)?;
    let folds = train::deal(&studies, args.folds)?;
    talk.say_shortcoming(args.train.device);
    let device = args.train.device.open()?;
    let out = OutputFolder::claim(&args.out)?;
    let predictions = out.path().join("predictions");
    folder::make(&predictions)?;
    write_folds(&folds, &out.path().join("folds.csv"))?;
    for fold in 0..folds.count() {
        let held_out = folds.held_out(fold).unwrap_or_default();
        train_fold(args, &settings, &studies, (fold, held_out), &device, talk)?;
        // Every time, since what was predicted before may be another network's.
        predict_fold(args, data, (fold, held_out), &device, &predictions)?;
    }
    let evaluation = evaluate::evaluate_folders(&predictions, data, evaluate::Options::default(), talk)?;
    let scores = OutputFolder::claim(out.path().join("evaluation"))?;
    evaluate::write(&evaluation, [&predictions, data], scores.path())?;
    let table = format!("{} cases, out of fold\n{}", studies.len(), report::evaluation::table(&evaluation));
    Ok(std::io::Write::write_all(&mut std::io::stdout(), table.as_bytes())?)
}

/// Which fold holds each case out; refuses a folder whose cases were dealt otherwise.
fn write_folds(folds: &Folds, file: &Path) -> Result<()> {
    let lines = |fold| folds.held_out(fold).unwrap_or_default().iter().map(move |id| format!("{id},{fold}\n"));
    let text: String = std::iter::once("case,fold\n".to_owned()).chain((0..folds.count()).flat_map(lines)).collect();
    if file.exists() && read_small(file)? != text.as_bytes() {
        let error = anyhow::anyhow!("{}: other cases, or dealt into other folds, than now", file.display());
        return Err(error).hint(|| "--out starts another cross-validation elsewhere".into());
    }
    Ok(write_whole(file, |w| w.write_all(text.as_bytes()))?)
}

fn prediction_file(predictions: &Path, id: &str) -> PathBuf {
    predictions.join(id).join(format!("{id}_labels.nii.gz"))
}

fn train_fold(
    args: &Args,
    settings: &TrainSettings,
    studies: &[Study],
    (fold, held_out): (usize, &[String]),
    device: &Device,
    talk: Talk,
) -> Result<()> {
    let folder = RunFolder::claim(args.out.join(format!("fold{fold}")))?;
    let start = args.start.as_ref().map(|run| run.join(format!("fold{fold}")).to_string_lossy().into_owned());
    let cases = Cases { studies, held_out, fold, start: start.as_deref() };
    train::train_in(&folder, settings, &cases, device, Resume::Continue, talk)
}

/// Segments the held-out cases as `myops segment` does, from the images as they lie in the files.
fn predict_fold(
    args: &Args,
    data: &Path,
    (fold, ids): (usize, &[String]),
    device: &Device,
    predictions: &Path,
) -> Result<()> {
    let run = args.out.join(format!("fold{fold}"));
    let model = Model::open(&run.to_string_lossy(), device)?;
    for case in find_cases(data)?.iter().filter(|c| ids.iter().any(|id| id == c.id())) {
        let case = case.load()?;
        let labels = model.segmenter.segment(&case.study)?.labels;
        let file = prediction_file(predictions, case.study.id());
        folder::make(file.parent().unwrap_or(predictions))?;
        write_labels(file, &labels, &case.placement)?;
    }
    Ok(())
}

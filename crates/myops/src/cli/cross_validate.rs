//! `myops cross-validate`: every case segmented by a network that never saw it.

use std::path::{Path, PathBuf};

use anyhow::Result;
use myops_image::io::{CaseFiles, read_small, write_labels, write_whole};
use myops_image::study::Study;
use myops_net::engine::Device;
use myops_net::train::{Folds, TrainSettings};

use super::folder::OutputFolder;
use super::label_files::{Role, find};
use super::run_folder::{Resume, RunFolder};
use super::settings::TrainArgs;
use super::talk::Talk;
use super::train::Cases;
use super::{cases, evaluate, folder, outputs, train};
use crate::failure::WithHint;
use crate::models::Model;
use crate::report::{self, Csv};

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
    #[command(flatten)]
    split: train::SplitArgs,
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
        std::io::Write::write_all(
            &mut std::io::stdout(),
            toml::to_string(&settings)?.as_bytes(),
        )?;
        return Ok(());
    };
    let files = cases::find_labelled(data, talk)?;
    outputs::not_over(&args.out, files.iter().flat_map(CaseFiles::files))?;
    outputs::not_over(&args.out, [data])?;
    let folds = train::deal(&files, data, &args.split, talk)?;
    let studies = cases::read_all(&files, talk)?;
    talk.say_shortcoming(args.train.device);
    let device = args.train.device.open()?;
    let out = OutputFolder::claim(&args.out)?;
    let predictions = out.path().join("predictions");
    folder::make_inside(&args.out, &predictions)?;
    write_folds(&folds, &out.path().join("folds.csv"))?;
    for fold in 0..folds.count() {
        let held_out = folds.held_out(fold).unwrap_or_default();
        train_fold(args, &settings, &studies, (fold, held_out), &device, talk)?;
        // Every time, since what was predicted before may be another network's.
        predict_fold(args, &files, held_out, (fold, &device))?;
    }
    // What was passed over there has been told.
    let labels = |path, role| find(path, role, Talk::new(true));
    let (found, references) = (
        labels(&predictions, Role::Prediction)?,
        labels(data, Role::Reference)?,
    );
    let evaluation = evaluate::evaluate(found, &references, evaluate::Options::default(), talk)?;
    let scores = OutputFolder::claim(out.path().join("evaluation"))?;
    evaluate::write(&evaluation, [&predictions, data], scores.path())?;
    let table = format!(
        "{}, out of fold\n{}",
        cases::count(studies.len()),
        report::evaluation::table(&evaluation)
    );
    Ok(std::io::Write::write_all(
        &mut std::io::stdout(),
        table.as_bytes(),
    )?)
}

/// Which fold holds each case out; refuses a folder whose cases were dealt otherwise.
fn write_folds(folds: &Folds, file: &Path) -> Result<()> {
    let mut csv = Csv::default();
    csv.row(["case", "fold"]);
    for fold in 0..folds.count() {
        folds
            .held_out(fold)
            .unwrap_or_default()
            .iter()
            .for_each(|id| csv.row([id, &fold.to_string()]));
    }
    let text = csv.into_text();
    if file.exists() && read_small(file)? != text.as_bytes() {
        let error = anyhow::anyhow!(
            "{}: other cases, or dealt into other folds, than now",
            file.display()
        );
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
    let place = args.out.join(format!("fold{fold}"));
    outputs::stays_inside(&args.out, &place)?;
    let folder = RunFolder::claim(place)?;
    let start = args.start.as_ref().map(|run| {
        run.join(format!("fold{fold}"))
            .to_string_lossy()
            .into_owned()
    });
    let cases = Cases {
        studies,
        held_out,
        fold,
        start: start.as_deref(),
    };
    train::train_in(&folder, settings, &cases, device, Resume::Continue, talk)
}

/// Segments the held-out cases as `myops segment` does, from the images as they lie in the files.
fn predict_fold(
    args: &Args,
    files: &[CaseFiles],
    ids: &[String],
    (fold, device): (usize, &Device),
) -> Result<()> {
    let predictions = args.out.join("predictions");
    let run = args.out.join(format!("fold{fold}"));
    let model = Model::open(&run.to_string_lossy(), device)?;
    for case in files.iter().filter(|c| ids.iter().any(|id| id == c.id())) {
        let case = case.load()?;
        let labels = model.segmenter.segment(&case.study)?.labels;
        let file = prediction_file(&predictions, case.study.id());
        folder::make_inside(&args.out, file.parent().unwrap_or(&predictions))?;
        write_labels(file, &labels, &case.placement)?;
    }
    Ok(())
}

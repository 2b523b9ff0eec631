//! `myops cross-validate`: every case segmented by a network that never saw it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use myops_image::io::{find_cases, read_labels, write_labels, write_whole};
use myops_image::label::{LabelMap, Region};
use myops_image::study::Study;
use myops_net::train::TrainSettings;

use super::run_folder::{Resume, RunFolder};
use super::settings::TrainArgs;
use super::talk::Talk;
use super::{cases, folder, train};
use crate::models::Model;

/// Arguments of `myops cross-validate`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder of labelled cases
    #[arg(required_unless_present = "print_config")]
    data: Option<PathBuf>,
    /// Folder for the trainings, the predictions and the scores; goes on where it was left
    #[arg(long, value_name = "DIR", default_value = "cross-validation")]
    out: PathBuf,
    /// Folds that the cases are dealt into, by patient
    #[arg(long, value_name = "N", default_value_t = 5)]
    folds: usize,
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
    let predictions = args.out.join("predictions");
    folder::make(&predictions)?;
    for fold in 0..folds.count() {
        let held_out = folds.held_out(fold).unwrap_or_default();
        let missing = held_out.iter().any(|id| !prediction_file(&predictions, id).is_file());
        if missing {
            train_fold(args, &settings, &studies, (fold, held_out), talk)?;
            predict_fold(args, data, (fold, held_out), &predictions)?;
        }
    }
    score(&studies, &predictions, &args.out)
}

fn prediction_file(predictions: &Path, id: &str) -> PathBuf {
    predictions.join(format!("{id}_labels.nii.gz"))
}

fn train_fold(
    args: &Args,
    settings: &TrainSettings,
    studies: &[Study],
    (fold, held_out): (usize, &[String]),
    talk: Talk,
) -> Result<()> {
    let folder = RunFolder::create(args.out.join(format!("fold{fold}")))?;
    let split = train::split(settings, studies, held_out, fold)?;
    let mut trainer = folder.trainer(*settings, split, &args.train.device.open(), Resume::Continue)?;
    folder.fit(&mut trainer, &format!("fold {fold}  "), talk)
}

fn predict_fold(args: &Args, data: &Path, (fold, ids): (usize, &[String]), predictions: &Path) -> Result<()> {
    let run = args.out.join(format!("fold{fold}"));
    let model = Model::open(&run.to_string_lossy(), &args.train.device.open())?;
    for case in find_cases(data)?.iter().filter(|c| ids.iter().any(|id| id == c.id())) {
        let case = case.load()?;
        let labels = model.segmenter.segment(&case.study)?;
        write_labels(prediction_file(predictions, case.study.id()), &labels, &case.placement)?;
    }
    Ok(())
}

/// Scores every prediction; prints mean and standard deviation over cases, and writes the scores of each case.
fn score(studies: &[Study], predictions: &Path, out: &Path) -> Result<()> {
    let mut scores = vec![Vec::new(); Region::SCORED.len()];
    let mut csv = String::from("case");
    Region::SCORED.iter().for_each(|r| csv += &format!(",dice {}", r.name()));
    csv += "\n";
    for study in studies {
        let prediction = read_labels(prediction_file(predictions, study.id()))?.volume;
        let reference = study.reference().context("no reference labels")?;
        csv += study.id();
        for (scores, region) in scores.iter_mut().zip(Region::SCORED) {
            let dice = dice(&prediction, reference, region);
            csv += &format!(",{dice:.4}");
            scores.push(dice);
        }
        csv += "\n";
    }
    write_whole(out.join("dice.csv"), |w| w.write_all(csv.as_bytes()))?;
    let mut table = format!("{} cases, out of fold; empty masks by the challenge's rule\n", studies.len());
    for (region, scores) in Region::SCORED.iter().zip(scores) {
        let n = scores.len() as f64;
        let mean = scores.iter().sum::<f64>() / n;
        let deviation = (scores.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
        table += &format!("{:<20} Dice {mean:.3} ± {deviation:.3}\n", region.name());
    }
    std::io::Write::write_all(&mut std::io::stdout(), table.as_bytes())?;
    Ok(())
}

fn dice(prediction: &LabelMap, reference: &LabelMap, region: Region) -> f64 {
    let pairs = prediction.data().iter().zip(reference.data());
    let (both, total) = pairs.fold((0usize, 0usize), |(both, total), (p, r)| {
        let (p, r) = (region.contains(*p), region.contains(*r));
        (both + usize::from(p && r), total + usize::from(p) + usize::from(r))
    });
    if total == 0 { 1.0 } else { 2.0 * both as f64 / total as f64 }
}

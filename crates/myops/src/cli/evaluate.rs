//! `myops evaluate`: what a folder of label maps is worth against reference labels.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use myops_image::io::{Numbering, write_whole};
use myops_image::label::{Label, LabelMap};
use myops_image::volume::Volume;
use myops_measure::evaluate::{Comparison, EvaluatedCase, Evaluation, Hd95, score_case};
use rayon::prelude::*;
use serde::Serialize;

use super::folder::OutputFolder;
use super::label_files::{LabelFile, Role, find};
use super::talk::Talk;
use super::{cases, folder, outputs};
use crate::failure::{self, WithHint};
use crate::report::evaluation as told;

/// Arguments of `myops evaluate`.
#[expect(clippy::doc_markdown, reason = "the words are printed as help")]
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder of the label maps to be judged: ID_labels.nii.gz, ID.nii.gz, or folders of them
    #[arg(long, value_name = "DIR")]
    prediction: PathBuf,
    /// Folder of the reference labels: ID_gd.nii.gz, ID.nii.gz, or folders of cases in any layout
    #[arg(long, value_name = "DIR")]
    reference: PathBuf,
    /// Folder for tables and pictures
    #[arg(long, value_name = "DIR", default_value = "evaluation")]
    out: PathBuf,
    /// Label maps of another model on the same cases, compared case by case
    #[arg(long, value_name = "DIR")]
    compare: Option<PathBuf>,
    #[command(flatten)]
    options: Options,
}

/// How cases are matched and scored.
#[expect(clippy::doc_markdown, reason = "the words are printed as help")]
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct Options {
    /// Score a missing prediction as empty and leave an extra one out, instead of refusing
    #[arg(long)]
    pub allow_missing: bool,
    /// Definition of HD95 in tables and pictures: pooled (MedPy), larger (MONAI) or area (surface-distance)
    #[arg(long, value_name = "NAME", default_value = "pooled", value_parser = hd95)]
    pub hd95: Hd95,
    /// What the bootstrap draws from
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            allow_missing: false,
            hd95: Hd95::default(),
            seed: 1,
        }
    }
}

fn hd95(name: &str) -> Result<Hd95, String> {
    Hd95::ALL
        .into_iter()
        .find(|h| h.name() == name)
        .ok_or_else(|| "need one of pooled, larger, area".to_owned())
}

/// Scores predictions, prints the table, writes the rest.
pub fn run(args: &Args, talk: Talk) -> Result<()> {
    outputs::not_inside(
        &args.out,
        [&args.prediction, &args.reference]
            .into_iter()
            .chain(&args.compare),
    )?;
    let predictions = find(&args.prediction, Role::Prediction, talk)?;
    let references = find(&args.reference, Role::Reference, talk)?;
    let first = evaluate(predictions, &references, args.options, talk)?;
    let mut table = told::table(&first);
    let second = match &args.compare {
        None => None,
        Some(other) => {
            let second = evaluate(
                find(other, Role::Prediction, talk)?,
                &references,
                args.options,
                talk,
            )?;
            let comparison = Comparison::between(&first, &second)?;
            let names = [&args.prediction, other].map(|path| path.display().to_string());
            table += &told::comparison_table(&comparison, &names[0], &names[1]);
            Some((second, comparison))
        }
    };
    let out = OutputFolder::claim(&args.out)?;
    write(&first, [&args.prediction, &args.reference], out.path())?;
    if let Some((second, comparison)) = &second {
        write_comparison(&first, second, comparison, out.path())?;
    }
    std::io::stdout().lock().write_all(table.as_bytes())?;
    let cases = cases::count(first.cases.len());
    talk.say(format_args!(
        "{cases} scored; tables and pictures are in {}",
        args.out.display()
    ));
    Ok(())
}

/// Scores label maps against the reference labels of the same cases.
///
/// # Errors
/// Where a case has no prediction or no reference (unless that is allowed), a file cannot be read, or a prediction lies
/// on another grid than its reference; all such cases are named.
pub fn evaluate(
    mut predictions: Vec<LabelFile>,
    references: &[LabelFile],
    options: Options,
    talk: Talk,
) -> Result<Evaluation> {
    check_names(&predictions, references, options.allow_missing, talk)?;
    predictions.retain(|p| references.iter().any(|r| r.id == p.id));
    let bar = talk.bar(references.len() as u64, "scoring");
    let score = |reference: &LabelFile| {
        let prediction = predictions.iter().find(|p| p.id == reference.id);
        let scored = failure::contained(|| score(prediction, reference));
        bar.inc(1);
        scored
    };
    let scored: Vec<Result<Scored>> = references.par_iter().map(score).collect();
    bar.finish_and_clear();
    let (mut cases, mut refused, mut differently) = (Vec::new(), Vec::new(), Vec::new());
    for (case, reference) in scored.into_iter().zip(references) {
        match case {
            Ok(case) => {
                differently.extend(case.numbered_differently.then_some(reference.id.as_str()));
                cases.push(case.case);
            }
            Err(error) => refused.push((&reference.id, error)),
        }
    }
    if let Some(first) = differently.first() {
        talk.say(format_args!(
            "in {}, {first} the first, prediction and reference are numbered differently: one by its dataset.json",
            cases::count(differently.len())
        ));
    }
    if refused.is_empty() {
        return Ok(Evaluation::of(cases, options.hd95, options.seed));
    }
    let told: Vec<String> = refused
        .iter()
        .map(|(id, error)| format!("case {id}: {error:#}"))
        .collect();
    let error = anyhow::anyhow!(
        "{} of {} cases refused: {}",
        told.len(),
        references.len(),
        told.join("; ")
    );
    match refused
        .iter()
        .find_map(|(_, error)| failure::hint_of(error))
    {
        Some(hint) => Err(error).hint(|| hint),
        None => Err(error),
    }
}

/// Refuses cases that only one side has, or says which they are.
fn check_names(
    predictions: &[LabelFile],
    references: &[LabelFile],
    allow: bool,
    talk: Talk,
) -> Result<()> {
    let only = |these: &[LabelFile], those: &[LabelFile]| -> Vec<String> {
        these
            .iter()
            .filter(|a| those.iter().all(|b| b.id != a.id))
            .map(|a| a.id.clone())
            .collect()
    };
    let (missing, extra) = (only(references, predictions), only(predictions, references));
    let mut told = Vec::new();
    if !missing.is_empty() {
        told.push(format!(
            "{} of {} cases have no prediction: {}",
            missing.len(),
            references.len(),
            missing.join(", ")
        ));
    }
    if !extra.is_empty() {
        told.push(format!(
            "{} predictions have no reference: {}",
            extra.len(),
            extra.join(", ")
        ));
    }
    if missing.len() == references.len() {
        return Err(anyhow::anyhow!(told.join("; ")))
            .hint(|| "no case has both: do the names agree?".into());
    }
    if told.is_empty() {
        return Ok(());
    }
    if allow {
        told.iter().for_each(|line| talk.say(line));
        return Ok(());
    }
    let hint = "--allow-missing scores a missing prediction as empty and leaves an extra one out";
    Err(anyhow::anyhow!(told.join("; "))).hint(|| hint.into())
}

/// A case and whether its two label maps were read by two numberings, neither of them the challenge's codes.
struct Scored {
    case: EvaluatedCase,
    numbered_differently: bool,
}

fn score(prediction: Option<&LabelFile>, reference: &LabelFile) -> Result<Scored> {
    let (truth, truth_numbers) = reference.read()?;
    let (found, numbers): (LabelMap, _) = match prediction {
        Some(file) => file.read()?,
        None => (
            Volume::filled(*truth.grid(), Label::Background),
            Numbering::Codes,
        ),
    };
    let place = |file: &LabelFile| format!("{} against {}", file.place(), reference.place());
    let regions = score_case(&found, &truth)
        .hint(|| "a prediction has to lie on the grid of its reference, voxel by voxel".into())
        .with_context(|| prediction.map_or_else(String::new, place))?;
    let numbered_differently =
        ![&numbers, &truth_numbers].contains(&&Numbering::Codes) && numbers != truth_numbers;
    let case = EvaluatedCase {
        id: reference.id.clone(),
        prediction_missing: prediction.is_none(),
        regions,
    };
    Ok(Scored {
        case,
        numbered_differently,
    })
}

/// An evaluation with where it comes from.
#[derive(Serialize)]
struct Record<'a> {
    schema: &'static str,
    program_version: &'static str,
    prediction: String,
    reference: String,
    #[serde(flatten)]
    evaluation: &'a Evaluation,
}

/// The files of a comparison with another model.
const COMPARISON: [&str; 4] = [
    "scores_compared.csv",
    "comparison.csv",
    "comparison.json",
    "comparison.svg",
];

/// Writes scores and summary as CSV, everything as JSON, and the pictures.
///
/// # Errors
/// Where a file cannot be written.
pub fn write(
    evaluation: &Evaluation,
    [prediction, reference]: [&Path; 2],
    out: &Path,
) -> Result<()> {
    // Of an earlier evaluation with another model beside.
    COMPARISON
        .iter()
        .try_for_each(|name| folder::remove_file(&out.join(name)))?;
    let record = Record {
        schema: "myops-evaluate-1",
        program_version: env!("CARGO_PKG_VERSION"),
        prediction: prediction.display().to_string(),
        reference: reference.display().to_string(),
        evaluation,
    };
    let text =
        |name: &str, text: String| write_whole(out.join(name), |w| w.write_all(text.as_bytes()));
    text("scores.csv", told::scores_csv(evaluation))?;
    text("summary.csv", told::summary_csv(evaluation))?;
    text("dice.svg", told::dice_picture(evaluation))?;
    text("hd95.svg", told::hd95_picture(evaluation))?;
    text("scar_volume.svg", told::scar_volume_picture(evaluation))?;
    text("evaluation.json", serde_json::to_string_pretty(&record)?)?;
    Ok(())
}

fn write_comparison(
    first: &Evaluation,
    second: &Evaluation,
    comparison: &Comparison,
    out: &Path,
) -> Result<()> {
    let [scores, table, json, picture] = COMPARISON;
    let text =
        |name: &str, text: String| write_whole(out.join(name), |w| w.write_all(text.as_bytes()));
    text(scores, told::scores_csv(second))?;
    text(table, told::comparison_csv(comparison))?;
    text(json, serde_json::to_string_pretty(comparison)?)?;
    text(picture, told::difference_picture(first, second))?;
    Ok(())
}

//! The files of an evaluation.

use std::path::Path;

use myops_image::io::{IoError, write_whole};
use myops_measure::evaluate::{Comparison, Evaluation, Metric};
use serde::Serialize;

use crate::app::error::Error;
use crate::app::files::folder;
use crate::report::evaluation as told;

/// An evaluation with where it comes from.
#[derive(Serialize)]
struct Record<'a> {
    schema: &'static str,
    program_version: &'static str,
    prediction: String,
    reference: String,
    metrics: &'static [Metric],
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
) -> Result<(), Error> {
    // Of an earlier evaluation that compared two models.
    COMPARISON
        .iter()
        .try_for_each(|name| folder::remove_file(&out.join(name)))?;
    let record = Record {
        schema: "myops-evaluate-2",
        program_version: env!("CARGO_PKG_VERSION"),
        prediction: prediction.display().to_string(),
        reference: reference.display().to_string(),
        metrics: Metric::ALL,
        evaluation,
    };
    write_texts(
        out,
        [
            ("scores.csv", told::scores_csv(evaluation)),
            ("summary.csv", told::summary_csv(evaluation)),
            ("dice.svg", told::dice_picture(evaluation)),
            ("hd95.svg", told::hd95_picture(evaluation)),
            ("scar_volume.svg", told::scar_volume_picture(evaluation)),
        ],
    )?;
    Ok(write_json(&record, &out.join("evaluation.json"))?)
}

/// Writes the scores of the other model and the comparison as CSV, JSON and a picture.
///
/// # Errors
/// Where a file cannot be written.
pub fn write_comparison(
    first: &Evaluation,
    second: &Evaluation,
    comparison: &Comparison,
    out: &Path,
) -> Result<(), Error> {
    let [scores, table, json, picture] = COMPARISON;
    write_texts(
        out,
        [
            (scores, told::scores_csv(second)),
            (table, told::comparison_csv(comparison)),
            (picture, told::difference_picture(first, second)),
        ],
    )?;
    Ok(write_json(comparison, &out.join(json))?)
}

/// Writes JSON as it is made: that of many cases is long.
fn write_json(value: &impl Serialize, path: &Path) -> Result<(), IoError> {
    write_whole(path, |w| Ok(serde_json::to_writer_pretty(w, value)?))
}

fn write_texts<const N: usize>(out: &Path, files: [(&str, String); N]) -> Result<(), Error> {
    for (name, text) in files {
        write_whole(out.join(name), |w| w.write_all(text.as_bytes()))?;
    }
    Ok(())
}

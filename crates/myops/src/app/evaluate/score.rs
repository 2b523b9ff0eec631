//! Matching of label maps with references, and the scores of each pair.

use std::collections::HashMap;

use myops_image::io::Numbering;
use myops_image::label::{Label, LabelMap};
use myops_image::volume::Volume;
use myops_measure::evaluate::{EvaluatedCase, Evaluation, Hd95, score_case};
use rayon::prelude::*;

use crate::app::cases::LabelFile;
use crate::app::error::{Error, EvaluateError, FailedCase};
use crate::app::note::{Note, Unmatched};
use crate::app::progress::{Progress, Stage, in_stage};
use crate::app::threads::contained;

/// How cases are matched and scored.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EvaluateOptions {
    /// Whether a missing prediction is scored as empty and an extra one left out; else both are refused.
    pub allow_missing: bool,
    /// The definition of HD95 in tables and pictures.
    pub hd95: Hd95,
    /// The random seed of the bootstrap.
    pub seed: u64,
}

impl Default for EvaluateOptions {
    fn default() -> Self {
        Self {
            allow_missing: false,
            hd95: Hd95::default(),
            seed: 1,
        }
    }
}

/// Scores label maps against the reference labels of the same cases.
///
/// # Errors
/// Where a case has no prediction or no reference (unless that is allowed), a file cannot be read, or a prediction lies
/// on another grid than its reference; all such cases are named.
pub fn evaluate(
    predictions: &[LabelFile],
    references: &[LabelFile],
    options: EvaluateOptions,
    progress: &dyn Progress,
) -> Result<Evaluation, Error> {
    if let Some(cases) = unmatched(predictions, references) {
        if cases.missing.len() == references.len() {
            return Err(EvaluateError::NothingInCommon(cases).into());
        }
        if !options.allow_missing {
            return Err(EvaluateError::Unmatched(cases).into());
        }
        progress.message(&Note::Unmatched(cases));
    }
    let predictions = by_case(predictions);
    let score = |reference: &LabelFile| {
        let prediction = predictions.get(reference.id.as_str()).copied();
        let scored = contained(|| score(prediction, reference));
        progress.advanced(1, "");
        scored
    };
    let scored = in_stage(progress, Stage::Scoring, references.len(), || {
        references.par_iter().map(score).collect()
    });
    let ids = references.iter().map(|reference| reference.id.as_str());
    let (scored, refused) = FailedCase::separate(ids, scored);
    let is_different = |scored: &&Scored| scored.numbering == Numberings::Different;
    let differently: Vec<&Scored> = scored.iter().filter(is_different).collect();
    if let Some(first) = differently.first() {
        progress.message(&Note::NumberedDifferently {
            cases: differently.len(),
            first: first.case.id.clone(),
        });
    }
    if refused.is_empty() {
        let cases = scored.into_iter().map(|scored| scored.case).collect();
        return Ok(Evaluation::of(cases, options.hd95, options.seed));
    }
    Err(Error::Refused {
        cases: refused,
        references: references.len(),
    })
}

fn by_case(files: &[LabelFile]) -> HashMap<&str, &LabelFile> {
    files.iter().map(|file| (file.id.as_str(), file)).collect()
}

/// The cases that only one side has, where there are any.
fn unmatched(predictions: &[LabelFile], references: &[LabelFile]) -> Option<Unmatched> {
    let only = |these: &[LabelFile], those: &[LabelFile]| -> Vec<String> {
        let those = by_case(those);
        let ids = these.iter().map(|file| &file.id);
        ids.filter(|id| !those.contains_key(id.as_str()))
            .cloned()
            .collect()
    };
    let cases = Unmatched {
        missing: only(references, predictions),
        references: references.len(),
        extra: only(predictions, references),
    };
    let some = !cases.missing.is_empty() || !cases.extra.is_empty();
    some.then_some(cases)
}

/// How the numbers of the two label maps of a case were understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Numberings {
    /// By one numbering, or one of them by the challenge's codes.
    Alike,
    /// By two numberings, neither of them the challenge's codes.
    Different,
}

struct Scored {
    case: EvaluatedCase,
    numbering: Numberings,
}

fn score(prediction: Option<&LabelFile>, reference: &LabelFile) -> Result<Scored, Error> {
    let (truth, truth_numbers) = reference.read()?;
    let (found, numbers): (LabelMap, _) = match prediction {
        Some(file) => file.read()?,
        None => (
            Volume::filled(*truth.grid(), Label::Background),
            Numbering::Codes,
        ),
    };
    let pair = |file: &LabelFile| (file.path().into(), reference.path().into());
    let mut regions = score_case(&found, &truth).map_err(|cause| EvaluateError::Grid {
        pair: prediction.map(pair),
        cause: Box::new(cause),
    })?;
    regions.retain(|scores| reference.scheme.tells(scores.region));
    let by_codes = [&numbers, &truth_numbers].contains(&&Numbering::Codes);
    let case = EvaluatedCase {
        id: reference.id.clone(),
        prediction_missing: prediction.is_none(),
        regions,
    };
    Ok(Scored {
        case,
        numbering: if by_codes || numbers == truth_numbers {
            Numberings::Alike
        } else {
            Numberings::Different
        },
    })
}

//! Labelled cases as a network sees them.

use myops_image::augment::{AugmentRanges, Augmentation};
use myops_image::label::{Label, LabelSet};
use myops_image::preprocess::{Frame, Framing, HeartCentre, PreprocessError};
use myops_image::scheme::LabelScheme;
use myops_image::sequence::Sequence;
use myops_image::study::Study;
use myops_kernels::Image;
use rand::Rng;

use myops_segment::Recipe;

/// One labelled slice.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// `[height, width, sequences]`.
    pub image: Vec<f32>,
    /// `[height, width]`.
    pub labels: Vec<Label>,
    /// Which tissues the labels tell apart.
    pub scheme: LabelScheme,
}

impl Sample {
    /// For each sequence whether the slice has an image of it.
    fn sequences(&self) -> [bool; Sequence::ALL.len()] {
        let channels = self.image.len() / self.labels.len();
        Sequence::ALL.map(|sequence| {
            let values = self.image.iter().skip(sequence as usize);
            values.step_by(channels).any(|value| *value != 0.0)
        })
    }

    /// Draws an augmentation of the slice.
    pub(crate) fn draw(&self, ranges: &AugmentRanges, rng: &mut impl Rng) -> Augmentation {
        ranges.draw_for(rng, &self.sequences())
    }
}

/// The slices of one labelled case.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainingCase {
    /// The case's name.
    pub id: String,
    /// Its slices, in order.
    pub slices: Vec<Sample>,
    /// The share of the slices that an epoch sees; above 1, some are seen more often than once.
    pub share: f64,
}

/// Why a case cannot be trained on.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// It has no reference labels.
    #[error("case {0} has no reference labels, so nothing can be learned from it")]
    Unlabelled(String),
    /// It cannot be made an input.
    #[error(transparent)]
    Preprocess(#[from] PreprocessError),
}

impl TrainingCase {
    /// Makes inputs and targets of a labelled study, wider by `margin` pixels on every side.
    ///
    /// # Errors
    /// Where the study has no reference labels or cannot be made an input.
    pub fn prepare(study: &Study, recipe: &Recipe, margin: usize) -> Result<Self, CaseError> {
        let reference = study
            .reference()
            .ok_or_else(|| CaseError::Unlabelled(study.id().to_owned()))?;
        let heart = match recipe.preprocess.framing {
            Framing::Central => None,
            Framing::Heart => HeartCentre::of_labels(reference),
        };
        let (prepared, restore) = recipe.preprocess.apply_in(study, Frame { heart, margin })?;
        let labels = restore.prepare_labels(reference);
        let pixels = prepared.size * prepared.size;
        let images = prepared.data.chunks_exact(pixels * prepared.channels);
        let slices = images
            .zip(labels.chunks_exact(pixels))
            .map(|(image, labels)| Sample {
                image: image.to_vec(),
                labels: labels.to_vec(),
                scheme: *study.scheme(),
            })
            .collect();
        Ok(Self {
            id: study.id().to_owned(),
            slices,
            share: 1.0,
        })
    }
}

/// Applies each augmentation to its sample, on all threads; `side` is the height and width of the slices, `margin` of
/// which is cut off on every side. Channels from `seen` on become 0.
pub fn augmented(
    samples: &[(&Sample, Augmentation)],
    side: usize,
    margin: usize,
    seen: usize,
) -> Vec<Sample> {
    use rayon::prelude::*;
    samples
        .par_iter()
        .map(|(sample, augmentation)| {
            let channels = sample.image.len() / (side * side);
            let (mut image, mut labels) = (
                with_channels(&sample.image, channels, seen),
                sample.labels.clone(),
            );
            augmentation.apply_within(&mut image, &mut labels, side, margin);
            Sample {
                image: with_channels(&image, seen, channels),
                labels,
                scheme: sample.scheme,
            }
        })
        .collect()
}

/// The first channels of each pixel; 0 for those that it does not have.
fn with_channels(image: &[f32], before: usize, after: usize) -> Vec<f32> {
    if before == after {
        return image.to_vec();
    }
    let mut out = vec![0.0; image.len() / before * after];
    let kept = before.min(after);
    for (out, pixel) in out.chunks_exact_mut(after).zip(image.chunks_exact(before)) {
        out[..kept].copy_from_slice(&pixel[..kept]);
    }
    out
}

/// Puts slices together as one input, with the tissues that each pixel may be beside it.
///
/// # Shapes
/// The input is `[N, side, side, sequences]`, the tissues `[N * side * side]`.
pub fn batch(samples: &[Sample], side: usize) -> (Image, Vec<LabelSet>) {
    let n = samples.len();
    let values: Vec<f32> = samples.iter().flat_map(|s| &s.image).copied().collect();
    let targets = samples.iter().flat_map(|sample| {
        let meanings = Label::ALL.map(|label| sample.scheme.meaning(label));
        let labels = sample.labels.iter();
        labels.map(move |label| meanings[label.class()])
    });
    let channels = values.len() / (n * side * side).max(1);
    let dims = [n, side, side, channels];
    (Image { dims, values }, targets.collect())
}

//! Trained networks ready to segment studies.

use myops_image::label::{Label, LabelMap, Region};
use myops_image::preprocess::{
    Align, Frame, Misalignment, Missing, Prepared, Restore, aligned, misalignment,
};
use myops_image::sequence::{PerSequence, Sequence};
use myops_image::study::Study;
use myops_measure::finding::Finding;
use rayon::prelude::*;

use super::alone::SeenAlone;
use super::cleanup::relabel;
use super::confidence::Confidence;
use super::file::ModelFile;
use super::forward::{NotANumber, Predictor, checked};
use super::header::ModelHeader;
use super::locator::Locator;
use super::segmentation::{ProbabilityMap, SegmentError, Segmentation};
use myops_net::engine::Device;
use myops_net::weights::{StoreError, WeightsError};

/// Trained networks with what comes before and after them.
#[derive(Debug)]
pub struct Segmenter {
    header: ModelHeader,
    locator: Option<Locator>,
    members: Vec<Predictor>,
}

/// Why weights cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SegmenterError {
    /// The bytes are not weights of this program.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The weights do not fit the network that they claim.
    #[error(transparent)]
    Weights(#[from] WeightsError),
}

impl Segmenter {
    /// Reads a safetensors file's bytes.
    ///
    /// # Errors
    /// Where the bytes are not whole, or the weights do not fit the networks that they claim.
    pub fn from_bytes(bytes: &[u8], device: &Device) -> Result<Self, SegmenterError> {
        Ok(Self::new(ModelFile::from_bytes(bytes)?, device)?)
    }

    /// Puts weights into the networks that the header names.
    ///
    /// # Errors
    /// Where they do not fit.
    pub fn new(file: ModelFile, device: &Device) -> Result<Self, WeightsError> {
        let ModelFile {
            header,
            locator,
            members,
        } = file;
        let locator = match (header.locator, locator) {
            (Some(header), Some(weights)) => Some(Locator::new(header, &weights, device)?),
            _ => None,
        };
        let members = members
            .into_par_iter()
            .enumerate()
            .map(|(n, weights)| Predictor::new(header.member(n), &weights, device))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            header,
            locator,
            members,
        })
    }

    /// What the weights say of themselves.
    pub fn header(&self) -> &ModelHeader {
        &self.header
    }

    /// Labels on the study's own grid, with all that is known of them.
    ///
    /// # Errors
    /// Where the network needs a sequence that the study does not have, or its output is not a number.
    pub fn segment(&self, study: &Study) -> Result<Segmentation, SegmentError> {
        // A thread of the pool begins each layer itself; any other would hand it over and be woken at its end.
        rayon::scope(|_| self.segment_in_pool(study))
    }

    fn segment_in_pool(&self, study: &Study) -> Result<Segmentation, SegmentError> {
        let recipe = &self.header.recipe;
        let mut findings = Vec::new();
        let mut frame = Frame::default();
        if let Some(locator) = &self.locator {
            frame.heart = locator.find(study)?;
            findings.extend(frame.heart.is_none().then_some(Finding::HeartNotFound));
        }
        let (mut prepared, mut restore) = recipe.preprocess.apply_in(study, frame)?;
        let misaligned = match recipe.align {
            Align::Off => PerSequence::default(),
            Align::Measure | Align::Correct => self
                .misalignment(study, frame, &prepared, &restore)
                .map_err(SegmentError::of(study))?,
        };
        let moved = if recipe.align == Align::Correct {
            aligned(study, &misaligned)
        } else {
            None
        };
        if let Some(moved) = &moved {
            (prepared, restore) = recipe.preprocess.apply_in(moved, frame)?;
        }
        findings.extend(misaligned.iter().filter_map(|(sequence, m)| {
            let shift_mm = m.filter(|m| m.clear)?.distance_mm();
            Some(Finding::Misaligned {
                sequence: sequence.name().into(),
                shift_mm,
                corrected: moved.is_some(),
            })
        }));
        let Averaged { mean, members } = self.run(&prepared).map_err(SegmentError::of(study))?;
        let mut labels = recipe.labels(&mean, &restore);
        clear_blank_slices(&mut labels, study);
        if study.image(Sequence::Lge).is_none() {
            relabel(&mut labels, Label::Scar, Label::Edema);
            findings.push(Finding::NoLge);
        }
        findings.extend(study.image(Sequence::T2).is_none().then_some(Finding::NoT2));
        let seen = restore.prepare_labels(&labels);
        let pixel_ml = restore.spacing_mm().iter().product::<f64>() / 1000.0;
        let confidence = |region| Confidence::of(region, &mean, &seen, &members, pixel_ml);
        // Without LGE no scar is labelled, whatever the networks say of it.
        let scar = study.image(Sequence::Lge).map(|_| confidence(Region::SCAR));
        let edema_or_scar = confidence(Region::EDEMA_OR_SCAR);
        let probabilities = ProbabilityMap {
            values: mean,
            restore,
        };
        Ok(Segmentation {
            labels,
            probabilities,
            scar,
            edema_or_scar,
            misalignment: misaligned,
            findings,
        })
    }

    /// How far the sequences lie from one another; by what the first network sees in each alone too, where it has learned
    /// to do with one.
    fn misalignment(
        &self,
        study: &Study,
        frame: Frame,
        prepared: &Prepared,
        restore: &Restore,
    ) -> Result<PerSequence<Option<Misalignment>>, NotANumber> {
        if self.header.recipe.preprocess.missing == Missing::Refuse || study.missing().len() > 1 {
            return Ok(misalignment(study.images(), frame.heart, None));
        }
        let seen = SeenAlone::by(&self.members[0], prepared, study, restore)?;
        Ok(misalignment(
            study.images(),
            frame.heart,
            Some(&|a, b, shift_mm| seen.overlap(a, b, shift_mm)),
        ))
    }

    /// The mean probabilities over all networks, and what each of several says alone.
    fn run(&self, input: &Prepared) -> Result<Averaged, NotANumber> {
        let (recipe, networks) = (&self.header.recipe, self.members.len());
        let share = 1.0 / networks as f32;
        let mut averaged = Averaged {
            mean: Vec::new(),
            members: Vec::new(),
        };
        for (n, member) in self.members.iter().enumerate() {
            let p = member.probabilities(input, recipe.flips.mirrors(n, networks))?;
            averaged.mean.resize(p.len(), 0.0);
            averaged
                .mean
                .iter_mut()
                .zip(&p)
                .for_each(|(sum, p)| *sum += p * share);
            if networks > 1 {
                averaged
                    .members
                    .push(recipe.pixel_labels(&self.calibrated(input, p)?));
            }
        }
        averaged.mean = self.calibrated(input, averaged.mean)?;
        Ok(averaged)
    }

    /// Probabilities that come true as often as they say.
    fn calibrated(
        &self,
        input: &Prepared,
        mut probabilities: Vec<f32>,
    ) -> Result<Vec<f32>, NotANumber> {
        let ModelHeader { model, recipe, .. } = &self.header;
        recipe.calibrate(
            model.architecture.activation(),
            &input.data,
            &mut probabilities,
        );
        checked(probabilities)
    }
}

/// Takes the labels out of slices in which no image has two different values: a network makes something up of nothing.
fn clear_blank_slices(labels: &mut LabelMap, study: &Study) {
    let (shape, axis) = (labels.shape(), labels.grid().slice_axis());
    let step = shape[..axis].iter().product::<usize>();
    let slice_of = |at: usize| at / step % shape[axis];
    let mut blank = vec![true; shape[axis]];
    for image in study
        .images()
        .iter()
        .filter_map(|(_, image)| image.as_ref())
    {
        let first = |slice: usize| image.data()[slice * step];
        for (at, value) in image.data().iter().enumerate() {
            let slice = slice_of(at);
            if *value != first(slice) {
                blank[slice] = false;
            }
        }
    }
    if blank.contains(&true) {
        let within = labels
            .data_mut()
            .iter_mut()
            .enumerate()
            .filter(|(at, _)| blank[slice_of(*at)]);
        within.for_each(|(_, label)| *label = Label::Background);
    }
}

/// What several networks say of the same input.
struct Averaged {
    /// Mean probabilities, calibrated, `[slice][row][column][label]`.
    mean: Vec<f32>,
    /// The labels that each network alone gives, `[slice][row][column]`; none for a single network.
    members: Vec<Vec<Label>>,
}

//! Settings of the preparation, and its application to a study.

use myops_settings::{Switch, choices, settings};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::orientation::Orientation;
use crate::sequence::Sequence;
use crate::study::Study;

use super::framing::{Frame, Framing, HeartCentre};
use super::neighbours::{stride, with_neighbours};
use super::normalise::Normalise;
use super::prepared::Prepared;
use super::restore::Restore;
use super::window::Window;

settings! {
    /// Settings of the preparation of a network's input.
    #[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub struct Preprocess {
        /// Image axes that become rows and columns of the input: from the affine, or as the file stores them.
        #[serde(default)]
        pub axes: Axes,
        /// Height and width of the input, pixels; a multiple of 32 for runet, of 16 for the others.
        pub size: usize,
        /// In-plane pixel size of the input, mm; "off" keeps that of the image.
        #[serde(default)]
        #[within(0.05, 50)]
        pub spacing_mm: Switch<f64>,
        /// Centre of the input: of the image, or of the heart that the locator finds.
        #[serde(default)]
        pub framing: Framing,
        /// Normalisation of intensities.
        pub normalise: Normalise,
        /// Handling of a case that lacks a sequence: refuse it, or fill the channel with zeros.
        pub missing: Missing,
        /// Number of neighbouring slices on each side that are added as channels; where slices lie less than 8 mm apart,
        /// those about 12 mm away.
        #[serde(default)]
        #[within(0, 4)]
        pub neighbours: usize,
    }
}

choices!(Axes, Framing, Missing, Normalise);

/// The image axes that become rows and columns of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Axes {
    /// The axes of the study, the same for every scanner: [`Orientation::canonical`].
    #[default]
    Anatomical,
    /// The axes of the file's array; the affine is ignored. Rows are its first axis, columns its
    /// second, as in the published system (Altunok & Oksuz, MyoPS 2020).
    Stored,
}

impl std::fmt::Display for Axes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Anatomical => "anatomical",
            Self::Stored => "stored",
        })
    }
}

/// The handling of a missing sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Missing {
    /// The study is refused.
    Refuse,
    /// Its channel is 0, as in training with sequence drop-out.
    Zero,
}

/// Why a study cannot be prepared.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PreprocessError {
    /// A sequence that the network needs is missing.
    #[error("case {id}: {sequence} is missing; this model needs bSSFP, LGE and T2")]
    Missing {
        /// The case.
        id: String,
        /// The sequence.
        sequence: Sequence,
    },
    /// Both sequences that show scar or edema are missing.
    #[error("case {0}: LGE and T2 are missing; bSSFP alone shows no scar or edema")]
    NoPathology(String),
}

impl Preprocess {
    /// The published preparation (Altunok & Oksuz, MyoPS 2020): the central 256 x 256 pixels; each
    /// slice is divided by the largest value of its three channels.
    pub const PUBLISHED: Self = Self {
        axes: Axes::Anatomical,
        size: 256,
        spacing_mm: Switch::Off,
        framing: Framing::Central,
        normalise: Normalise::JointMaximum,
        missing: Missing::Refuse,
        neighbours: 0,
    };

    /// The number of channels of the input: one for each sequence of a slice and of its adjacent
    /// slices.
    pub const fn channels(&self) -> usize {
        Sequence::ALL.len() * (1 + 2 * self.neighbours)
    }

    /// Prepares the input around the centre of the image; returns it with its inverse.
    ///
    /// # Errors
    /// [`PreprocessError`] if a required sequence is missing, or both LGE and T2 are.
    pub fn apply(&self, study: &Study) -> Result<(Prepared, Restore), PreprocessError> {
        self.apply_in(study, Frame::default())
    }

    /// Prepares the input at a given position; returns it with its inverse. Both include the margin
    /// of `frame` on every side.
    ///
    /// # Errors
    /// [`PreprocessError`] if a required sequence is missing, or both LGE and T2 are.
    pub fn apply_in(
        &self,
        study: &Study,
        frame: Frame,
    ) -> Result<(Prepared, Restore), PreprocessError> {
        if self.missing == Missing::Refuse
            && let Some(&sequence) = study.missing().first()
        {
            return Err(PreprocessError::Missing {
                id: study.id().into(),
                sequence,
            });
        }
        if study.image(Sequence::Lge).is_none() && study.image(Sequence::T2).is_none() {
            return Err(PreprocessError::NoPathology(study.id().into()));
        }
        let restore = self.restore(study, frame);
        let shape = restore.oriented.shape();
        let (size, channels) = (restore.window.size(), Sequence::ALL.len());
        let mut data = vec![0.0; shape[2] * size * size * channels];
        for (channel, (_, image)) in study.images().iter().enumerate() {
            let Some(image) = image else { continue };
            let image = restore.order.apply(image);
            data.par_chunks_exact_mut(size * size * channels)
                .enumerate()
                .for_each(|(k, slice)| {
                    restore
                        .window
                        .sample(image.slice(k), [shape[1], shape[0]], |pixel, value| {
                            slice[pixel * channels + channel] = value;
                        });
                });
        }
        let mut prepared = Prepared {
            slices: shape[2],
            size,
            channels,
            data,
        };
        self.normalise.apply(&mut prepared, frame.margin);
        if self.neighbours > 0 {
            let stride = stride(study.grid().spacing().mm()[2]);
            prepared = with_neighbours(&prepared, self.neighbours, stride);
        }
        Ok((prepared, restore))
    }

    fn restore(&self, study: &Study, frame: Frame) -> Restore {
        let order = match self.axes {
            Axes::Anatomical => Orientation::UNCHANGED,
            Axes::Stored => {
                let as_stored = study.storage().turn().inverse();
                as_stored.then(Orientation::FIRST_AXIS_AS_ROWS)
            }
        };
        let oriented = order.grid(study.grid());
        let size = self.size + 2 * frame.margin;
        let window = match frame.heart.filter(|_| self.framing == Framing::Heart) {
            None => Window::central(&oriented, size, self.spacing_mm.on()),
            Some(HeartCentre(centre)) => {
                let [i_mm, j_mm, _] = oriented.spacing().rounded_mm();
                Window::about(
                    centre,
                    size,
                    self.spacing_mm
                        .on()
                        .map_or([1.0; 2], |mm| [mm / j_mm, mm / i_mm]),
                )
            }
        };
        Restore {
            order,
            grid: *study.grid(),
            oriented,
            window,
        }
    }
}

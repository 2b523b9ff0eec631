//! Synthetic patients: a short-axis heart in a body, drawn at random, with exactly known labels and
//! volumes.
//!
//! A [`Phantom`] holds all parameters of one patient; [`Phantom::render`] computes its study. Its
//! geometry is in mm: `x` along a row and `y` down a column of the stored slice, from the centre of
//! the slice; `height` along the long axis of the left ventricle from its apex. Row 0 is inferior
//! and the right ventricle is on the left, as in the files of the MyoPS 2020 challenge. The same
//! seed gives the same phantom and the same voxels.
//!
//! ```
//! use myops_image::label::Label;
//! use myops_image::phantom::{Phantom, PhantomSettings};
//! use rand::SeedableRng;
//!
//! let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(1);
//! let settings = PhantomSettings { slices: [2, 2], ..PhantomSettings::default() };
//! let (study, truth) = Phantom::draw(&settings, &mut rng).render("p1");
//! assert_eq!(study.grid().shape()[2], 2);
//! assert!(truth.volume_ml(Label::LvPool) > 0.0);
//! ```

mod body;
mod contrast;
mod heart;
mod injury;
mod noise;
mod outline;
mod patient;
mod random;
mod render;
mod settings;
mod truth;

pub use injury::InjuryKind;
pub use patient::Phantom;
pub use settings::PhantomSettings;
pub use truth::Truth;

#[cfg(test)]
mod tests;

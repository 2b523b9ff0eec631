//! The conversion of a study to the input of a network, and of the output back to the study's grid.
//!
//! Steps: a square window of each slice, normalisation of intensities. The inverse, [`Restore`], is returned with the result.
//!
//! ```
//! use myops_image::{phantom::{Phantom, PhantomSettings}, preprocess::Preprocess};
//! use rand::SeedableRng;
//!
//! let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(1);
//! let settings = PhantomSettings { slices: [2, 2], side_px: [64, 64], ..PhantomSettings::default() };
//! let (study, _) = Phantom::draw(&settings, &mut rng).render("p1");
//! let (input, restore) = Preprocess { size: 32, ..Preprocess::PUBLISHED }.apply(&study)?;
//! assert_eq!((input.slices, input.data.len()), (2, 2 * 32 * 32 * 3));
//! assert_eq!(restore.spacing_mm()[2], study.grid().spacing().mm()[2]);
//! # Ok::<(), myops_image::preprocess::PreprocessError>(())
//! ```

mod align;
mod framing;
mod neighbours;
mod normalise;
mod prepared;
mod restore;
mod settings;
mod window;

pub use align::{
    Align, Misalignment, Moves, Overlap, Registration, SliceShift, WrongSize, misalignment,
    registration, wrong_sizes,
};
pub use framing::{Frame, Framing, HeartCentre};
pub use normalise::Normalise;
pub use prepared::Prepared;
pub use restore::Restore;
pub use settings::{Axes, Missing, Preprocess, PreprocessError};
pub use window::Window;

#[cfg(test)]
mod tests;

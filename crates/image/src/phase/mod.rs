//! Which phase of a cine is taken: the one that is most like another sequence of the patient.
//!
//! Other sequences show the heart at one moment of its beat, mostly in mid-diastole; of a cine, the phase whose edges lie where
//! those of the other sequence do shows the same moment. Edges are compared by the normalised gradient field (Haber and
//! Modersitzki, MICCAI 2006), which does not depend on what is bright: by the cosine of twice the angle between both gradients,
//! so that edges that have nothing to do with one another count nothing in the mean. Places count by how much the cine moves
//! about them, so that the heart decides wherever it lies, and small shifts between breath-holds are tried.
//!
//! ```
//! use myops_image::geometry::{Affine, GeometryError, Grid, Spacing};
//! use myops_image::phase::Lattice;
//! use myops_image::volume::Volume;
//!
//! // A disk that shrinks from phase to phase, and the same disk with inverted contrast.
//! let grid = Grid::new([64, 64, 2], Affine::from_spacing(Spacing::new_mm([1.5, 1.5, 8.0])?))?;
//! let disk = |radius: f64, inside: f32, outside: f32| {
//!     Volume::from_fn(grid, |[i, j, _]| {
//!         let apart = (i as f64 - 30.0).hypot(j as f64 - 34.0);
//!         if apart < radius { inside } else { outside }
//!     })
//! };
//! let lattice = Lattice::over(&disk(14.0, 20.0, 200.0));
//! let phases = [18.0, 16.0, 14.0, 12.0].map(|radius| lattice.sample(&disk(radius, 90.0, 10.0)));
//! assert_eq!(lattice.most_like(&phases), Some(2));
//! # Ok::<(), GeometryError>(())
//! ```

mod lattice;

use serde::{Deserialize, Serialize};

use crate::volume::Volume;

pub use lattice::Lattice;

/// Which phase of a cine is to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Phase {
    /// The one most like LGE; without LGE, like T2; without both, the first.
    #[default]
    MostLike,
    /// The one of this number, counted from 1.
    Number(usize),
}

/// The phase of a cine that was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenPhase {
    /// Its number, counted from 1.
    pub phase: usize,
    /// The number of phases.
    pub phases: usize,
    /// Why it was taken.
    pub chosen: Chosen,
}

/// Why a phase was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Chosen {
    /// It was asked for.
    Asked,
    /// It is most like LGE.
    LikeLge,
    /// It is most like T2, and there is no LGE to compare with.
    LikeT2,
    /// Its trigger time is the nearest to that of LGE.
    LgeTime,
    /// There was nothing to compare with; the first phase is end diastole by convention.
    First,
}

impl std::fmt::Display for TakenPhase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { phase, phases, .. } = self;
        write!(f, "phase {phase} of {phases}, ")?;
        match self.chosen {
            Chosen::Asked => f.write_str("as asked for"),
            Chosen::LikeLge => f.write_str("the one most like LGE"),
            Chosen::LikeT2 => f.write_str("the one most like T2"),
            Chosen::LgeTime => f.write_str("the one nearest to LGE by trigger time"),
            Chosen::First => f.write_str("the first"),
        }
    }
}

/// The sequences with which the phases of a cine are compared; the first that the cine shows something of decides.
#[derive(Debug, Clone, Copy, Default)]
pub struct Like<'a> {
    /// LGE, if there is one.
    pub lge: Option<&'a Volume<f32>>,
    /// T2, if there is one.
    pub t2: Option<&'a Volume<f32>>,
}

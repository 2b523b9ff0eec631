//! Which tissues the reference labels of a data set tell apart.
//!
//! Data sets draw different things: where edema is not drawn, its voxels are labelled as healthy myocardium; where the right
//! ventricle is not drawn, as background. Such a label says that one of several tissues is there, and not which.
//!
//! ```
//! use myops_image::label::{Label, LabelSet, Region};
//! use myops_image::scheme::LabelScheme;
//!
//! // EMIDEC: late gadolinium enhancement alone, without edema and without the right ventricle.
//! let emidec = LabelScheme::leaving([(Label::RvPool, Label::Background), (Label::Edema, Label::Myocardium)])?;
//! assert_eq!(emidec.meaning(Label::Myocardium), LabelSet::of(&[Label::Myocardium, Label::Edema]));
//! assert_eq!(emidec.meaning(Label::Scar), LabelSet::of(&[Label::Scar]));
//! assert!(emidec.tells(Region::WALL) && emidec.tells(Region::SCAR) && !emidec.tells(Region::EDEMA_OR_SCAR));
//! # Ok::<(), myops_image::scheme::SchemeError>(())
//! ```

use crate::label::{Label, LabelSet, Region};

/// Which tissues the reference labels of a data set tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LabelScheme {
    /// By class: the label that voxels of a tissue carry.
    carried: [Label; Label::ALL.len()],
}

/// Why a tissue cannot be left in a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SchemeError {
    /// The label is its own.
    #[error("{} is left in itself", .0.name())]
    Itself(Label),
    /// Two labels are named for one tissue.
    #[error("{} is left in two labels", .0.name())]
    Twice(Label),
    /// The label is not drawn itself.
    #[error("{} is left in {}, which is not drawn itself", tissue.name(), label.name())]
    NotDrawn {
        /// The tissue.
        tissue: Label,
        /// The label that its voxels are said to carry.
        label: Label,
    },
}

impl LabelScheme {
    /// All six labels are drawn, as in MyoPS 2020.
    pub const ALL: Self = Self {
        carried: Label::ALL,
    };

    /// All labels are drawn but some, whose voxels carry another label: `(tissue, label)`.
    ///
    /// # Errors
    /// Where a tissue is left in itself, in two labels, or in one that is not drawn.
    pub fn leaving(left: impl IntoIterator<Item = (Label, Label)>) -> Result<Self, SchemeError> {
        let mut scheme = Self::ALL;
        for (tissue, label) in left {
            if tissue == label {
                return Err(SchemeError::Itself(tissue));
            }
            let carried = &mut scheme.carried[tissue.class()];
            if *carried != tissue {
                return Err(SchemeError::Twice(tissue));
            }
            *carried = label;
        }
        for (tissue, label) in Label::ALL.into_iter().zip(scheme.carried) {
            if scheme.carried[label.class()] != label {
                return Err(SchemeError::NotDrawn { tissue, label });
            }
        }
        Ok(scheme)
    }

    /// The label that voxels of a tissue carry.
    pub fn carried(&self, tissue: Label) -> Label {
        self.carried[tissue.class()]
    }

    /// The tissues that a voxel with this label may be; none where the label is not drawn.
    pub fn meaning(&self, label: Label) -> LabelSet {
        let tissues = Label::ALL.into_iter().zip(self.carried);
        let meant: Vec<Label> = tissues
            .filter(|(_, carried)| *carried == label)
            .map(|(tissue, _)| tissue)
            .collect();
        LabelSet::of(&meant)
    }

    /// Whether the labels say of every voxel if it belongs to a region.
    pub fn tells(&self, region: Region) -> bool {
        let region = region.labels();
        Label::ALL.into_iter().all(|label| {
            let meaning = self.meaning(label);
            meaning.is_within(region) || !meaning.meets(region)
        })
    }
}

impl Default for LabelScheme {
    fn default() -> Self {
        Self::ALL
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_drawn_tells_every_region() {
        let all = LabelScheme::leaving([]).unwrap();
        assert_eq!(all, LabelScheme::ALL);
        assert!(Region::SCORED.into_iter().all(|region| all.tells(region)));
        assert!(Label::ALL.into_iter().all(|l| all.meaning(l) == l.into()));
    }

    #[test]
    fn anatomy_alone_tells_wall_and_pools() {
        let left = [
            (Label::Edema, Label::Myocardium),
            (Label::Scar, Label::Myocardium),
        ];
        let anatomy = LabelScheme::leaving(left).unwrap();
        let told = Region::SCORED.into_iter().filter(|r| anatomy.tells(*r));
        assert_eq!(
            told.collect::<Vec<_>>(),
            [Region::WALL, Region::LV_POOL, Region::RV_POOL]
        );
        assert_eq!(anatomy.meaning(Label::Scar), LabelSet::default());
        assert_eq!(anatomy.meaning(Label::Myocardium), Region::WALL.labels());
        assert_eq!(anatomy.carried(Label::Scar), Label::Myocardium);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        use Label::{Edema, Myocardium, Scar};
        assert_eq!(
            LabelScheme::leaving([(Scar, Scar)]),
            Err(SchemeError::Itself(Scar))
        );
        assert_eq!(
            LabelScheme::leaving([(Scar, Edema), (Edema, Myocardium)]),
            Err(SchemeError::NotDrawn {
                tissue: Scar,
                label: Edema
            })
        );
        assert_eq!(
            LabelScheme::leaving([(Scar, Edema), (Scar, Myocardium)]),
            Err(SchemeError::Twice(Scar))
        );
    }
}

//! Tissue labels, and the regions that are scored and measured.
//!
//! ```
//! use myops_image::label::{Label, Region};
//!
//! assert_eq!((Label::Scar.code(), Label::Scar.class()), (2221, 5));
//! assert!(Region::EDEMA_OR_SCAR.contains(Label::Edema));
//! ```

use std::ops::Range;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::volume::Volume;

/// The tissue of one voxel. The order of the variants is that of the network's output channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
#[repr(u8)]
pub enum Label {
    /// Everything else.
    #[default]
    Background,
    /// Blood in the left ventricle.
    LvPool,
    /// Blood in the right ventricle.
    RvPool,
    /// Healthy myocardium of the left ventricle.
    Myocardium,
    /// Edematous myocardium that is not scar.
    Edema,
    /// Scarred (infarcted) myocardium.
    Scar,
}

/// A label for each voxel.
pub type LabelMap = Volume<Label>;

impl LabelMap {
    /// The smallest box along `i`, `j` and `k` that contains all voxels except background; `None`
    /// if all voxels are background.
    pub fn labelled_box(&self) -> Option<[Range<usize>; 3]> {
        let [ni, nj, _] = self.shape();
        let labelled = |label: &Label| *label != Label::Background;
        let mut found: Option<[Range<usize>; 3]> = None;
        for (n, row) in self.data().chunks_exact(ni.max(1)).enumerate() {
            // Most rows are background as a whole, which a sum tells fastest.
            let any = row.iter().fold(0, |any, label| any | *label as u8) != 0;
            let ends = any.then(|| {
                (
                    row.iter().position(labelled),
                    row.iter().rposition(labelled),
                )
            });
            let Some((Some(first), Some(last))) = ends else {
                continue;
            };
            let (j, k) = (n % nj, n / nj);
            let row = [first..last + 1, j..j + 1, k..k + 1];
            found = Some(match found {
                None => row,
                Some(found) => [0, 1, 2].map(|axis| {
                    let (a, b): (&Range<usize>, &Range<usize>) = (&found[axis], &row[axis]);
                    a.start.min(b.start)..a.end.max(b.end)
                }),
            });
        }
        found
    }
}

impl Label {
    /// All six, in channel order.
    pub const ALL: [Self; 6] = [
        Self::Background,
        Self::LvPool,
        Self::RvPool,
        Self::Myocardium,
        Self::Edema,
        Self::Scar,
    ];

    /// The code in a label file, as the MyoPS 2020 challenge defined it.
    pub fn code(self) -> u16 {
        match self {
            Self::Background => 0,
            Self::LvPool => 500,
            Self::RvPool => 600,
            Self::Myocardium => 200,
            Self::Edema => 1220,
            Self::Scar => 2221,
        }
    }

    /// The output channel, 0 to 5.
    pub fn class(self) -> usize {
        self as usize
    }

    /// The display name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Background => "background",
            Self::LvPool => "LV pool",
            Self::RvPool => "RV pool",
            Self::Myocardium => "myocardium",
            Self::Edema => "edema",
            Self::Scar => "scar",
        }
    }
}

/// Some of the six labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct LabelSet(u8);

impl LabelSet {
    /// The number of sets that there are.
    pub const COUNT: usize = 1 << Label::ALL.len();

    /// All sets, by their places.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..1 << Label::ALL.len()).map(Self)
    }

    /// The set of these labels.
    pub const fn of(members: &[Label]) -> Self {
        let mut labels = 0;
        let mut n = 0;
        while n < members.len() {
            labels |= 1 << members[n] as u8;
            n += 1;
        }
        Self(labels)
    }

    /// Whether a label belongs to it.
    #[inline]
    pub const fn contains(self, label: Label) -> bool {
        self.0 >> label as u8 & 1 == 1
    }

    /// Whether all its labels belong to another set.
    pub const fn is_within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// Whether it has a label in common with another set.
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Its labels, in channel order.
    pub fn members(self) -> impl Iterator<Item = Label> {
        Label::ALL
            .into_iter()
            .filter(move |label| self.contains(*label))
    }

    /// Its place among all sets, below [`Self::COUNT`].
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// The set of one label.
impl From<Label> for LabelSet {
    fn from(label: Label) -> Self {
        Self::of(&[label])
    }
}

/// A set of labels that is measured or scored as one region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Region {
    labels: LabelSet,
    name: &'static str,
}

impl Region {
    /// Scar alone (2221).
    pub const SCAR: Self = Self::of("scar", &[Label::Scar]);
    /// Edema without scar (1220). Its figures cannot be compared with those of
    /// [`Self::EDEMA_OR_SCAR`].
    pub const EDEMA: Self = Self::of("edema", &[Label::Edema]);
    /// Edema and scar together (1220, 2221): the challenge's second score, the area at risk.
    pub const EDEMA_OR_SCAR: Self = Self::of("scar+edema", &[Label::Edema, Label::Scar]);
    /// The whole wall of the left ventricle (200, 1220, 2221).
    pub const WALL: Self = Self::of("wall", &[Label::Myocardium, Label::Edema, Label::Scar]);
    /// Healthy myocardium alone (200).
    pub const HEALTHY_MYOCARDIUM: Self = Self::of("healthy myocardium", &[Label::Myocardium]);
    /// Blood in the left ventricle (500).
    pub const LV_POOL: Self = Self::of("LV pool", &[Label::LvPool]);
    /// Blood in the right ventricle (600).
    pub const RV_POOL: Self = Self::of("RV pool", &[Label::RvPool]);

    /// Every region that is scored, pathology first.
    pub const SCORED: [Self; 7] = [
        Self::SCAR,
        Self::EDEMA,
        Self::EDEMA_OR_SCAR,
        Self::WALL,
        Self::HEALTHY_MYOCARDIUM,
        Self::LV_POOL,
        Self::RV_POOL,
    ];

    const fn of(name: &'static str, members: &[Label]) -> Self {
        Self {
            labels: LabelSet::of(members),
            name,
        }
    }

    /// Whether voxels of this label belong to the region.
    #[inline]
    pub fn contains(self, label: Label) -> bool {
        self.labels.contains(label)
    }

    /// The labels of the region.
    pub const fn labels(self) -> LabelSet {
        self.labels
    }

    /// The display name, as in tables.
    pub fn name(self) -> &'static str {
        self.name
    }
}

/// Its name.
impl Serialize for Region {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name)
    }
}

impl<'de> Deserialize<'de> for Region {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let named = Self::SCORED.into_iter().find(|r| r.name == name);
        named.ok_or_else(|| D::Error::custom(format!("unknown region {name:?}")))
    }
}

impl std::fmt::Display for Region {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Affine, Grid, Spacing};

    #[test]
    fn codes_and_classes_are_those_of_the_challenge() {
        assert_eq!(Label::ALL.map(Label::code), [0, 500, 600, 200, 1220, 2221]);
        assert_eq!(Label::ALL.map(Label::class), [0, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn the_labelled_box_holds_all_that_is_labelled() {
        let grid = Grid::new(
            [5, 4, 3],
            Affine::from_spacing(Spacing::new_mm([1.0; 3]).unwrap()),
        )
        .unwrap();
        let labels = Volume::from_fn(grid, |voxel| match voxel {
            [1, 3, 0] => Label::RvPool,
            [2, 0, 1] => Label::Scar,
            _ => Label::Background,
        });
        assert_eq!(labels.labelled_box(), Some([1..3, 0..4, 0..2]));
        assert_eq!(labels.map(|_| Label::Background).labelled_box(), None);
    }

    #[test]
    fn a_region_is_its_name_in_json() {
        for region in Region::SCORED {
            let text = serde_json::to_string(&region).unwrap();
            assert_eq!(text, format!("\"{region}\""));
            assert_eq!(serde_json::from_str::<Region>(&text).unwrap(), region);
        }
        assert!(serde_json::from_str::<Region>("\"lung\"").is_err());
    }

    #[test]
    fn edema_is_scored_without_scar_unless_scar_is_named() {
        assert!(!Region::EDEMA.contains(Label::Scar));
        assert!(
            Region::EDEMA_OR_SCAR.contains(Label::Scar)
                && Region::EDEMA_OR_SCAR.contains(Label::Edema)
        );
        assert!(Region::WALL.contains(Label::Myocardium) && !Region::WALL.contains(Label::LvPool));
    }
}

//! The table of what is written for each region.

use myops_image::label::{Label, Region};

use super::code::{self, Code};

/// A region with its codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coded {
    /// The region.
    pub region: Region,
    /// The label that is all of the region, which a segment holds; `None` where several labels make up the region.
    pub label: Option<Label>,
    /// The name for people.
    pub name: &'static str,
    /// What the region is, in one sentence.
    pub description: &'static str,
    /// Segmented Property Category, after the context group of DICOM that holds the type.
    pub category: Code,
    /// Segmented Property Type; in the report the finding.
    pub kind: Code,
    /// Anatomic Region; in the report the finding site.
    pub site: Code,
}

/// Every region, in the order of segments and measurement groups.
///
/// Segments do not overlap, as the labels do not, since viewers fail on overlapping segments. So no segment is the whole
/// wall: the one of the healthy myocardium has the code of normal myocardium, and the code of the left ventricle's
/// myocardium stands for the wall in the report alone.
pub const CODED: [Coded; 7] = [
    Coded {
        region: Region::LV_POOL,
        label: Some(Label::LvPool),
        name: "LV blood pool",
        description: "Blood in the left ventricle",
        category: code::TISSUE,
        kind: code::BLOOD,
        site: code::LEFT_VENTRICLE,
    },
    Coded {
        region: Region::RV_POOL,
        label: Some(Label::RvPool),
        name: "RV blood pool",
        description: "Blood in the right ventricle",
        category: code::TISSUE,
        kind: code::BLOOD,
        site: code::RIGHT_VENTRICLE,
    },
    Coded {
        region: Region::HEALTHY_MYOCARDIUM,
        label: Some(Label::Myocardium),
        name: "LV myocardium without edema or scar",
        description: "The wall of the left ventricle where it is neither edematous nor scarred: not the whole wall, \
                      which is this segment, edema and scar together",
        category: code::TISSUE,
        kind: code::NORMAL_MYOCARDIUM,
        site: code::LV_MYOCARDIUM,
    },
    Coded {
        region: Region::EDEMA,
        label: Some(Label::Edema),
        name: "Edema without scar",
        description: "Edematous myocardium of the left ventricle that is not scar",
        category: code::ABNORMAL_STRUCTURE,
        kind: code::EDEMA,
        site: code::LV_MYOCARDIUM,
    },
    Coded {
        region: Region::SCAR,
        label: Some(Label::Scar),
        name: "Scar",
        description: "Scarred (infarcted) myocardium of the left ventricle",
        category: code::TISSUE,
        kind: code::SCAR_TISSUE,
        site: code::LV_MYOCARDIUM,
    },
    Coded {
        region: Region::EDEMA_OR_SCAR,
        label: None,
        name: "Area at risk",
        description: "Edema and scar together",
        category: code::ABNORMAL_STRUCTURE,
        kind: code::AREA_AT_RISK,
        site: code::LV_MYOCARDIUM,
    },
    Coded {
        region: Region::WALL,
        label: None,
        name: "LV wall",
        description: "The whole wall of the left ventricle: healthy, edematous and scarred myocardium",
        category: code::ANATOMICAL_STRUCTURE,
        kind: code::LV_MYOCARDIUM,
        site: code::LEFT_VENTRICLE,
    },
];

/// The labels among those given that have a segment, each with its row, in the order of the table.
pub fn segments_of(labels: &[Label]) -> Vec<(Label, &'static Coded)> {
    let rows = CODED.iter().filter_map(|coded| Some((coded.label?, coded)));
    rows.filter(|(label, _)| labels.contains(label)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_region_and_every_label_has_its_row() {
        for region in Region::SCORED {
            assert_eq!(CODED.iter().filter(|row| row.region == region).count(), 1);
        }
        let labels: Vec<Label> = segments_of(&Label::ALL).iter().map(|(l, _)| *l).collect();
        let all = [
            Label::LvPool,
            Label::RvPool,
            Label::Myocardium,
            Label::Edema,
            Label::Scar,
        ];
        assert_eq!(labels, all);
        for row in CODED {
            let members: Vec<Label> = Label::ALL
                .into_iter()
                .filter(|label| row.region.contains(*label))
                .collect();
            assert_eq!(row.label, (members.len() == 1).then(|| members[0]));
        }
    }

    #[test]
    fn names_and_codes_fit_their_elements() {
        for row in CODED {
            assert!(row.name.len() <= 64 && row.description.len() <= 1024);
            for code in [row.category, row.kind, row.site] {
                assert!(
                    code.value.len() <= 16 && code.meaning.len() <= 64,
                    "{code:?}"
                );
            }
        }
    }
}

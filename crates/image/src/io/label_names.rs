//! The names of labels in other data sets, and the label that each means.

use crate::label::Label;

/// The known names, normalised by [`squeezed`], with the label that each means. Names must match as
/// a whole: one that only contains a known name ("LV epicardium", "scar+edema") is unknown.
///
/// Sources: nnU-Net's sets of ACDC (RV, MLV, LVC) and of M&Ms (LV, MYO, RV), MyoPS 2020 ("LV myocardial edema"), EMIDEC
/// (cavity, normal myocardium, myocardial infarction, no-reflow), MyoPS-Net and common use.
const KNOWN: [(Label, &[&str]); 6] = [
    (Label::Background, &["background", "bg"]),
    (
        Label::LvPool,
        &[
            "lv",
            "lvc",
            "lvp",
            "lvbp",
            "lvpool",
            "lvblood",
            "lvbloodpool",
            "lvcavity",
            "lvcavum",
            "lvlumen",
            "lvendo",
            "lvendocardium",
            "cavity",
            "cavitylv",
            "bloodpoollv",
            "cavityofthelv",
            "bloodpoolofthelv",
        ],
    ),
    (
        Label::RvPool,
        &[
            "rv",
            "rvc",
            "rvp",
            "rvbp",
            "rvpool",
            "rvblood",
            "rvbloodpool",
            "rvcavity",
            "rvcavum",
            "rvlumen",
            "rvendo",
            "rvendocardium",
            "cavityrv",
            "bloodpoolrv",
            "cavityoftherv",
            "bloodpooloftherv",
        ],
    ),
    (
        Label::Myocardium,
        &[
            "myo",
            "myocardium",
            "mlv",
            "lvm",
            "lvmyo",
            "lvmyocardium",
            "lvmuscle",
            "lvwall",
            "myolv",
            "myocardiumlv",
            "myocardiumofthelv",
            "normalmyo",
            "normalmyocardium",
            "healthymyo",
            "healthymyocardium",
            "lvnormalmyo",
            "lvnormalmyocardium",
            "lvhealthymyocardium",
            "normallvmyocardium",
            "healthylvmyocardium",
            "remotemyocardium",
            "viablemyocardium",
        ],
    ),
    (
        Label::Edema,
        &[
            "edema",
            "lvedema",
            "myocardialedema",
            "lvmyocardialedema",
            "edemamyocardium",
            "edematousmyocardium",
            "lvedematousmyocardium",
        ],
    ),
    (
        Label::Scar,
        &[
            "scar",
            "scars",
            "lvscar",
            "lvscars",
            "myocardialscar",
            "myocardialscars",
            "lvmyocardialscar",
            "lvmyocardialscars",
            "scarredmyocardium",
            "scartissue",
            "infarct",
            "infarction",
            "lvinfarct",
            "lvinfarction",
            "myocardialinfarct",
            "myocardialinfarction",
            "infarctedmyocardium",
            "mi",
            "fibrosis",
            "necrosis",
        ],
    ),
];
/// Parts of a scar that have numbers of their own in some data sets, in addition to that of the
/// scar.
const PART_OF_SCAR: [&str; 5] = [
    "noreflow",
    "mvo",
    "microvascularobstruction",
    "scarcore",
    "scarborder",
];

/// The meaning of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A label.
    Label(Label),
    /// A part of a label, which may have a number of its own.
    PartOf(Label),
    /// nnU-Net's name for unlabelled voxels, whose number is refused.
    Ignored,
}

impl Meaning {
    /// The meaning of a name; `None` if it is unknown.
    pub(super) fn of(name: &str) -> Option<Self> {
        let name = squeezed(name);
        if name == "ignore" {
            return Some(Self::Ignored);
        }
        if PART_OF_SCAR.contains(&name.as_str()) {
            return Some(Self::PartOf(Label::Scar));
        }
        KNOWN
            .iter()
            .find(|(_, names)| names.contains(&name.as_str()))
            .map(|(label, _)| Self::Label(*label))
    }
}

/// The label that a name means in one of the known data sets: `LV blood pool`, `MYO`, `oedema`, `infarct`; `None` if it is
/// unknown.
pub fn label_of_name(name: &str) -> Option<Label> {
    match Meaning::of(name)? {
        Meaning::Label(label) | Meaning::PartOf(label) => Some(label),
        Meaning::Ignored => None,
    }
}

/// Examples of known names, for messages.
pub fn known_label_names() -> String {
    "background; LV, LVC, LV blood pool, LV cavity; RV, RV blood pool; MYO, MLV, myocardium, normal myocardium; edema; \
     scar, infarct, no-reflow"
        .into()
}

/// Normalises a name: lower case, letters and digits only, ventricles as `lv` and `rv`, American
/// spelling.
fn squeezed(name: &str) -> String {
    let letters: String = name
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    let sides = [
        ("leftventricular", "lv"),
        ("leftventricle", "lv"),
        ("rightventricular", "rv"),
        ("rightventricle", "rv"),
    ];
    let spelled = letters.replace("oedema", "edema");
    let short = sides
        .iter()
        .fold(spelled, |name, (long, short)| name.replace(long, short));
    // "left ventricular (LV) blood pool"
    short.replace("lvlv", "lv").replace("rvrv", "rv")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_public_data_sets_are_known() {
        let sets: [(&str, [&str; 6]); 5] = [
            ("ACDC", ["background", "LVC", "RV", "MLV", "edema", "scar"]),
            ("M&Ms", ["background", "LV", "RV", "MYO", "oedema", "scars"]),
            (
                "MyoPS",
                [
                    "background",
                    "left ventricular (LV) blood pool",
                    "right ventricular blood pool",
                    "LV normal myocardium",
                    "LV myocardial edema",
                    "LV myocardial scars",
                ],
            ),
            (
                "words",
                [
                    "Background",
                    "left ventricle cavity",
                    "right-ventricle",
                    "healthy_myocardium",
                    "myocardial oedema",
                    "infarct",
                ],
            ),
            (
                "marks",
                [
                    "BACKGROUND",
                    "LV_blood_pool",
                    "RV.cavity",
                    "LV-Myo",
                    "Edema",
                    "Infarction",
                ],
            ),
        ];
        for (set, names) in sets {
            assert_eq!(names.map(label_of_name), Label::ALL.map(Some), "{set}");
        }
        let emidec = [
            "cavity",
            "normal myocardium",
            "myocardial infarction",
            "no-reflow",
        ]
        .map(label_of_name);
        assert_eq!(
            emidec,
            [Label::LvPool, Label::Myocardium, Label::Scar, Label::Scar].map(Some)
        );
    }

    #[test]
    fn names_that_contradict_or_say_less_are_not_known() {
        for name in [
            "scar+edema",
            "LV epicardium",
            "RV myocardium",
            "RV wall",
            "left atrium",
            "liver",
            "blood pool",
            "myopathy",
            "",
        ] {
            assert_eq!(Meaning::of(name), None, "{name}");
        }
    }
}

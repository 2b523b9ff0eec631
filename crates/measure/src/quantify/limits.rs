//! What holds for every case.

/// Sentences that hold for every case of a single-phase, pre-aligned multi-sequence study.
pub const LIMITS: [&str; 5] = [
    "One cardiac phase was measured: there is no ejection fraction, and mass and volumes are those of that phase.",
    "Volumes and mass are those of the slices given, usually a slab, and not of the whole ventricle.",
    "Microvascular obstruction has no label of its own: dark cores count as scar only where they are labelled scar.",
    "Basal, mid and apical are thirds of the slices with a wall ring; segment 17 is not assessed.",
    "The salvage index rests on edema and is exploratory: the JACC expert consensus of 2019 advises against it.",
];

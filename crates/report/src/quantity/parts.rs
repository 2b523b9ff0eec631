//! What is told of each segment, each territory and each threshold.
//!
//! JSON holds the structs of `myops-measure` as they are; a test holds these rows to their fields.

use myops_measure::quantify::{Segment, TerritoryBurden, Threshold};

use super::Quantity;

/// What is told of each of the 17 segments.
pub const SEGMENT: &[Quantity<Segment>] = &[
    Quantity::<Segment>::new(
        ["wall_ml", "Wall of the segment", "ml"],
        1,
        "Wall of the segment",
        |s| s.assessed.then_some(s.wall_ml),
    )
    .each("Wall ml", None),
    Quantity::<Segment>::new(
        ["scar_percent", "Scar of the segment", "%"],
        1,
        "Scar over the segment's wall",
        |s| s.scar_percent,
    )
    .each("Scar %", Some("segment_{}_scar_percent")),
    Quantity::<Segment>::new(
        ["area_at_risk_percent", "Area at risk of the segment", "%"],
        1,
        "Edema and scar over the segment's wall",
        |s| s.area_at_risk_percent,
    )
    .each("At risk %", None),
    Quantity::<Segment>::new(
        [
            "mean_transmurality_percent",
            "Mean transmurality of the segment",
            "%",
        ],
        1,
        "Mean over the segment's chords of the part that is scar",
        |s| s.mean_transmurality_percent,
    )
    .each(
        "Transmurality mean %",
        Some("segment_{}_mean_transmurality_percent"),
    ),
    Quantity::<Segment>::new(
        [
            "max_transmurality_percent",
            "Largest transmurality of the segment",
            "%",
        ],
        1,
        "Largest part of a chord of the segment that is scar",
        |s| s.max_transmurality_percent,
    )
    .each("max %", None),
];

/// What is told of each of the three coronary territories.
pub const TERRITORY: &[Quantity<TerritoryBurden>] = &[
    Quantity::<TerritoryBurden>::new(
        ["wall_ml", "Wall of the territory", "ml"],
        1,
        "Wall of the territory's assessed segments",
        |t| (t.wall_ml > 0.0).then_some(t.wall_ml),
    )
    .each("Wall ml", None),
    Quantity::<TerritoryBurden>::new(
        ["scar_percent", "Scar of the territory", "%"],
        1,
        "Scar over the territory's wall",
        |t| t.scar_percent,
    )
    .each("Scar %", Some("{}_scar_percent")),
    Quantity::<TerritoryBurden>::new(
        ["area_at_risk_percent", "Area at risk of the territory", "%"],
        1,
        "Edema and scar over the territory's wall",
        |t| t.area_at_risk_percent,
    )
    .each("At risk %", None),
];

/// What is told of each threshold of the LGE signal.
pub const THRESHOLD: &[Quantity<Threshold>] = &[
    Quantity::<Threshold>::new(
        ["signal", "LGE threshold", ""],
        0,
        "The threshold in the unit of the LGE image; that of the mean wall voxel where it differs between slices",
        |t| t.signal,
    )
    .each("Signal", None),
    Quantity::<Threshold>::new(
        ["above_ml", "Wall above the threshold", "ml"],
        1,
        "Wall above the threshold",
        |t| t.above_ml,
    )
    .each("ml", None),
    Quantity::<Threshold>::new(
        ["above_percent", "Wall above the threshold", "%"],
        1,
        "Wall above the threshold over the wall",
        |t| t.above_percent,
    )
    .each("% of wall", Some("above_{}_percent")),
];

//! Scoring a large case takes no longer than a reader waits.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::time::{Duration, Instant};

use myops_image::geometry::{Affine, Grid, Spacing};
use myops_image::label::{Label, LabelMap};
use myops_image::volume::Volume;
use myops_measure::evaluate::{Metric, score_case};

/// A heart of 512 x 512 x 20 voxels, moved along `i` and with a scar of the given extent.
fn heart(moved: f64, scar: f64) -> LabelMap {
    let spacing = Spacing::new_mm([0.7, 0.7, 8.0]).unwrap();
    let grid = Grid::new([512, 512, 20], Affine::from_spacing(spacing)).unwrap();
    Volume::from_fn(grid, |[i, j, k]| {
        let (x, y) = (i as f64 - 270.0 - moved, j as f64 - 250.0);
        let (r, shrink) = (x.hypot(y), 1.0 - 0.02 * k as f64);
        match () {
            () if r < 40.0 * shrink => Label::LvPool,
            () if r < 60.0 * shrink && y.atan2(x).abs() < scar => Label::Scar,
            () if r < 60.0 * shrink && y.atan2(x).abs() < 1.5 * scar => Label::Edema,
            () if r < 60.0 * shrink => Label::Myocardium,
            () if (x + 60.0).hypot(y) < 55.0 * shrink => Label::RvPool,
            () => Label::Background,
        }
    })
}

#[test]
fn a_large_case_is_scored_within_half_a_second() {
    let (prediction, reference) = (heart(4.0, 0.7), heart(0.0, 0.9));
    let start = Instant::now();
    let scores = score_case(&prediction, &reference).unwrap();
    let taken = start.elapsed();
    assert!(
        scores
            .iter()
            .all(|s| s.value(&Metric::HD).is_some_and(|mm| mm > 0.0))
    );
    eprintln!("512 x 512 x 20 voxels, seven regions, every score: {taken:.2?}");
    // Half a second on one idle core; the limit leaves room for a busy machine.
    assert!(taken < Duration::from_secs(2), "{taken:?}");
}

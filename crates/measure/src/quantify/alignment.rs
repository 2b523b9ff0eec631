//! Whether the sequences of a study lie on one another in the region of the heart.

use myops_image::label::{Label, LabelMap};
use myops_image::sequence::{PerSequence, Sequence};
use myops_image::volume::Volume;

use super::Flag;

/// Around the labelled heart, in mm.
const MARGIN_MM: f64 = 10.0;
/// The distance of the points that are compared, and of the shifts that are tried, in mm.
const STEP_MM: f64 = 2.0;
/// The farthest shift that is tried along each axis, in steps.
const REACH: i32 = 7;
/// A best shift of at least this many mm is told.
const TELLING_MM: f64 = 6.0;
/// How much more information the best shift has to carry than none, as a fraction of the latter.
const TELLING_GAIN: f64 = 0.1;
/// Levels of brightness, by rank.
const LEVELS: usize = 16;

/// Compares every sequence with the first one that is there, by the mutual information (Maes et al., IEEE TMI 1997) of
/// both about the heart under shifts in the plane; flags those that fit clearly better 6 mm or more away.
///
/// Images must have the labels' shape; others are passed over.
pub fn misaligned(images: &PerSequence<Option<Volume<f32>>>, labels: &LabelMap) -> Vec<Flag> {
    let Some(window) = Window::about_heart(labels) else { return Vec::new() };
    let there =
        |s: Sequence| images[s].as_ref().filter(|image| image.shape() == labels.shape()).map(|image| (s, image));
    let mut sequences = Sequence::ALL.into_iter().filter_map(there);
    let Some((first, fixed)) = sequences.next() else { return Vec::new() };
    let fixed = window.ranks(fixed);
    sequences
        .filter_map(|(sequence, moving)| {
            let shift_mm = window.best_shift_mm(&fixed, &window.ranks(moving))?;
            (shift_mm >= TELLING_MM).then(|| Flag::Misaligned {
                sequence: sequence.name().to_owned(),
                with: first.name().to_owned(),
                shift_mm,
            })
        })
        .collect()
}

/// Points of all slices on a lattice of [`STEP_MM`], wide enough for every shift.
struct Window {
    /// Voxels of the first point.
    corner: [f64; 2],
    /// Voxels from point to point.
    step: [f64; 2],
    /// Points along `i` and `j`, slices.
    points: [usize; 3],
}

impl Window {
    fn about_heart(labels: &LabelMap) -> Option<Self> {
        let [ni, nj, nk] = labels.shape();
        let [x, y, _] = labels.spacing().mm();
        let (mut low, mut high) = ([usize::MAX; 2], [0; 2]);
        for (at, _) in labels.data().iter().enumerate().filter(|(_, label)| **label != Label::Background) {
            for (axis, v) in [at % ni, at / ni % nj].into_iter().enumerate() {
                low[axis] = low[axis].min(v);
                high[axis] = high[axis].max(v);
            }
        }
        let step = [STEP_MM / x, STEP_MM / y];
        let margin = MARGIN_MM + f64::from(REACH) * STEP_MM;
        let points = |axis: usize| ((high[axis] - low[axis]) as f64 / step[axis] + 2.0 * margin / STEP_MM) as usize + 1;
        let corner = |axis: usize| low[axis] as f64 - margin / STEP_MM * step[axis];
        (low[0] <= high[0]).then(|| Self { corner: [corner(0), corner(1)], step, points: [points(0), points(1), nk] })
    }

    /// The brightness of each point by its rank among all points, 0 to [`LEVELS`] less 1; `None` outside the image.
    fn ranks(&self, image: &Volume<f32>) -> Vec<Option<usize>> {
        let [ni, nj, _] = image.shape();
        let [pi, pj, pk] = self.points;
        let mut values = Vec::with_capacity(pi * pj * pk);
        for (k, v, u) in (0..pk).flat_map(|k| (0..pj).flat_map(move |v| (0..pi).map(move |u| (k, v, u)))) {
            let i = (self.corner[0] + u as f64 * self.step[0]).round();
            let j = (self.corner[1] + v as f64 * self.step[1]).round();
            let inside = i >= 0.0 && j >= 0.0 && i < ni as f64 && j < nj as f64;
            values.push(inside.then(|| image[[i as usize, j as usize, k]]));
        }
        let mut sorted: Vec<f32> = values.iter().copied().flatten().collect();
        sorted.sort_unstable_by(f32::total_cmp);
        let rank = |value: f32| sorted.partition_point(|v| *v < value) * LEVELS / sorted.len().max(1);
        values.into_iter().map(|value| value.map(rank)).collect()
    }

    /// The length of the shift of most mutual information, where that is clearly more than without a shift.
    fn best_shift_mm(&self, fixed: &[Option<usize>], moving: &[Option<usize>]) -> Option<f64> {
        let at_rest = self.information(fixed, moving, [0, 0]);
        let shifts = (-REACH..=REACH).flat_map(|dv| (-REACH..=REACH).map(move |du| [du, dv]));
        let (most, [du, dv]) =
            shifts.map(|shift| (self.information(fixed, moving, shift), shift)).max_by(|a, b| a.0.total_cmp(&b.0))?;
        (most > at_rest * (1.0 + TELLING_GAIN)).then(|| STEP_MM * f64::from(du).hypot(f64::from(dv)))
    }

    /// Mutual information (nats) of the points of the inner window with those a shift away.
    fn information(&self, fixed: &[Option<usize>], moving: &[Option<usize>], [du, dv]: [i32; 2]) -> f64 {
        let [pi, pj, pk] = self.points;
        let reach = REACH as usize;
        let mut joint = [[0.0_f64; LEVELS]; LEVELS];
        for k in 0..pk {
            for v in reach..pj - reach {
                let row = pi * (v + pj * k);
                let moved = pi * ((v as i32 + dv) as usize + pj * k);
                for u in reach..pi - reach {
                    if let (Some(a), Some(b)) = (fixed[row + u], moving[moved + (u as i32 + du) as usize]) {
                        joint[a][b] += 1.0;
                    }
                }
            }
        }
        mutual_information(&joint)
    }
}

fn mutual_information(joint: &[[f64; LEVELS]; LEVELS]) -> f64 {
    let total: f64 = joint.iter().flatten().sum();
    let rows: Vec<f64> = joint.iter().map(|row| row.iter().sum()).collect();
    let columns: Vec<f64> = (0..LEVELS).map(|b| joint.iter().map(|row| row[b]).sum()).collect();
    let term = |a: usize, b: usize| match joint[a][b] {
        n if n > 0.0 => n / total * (n * total / (rows[a] * columns[b])).ln(),
        _ => 0.0,
    };
    (0..LEVELS).flat_map(|a| (0..LEVELS).map(move |b| (a, b))).map(|(a, b)| term(a, b)).sum()
}

//! How much two images tell of each other under a shift.

/// Steps of brightness.
const STEPS: usize = 24;

/// A square image in steps of brightness, each held by as many pixels.
#[derive(Debug, Clone)]
pub struct Levels {
    size: usize,
    steps: Vec<u8>,
}

impl Levels {
    /// Of an image `[size][size]`; equal values fall into one step.
    pub fn of(values: &[f32], size: usize) -> Self {
        let mut sorted = values.to_vec();
        sorted.sort_unstable_by(f32::total_cmp);
        let bounds: Vec<f32> = (1..STEPS).map(|n| sorted[n * sorted.len() / STEPS]).collect();
        let step = |value: &f32| bounds.partition_point(|bound| bound <= value) as u8;
        Self { size, steps: values.iter().map(step).collect() }
    }
}

/// Mutual information (nats) of the inner square of one image, `reach` pixels from its border, and that of the other
/// `shift` (row, column; whole pixels) away.
fn information_at(fixed: &Levels, moving: &Levels, shift: [i32; 2], reach: usize) -> f64 {
    let mut joint = [[0_u32; STEPS]; STEPS];
    let inner = reach..fixed.size - reach;
    for row in inner.clone() {
        let from = (row as i32 + shift[0]) as usize * fixed.size;
        let a = &fixed.steps[row * fixed.size + inner.start..row * fixed.size + inner.end];
        let start = (from as i32 + inner.start as i32 + shift[1]) as usize;
        for (a, b) in a.iter().zip(&moving.steps[start..start + inner.len()]) {
            joint[usize::from(*a)][usize::from(*b)] += 1;
        }
    }
    let n = f64::from(inner.len() as u32).powi(2);
    let entropy = |counts: &mut dyn Iterator<Item = u32>| {
        counts.filter(|c| *c > 0).map(|c| f64::from(c) / n).map(|p| -p * p.ln()).sum::<f64>()
    };
    let rows = entropy(&mut joint.iter().map(|row| row.iter().sum()));
    let columns = entropy(&mut (0..STEPS).map(|b| joint.iter().map(|row| row[b]).sum()));
    rows + columns - entropy(&mut joint.iter().flatten().copied())
}

/// Mutual information (nats) under a shift (row, column; pixels), interpolated between whole pixels.
pub fn information(fixed: &Levels, moving: &Levels, shift: [f64; 2], reach: usize) -> f64 {
    let bound = reach as f64;
    let shift = shift.map(|s| s.clamp(-bound, bound));
    let floor = shift.map(f64::floor);
    let mut sum = 0.0;
    for (row, column) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        let weight = |axis: usize, step: i32| {
            let part = shift[axis] - floor[axis];
            if step == 1 { part } else { 1.0 - part }
        };
        let weight = weight(0, row) * weight(1, column);
        if weight > 0.0 {
            sum += weight * information_at(fixed, moving, [floor[0] as i32 + row, floor[1] as i32 + column], reach);
        }
    }
    sum
}

/// The shift (row, column; pixels) of most information, up to `reach` along each axis.
pub fn best_shift(fixed: &Levels, moving: &Levels, reach: usize) -> [f64; 2] {
    let bound = reach as i32;
    let told = |shift| information_at(fixed, moving, shift, reach);
    let search = |shifts: Vec<[i32; 2]>| {
        let scored = shifts.into_iter().map(|shift| (told(shift), shift));
        scored.max_by(|a, b| a.0.total_cmp(&b.0)).map_or([0, 0], |(_, shift)| shift)
    };
    let square = |centre: [i32; 2], reach: i32, step: usize| -> Vec<[i32; 2]> {
        let axis = move |c: i32| ((c - reach).max(-bound)..=(c + reach).min(bound)).step_by(step);
        axis(centre[0]).flat_map(|row| axis(centre[1]).map(move |column| [row, column])).collect()
    };
    let coarse = search(square([0, 0], bound, 2));
    let best = search(square(coarse, 1, 1));
    [0, 1].map(|axis| {
        let beside = |step: i32| {
            let mut shift = best;
            shift[axis] += step;
            shift
        };
        let whole = f64::from(best[axis]);
        if best[axis].abs() >= bound { whole } else { whole + peak(told(beside(-1)), told(best), told(beside(1))) }
    })
}

/// The place of the top of a parabola through three heights at -1, 0 and 1.
fn peak(before: f64, at: f64, after: f64) -> f64 {
    let curvature = before - 2.0 * at + after;
    if curvature < 0.0 { (0.5 * (before - after) / curvature).clamp(-0.5, 0.5) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_top_of_a_parabola_by_hand() {
        // -(x - 0.25)^2 at -1, 0, 1.
        assert!((peak(-1.5625, -0.0625, -0.5625) - 0.25).abs() < 1e-12);
        assert_eq!(peak(1.0, 1.0, 1.0), 0.0);
    }
}

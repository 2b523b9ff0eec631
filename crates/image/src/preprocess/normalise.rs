//! Normalisation of intensities.

use serde::{Deserialize, Serialize};

use super::prepared::Prepared;

/// The normalisation of intensities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Normalise {
    /// Values are unchanged.
    AsStored,
    /// Each slice is divided by the largest value of all its channels (Altunok & Oksuz, MyoPS
    /// 2020).
    JointMaximum,
    /// The mean of each channel of the study is subtracted and the result divided by its standard
    /// deviation, after clipping at the 99.5th percentile. Pixels outside the image are ignored and
    /// become 0.
    ZScore,
}

/// The percentile at which [`Normalise::ZScore`] clips a channel, so that a few bright pixels do
/// not determine its scale.
const CUT_PERCENTILE: f64 = 99.5;

impl Normalise {
    /// Normalises the values in place. Statistics are computed without the outermost `margin`
    /// pixels.
    pub fn apply(self, prepared: &mut Prepared, margin: usize) {
        match self {
            Self::AsStored => {}
            Self::JointMaximum => {
                (0..prepared.slices).for_each(|slice| joint_maximum(prepared, slice, margin));
            }
            Self::ZScore => {
                (0..prepared.channels).for_each(|channel| z_score(prepared, channel, margin));
            }
        }
    }
}

fn joint_maximum(prepared: &mut Prepared, slice: usize, margin: usize) {
    let values = prepared.inner(slice, margin).flatten();
    let largest = values.copied().fold(0.0, f32::max);
    // A slice without positive values has no scale and is unchanged.
    if largest > 0.0 {
        let length = prepared.size * prepared.size * prepared.channels;
        prepared.data[slice * length..(slice + 1) * length]
            .iter_mut()
            .for_each(|v| *v /= largest);
    }
}

fn z_score(prepared: &mut Prepared, channel: usize, margin: usize) {
    let pixels = (0..prepared.slices).flat_map(|slice| prepared.inner(slice, margin));
    // Exact zeros are padding or background that the scanner blanked.
    let mut values: Vec<f32> = pixels
        .map(|pixel| pixel[channel])
        .filter(|v| *v != 0.0)
        .collect();
    if values.is_empty() {
        return;
    }
    let rank = ((values.len() - 1) as f64 * CUT_PERCENTILE / 100.0) as usize;
    let cut = *values.select_nth_unstable_by(rank, f32::total_cmp).1;
    let n = values.len() as f64;
    let mean = values.iter().map(|v| f64::from(v.min(cut))).sum::<f64>() / n;
    let variance = values
        .iter()
        .map(|v| (f64::from(v.min(cut)) - mean).powi(2))
        .sum::<f64>()
        / n;
    let scale = if variance > 0.0 {
        1.0 / variance.sqrt()
    } else {
        0.0
    };
    for v in prepared
        .data
        .iter_mut()
        .skip(channel)
        .step_by(prepared.channels)
        .filter(|v| **v != 0.0)
    {
        *v = ((f64::from(v.min(cut)) - mean) * scale) as f32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn z_scores_have_mean_0_and_deviation_1_in_each_channel() {
        let data: Vec<f32> = (0..200u16)
            .flat_map(|n| [f32::from(n + 1), 500.0 - f32::from(n)])
            .collect();
        let mut prepared = Prepared {
            slices: 2,
            size: 10,
            channels: 2,
            data,
        };
        Normalise::ZScore.apply(&mut prepared, 0);
        for channel in 0..2 {
            let values: Vec<f32> = prepared
                .data
                .iter()
                .skip(channel)
                .step_by(2)
                .copied()
                .collect();
            let mean = values.iter().sum::<f32>() / 200.0;
            let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f32>() / 200.0;
            assert!(
                mean.abs() < 1e-4 && (variance - 1.0).abs() < 1e-3,
                "{mean} {variance}"
            );
        }
        assert!(prepared.data[0] < 0.0 && prepared.data[1] > 0.0);
    }

    #[test]
    fn empty_slices_stay_as_they_are() {
        for normalise in [Normalise::JointMaximum, Normalise::ZScore] {
            let mut prepared = Prepared {
                slices: 1,
                size: 2,
                channels: 1,
                data: vec![0.0; 4],
            };
            normalise.apply(&mut prepared, 0);
            assert_eq!(prepared.data, [0.0; 4]);
        }
    }
}

//! The sheet that shows the kinds of augmentation.

use myops_image::augment::{AugmentRanges, Augmentation, sample_rng};
use myops_image::label::Label;
use myops_image::picture::{Tile, sheet};
use myops_image::preprocess::Preprocess;
use myops_image::study::Study;

use super::copy::reference;
use crate::app::error::Error;

/// The middle slice of a case, as it is and after each variation alone and together, with its labels outlined.
///
/// # Errors
/// Where the case has no reference labels or lacks a sequence.
pub fn draw(study: &Study, seed: u64) -> Result<Vec<u8>, Error> {
    let (prepared, restore) = Preprocess::PUBLISHED.apply(study)?;
    let reference = reference(study)?;
    let size = prepared.size;
    let (k, pixels) = (prepared.slices / 2, size * size);
    let image = &prepared.data[k * pixels * 3..(k + 1) * pixels * 3];
    let labels = &restore.prepare_labels(reference)[k * pixels..(k + 1) * pixels];
    let all = AugmentRanges::PUBLISHED;
    let one = |change: fn(&mut AugmentRanges, &AugmentRanges)| {
        let mut ranges = AugmentRanges::NONE;
        change(&mut ranges, &all);
        ranges
    };
    let rows = [
        ("as it is", AugmentRanges::NONE),
        ("drop-out", one(|r, all| r.dropout = all.dropout)),
        (
            "rotation",
            one(|r, all| r.rotation_degrees = all.rotation_degrees),
        ),
        ("horizontal flip", one(|r, _| r.flip_horizontal = 1.0)),
        (
            "elastic",
            one(|r, all| r.elastic_pixels = all.elastic_pixels),
        ),
        ("together", all),
    ];
    let tiles: Vec<Tile> = rows
        .into_iter()
        .enumerate()
        .flat_map(|(n, (title, ranges))| {
            let drawn = ranges.draw(&mut sample_rng(seed, 0, n + 1, study.id(), k), 3);
            tiles_of(title, &drawn, image, labels, size)
        })
        .collect();
    Ok(sheet(&tiles, 4))
}

fn tiles_of(
    title: &str,
    drawn: &Augmentation,
    image: &[f32],
    labels: &[Label],
    size: usize,
) -> [Tile; 2] {
    let (mut image, mut labels) = (image.to_vec(), labels.to_vec());
    drawn.apply(&mut image, &mut labels, size);
    let channel = 1;
    let bright = image
        .iter()
        .skip(channel)
        .step_by(3)
        .copied()
        .fold(0.0, f32::max)
        .max(1e-6)
        * 0.7;
    let gray: Vec<f32> = image
        .iter()
        .skip(channel)
        .step_by(3)
        .map(|v| (v / bright).min(1.0))
        .collect();
    let tile = |title: String, labels| Tile {
        title,
        width: size,
        height: size,
        gray: gray.clone(),
        labels,
    };
    [
        tile(title.into(), None),
        tile("with its labels".into(), Some(labels)),
    ]
}

//! Tests of the preparation and its inverse.

use myops_settings::Switch;

use super::*;
use crate::geometry::{Affine, Grid, Spacing};
use crate::label::{Label, LabelMap};
use crate::sequence::{PerSequence, Sequence};
use crate::study::Study;
use crate::volume::Volume;

fn study(shape: [usize; 3], spacing_mm: [f64; 3]) -> (Study, LabelMap) {
    let grid = Grid::new(
        shape,
        Affine::from_spacing(Spacing::new_mm(spacing_mm).unwrap()),
    )
    .unwrap();
    let labels = Volume::from_fn(grid, |[i, j, k]| Label::ALL[(i / 3 + j / 4 + k) % 6]);
    let image =
        |s: Sequence| Some(labels.map(|l| (l.class() + 1) as f32 * [1.0, 2.0, 0.5][s as usize]));
    (
        Study::new("x", PerSequence::from_fn(image), Some(labels.clone())).unwrap(),
        labels,
    )
}

fn one_hot(labels: &[Label]) -> Vec<f32> {
    labels
        .iter()
        .flat_map(|l| (0..6).map(|c| f32::from(c == l.class())))
        .collect()
}

fn largest_of(p: &[f32]) -> Label {
    Label::ALL[(0..6).max_by(|a, b| p[*a].total_cmp(&p[*b])).unwrap()]
}

#[test]
fn labels_there_and_back_are_the_same_inside_the_window() {
    let preprocess = Preprocess {
        size: 32,
        ..Preprocess::PUBLISHED
    };
    for shape in [[20, 25, 2], [32, 32, 1], [48, 37, 3]] {
        let (study, labels) = study(shape, [0.75, 0.75, 12.0]);
        let (prepared, restore) = preprocess.apply(&study).unwrap();
        assert_eq!(
            (prepared.slices, prepared.data.len()),
            (shape[2], shape[2] * 32 * 32 * 3)
        );
        let back = restore.labels(&one_hot(&restore.prepare_labels(&labels)), 6, largest_of);
        let [i0, j0] = [shape[0], shape[1]].map(|n| n.saturating_sub(32) / 2);
        let inside = Volume::from_fn(*labels.grid(), |[i, j, k]| {
            let seen = (i0..i0 + 32).contains(&i) && (j0..j0 + 32).contains(&j);
            if seen {
                labels[[i, j, k]]
            } else {
                Label::Background
            }
        });
        assert_eq!(back, inside, "{shape:?}");
    }
}

#[test]
fn a_slice_is_divided_by_its_one_maximum() {
    let (study, _) = study([16, 16, 2], [0.75, 0.75, 12.0]);
    let (prepared, _) = Preprocess {
        size: 16,
        ..Preprocess::PUBLISHED
    }
    .apply(&study)
    .unwrap();
    let largest = prepared.data.iter().copied().fold(0.0, f32::max);
    assert_eq!(largest, 1.0);
    // Channel 1 is twice channel 0 and four times channel 2.
    assert!(
        prepared
            .data
            .as_chunks::<3>()
            .0
            .iter()
            .all(|p| p[1] == 2.0 * p[0] && p[0] == 2.0 * p[2])
    );
}

#[test]
fn rows_are_the_first_axis_of_the_array_where_axes_are_as_stored() {
    let (study, labels) = study([20, 25, 2], [0.75, 0.75, 12.0]);
    let preprocess = Preprocess {
        axes: Axes::Stored,
        size: 32,
        ..Preprocess::PUBLISHED
    };
    let (prepared, restore) = preprocess.apply(&study).unwrap();
    // 6 pixels are added before the first of 20 rows, 4 (the half of 7, rounded up) before the first of 25 columns.
    let lge = study.image(Sequence::Lge).unwrap();
    let (own, largest) = (lge[[3, 11, 1]], 12.0);
    assert_eq!(
        prepared.data[(((32 + 6 + 3) * 32) + 4 + 11) * 3 + 1],
        own / largest
    );
    let back = restore.labels(&one_hot(&restore.prepare_labels(&labels)), 6, largest_of);
    assert_eq!(back, labels);
}

#[test]
fn the_axes_of_the_array_are_those_of_the_file_in_whatever_order_it_is_stored() {
    let (plain, labels) = study([20, 25, 3], [0.75, 0.75, 12.0]);
    let preprocess = Preprocess {
        axes: Axes::Stored,
        size: 32,
        ..Preprocess::PUBLISHED
    };
    let (expected, _) = preprocess.apply(&plain).unwrap();
    // Slices from the base to the apex, rows or columns to the feet: each is turned to canonical axes.
    for [x, y, z] in [[0.7, -0.7, 12.0], [-0.7, 0.7, -12.0], [-0.7, -0.7, 12.0]] {
        let rows = [[0.0, x, 0.0, 1.0], [0.0, 0.0, z, 2.0], [y, 0.0, 0.0, 3.0]];
        let grid = Grid::new([20, 25, 3], Affine::new(rows).unwrap()).unwrap();
        let file = |image: &Volume<f32>| Volume::new(grid, image.data().to_vec()).unwrap();
        let images = PerSequence::from_fn(|s| plain.image(s).map(file));
        let reference = Volume::new(grid, labels.data().to_vec()).unwrap();
        let turned = Study::new("x", images, Some(reference.clone())).unwrap();
        assert_ne!(turned.grid(), &grid);
        let (prepared, restore) = preprocess.apply(&turned).unwrap();
        assert_eq!(prepared, expected, "{x} {y} {z}");
        let seen = restore.prepare_labels(turned.reference().unwrap());
        let back = restore.labels(&one_hot(&seen), 6, largest_of);
        assert_eq!(back.grid(), turned.grid());
        assert_eq!(*turned.stored(&back), reference);
    }
}

#[test]
fn resampled_labels_come_back_within_a_pixel_of_their_borders() {
    let (study, labels) = study([60, 64, 1], [1.2, 1.2, 10.0]);
    let preprocess = Preprocess {
        size: 96,
        spacing_mm: Switch::On(1.0),
        ..Preprocess::PUBLISHED
    };
    let (_, restore) = preprocess.apply(&study).unwrap();
    let back = restore.labels(&one_hot(&restore.prepare_labels(&labels)), 6, largest_of);
    let same = back
        .data()
        .iter()
        .zip(labels.data())
        .filter(|(a, b)| a == b)
        .count();
    assert!(
        same * 10 > labels.data().len() * 8,
        "{same} of {}",
        labels.data().len()
    );
    assert_eq!(
        restore.spacing_mm().map(|mm| (mm * 1e6).round()),
        [1e6, 1e6, 1e7]
    );
}

#[test]
fn a_window_about_the_heart_holds_it_in_its_middle_and_a_margin_adds_to_it() {
    let (square, _) = study([40, 50, 2], [0.8, 0.8, 12.0]);
    let labels = Volume::from_fn(*square.grid(), |[i, j, _]| {
        if (28..34).contains(&i) && (5..15).contains(&j) {
            Label::LvPool
        } else {
            Label::Background
        }
    });
    let preprocess = Preprocess {
        axes: Axes::Anatomical,
        size: 16,
        spacing_mm: Switch::On(1.0),
        framing: Framing::Heart,
        normalise: Normalise::ZScore,
        missing: Missing::Zero,
        neighbours: 0,
    };
    let frame = Frame {
        heart: HeartCentre::of_labels(&labels),
        margin: 0,
    };
    let (narrow, restore) = preprocess.apply_in(&square, frame).unwrap();
    let seen = restore.prepare_labels(&labels);
    let found = HeartCentre::of_pixels(
        (0..256)
            .filter(|p| seen[*p] == Label::LvPool)
            .map(|p| [p / 16, p % 16]),
        [16, 16],
    );
    let HeartCentre([row, column]) = found.unwrap();
    assert!(
        (row - 7.5).abs() <= 0.5 && (column - 7.5).abs() <= 0.5,
        "{row} {column}"
    );
    let HeartCentre(place) = restore.place([7.5, 7.5]);
    assert!(
        (place[0] - 9.5).abs() < 1e-9 && (place[1] - 30.5).abs() < 1e-9,
        "{place:?}"
    );

    let (wide, _) = preprocess
        .apply_in(&square, Frame { margin: 3, ..frame })
        .unwrap();
    assert_eq!(wide.size, 22);
    for (row, line) in narrow.data[..16 * 48].chunks_exact(48).enumerate() {
        let from = ((row + 3) * 22 + 3) * 3;
        assert!(
            line.iter()
                .zip(&wide.data[from..])
                .all(|(a, b)| (a - b).abs() < 1e-6),
            "row {row}"
        );
    }
}

#[test]
fn a_missing_sequence_is_refused_or_left_at_zero() {
    let (full, _) = study([16, 16, 1], [1.0, 1.0, 10.0]);
    let images = PerSequence {
        t2: None,
        ..full.images().clone()
    };
    let study = Study::new("p7", images, None).unwrap();
    let error = Preprocess::PUBLISHED.apply(&study).unwrap_err().to_string();
    assert_eq!(
        error,
        "case p7: T2 is missing; this model needs bSSFP, LGE and T2"
    );
    let zero = Preprocess {
        size: 16,
        missing: Missing::Zero,
        ..Preprocess::PUBLISHED
    };
    let (prepared, _) = zero.apply(&study).unwrap();
    assert!(
        prepared
            .data
            .as_chunks::<3>()
            .0
            .iter()
            .all(|p| p[2] == 0.0 && p[1] > 0.0)
    );
    let images = PerSequence {
        lge: None,
        t2: None,
        ..full.images().clone()
    };
    let error = zero
        .apply(&Study::new("p8", images, None).unwrap())
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "case p8: LGE and T2 are missing; bSSFP alone shows no scar or edema"
    );
}

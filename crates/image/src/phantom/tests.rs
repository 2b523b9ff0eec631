//! Tests of whole phantoms.

use super::*;
use crate::label::{Label, Region};
use crate::sequence::Sequence;
use crate::study::Study;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

fn phantom(seed: u64) -> (Study, Truth) {
    Phantom::draw(
        &PhantomSettings::default(),
        &mut ChaCha8Rng::seed_from_u64(seed),
    )
    .render("P")
}

/// The number of voxels of a slice that are `inside` and have a neighbour that is not.
fn border(labels: &[Label], columns: usize, inside: impl Fn(Label) -> bool) -> usize {
    let differs = |a: usize, b: usize| {
        labels
            .get(b)
            .is_some_and(|l| inside(*l) != inside(labels[a]))
    };
    (0..labels.len())
        .filter(|n| inside(labels[*n]))
        .filter(|n| {
            [
                n + 1,
                n + columns,
                n.wrapping_sub(1),
                n.wrapping_sub(columns),
            ]
            .into_iter()
            .any(|m| differs(*n, m))
        })
        .count()
}

#[test]
fn the_same_seed_gives_the_same_bits_and_another_seed_others() {
    let (first, second, other) = (phantom(1), phantom(1), phantom(2));
    assert_eq!(first, second);
    assert_ne!(first.0.images(), other.0.images());
}

#[test]
fn label_volumes_are_those_of_the_geometry() {
    for seed in 0..6 {
        let (study, truth) = phantom(seed);
        let map = study.reference().unwrap();
        let voxel_ml = study.grid().spacing().voxel_ml();
        for label in Label::ALL.into_iter().skip(1) {
            let count = map.data().iter().filter(|l| **l == label).count();
            let [columns, _, slices] = map.shape();
            let layer: usize = (0..slices)
                .map(|k| border(map.slice(k), columns, |l| l == label))
                .sum();
            let off = (count as f64 * voxel_ml - truth.volume_ml(label)).abs();
            assert!(
                off <= 0.1 * (layer as f64 + 50.0) * voxel_ml,
                "{seed} {label:?}: {off} ml of {truth:?}"
            );
        }
        assert!(truth.wall_ml() > 20.0 && truth.no_reflow_ml <= truth.volume_ml(Label::Scar));
    }
}

#[test]
fn hearts_are_whole_and_within_the_middle() {
    let (mut scarred, mut edematous) = (0, 0);
    for seed in 10..22 {
        let (study, truth) = phantom(seed);
        let map = study.reference().unwrap();
        let [ni, nj, nk] = map.shape();
        scarred += usize::from(truth.volume_ml(Label::Scar) > 0.5);
        edematous += usize::from(truth.volume_ml(Label::Edema) > 0.5);
        for k in 0..nk {
            let slice = map.slice(k);
            let count = |label| slice.iter().filter(|l| **l == label).count();
            assert!(count(Label::LvPool) > 100, "{seed}: slice {k} has a pool");
            for (n, label) in slice
                .iter()
                .enumerate()
                .filter(|(_, l)| **l != Label::Background)
            {
                let (i, j) = (n % ni, n / ni);
                let central =
                    |at: usize, size: usize| (at as f32 + 0.5 - size as f32 / 2.0).abs() <= 128.0;
                assert!(
                    central(i, ni) && central(j, nj),
                    "{seed}: {label:?} at {i}, {j} of {ni}, {nj}"
                );
                if *label == Label::LvPool {
                    for m in [n - 1, n + 1, n - ni, n + ni] {
                        assert!(
                            slice[m] == Label::LvPool || Region::WALL.contains(slice[m]),
                            "{seed}: wall around"
                        );
                    }
                }
            }
        }
    }
    assert!(scarred >= 7 && edematous >= 7, "{scarred} {edematous}");
}

#[test]
fn tissue_looks_as_it_should_in_each_sequence() {
    for seed in 30..36 {
        let (study, _) = phantom(seed);
        let mean = |sequence: Sequence, label: Label| {
            let pairs = study
                .image(sequence)
                .unwrap()
                .data()
                .iter()
                .zip(study.reference().unwrap().data());
            let of: Vec<f32> = pairs
                .filter(|(_, l)| **l == label)
                .map(|(v, _)| *v)
                .collect();
            (of.len() > 300).then(|| of.iter().sum::<f32>() / of.len() as f32)
        };
        assert!(mean(Sequence::Bssfp, Label::LvPool) > mean(Sequence::Bssfp, Label::Myocardium));
        assert!(mean(Sequence::Lge, Label::LvPool) > mean(Sequence::Lge, Label::Myocardium));
        if let (Some(edema), Some(healthy)) = (
            mean(Sequence::T2, Label::Edema),
            mean(Sequence::T2, Label::Myocardium),
        ) {
            assert!(edema > 1.2 * healthy, "{seed}");
        }
        let image = study.image(Sequence::Lge).unwrap();
        assert!(
            image
                .data()
                .iter()
                .all(|v| v.fract() == 0.0 && (0.0..=32767.0).contains(v))
        );
    }
}

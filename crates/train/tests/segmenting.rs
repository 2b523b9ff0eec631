//! A whole segmenter on phantoms: what is missing is said, and what is said is true.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

use std::sync::Arc;

use myops_image::geometry::{Affine, Grid};
use myops_image::label::Label;
use myops_image::orientation::Orientation;
use myops_image::phantom::{Phantom, PhantomSettings};
use myops_image::preprocess::{Align, Axes, Framing};
use myops_image::sequence::{PerSequence, Sequence};
use myops_image::study::Study;
use myops_image::volume::Volume;
use myops_measure::finding::Finding;
use myops_net::engine::{Cpu, Device};
use myops_net::model::{Architecture, ModelSettings};
use myops_net::weights::{Weight, Weights};
use myops_segment::{LocatorHeader, ModelFile, ModelHeader, Segmenter};
use myops_train::{LocatorSettings, TrainSettings};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

fn cpu() -> Device {
    Arc::new(Cpu::default())
}

fn phantom() -> Study {
    Phantom::draw(
        &PhantomSettings::default(),
        &mut ChaCha8Rng::seed_from_u64(4),
    )
    .render("phantom")
    .0
}

/// A drawn network of four filters that has learned nothing, but is biased towards a label.
fn weights(settings: &ModelSettings, seed: u64, towards: Label) -> Weights {
    let mut weights = Weights::drawn(&settings.graph(), seed);
    let values = Label::ALL
        .map(|l| if l == towards { 8.0 } else { 0.0 })
        .to_vec();
    weights.insert(
        "head.bias",
        Weight {
            shape: vec![6],
            values,
        },
    );
    weights
}

/// The flagship's recipe on small networks, one biased towards each of `members`.
fn model(members: &[Label], locator_sees: Label) -> ModelFile {
    let settings = TrainSettings {
        locator: Some(LocatorSettings {
            width: 4,
            ..LocatorSettings::default()
        }),
        ..TrainSettings::of(Architecture::Nested)
    };
    let plan = settings.plan().unwrap();
    let locator = plan.locator_plan().unwrap();
    let model = ModelSettings {
        width: 4,
        ..plan.network()
    };
    let mut header = ModelHeader::single(model, settings.recipe, "drawn");
    header.locator = Some(LocatorHeader {
        model: locator.network(),
        preprocess: locator.recipe.preprocess,
    });
    header.members = members.len();
    let members = members
        .iter()
        .enumerate()
        .map(|(seed, label)| weights(&model, seed as u64, *label))
        .collect();
    ModelFile {
        header,
        locator: Some(weights(&locator.network(), 9, locator_sees)),
        members,
        lge_alone: None,
    }
}

fn segmenter(file: ModelFile) -> Segmenter {
    Segmenter::new(file, &cpu()).unwrap()
}

fn without(study: &Study, sequences: &[Sequence]) -> Study {
    let images =
        PerSequence::from_fn(|s| study.image(s).filter(|_| !sequences.contains(&s)).cloned());
    Study::new(study.id(), images, None).unwrap()
}

#[test]
fn a_model_of_its_own_segments_lge_alone() {
    let study = phantom();
    let alone = model(&[Label::Scar], Label::LvPool);
    let file = model(&[Label::RvPool], Label::LvPool).with_lge_alone(alone);
    let segmenter = segmenter(file);
    let drawn = |missing: &[Sequence]| {
        let labels = segmenter.segment(&without(&study, missing)).unwrap().labels;
        let has = |label| labels.data().contains(&label);
        [has(Label::RvPool), has(Label::Scar)]
    };
    assert_eq!(drawn(&[Sequence::Bssfp, Sequence::T2]), [false, true]);
    for missing in [
        &[][..],
        &[Sequence::T2],
        &[Sequence::Bssfp],
        &[Sequence::Lge],
    ] {
        assert_eq!(drawn(missing), [true, false], "{missing:?}");
    }
}

#[test]
fn without_lge_no_scar_is_labelled_and_without_either_nothing_is_segmented() {
    let (study, segmenter) = (phantom(), segmenter(model(&[Label::Scar], Label::LvPool)));
    let count = |labels: &[Label], label| labels.iter().filter(|l| **l == label).count();
    let whole = segmenter.segment(&study).unwrap();
    let scar = count(whole.labels.data(), Label::Scar);
    assert!(
        scar > 1000 && whole.findings.is_empty(),
        "{scar} {:?}",
        whole.findings
    );
    let no_lge = segmenter
        .segment(&without(&study, &[Sequence::Lge]))
        .unwrap();
    assert_eq!(count(no_lge.labels.data(), Label::Scar), 0);
    assert!(count(no_lge.labels.data(), Label::Edema) > 1000);
    assert_eq!((no_lge.findings, no_lge.scar), (vec![Finding::NoLge], None));
    let no_t2 = segmenter
        .segment(&without(&study, &[Sequence::T2, Sequence::Bssfp]))
        .unwrap();
    assert_eq!(no_t2.findings, [Finding::NoT2]);
    let error = segmenter
        .segment(&without(&study, &[Sequence::Lge, Sequence::T2]))
        .unwrap_err()
        .to_string();
    assert!(error.contains("LGE and T2 are missing"), "{error}");
}

#[test]
fn a_locator_that_sees_no_heart_leaves_the_middle_and_says_so() {
    let segmentation = segmenter(model(&[Label::Scar], Label::Background))
        .segment(&phantom())
        .unwrap();
    assert_eq!(segmentation.findings, [Finding::HeartNotFound]);
    let labels = &segmentation.labels;
    let ([ni, nj, nk], [i_mm, j_mm, _]) = (labels.shape(), labels.spacing().mm());
    assert_ne!(labels[[ni / 2, nj / 2, nk / 2]], Label::Background);
    let beside = [
        ni / 2 + (76.0 / i_mm) as usize,
        nj / 2 + (76.0 / j_mm) as usize,
    ];
    if beside[0] < ni && beside[1] < nj {
        assert_eq!(
            labels[[beside[0], beside[1], nk / 2]],
            Label::Background,
            "outside the window"
        );
    }
}

#[test]
fn several_networks_are_averaged_and_their_agreement_is_told() {
    let study = phantom();
    let alone = segmenter(model(&[Label::Scar], Label::LvPool))
        .segment(&study)
        .unwrap();
    assert_eq!(alone.scar.unwrap().agreement, None);
    let split = segmenter(model(&[Label::Scar, Label::Edema], Label::LvPool))
        .segment(&study)
        .unwrap();
    let agreement = split.scar.unwrap().agreement.unwrap();
    assert!(agreement < 0.9, "one says scar, one edema: {agreement}");
    assert!(
        split.edema_or_scar.agreement.unwrap() > 0.9 && split.edema_or_scar.expected_dice > 0.9
    );
    let middle = study.grid().shape().map(|n| n / 2);
    let p: Vec<f32> = Label::ALL
        .iter()
        .map(|label| split.probabilities.of(*label)[middle])
        .collect();
    assert!(
        (p.iter().sum::<f32>() - 1.0).abs() < 1e-4 && p[4] > 0.2 && p[5] > 0.2,
        "{p:?}"
    );
    assert_eq!(split.probabilities.of(Label::Background)[[0, 0, 0]], 1.0);
}

/// The study with its voxels stored in another order: axes exchanged and run backwards.
fn stored(study: &Study, axes: [usize; 3], flipped: [bool; 3]) -> Study {
    let (grid, old) = (study.grid(), study.grid().world_from_voxel());
    let shape = axes.map(|a| grid.shape()[a]);
    let mut first = [0.0; 3];
    (0..3)
        .filter(|n| flipped[*n])
        .for_each(|n| first[axes[n]] = (shape[n] - 1) as f64);
    let origin = old.apply(first);
    let step =
        |row: usize, n: usize| old.rows()[row][axes[n]] * if flipped[n] { -1.0 } else { 1.0 };
    let rows = [0, 1, 2].map(|r| [step(r, 0), step(r, 1), step(r, 2), origin[r]]);
    let other = Grid::new(shape, Affine::new(rows).unwrap()).unwrap();
    let (order, apart_mm) = Orientation::onto(grid, &other).unwrap();
    assert!(apart_mm < 1e-9);
    let images = PerSequence::from_fn(|s| {
        study
            .image(s)
            .map(|image| order.store(image.clone(), &other))
    });
    Study::new(study.id(), images, None).unwrap()
}

#[test]
fn labels_do_not_depend_on_the_order_in_which_voxels_are_stored() {
    let study = phantom();
    // The members see the slices beside each, and differ where those are exchanged.
    let segmenter = segmenter(model(&[Label::Scar, Label::Edema], Label::LvPool));
    let expected = segmenter.segment(&study).unwrap().labels;
    for (axes, flipped) in [
        ([0, 1, 2], [false, false, true]),
        ([0, 1, 2], [true, false, false]),
        ([1, 0, 2], [false, true, true]),
        ([2, 0, 1], [true, true, true]),
    ] {
        let other = stored(&study, axes, flipped);
        let labels = segmenter.segment(&other).unwrap().labels;
        assert!(labels.data() == expected.data(), "{axes:?} {flipped:?}");
        assert!(labels.grid().displacement_mm(expected.grid()) < 1e-9);
        let file = other.stored(&labels);
        assert_eq!(file.grid(), other.storage().grid());
        let (back, apart_mm) = Orientation::onto(file.grid(), expected.grid()).unwrap();
        assert!(apart_mm < 1e-9);
        assert_eq!(
            back.apply_onto(&file, expected.grid()).data(),
            expected.data()
        );
    }
}

#[test]
fn a_network_of_stored_axes_labels_the_array_of_the_file_whatever_the_header_says() {
    let mut file = model(&[Label::Scar, Label::Edema], Label::LvPool);
    (file.header.locator, file.locator) = (None, None);
    file.header.recipe.preprocess.axes = Axes::Stored;
    file.header.recipe.preprocess.framing = Framing::Central;
    file.header.recipe.align = Align::Off;
    let (study, segmenter) = (phantom(), segmenter(file));
    let expected = segmenter.segment(&study).unwrap().labels;
    // The same arrays under headers that run along other ways of the world.
    let [i, j, k] = study.grid().spacing().mm();
    for [i, j, k] in [[i, -j, k], [-i, j, k], [-i, -j, -k]] {
        let rows = [[0.0, j, 0.0, 5.0], [0.0, 0.0, k, 5.0], [i, 0.0, 0.0, 5.0]];
        let grid = Grid::new(study.grid().shape(), Affine::new(rows).unwrap()).unwrap();
        let images = PerSequence::from_fn(|s| {
            let voxels = study.image(s)?.data().to_vec();
            Some(Volume::new(grid, voxels).unwrap())
        });
        let other = Study::new(study.id(), images, None).unwrap();
        assert_ne!(other.grid(), &grid, "it is turned");
        let labels = segmenter.segment(&other).unwrap().labels;
        let labels = other.stored(&labels);
        assert_eq!(labels.grid(), &grid);
        assert!(labels.data() == expected.data(), "{i} {j} {k}");
    }
}

#[test]
fn a_temperature_makes_probabilities_less_sure_and_leaves_labels() {
    let study = phantom();
    let mut file = model(&[Label::Edema], Label::LvPool);
    let cold = segmenter(file.clone()).segment(&study).unwrap();
    file.header.recipe.temperature = 3.0;
    let warm = segmenter(file).segment(&study).unwrap();
    assert_eq!(warm.labels, cold.labels);
    let middle = study.grid().shape().map(|n| n / 2);
    let p = |s: &myops_segment::Segmentation| s.probabilities.of(Label::Edema)[middle];
    assert!(p(&warm) < p(&cold) - 0.05, "{} {}", p(&warm), p(&cold));
}

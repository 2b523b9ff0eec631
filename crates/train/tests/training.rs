//! A training as a whole: it learns, it repeats itself, and an interruption leaves no trace.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

use std::sync::Arc;

use myops_image::augment::AugmentRanges;
use myops_image::label::Label;
use myops_image::preprocess::{Axes, Preprocess};
use myops_image::scheme::LabelScheme;
use myops_net::engine::{Cpu, Device};
use myops_net::model::Architecture;
use myops_net::weights::{Stored, Weights};
use myops_segment::{ModelFile, ModelHeader, Recipe};
use myops_settings::Switch;
use myops_train::loss::Loss;
use myops_train::{
    Checkpoint, CosineSchedule, LrSchedule, NetworkSettings, Sample, Split, TrainPlan,
    TrainSettings, Trainer, TrainingCase,
};

const SIZE: usize = 64;

fn cpu() -> Device {
    Arc::new(Cpu::default())
}

/// Discs of another place in every slice: bright in all sequences, labelled LV pool.
fn case(id: &str, slices: usize) -> TrainingCase {
    let slice = |n: usize| {
        let centre = [20 + 5 * n, 40 - 3 * n + id.len()];
        let inside = |p: usize| {
            (p / SIZE).abs_diff(centre[0]).pow(2) + (p % SIZE).abs_diff(centre[1]).pow(2) < 150
        };
        let pixels = 0..SIZE * SIZE;
        let image = pixels
            .clone()
            .flat_map(|p| [if inside(p) { 1.0 } else { 0.1 }; 3])
            .collect();
        Sample {
            image,
            labels: pixels
                .map(|p| {
                    if inside(p) {
                        Label::LvPool
                    } else {
                        Label::Background
                    }
                })
                .collect(),
            scheme: LabelScheme::ALL,
        }
    };
    TrainingCase {
        id: id.into(),
        slices: (0..slices).map(slice).collect(),
        share: 1.0,
    }
}

fn settings(architecture: Architecture, epochs: usize) -> TrainSettings {
    let preprocess = Preprocess {
        size: SIZE,
        ..Preprocess::PUBLISHED
    };
    TrainSettings {
        seed: 5,
        epochs,
        batch_size: 2,
        learning_rate: 3e-3,
        loss: Loss::SoftDice,
        model: NetworkSettings {
            architecture,
            width: 4,
        },
        recipe: Recipe {
            preprocess,
            ..Recipe::PUBLISHED
        },
        augment: AugmentRanges::PUBLISHED,
        ..TrainSettings::published(architecture)
    }
}

/// Everything that the flagship's training does, on the small network.
fn flagship(epochs: usize) -> TrainSettings {
    let nested = TrainSettings::of(Architecture::Nested);
    let small = settings(Architecture::Nested, epochs);
    TrainSettings {
        epochs,
        batch_size: small.batch_size,
        model: small.model,
        recipe: small.recipe,
        locator: None,
        margin_pixels: 0,
        crop_pixels: Switch::Off,
        validate_every: 2,
        schedule: LrSchedule::Cosine(CosineSchedule {
            cycles: 1,
            warm_up_epochs: 1.0,
        }),
        ..nested
    }
}

fn plan(settings: TrainSettings) -> TrainPlan {
    settings.plan().unwrap()
}

fn split() -> Split {
    Split {
        fold: 0,
        training: vec![case("a", 3), case("bb", 2)],
        validation: vec![case("ccc", 1)],
    }
}

fn unaveraged(trainer: &Trainer) -> Weights {
    let checkpoint = trainer.checkpoint().unwrap();
    Stored::<ModelHeader>::from_bytes(&checkpoint.model)
        .unwrap()
        .weights
}

fn train(trainer: &mut Trainer) -> Vec<f64> {
    let mut losses = Vec::new();
    while !trainer.finished() {
        losses.push(trainer.epoch(|_| {}).unwrap().0.loss);
    }
    losses
}

#[test]
fn the_loss_falls() {
    let settings = TrainSettings {
        augment: AugmentRanges::NONE,
        ..settings(Architecture::Runet, 8)
    };
    let mut trainer = Trainer::new(plan(settings), split(), &cpu()).unwrap();
    let losses = train(&mut trainer);
    assert!(losses[7] < losses[0] - 0.03, "{losses:?}");
    let last = trainer.progress().history.last().unwrap();
    assert_eq!(last.validation.as_ref().unwrap().dice.len(), 7);
}

#[test]
fn stopped_and_resumed_it_ends_with_the_same_weights() {
    for settings in Architecture::ALL
        .map(|a| settings(a, 3))
        .into_iter()
        .chain([flagship(3)])
    {
        let mut whole = Trainer::new(plan(settings), split(), &cpu()).unwrap();
        train(&mut whole);

        let mut first = Trainer::new(plan(settings), split(), &cpu()).unwrap();
        first.epoch(|_| {}).unwrap();
        let bytes = first.checkpoint().unwrap().to_bytes().unwrap();
        drop(first);
        let checkpoint = Checkpoint::from_bytes(&bytes).unwrap();
        let mut rest = Trainer::resume(plan(settings), split(), &cpu(), checkpoint).unwrap();
        train(&mut rest);
        assert!(
            rest.model().weights == whole.model().weights,
            "{settings:?}: other weights"
        );
        assert!(
            unaveraged(&rest) == unaveraged(&whole),
            "{settings:?}: another network below the average"
        );
        assert_eq!(rest.progress(), whole.progress());
    }
}

#[test]
fn on_whichever_thread_an_epoch_runs_it_ends_with_the_same_weights() {
    // As a locator is trained: nothing looks at the network between its epochs.
    let settings = TrainSettings {
        average_decay: Switch::Off,
        validate_every: 4,
        ..flagship(4)
    };
    // Pools of one thread each, so that sums are added up in one order.
    let pools = [(); 3].map(|()| {
        rayon::ThreadPoolBuilder::new()
            .num_threads(1)
            .build()
            .unwrap()
    });
    let trained = |pool_of: fn(usize) -> usize| {
        let mut trainer = Trainer::new(plan(settings), split(), &cpu()).unwrap();
        for epoch in 0..4 {
            pools[pool_of(epoch)]
                .install(|| trainer.epoch(|_| {}))
                .unwrap();
        }
        trainer.model().weights
    };
    let one = trained(|_| 0);
    assert!(trained(|epoch| epoch % 3) == one, "the threads in turn");
    assert!(
        trained(|epoch| usize::from(epoch == 1)) == one,
        "one epoch on another thread"
    );
}

#[test]
fn the_flagship_keeps_the_average_of_its_last_steps_and_looks_when_it_is_due() {
    let mut trainer = Trainer::new(plan(flagship(3)), split(), &cpu()).unwrap();
    train(&mut trainer);
    assert!(!trainer.keeps_best());
    let looked: Vec<bool> = trainer
        .progress()
        .history
        .iter()
        .map(|r| r.validation.is_some())
        .collect();
    assert_eq!(looked, [false, true, true]);
    let rates: Vec<f64> = trainer
        .progress()
        .history
        .iter()
        .map(|r| r.learning_rate)
        .collect();
    assert!(
        rates[0] < rates[1] && rates[1] > rates[2] && rates[2] > 0.0,
        "{rates:?}"
    );
    assert!(trainer.model().weights != unaveraged(&trainer));
}

/// The case with six more channels, as those of the slices beside each are.
fn with_neighbours(mut case: TrainingCase) -> TrainingCase {
    for (n, sample) in case.slices.iter_mut().enumerate() {
        let pixels = sample.image.as_chunks::<3>().0;
        let others = |p: &[f32; 3]| [p[0], p[1], p[2], 0.5, p[0], 0.1, 0.7 * n as f32, 0.3, p[2]];
        sample.image = pixels.iter().flat_map(others).collect();
    }
    case
}

/// The sum of the first layer's weights of the channels from the fourth on.
fn weights_of_neighbours(trainer: &Trainer) -> f32 {
    let weights = unaveraged(trainer);
    let first = weights.get("encoder.0.first.conv.weight").unwrap();
    let channel = |n: usize| n / first.shape[3] % first.shape[2];
    let values = first.values.iter().enumerate();
    let others = values.filter(|(n, _)| channel(*n) >= 3);
    others.map(|(_, v)| v.abs()).sum()
}

#[test]
fn before_they_are_seen_the_slices_beside_each_change_nothing() {
    let all = |cases: Vec<TrainingCase>| cases.into_iter().map(with_neighbours).collect();
    let Split {
        fold,
        training,
        validation,
    } = split();
    let wide = Split {
        fold,
        training: all(training),
        validation: all(validation),
    };
    let narrow = flagship(2);
    let preprocess = Preprocess {
        neighbours: 1,
        ..narrow.recipe.preprocess
    };
    let settings = TrainSettings {
        single_slice_share: 0.5,
        recipe: Recipe {
            preprocess,
            ..narrow.recipe
        },
        ..narrow
    };
    let four = TrainSettings {
        epochs: 4,
        ..settings
    };
    let mut trainer = Trainer::new(plan(four), wide, &cpu()).unwrap();
    let mut alone = Trainer::new(plan(narrow), split(), &cpu()).unwrap();
    for _ in 0..2 {
        let (seen, same) = (
            trainer.epoch(|_| {}).unwrap().0,
            alone.epoch(|_| {}).unwrap().0,
        );
        assert!(
            (seen.loss - same.loss).abs() < 1e-4,
            "{} {}",
            seen.loss,
            same.loss
        );
        assert_eq!(weights_of_neighbours(&trainer), 0.0);
    }
    trainer.epoch(|_| {}).unwrap();
    assert!(weights_of_neighbours(&trainer) > 0.0);
}

#[test]
fn a_training_begins_with_a_network_that_has_not_seen_the_held_out_cases() {
    let new = |split| Trainer::new(plan(flagship(1)), split, &cpu()).unwrap();
    let mut first = new(split());
    train(&mut first);
    let second = new(split()).begin_with(first.model().into()).unwrap();
    assert!(
        second.model().weights == first.model().weights
            && unaveraged(&second) == first.model().weights
    );
    assert_eq!(second.progress().next_epoch, 0);
    let swapped = Split {
        training: split().validation,
        validation: split().training,
        fold: 1,
    };
    let mut turned: ModelFile = first.model().into();
    turned.header.recipe.preprocess.axes = Axes::Stored;
    let error = new(split()).begin_with(turned).err().unwrap().to_string();
    let words = "the network to begin with saw axes stored, this training has recipe.preprocess.axes = anatomical";
    assert_eq!(error, words);
    let error = new(swapped)
        .begin_with(first.model().into())
        .err()
        .unwrap()
        .to_string();
    assert_eq!(error, "it may have learned from a, which is held out here");
    // Nobody knows any more what several networks have learned from.
    let both = ModelFile::join(vec![first.model().into(), second.model().into()]).unwrap();
    assert!(new(split()).begin_with(both.clone()).is_err());
    let everything = Split {
        validation: Vec::new(),
        ..split()
    };
    assert!(new(everything).begin_with(both).unwrap().model().weights == first.model().weights);
}

#[test]
fn a_checkpoint_of_other_settings_is_refused() {
    let trainer = Trainer::new(plan(settings(Architecture::Runet, 3)), split(), &cpu()).unwrap();
    let checkpoint = trainer.checkpoint().unwrap();
    let other = TrainSettings {
        seed: 6,
        ..settings(Architecture::Runet, 3)
    };
    let error = Trainer::resume(plan(other), split(), &cpu(), checkpoint)
        .err()
        .unwrap()
        .to_string();
    assert!(
        error.starts_with("the checkpoint was made with other settings"),
        "{error}"
    );
}

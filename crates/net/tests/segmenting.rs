//! A whole segmenter on phantoms: what is missing is said, and what is said is true.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

use burn::tensor::Device;
use myops_image::label::Label;
use myops_image::phantom::{Phantom, PhantomSettings};
use myops_image::sequence::{PerSequence, Sequence};
use myops_image::study::Study;
use myops_net::infer::{LocatorHeader, ModelFile, ModelHeader, Note, Segmenter};
use myops_net::model::{Architecture, ModelSettings};
use myops_net::train::{LocatorSettings, TrainSettings};
use myops_net::weights::{Weight, Weights};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

fn phantom() -> Study {
    Phantom::draw(&PhantomSettings::default(), &mut ChaCha8Rng::seed_from_u64(4)).render("phantom").0
}

/// A drawn network of four filters that has learned nothing, but is biased towards a label.
fn weights(settings: &ModelSettings, seed: u64, towards: Label) -> Weights {
    let mut weights = Weights::of(&settings.init(seed, &Device::flex()));
    let values = Label::ALL.map(|l| if l == towards { 8.0 } else { 0.0 }).to_vec();
    weights.insert("head.bias", Weight { shape: vec![6], values });
    weights
}

/// The flagship's recipe on small networks, one biased towards each of `members`.
fn model(members: &[Label], locator_sees: Label) -> ModelFile {
    let settings = TrainSettings::of(Architecture::Nested);
    let model = ModelSettings { width: 4, ..settings.model };
    let mut header = ModelHeader::single(model, settings.recipe, "drawn");
    let locator = LocatorSettings { width: 4, ..LocatorSettings::default() }.training(&settings);
    header.locator = Some(LocatorHeader { model: locator.model, preprocess: locator.recipe.preprocess });
    header.members = members.len();
    let members = members.iter().enumerate().map(|(seed, label)| weights(&model, seed as u64, *label)).collect();
    ModelFile { header, locator: Some(weights(&locator.model, 9, locator_sees)), members }
}

fn segmenter(file: ModelFile) -> Segmenter {
    Segmenter::new(file, &Device::flex()).unwrap()
}

fn without(study: &Study, sequences: &[Sequence]) -> Study {
    let images = PerSequence::from_fn(|s| study.image(s).filter(|_| !sequences.contains(&s)).cloned());
    Study::new(study.id(), images, None).unwrap()
}

#[test]
fn without_lge_no_scar_is_labelled_and_without_either_nothing_is_segmented() {
    let (study, segmenter) = (phantom(), segmenter(model(&[Label::Scar], Label::LvPool)));
    let count = |labels: &[Label], label| labels.iter().filter(|l| **l == label).count();
    let whole = segmenter.segment(&study).unwrap();
    let scar = count(whole.labels.data(), Label::Scar);
    assert!(scar > 1000 && whole.notes.is_empty(), "{scar} {:?}", whole.notes);
    let no_lge = segmenter.segment(&without(&study, &[Sequence::Lge])).unwrap();
    assert_eq!(count(no_lge.labels.data(), Label::Scar), 0);
    assert!(count(no_lge.labels.data(), Label::Edema) > 1000);
    assert_eq!(no_lge.notes, [Note::NoLge]);
    let no_t2 = segmenter.segment(&without(&study, &[Sequence::T2, Sequence::Bssfp])).unwrap();
    assert_eq!(no_t2.notes, [Note::NoT2]);
    let error = segmenter.segment(&without(&study, &[Sequence::Lge, Sequence::T2])).unwrap_err().to_string();
    assert!(error.contains("neither LGE nor T2 is there"), "{error}");
}

#[test]
fn a_locator_that_sees_no_heart_leaves_the_middle_and_says_so() {
    let segmentation = segmenter(model(&[Label::Scar], Label::Background)).segment(&phantom()).unwrap();
    assert_eq!(segmentation.notes, [Note::HeartNotFound]);
    let labels = &segmentation.labels;
    let ([ni, nj, nk], [i_mm, j_mm, _]) = (labels.shape(), labels.spacing().mm());
    assert_ne!(labels[[ni / 2, nj / 2, nk / 2]], Label::Background);
    let beside = [ni / 2 + (76.0 / i_mm) as usize, nj / 2 + (76.0 / j_mm) as usize];
    if beside[0] < ni && beside[1] < nj {
        assert_eq!(labels[[beside[0], beside[1], nk / 2]], Label::Background, "outside the window");
    }
}

#[test]
fn several_networks_are_averaged_and_their_agreement_is_told() {
    let study = phantom();
    let alone = segmenter(model(&[Label::Scar], Label::LvPool)).segment(&study).unwrap();
    assert_eq!(alone.scar.agreement, None);
    let split = segmenter(model(&[Label::Scar, Label::Edema], Label::LvPool)).segment(&study).unwrap();
    let agreement = split.scar.agreement.unwrap();
    assert!(agreement < 0.9, "one says scar, one edema: {agreement}");
    assert!(split.edema_or_scar.agreement.unwrap() > 0.9 && split.edema_or_scar.expected_dice > 0.9);
    let middle = study.grid().shape().map(|n| n / 2);
    let p: Vec<f32> = Label::ALL.iter().map(|label| split.probabilities.of(*label)[middle]).collect();
    assert!((p.iter().sum::<f32>() - 1.0).abs() < 1e-4 && p[4] > 0.2 && p[5] > 0.2, "{p:?}");
    assert_eq!(split.probabilities.of(Label::Background)[[0, 0, 0]], 1.0);
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
    let p = |s: &myops_net::infer::Segmentation| s.probabilities.of(Label::Edema)[middle];
    assert!(p(&warm) < p(&cold) - 0.05, "{} {}", p(&warm), p(&cold));
}

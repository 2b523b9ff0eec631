//! Seeds that the program itself writes, so that they never fall behind its formats.

#![expect(
    clippy::expect_used,
    reason = "what the program writes of a phantom is well-formed"
)]

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use flate2::Compression;
use flate2::read::{GzEncoder, MultiGzDecoder};
use hdf5_pure::FileBuilder;
use myops::app::plan::{Plan, Settings, ShardHead};
use myops::app::{Record, SegmentJob};
use myops::image::io::{Placement, encode_image, encode_labels};
use myops::image::phantom::{Phantom, PhantomSettings};
use myops::image::sequence::{PerSequence, Sequence};
use myops::image::study::Study;
use myops::net::engine::{Cpu, Device};
use myops::net::model::{Architecture, ModelSettings};
use myops::net::weights::{Precision, Weight, Weights};
use myops::report::{Case, CaseView, ModelId, Origin};
use myops::segment::{LocatorHeader, ModelFile, ModelHeader, Recipe};
use myops::settings::Switch;
use myops::train::{LocatorSettings, Split, TrainPlan, TrainSettings, Trainer, TrainingCase};
use myops_dicom::synthetic;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// A small patient that models are tried on.
pub static STUDY: LazyLock<Study> = LazyLock::new(|| phantom(48, 2.5));

/// A training of the smallest network.
pub static TRAINING: LazyLock<(TrainPlan, Split)> = LazyLock::new(|| {
    let plan = small(Architecture::Nested);
    let case = TrainingCase::prepare(&STUDY, &plan.recipe, plan.margin_pixels)
        .expect("a case is prepared");
    (
        plan,
        Split {
            fold: 0,
            training: vec![case],
            validation: Vec::new(),
        },
    )
});

/// The processor.
pub fn cpu() -> Device {
    Arc::new(Cpu::default())
}

fn phantom(side: usize, spacing_mm: f32) -> Study {
    let settings = PhantomSettings {
        slices: [2, 2],
        side_px: [side; 2],
        spacing_mm: [spacing_mm; 2],
        heart_offset_px: 0.0,
        ..PhantomSettings::default()
    };
    Phantom::draw(&settings, &mut ChaCha8Rng::seed_from_u64(3))
        .render("phantom")
        .0
}

/// The settings of an architecture for inputs of 32 pixels of 4 mm and one filter.
fn small(architecture: Architecture) -> TrainPlan {
    let mut settings = TrainSettings::of(architecture);
    settings.model.width = 1;
    settings.recipe.preprocess.size = 32;
    settings.recipe.preprocess.spacing_mm = Switch::On(4.0);
    (
        settings.epochs,
        settings.margin_pixels,
        settings.crop_pixels,
    ) = (2, 0, Switch::Off);
    settings.locator = settings.locator.map(|_| LocatorSettings {
        width: 1,
        size: 16,
        spacing_mm: 8.0,
        epochs: 1,
        ..LocatorSettings::default()
    });
    settings.plan().expect("small settings are valid")
}

fn unpacked(file: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    MultiGzDecoder::new(file)
        .read_to_end(&mut bytes)
        .expect("a written file is unpacked");
    bytes
}

/// A slice of a synthetic exam in each order of bytes, and several slices in one file.
pub fn dicom() -> Vec<Vec<u8>> {
    let exam = synthetic::small_exam();
    let slices = exam.get(156..161).expect("the slices of the LGE");
    let whole = synthetic::enhanced(slices);
    let slice = slices.first().expect("the first slice");
    let files = [
        (slice, synthetic::EXPLICIT),
        (slice, synthetic::IMPLICIT),
        (slice, synthetic::BIG_ENDIAN),
        (&whole, synthetic::EXPLICIT),
    ];
    files
        .map(|(object, syntax)| synthetic::encode(object, syntax).expect("a slice is encoded"))
        .into()
}

/// An image and a label map, packed and not.
pub fn nifti() -> Vec<Vec<u8>> {
    static FILES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
        let study = phantom(12, 10.0);
        let placement = Placement::of_grid(study.grid());
        let name = Path::new("seed");
        let image = study
            .image(Sequence::Lge)
            .map(|image| encode_image(image, &placement, name));
        let labels = study
            .reference()
            .map(|labels| encode_labels(labels, &placement, name));
        let packed = [image, labels].map(|file| {
            file.expect("a phantom has both")
                .expect("a phantom is written")
        });
        packed
            .iter()
            .map(|file| unpacked(file))
            .chain(packed.clone())
            .collect()
    });
    FILES.clone()
}

/// Gzip files: one member, two, an empty one before, without compression, with zeros after.
pub fn gzip() -> Vec<Vec<u8>> {
    let image = nifti().swap_remove(0);
    let member = |part: &[u8], level| {
        let mut bytes = Vec::new();
        GzEncoder::new(part, Compression::new(level))
            .read_to_end(&mut bytes)
            .expect("bytes are packed");
        bytes
    };
    let (start, rest) = image.split_at(400);
    let two = [member(start, 9), member(rest, 1)].concat();
    let padded = [member(&image, 6), vec![0; 512]].concat();
    vec![
        member(&image, 6),
        member(&image, 0),
        two,
        [member(&[], 6), member(&image, 6)].concat(),
        padded,
    ]
}

/// The settings of each architecture, and a few of them alone.
pub fn settings() -> Vec<Vec<u8>> {
    let all = |architecture| {
        toml::to_string(&TrainSettings::of(architecture)).expect("settings are printed")
    };
    let few =
        "epochs = 3 # few\n[model]\narchitecture = \"unet\"\n[recipe.preprocess]\nsize = 64\n"
            .to_owned();
    Architecture::ALL
        .map(all)
        .into_iter()
        .chain([few])
        .map(String::into_bytes)
        .collect()
}

/// The records of a case with images and of one of labels alone.
pub fn records() -> Vec<Vec<u8>> {
    let study = phantom(40, 3.0);
    let labels = study.reference().expect("a phantom has labels");
    let none = PerSequence::default();
    let record = |images| Record {
        told: Case::measure("phantom", &CaseView::of(labels, images), Origin::default()),
        inputs: BTreeMap::new(),
        outputs: BTreeMap::new(),
    };
    [study.images(), &none]
        .map(|images| serde_json::to_vec(&record(images)).expect("a record is written"))
        .into()
}

/// A plan of two shards.
pub fn plans() -> Vec<Vec<u8>> {
    let settings = Settings::of(&SegmentJob::new(["data"], "out"));
    let shard = |cases| ShardHead {
        cases,
        voxels: 1000,
        sha256: "ab".repeat(32),
    };
    let model = ModelId {
        name: "nested".into(),
        fingerprint: "0123456789abcdef".into(),
    };
    let plan = Plan::new("cpu", model, settings, vec![shard(2), shard(1)]);
    let plan = plan.expect("a plan is made");
    vec![plan.encoded().expect("a plan is written")]
}

fn network(settings: &ModelSettings, seed: u64) -> Weights {
    Weights::drawn(&settings.graph(), seed)
}

/// A network alone, one with a locator, and two.
pub fn weights() -> Vec<Vec<u8>> {
    let (unet, nested) = (small(Architecture::Unet), small(Architecture::Nested));
    let single = ModelFile {
        header: ModelHeader::single(
            unet.network(),
            Recipe {
                preprocess: unet.recipe.preprocess,
                ..Recipe::PUBLISHED
            },
            "seed",
        ),
        locator: None,
        members: vec![network(&unet.network(), 1)],
        lge_alone: None,
    };
    let locator = nested
        .locator_plan()
        .expect("a nested network has a locator");
    let mut header = ModelHeader::single(nested.network(), nested.recipe, "seed");
    header.locator = Some(LocatorHeader {
        model: locator.network(),
        preprocess: locator.recipe.preprocess,
    });
    let members = vec![network(&nested.network(), 1)];
    let located = ModelFile {
        header,
        locator: Some(network(&locator.network(), 3)),
        members,
        lge_alone: None,
    };
    let recipe = Recipe {
        preprocess: locator.recipe.preprocess,
        ..nested.recipe
    };
    let header = ModelHeader {
        members: 2,
        ..ModelHeader::single(locator.network(), recipe, "seed")
    };
    let two = ModelFile {
        header,
        locator: None,
        members: [4, 5].map(|seed| network(&locator.network(), seed)).into(),
        lge_alone: None,
    };
    let bytes = |file: &ModelFile, precision| file.to_bytes(precision).expect("a model is written");
    vec![
        bytes(&single, Precision::Full),
        bytes(&located, Precision::Half),
        bytes(&two.clone().with_lge_alone(two), Precision::Full),
    ]
}

/// A training after its first epoch.
pub fn checkpoint() -> Vec<Vec<u8>> {
    let (plan, split) = TRAINING.clone();
    let mut trainer = Trainer::new(plan, split, &cpu()).expect("a training begins");
    trainer.epoch(|_| {}).expect("an epoch is trained");
    let checkpoint = trainer.checkpoint().expect("a checkpoint is made");
    vec![checkpoint.to_bytes().expect("a checkpoint is written")]
}

/// A U-Net of one filter, each layer a group with its tensors, as Keras names them.
pub fn keras() -> Vec<Vec<u8>> {
    let weights = network(
        &ModelSettings {
            width: 1,
            ..ModelSettings::published(Architecture::Unet)
        },
        1,
    );
    let mut file = FileBuilder::new();
    let mut layers: Vec<(&str, Vec<(&str, &Weight)>)> = Vec::new();
    for (path, weight) in weights.iter() {
        let (owner, tensor) = path.rsplit_once('.').unwrap_or(("", path));
        match layers.last_mut().filter(|(last, _)| *last == owner) {
            Some((_, tensors)) => tensors.push((tensor, weight)),
            None => layers.push((owner, vec![(tensor, weight)])),
        }
    }
    for (n, (owner, tensors)) in layers.iter().enumerate() {
        let transposed = owner.starts_with("upsamplers.");
        let mut group = file.create_group(&format!(
            "conv2d{}_{n}",
            if transposed { "_transpose" } else { "" }
        ));
        for (tensor, weight) in tensors {
            let mut shape: Vec<u64> = weight.shape.iter().map(|n| *n as u64).collect();
            if transposed && shape.len() == 4 {
                shape.swap(2, 3);
            }
            let name = if *tensor == "weight" {
                "kernel"
            } else {
                tensor
            };
            group
                .create_dataset(name)
                .with_f32_data(&weight.values)
                .with_shape(&shape);
        }
        file.add_group(group.finish());
    }
    vec![file.finish().expect("an HDF5 file is written")]
}

//! Synthetic patients with reference labels and known volumes.
//!
//! ```
//! use myops::app::phantom::patient;
//!
//! let (study, truth) = patient(1, 7);
//! assert_eq!(study.id(), "phantom-001");
//! assert!(study.reference().is_some() && truth.volumes_ml["scar"] > 0.0);
//! ```

use std::path::{Path, PathBuf};

use myops_image::io::{Placement, write_image, write_labels, write_whole};
use myops_image::phantom::{Phantom, PhantomSettings, Truth};
use myops_image::sequence::Sequence;
use myops_image::study::Study;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::error::Error;
use super::files::{OutputFolder, folder, guard};
use super::progress::{Progress, Stage, in_stage};

/// Writes synthetic patients, one folder each.
#[derive(Debug, Clone)]
pub struct PhantomJob {
    /// The number of patients.
    pub cases: usize,
    /// The random seed.
    pub seed: u64,
    /// The folder for the patients.
    pub out: PathBuf,
}

impl PhantomJob {
    /// A job that writes 20 patients with the seed 1.
    pub fn new(out: impl Into<PathBuf>) -> Self {
        Self {
            cases: 20,
            seed: 1,
            out: out.into(),
        }
    }

    /// Writes the patients.
    ///
    /// # Errors
    /// Where the folder holds something else, or cannot be written to.
    pub fn run(&self, progress: &dyn Progress) -> Result<(), Error> {
        let out = OutputFolder::claim(&self.out)?;
        guard::only_ours(&self.out, "phantom", is_ours)?;
        in_stage(progress, Stage::Drawing, self.cases, || {
            (1..=self.cases).into_par_iter().try_for_each(|n| {
                let (study, truth) = patient(n, self.seed);
                progress.advanced(1, "");
                write(&study, &truth, out.path())
            })
        })
    }
}

/// Synthetic patients `phantom-001`, `phantom-002`, ...: each depends on the seed and its number alone.
pub fn patients(count: usize, seed: u64) -> Vec<Study> {
    (1..=count)
        .into_par_iter()
        .map(|n| patient(n, seed).0)
        .collect()
}

/// One synthetic patient with its reference labels, and what is known of it.
pub fn patient(number: usize, seed: u64) -> (Study, Truth) {
    let seed = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ number as u64;
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    Phantom::draw(&PhantomSettings::default(), &mut rng).render(&format!("phantom-{number:03}"))
}

/// Whether a folder of this name is one that this job writes.
fn is_ours(name: &str) -> bool {
    name.strip_prefix("phantom-")
        .is_some_and(|n| n.len() >= 3 && n.bytes().all(|b| b.is_ascii_digit()))
}

/// Writes a patient as the challenge stored its cases, with the truth beside it.
pub(crate) fn write(study: &Study, truth: &Truth, out: &Path) -> Result<(), Error> {
    let place = out.join(study.id());
    folder::make_inside(out, &place)?;
    let file = |ending: &str| place.join(format!("{}_{ending}", study.id()));
    let placement = Placement::of_grid(study.grid());
    for (sequence, name) in [
        (Sequence::Bssfp, "C0"),
        (Sequence::Lge, "LGE"),
        (Sequence::T2, "T2"),
    ] {
        if let Some(image) = study.image(sequence) {
            let image = image.map(|v| v.round() as i16);
            write_image(file(&format!("{name}.nii.gz")), &image, &placement)?;
        }
    }
    if let Some(reference) = study.reference() {
        write_labels(file("gd.nii.gz"), reference, &placement)?;
    }
    let truth = serde_json::to_vec_pretty(truth).map_err(Error::encode("the truth"))?;
    Ok(write_whole(file("truth.json"), |w| w.write_all(&truth))?)
}

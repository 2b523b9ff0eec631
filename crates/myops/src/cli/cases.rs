//! Cases of a folder, read with a bar beside it.

use std::path::Path;

use anyhow::Result;
use myops_image::io::{CaseFiles, find_cases};
use myops_image::phantom::{Phantom, PhantomSettings};
use myops_image::study::Study;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::talk::Talk;
use crate::failure::WithHint;

/// All labelled cases under a path, in the order of their names.
///
/// # Errors
/// Where there is none, one has no reference labels, or one cannot be read: the first is named.
pub fn labelled(path: &Path, talk: Talk) -> Result<Vec<Study>> {
    let files = find_cases(path)?;
    if let Some(case) = files.iter().find(|c| c.reference().is_none()) {
        let error = anyhow::anyhow!("{}: case {} has no reference labels", case.folder().display(), case.id());
        return Err(error).hint(|| "put its labels beside the images as ..._gd.nii.gz, or move the case away".into());
    }
    let bar = talk.bar(files.len() as u64, "reading");
    let read = |case: &CaseFiles| {
        let loaded = case.require_all()?.load()?;
        bar.inc(1);
        Ok(loaded.study)
    };
    let studies = files.par_iter().map(read).collect::<Result<Vec<_>>>()?;
    bar.finish_and_clear();
    Ok(studies)
}

/// Synthetic patients `phantom-001`, `phantom-002`, ...: each depends on the seed and its number alone.
pub fn phantoms(count: usize, seed: u64) -> Vec<Study> {
    (1..=count).into_par_iter().map(|n| phantom(n, seed).0).collect()
}

/// One synthetic patient, and what is known of it.
pub fn phantom(number: usize, seed: u64) -> (Study, myops_image::phantom::Truth) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ number as u64);
    Phantom::draw(&PhantomSettings::default(), &mut rng).render(&format!("phantom-{number:03}"))
}

//! Cases of a folder, read with a bar beside it.

use std::path::{Path, PathBuf};

use anyhow::Result;
use myops_image::io::{CaseFiles, listed, search};
use myops_image::phantom::{Phantom, PhantomSettings};
use myops_image::study::Study;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::talk::Talk;
use crate::failure::WithHint;

/// All cases with images and reference labels under a path, in the order of their names; tells what was passed over.
///
/// # Errors
/// Where there is none, one has no reference labels, or labels have no images: the first is named.
pub fn find_labelled(path: &Path, talk: Talk) -> Result<Vec<CaseFiles>> {
    let found = search(path)?;
    tell_passed_over(&found.passed_over, talk);
    if let Some((id, labels)) = found.without_images.first() {
        let error = anyhow::anyhow!(
            "case {id} has labels ({}) and no image under a known name",
            labels.display()
        );
        let known = format!(
            "images are called {id}_C0, {id}_LGE or {id}_DE, {id}_T2, or {id}_0000 to {id}_0002 by nnU-Net"
        );
        return Err(error).hint(|| known);
    }
    let files = found.cases;
    if let Some(case) = files.iter().find(|c| c.reference().is_none()) {
        let error = anyhow::anyhow!(
            "{}: case {} has no reference labels",
            case.folder().display(),
            case.id()
        );
        return Err(error).hint(|| {
            "put its labels beside the images as ..._gd.nii.gz, or move the case away".into()
        });
    }
    Ok(files)
}

/// Reads labelled cases; tells of reference labels in which nothing is labelled.
///
/// # Errors
/// Where one lacks a sequence or cannot be read: the first is named.
pub fn read_all(files: &[CaseFiles], talk: Talk) -> Result<Vec<Study>> {
    let bar = talk.bar(files.len() as u64, "reading");
    let read = |case: &CaseFiles| {
        let loaded = case.require_all()?.load()?;
        bar.inc(1);
        Ok(loaded.study)
    };
    let studies = files.par_iter().map(read).collect::<Result<Vec<_>>>()?;
    bar.finish_and_clear();
    let is_empty = |study: &&Study| {
        study
            .reference()
            .is_some_and(|labels| labels.labelled_box().is_none())
    };
    let empty: Vec<&str> = studies.iter().filter(is_empty).map(Study::id).collect();
    if !empty.is_empty() {
        talk.say(format_args!(
            "reference labels are all background in {}",
            empty.join(", ")
        ));
    }
    Ok(studies)
}

/// A number of cases in words.
pub fn count(n: usize) -> String {
    if n == 1 {
        "1 case".into()
    } else {
        format!("{n} cases")
    }
}

/// Names the files of images and labels that a search passed over.
pub fn tell_passed_over(files: &[PathBuf], talk: Talk) {
    if !files.is_empty() {
        let what = if files.len() == 1 {
            "1 file".into()
        } else {
            format!("{} files", files.len())
        };
        talk.say(format_args!("{what} passed over: {}", listed(files)));
    }
}

/// Synthetic patients `phantom-001`, `phantom-002`, ...: each depends on the seed and its number alone.
pub fn phantoms(count: usize, seed: u64) -> Vec<Study> {
    (1..=count)
        .into_par_iter()
        .map(|n| phantom(n, seed).0)
        .collect()
}

/// One synthetic patient, and what is known of it.
pub fn phantom(number: usize, seed: u64) -> (Study, myops_image::phantom::Truth) {
    let mut rng =
        ChaCha8Rng::seed_from_u64(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ number as u64);
    Phantom::draw(&PhantomSettings::default(), &mut rng).render(&format!("phantom-{number:03}"))
}

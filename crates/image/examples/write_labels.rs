//! Reads cases and writes a label map for each: its reference labels, or the brightest LGE voxels where it has none.
//!
//! `cargo run --release -p myops-image --example write_labels -- CASES OUT`, then
//! `scripts/check_nifti.py CASES OUT` compares what was written with its images.

use std::path::Path;
use std::time::Instant;

use myops_image::io::{self, IoError, LoadedCase};
use myops_image::label::{Label, LabelMap};
use myops_image::sequence::Sequence;

fn main() -> Result<(), IoError> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [cases, out] = &args[..] else {
        eprintln!("usage: write_labels CASES OUT");
        std::process::exit(2);
    };
    for files in io::find_cases(cases)? {
        let start = Instant::now();
        let case = files.load()?;
        let read = start.elapsed();
        let labels = labels_of(&case);
        let start = Instant::now();
        io::write_labels(
            Path::new(out).join(format!("{}.nii.gz", files.id())),
            &case.study.stored(&labels),
            &case.placement(),
        )?;
        eprintln!(
            "{} {:?}: read in {read:.1?}, written in {:.1?}",
            files.id(),
            labels.shape(),
            start.elapsed()
        );
    }
    Ok(())
}

/// The reference labels, or "scar" wherever LGE is above the mean and four standard deviations.
fn labels_of(case: &LoadedCase) -> LabelMap {
    if let Some(reference) = case.study.reference() {
        return reference.clone();
    }
    let Some(lge) = case.study.image(Sequence::Lge) else {
        return LabelMap::filled(*case.study.grid(), Label::Background);
    };
    let n = lge.data().len() as f64;
    let mean = lge.data().iter().map(|v| f64::from(*v)).sum::<f64>() / n;
    let variance = lge
        .data()
        .iter()
        .map(|v| (f64::from(*v) - mean).powi(2))
        .sum::<f64>()
        / n;
    let threshold = mean + 4.0 * variance.sqrt();
    lge.map(|v| {
        if f64::from(*v) > threshold {
            Label::Scar
        } else {
            Label::Background
        }
    })
}

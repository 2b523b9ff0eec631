//! Writes a synthetic exam as DICOM: `synthetic OUT [SEED]`, of a phantom, or with `synthetic OUT small` the one of a few pixels.

use std::error::Error;
use std::path::Path;

use dicom_object::InMemDicomObject;
use myops_dicom::synthetic;
use myops_image::phantom::{Phantom, PhantomSettings};
use myops_image::sequence::{PerSequence, Sequence};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let out = arguments
        .next()
        .ok_or("usage: synthetic OUT [SEED|small]")?;
    let objects = match arguments.next().as_deref() {
        Some("small") => synthetic::small_exam(),
        seed => phantom(seed.unwrap_or("1").parse()?)?,
    };
    std::fs::create_dir_all(&out)?;
    Ok(synthetic::write(&objects, Path::new(&out))?)
}

/// The exam of a phantom; its brightest pixels are scaled to 2,000.
fn phantom(seed: u64) -> Result<Vec<InMemDicomObject>, Box<dyn Error>> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (study, _) = Phantom::draw(&PhantomSettings::default(), &mut rng).render("phantom");
    let scaled = |sequence: Sequence| {
        let volume = study
            .image(sequence)
            .ok_or("a phantom has three sequences")?;
        let most = volume
            .data()
            .iter()
            .copied()
            .fold(f32::MIN_POSITIVE, f32::max);
        Ok::<_, Box<dyn Error>>(volume.map(|value| 2000.0 * value / most))
    };
    Ok(synthetic::exam(PerSequence::from_fn(scaled).transpose()?))
}

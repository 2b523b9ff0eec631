//! Reading of a cine: one phase of a file with several volumes.

use std::path::Path;

use crate::geometry::Grid;
use crate::phase::{Chosen, Lattice, Like, Phase, TakenPhase};
use crate::volume::Volume;

use super::error::{Flaw, IoError};
use super::read::{Opened, Placed, on_grid, open, open_header, placed_image, read_image};

/// What the header of an image says; voxels are not read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Surveyed {
    /// The grid of one volume.
    pub grid: Grid,
    /// The number of volumes; a cine has one for each phase.
    pub volumes: usize,
}

/// Reads the header of an image.
///
/// # Errors
/// As for [`read_image`](super::read_image), as far as the header tells; several volumes are no error.
pub fn survey(path: impl AsRef<Path>) -> Result<Surveyed, IoError> {
    let path = path.as_ref();
    let opened = Opened::of(open_header(path)?).map_err(|flaw| IoError::file(path, flaw))?;
    let (grid, volumes) = (opened.header.grid, opened.header.volumes());
    Ok(Surveyed { grid, volumes })
}

/// Reads an image of one volume, or one phase of a cine and which it is.
///
/// The file is read to its end, with one volume at a time in memory; twice where its phases are compared. A file of one volume
/// is no cine, and has no phases to choose from.
///
/// # Errors
/// As for [`read_image`](super::read_image); [`Flaw::NoPhase`] if there is no phase of the number that is asked for.
pub fn read_cine(
    path: impl AsRef<Path>,
    phase: Phase,
    like: Like,
) -> Result<(Placed<f32>, Option<TakenPhase>), IoError> {
    let path = path.as_ref();
    let Some(taken) = choose_phase(path, phase, like)? else {
        return Ok((read_image(path)?, None));
    };
    let source = open(path)?;
    let read = || {
        let mut opened = Opened::of(source)?;
        opened.skip_volumes(taken.phase - 1)?;
        let data = opened.next_volume(|_, v| v as f32)?;
        opened.skip_volumes(taken.phases - taken.phase)?;
        placed_image(&opened.finish()?, data)
    };
    let image = read().map_err(|flaw| IoError::file(path, flaw))?;
    Ok((image, Some(taken)))
}

/// The phase that [`read_cine`] takes; `None` for a file of one volume.
///
/// # Errors
/// As for [`read_cine`], as far as the choice needs the file.
pub fn choose_phase(
    path: impl AsRef<Path>,
    phase: Phase,
    like: Like,
) -> Result<Option<TakenPhase>, IoError> {
    let path = path.as_ref();
    let phases = survey(path)?.volumes;
    let taken = |phase, chosen| {
        Ok(Some(TakenPhase {
            phase,
            phases,
            chosen,
        }))
    };
    match phase {
        _ if phases == 1 => Ok(None),
        Phase::Number(phase) if (1..=phases).contains(&phase) => taken(phase, Chosen::Asked),
        Phase::Number(phase) => Err(IoError::file(path, Flaw::NoPhase { phase, phases })),
        Phase::MostLike => {
            for (image, chosen) in [(like.lge, Chosen::LikeLge), (like.t2, Chosen::LikeT2)] {
                let index = image.map(|image| most_like(path, image)).transpose()?;
                if let Some(index) = index.flatten() {
                    return taken(index + 1, chosen);
                }
            }
            taken(1, Chosen::First)
        }
    }
}

/// The index of the phase most like an image, if the cine shows something of it.
fn most_like(path: &Path, image: &Volume<f32>) -> Result<Option<usize>, IoError> {
    let lattice = Lattice::over(image);
    let source = open(path)?;
    let sample = || {
        let mut opened = Opened::of(source)?;
        let phases = (0..opened.header.volumes()).map(|_| {
            let data = opened.next_volume(|_, v| v as f32)?;
            Ok(lattice.sample(&on_grid(&opened.header, data)?))
        });
        phases.collect::<Result<Vec<_>, Flaw>>()
    };
    let phases = sample().map_err(|flaw| IoError::file(path, flaw))?;
    Ok(lattice.most_like(&phases))
}

//! Fingerprints of files and of cases: whether what lies under a name is still the same.

use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use myops_image::geometry::Grid;
use myops_image::io::{CaseFiles, IoError, open_regular, survey};
use myops_image::label::Label;
use myops_image::phase::Phase;
use myops_image::scheme::LabelScheme;
use myops_image::sequence::Sequence;
use myops_image::study::Study;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Bytes read, or voxels converted, at a time.
const CHUNK: usize = 1 << 16;

/// Bytes at each end of a file by which it is known again.
const END: u64 = 4096;

/// The length and SHA-256 of some bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// How many bytes there are.
    pub bytes: u64,
    /// Their SHA-256, in hexadecimal digits.
    pub sha256: String,
}

/// Fingerprints by what they are of: a sequence, a file, a case.
pub type Fingerprints = BTreeMap<String, Fingerprint>;

#[derive(Default)]
struct Hasher {
    bytes: u64,
    sha256: Sha256,
}

impl Hasher {
    fn add(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        self.sha256.update(bytes);
    }

    fn finish(self) -> Fingerprint {
        let mut sha256 = String::new();
        self.sha256
            .finalize()
            .iter()
            .for_each(|byte| sha256 += &format!("{byte:02x}"));
        Fingerprint {
            bytes: self.bytes,
            sha256,
        }
    }
}

impl Fingerprint {
    /// Of bytes.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        let mut hasher = Hasher::default();
        hasher.add(bytes);
        hasher.finish()
    }

    /// Of the bytes of a file.
    ///
    /// # Errors
    /// Where it is no regular file, or cannot be read.
    pub fn of_file(path: &Path) -> Result<Self, IoError> {
        Self::of_reader(open_regular(path)?).map_err(|cause| IoError::Read {
            path: path.into(),
            cause,
        })
    }

    /// Of all bytes that a reader gives.
    ///
    /// # Errors
    /// Where one cannot be read.
    pub fn of_reader(mut reader: impl Read) -> std::io::Result<Self> {
        let (mut hasher, mut buffer) = (Hasher::default(), vec![0; CHUNK]);
        loop {
            match reader.read(&mut buffer)? {
                0 => return Ok(hasher.finish()),
                n => hasher.add(&buffer[..n]),
            }
        }
    }

    /// Of the ends of a file: its whole length, and the SHA-256 of its first and last 4096 bytes. The start of an image holds its
    /// header, and the end of a compressed one the checksum of all of its voxels.
    ///
    /// # Errors
    /// As for [`Self::of_file`].
    pub fn of_ends(path: &Path) -> Result<Self, IoError> {
        let mut file = open_regular(path)?;
        let mut read = || {
            let bytes = file.metadata()?.len();
            let mut ends = Vec::with_capacity(2 * END as usize);
            file.by_ref().take(END).read_to_end(&mut ends)?;
            file.seek(SeekFrom::Start(bytes.saturating_sub(END).max(END)))?;
            file.by_ref().take(END).read_to_end(&mut ends)?;
            let sha256 = Self::of_bytes(&ends).sha256;
            Ok(Self { bytes, sha256 })
        };
        read().map_err(|cause| IoError::Read {
            path: path.into(),
            cause,
        })
    }

    /// Of the voxels of a case and of where they lie, in the order of the file of its stack.
    pub fn of_study(study: &Study) -> Self {
        let mut hasher = Hasher::default();
        for (sequence, image) in study.images().iter() {
            let Some(image) = image else { continue };
            let image = study.stored(image);
            hasher.add(sequence.name().as_bytes());
            add_grid(&mut hasher, image.grid());
            for voxels in image.data().chunks(CHUNK) {
                hasher.add(
                    &voxels
                        .iter()
                        .flat_map(|v| v.to_le_bytes())
                        .collect::<Vec<_>>(),
                );
            }
        }
        if let Some(labels) = study.reference() {
            let labels = study.stored(labels);
            hasher.add(b"labels");
            add_grid(&mut hasher, labels.grid());
            hasher.add(
                &labels
                    .data()
                    .iter()
                    .map(|label| label.class() as u8)
                    .collect::<Vec<_>>(),
            );
        }
        hasher.finish()
    }

    /// Of a case as it is learned from: of its images and labels, of what the labels tell apart, and of how much of it an
    /// epoch sees.
    pub fn of_labelled(study: &Study, share: f64) -> Self {
        let print = Self::of_study(study);
        if *study.scheme() == LabelScheme::ALL && share.to_bits() == 1_f64.to_bits() {
            return print;
        }
        let carried = Label::ALL.map(|label| study.scheme().carried(label).class() as u8);
        let mut hasher = Hasher::default();
        hasher.add(print.sha256.as_bytes());
        hasher.add(&carried);
        hasher.add(&share.to_le_bytes());
        hasher.finish()
    }
}

fn add_grid(hasher: &mut Hasher, grid: &Grid) {
    grid.shape()
        .iter()
        .for_each(|n| hasher.add(&(*n as u64).to_le_bytes()));
    grid.world_from_voxel()
        .rows()
        .as_flattened()
        .iter()
        .for_each(|v| hasher.add(&v.to_le_bytes()));
}

/// Of every file of a case, by sequence, and by the phase of a cine that is asked for; "reference labels" for those. `of` takes
/// that of a file.
///
/// # Errors
/// Where one cannot be read.
pub fn of_case(
    files: &CaseFiles,
    of: fn(&Path) -> Result<Fingerprint, IoError>,
) -> Result<Fingerprints, IoError> {
    let images = Sequence::ALL
        .into_iter()
        .filter_map(|s| Some((name_of(files, s), files.image(s)?)));
    let labels = files
        .reference()
        .map(|path| ("reference labels".to_owned(), path));
    let all = images.chain(labels);
    all.map(|(what, path)| Ok((what, of(path)?))).collect()
}

/// A sequence, with the phase that is asked for of a cine: another one gives other results.
fn name_of(files: &CaseFiles, sequence: Sequence) -> String {
    let is_cine = || {
        let image = files.image(sequence).map(survey);
        image.is_some_and(|image| image.is_ok_and(|image| image.volumes > 1))
    };
    match (sequence, files.phase()) {
        (Sequence::Bssfp, Phase::Number(phase)) if is_cine() => {
            format!("{sequence}, phase {phase}")
        }
        _ => sequence.name().into(),
    }
}

/// Of files, by their names.
///
/// # Errors
/// Where one cannot be read.
pub fn of_files(paths: &[PathBuf]) -> Result<Fingerprints, IoError> {
    let name = |path: &Path| {
        path.file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned()
    };
    paths
        .iter()
        .map(|path| Ok((name(path), Fingerprint::of_file(path)?)))
        .collect()
}

/// The names under which two sets differ, or that only one of them has.
pub fn differences<'a>(before: &'a Fingerprints, now: &'a Fingerprints) -> Vec<&'a str> {
    let changed = now
        .iter()
        .filter(|(what, print)| before.get(*what) != Some(print));
    let gone = before.iter().filter(|(what, _)| !now.contains_key(*what));
    changed.chain(gone).map(|(what, _)| what.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sha256_of_abc_is_that_of_the_standard() {
        let mut hasher = Hasher::default();
        hasher.add(b"a");
        hasher.add(b"bc");
        let abc = hasher.finish();
        assert_eq!(abc.bytes, 3);
        // FIPS 180-2, appendix B.1.
        assert_eq!(
            abc.sha256,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn what_differs_is_named() {
        let print = |bytes| Fingerprint {
            bytes,
            sha256: String::new(),
        };
        let set = |of: &[(&str, u64)]| {
            of.iter()
                .map(|(what, n)| ((*what).to_owned(), print(*n)))
                .collect()
        };
        let (before, now): (Fingerprints, _) = (
            set(&[("a", 1), ("b", 2), ("c", 3)]),
            set(&[("b", 2), ("c", 4), ("d", 5)]),
        );
        assert_eq!(differences(&before, &now), ["c", "d", "a"]);
        assert!(differences(&now, &now).is_empty());
    }

    #[test]
    fn the_ends_of_a_file_and_its_length_tell_it_from_others() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let ends = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            Fingerprint::of_ends(&path).unwrap()
        };
        for length in [0, 1, 4095, 4096, 4097, 8191, 8192] {
            let bytes = vec![7; length];
            assert_eq!(ends(&bytes), Fingerprint::of_bytes(&bytes), "{length}");
        }
        let (mut bytes, long) = (vec![7; 10_000], ends(&[7; 10_000]));
        assert_eq!(long.bytes, 10_000);
        assert_ne!(ends(&bytes[1..]), long);
        for at in [0, 4095, 10_000 - 4096, 9999] {
            bytes[at] = 8;
            assert_ne!(ends(&bytes), long, "{at}");
            bytes[at] = 7;
        }
        bytes[5000] = 8;
        assert_eq!(ends(&bytes), long, "the middle is not read");
    }

    #[test]
    fn a_device_is_no_file() {
        assert!(!cfg!(unix) || Fingerprint::of_file(Path::new("/dev/zero")).is_err());
    }
}

//! Damaged files: no panic, no hang, no unbounded memory, and every error is one line.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use myops_dicom::load::PhaseChoice;
use myops_dicom::pixels::Pixels;
use myops_dicom::role::{Rules, SeriesChoice};
use myops_dicom::scan::Scan;
use myops_dicom::synthetic::{BIG_ENDIAN, EXPLICIT, IMPLICIT, encode, enhanced, small_exam};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

/// The longest time that one file may take; most take less than a hundredth of it.
const LONGEST: Duration = Duration::from_secs(10);
/// Bytes that one change removes or adds at most.
const MOST_BYTES: usize = 64;

/// A file with one to eight changes, most of them in its header.
fn damaged(file: &[u8], rng: &mut ChaCha8Rng) -> Vec<u8> {
    let mut bytes = file.to_vec();
    for _ in 0..rng.random_range(1..=8) {
        let near = if rng.random_bool(0.6) {
            2048
        } else {
            usize::MAX
        };
        let at = rng
            .random_range(0..bytes.len().min(near).max(1))
            .min(bytes.len());
        let end = (at + rng.random_range(1..=MOST_BYTES)).min(bytes.len());
        match rng.random_range(0..8) {
            0 => drop(bytes.drain(at..end)),
            1 => {
                let copy = bytes[at..end].to_vec();
                bytes.splice(at..at, copy);
            }
            2 if rng.random_bool(0.2) => bytes.truncate(at),
            3 => bytes[at..end].fill(*[0, 0xFF, 0x7F].get(rng.random_range(0..3)).unwrap()),
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << rng.random_range(0..8);
                }
            }
        }
    }
    bytes
}

fn one_line(error: impl std::fmt::Display) {
    let text = error.to_string();
    assert!(
        !text.is_empty() && text.lines().count() == 1,
        "not one line: {text:?}"
    );
}

/// Reads a file in both ways that there are; whether its pixels were read.
fn read(bytes: &[u8]) -> bool {
    let pixels = match Pixels::decode(bytes.to_vec()) {
        Ok(pixels) => pixels,
        Err(flaw) => {
            one_line(flaw);
            return false;
        }
    };
    let [columns, rows] = pixels.size();
    // A damaged number of frames may be large; each is checked by itself.
    (0..pixels.frames().min(64)).all(|frame| match pixels.frame(frame) {
        Ok(values) => {
            assert!(values.len() == columns * rows && values.iter().all(|value| value.is_finite()));
            true
        }
        Err(flaw) => {
            one_line(flaw);
            false
        }
    })
}

/// Reads each of `count` damaged files; how many were still read.
fn try_all(files: &[Vec<u8>], count: u64) -> usize {
    let try_one = |n: u64| {
        let mut rng = ChaCha8Rng::seed_from_u64(n);
        let file = &files[n as usize % files.len()];
        let bytes = damaged(file, &mut rng);
        let begun = Instant::now();
        let accepted = read(&bytes);
        let took = begun.elapsed();
        assert!(took < LONGEST, "file {n} took {took:?}");
        usize::from(accepted)
    };
    (0..count).into_par_iter().map(try_one).sum()
}

/// Synthetic files in every encoding.
fn synthetic() -> Vec<Vec<u8>> {
    let exam = small_exam();
    let mut files: Vec<Vec<u8>> = [EXPLICIT, IMPLICIT, BIG_ENDIAN]
        .map(|syntax| encode(&exam[161], syntax).unwrap())
        .into();
    files.push(encode(&enhanced(&exam[156..161]), EXPLICIT).unwrap());
    let folder = format!("{}/../../fuzz/corpus/dicom", env!("CARGO_MANIFEST_DIR"));
    let mut names: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    names.sort();
    files.extend(names.into_iter().map(|path| fs::read(path).unwrap()));
    files
}

#[test]
fn damaged_synthetic_files_are_read_or_refused() {
    let files = synthetic();
    assert!(files.iter().all(|file| read(file)));
    let accepted = try_all(&files, 900);
    assert!(
        (100..800).contains(&accepted),
        "{accepted} of 900 were read"
    );
}

#[test]
fn damaged_samples_are_read_or_refused() {
    let Some(data) = std::env::var_os("MYOPS_DATA") else {
        return;
    };
    let samples = fs::read_dir(PathBuf::from(data).join("../dicom")).unwrap();
    let mut paths: Vec<PathBuf> = samples.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "dcm"));
    paths.sort();
    let files: Vec<Vec<u8>> = paths.iter().map(|path| fs::read(path).unwrap()).collect();
    let accepted = try_all(&files, 1500);
    assert!(accepted > 100, "{accepted} of 1500 were read");
}

#[test]
fn a_folder_of_damaged_files_is_searched_and_its_exams_are_read_or_refused() {
    let exam: Vec<Vec<u8>> = small_exam()[150..]
        .iter()
        .map(|object| encode(object, EXPLICIT).unwrap())
        .collect();
    for seed in 0..12 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let folder = tempfile::tempdir().unwrap();
        for (n, file) in exam.iter().enumerate() {
            let bytes = if rng.random_bool(0.1) {
                damaged(file, &mut rng)
            } else {
                file.clone()
            };
            fs::write(folder.path().join(n.to_string()), bytes).unwrap();
        }
        let scan = Scan::of(&[folder.path()]).unwrap();
        for exam in scan.exams() {
            let loaded = exam
                .table(&Rules::default(), &SeriesChoice::default())
                .and_then(|table| exam.load(&table, PhaseChoice::Automatic));
            if let Err(error) = loaded {
                one_line(error);
            }
        }
    }
}

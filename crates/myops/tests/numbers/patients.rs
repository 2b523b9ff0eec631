//! Small synthetic patients as files, and the program run on them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use myops_image::io::{Placement, write_image, write_labels};
use myops_image::label::LabelMap;
use myops_image::phantom::{Phantom, PhantomSettings, Truth};
use myops_image::sequence::Sequence;
use myops_image::study::Study;
use myops_image::volume::Volume;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// A new folder, which goes with the test.
pub struct Place(PathBuf);

impl Place {
    pub fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!(
            "{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let path = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("numbers")
            .join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // What cannot be removed lies in the build's folder and harms nobody.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A patient on coarse voxels (about 2 mm), so that a cohort of hundreds takes seconds.
pub fn patient(number: u64) -> (Study, Truth) {
    let settings = PhantomSettings {
        slices: [3, 5],
        side_px: [150, 160],
        spacing_mm: [1.9, 2.1],
        slice_spacing_mm: [12.0, 14.0],
        heart_offset_px: 4.0,
        warp_mm: 1.0,
        ..PhantomSettings::default()
    };
    let mut rng = ChaCha8Rng::seed_from_u64(number);
    Phantom::draw(&settings, &mut rng).render(&format!("patient-{number:03}"))
}

/// The label map of a patient.
pub fn labels_of(study: &Study) -> &LabelMap {
    study.reference().unwrap()
}

/// Writes a patient as a case with reference labels, in a folder of its own.
pub fn write_case(folder: &Path, study: &Study) {
    let folder = folder.join(study.id());
    std::fs::create_dir_all(&folder).unwrap();
    let placement = Placement::of_grid(study.grid());
    for (sequence, name) in [
        (Sequence::Bssfp, "C0"),
        (Sequence::Lge, "LGE"),
        (Sequence::T2, "T2"),
    ] {
        let path = folder.join(format!("{}_{name}.nii.gz", study.id()));
        write_image(path, study.image(sequence).unwrap(), &placement).unwrap();
    }
    write_labels(
        folder.join(format!("{}_gd.nii.gz", study.id())),
        labels_of(study),
        &placement,
    )
    .unwrap();
}

/// Writes a label map as `ID_labels.nii.gz`.
pub fn write_prediction(folder: &Path, id: &str, labels: &LabelMap) {
    std::fs::create_dir_all(folder).unwrap();
    write_labels(
        folder.join(format!("{id}_labels.nii.gz")),
        labels,
        &Placement::of_grid(labels.grid()),
    )
    .unwrap();
}

/// The labels moved along a row by so many voxels.
pub fn moved(labels: &LabelMap, by: usize) -> LabelMap {
    Volume::from_fn(*labels.grid(), |[i, j, k]| {
        labels[[i.saturating_sub(by), j, k]]
    })
}

/// What the program said, and how it ended.
pub struct Said {
    pub out: String,
    pub err: String,
    pub code: i32,
}

/// Runs the program in a folder.
pub fn myops(folder: &Path, args: &[&str]) -> Said {
    let output = Command::new(env!("CARGO_BIN_EXE_myops"))
        .current_dir(folder)
        .args(args)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Said {
        out: text(output.stdout),
        err: text(output.stderr),
        code: output.status.code().unwrap(),
    }
}

/// Runs the program where it has to succeed.
pub fn myops_ok(folder: &Path, args: &[&str]) -> Said {
    let said = myops(folder, args);
    assert_eq!(said.code, 0, "{}", said.err);
    said
}

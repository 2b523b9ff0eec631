//! Cines: files of several volumes, of which one is taken.

use std::path::Path;

use myops_image::geometry::{Affine, Grid, Spacing};
use myops_image::io::{Placement, find_cases, read_cine, read_image, survey, write_image};
use myops_image::phase::{Chosen, Like, Phase, TakenPhase};
use myops_image::sequence::Sequence;
use myops_image::volume::Volume;

use super::handmade::Handmade;
use super::layouts::put;

/// Three phases of 2 x 2 x 2 voxels: 0 to 7, 10 to 17, 20 to 27.
fn three_phases() -> Handmade {
    let voxels = (0..24).map(|v| f64::from(v / 8 * 10 + v % 8));
    Handmade {
        dim: vec![2, 2, 2, 3],
        voxels: voxels.collect(),
        ..Handmade::default()
    }
}

fn numbered(path: &Path, phase: usize) -> Result<Vec<f32>, String> {
    let read = read_cine(path, Phase::Number(phase), Like::default());
    read.map(|(image, _)| image.volume.data().to_vec())
        .map_err(|error| error.to_string())
}

#[test]
fn each_phase_is_read_by_its_number() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in [
        ("a.nii", three_phases().bytes()),
        ("b.nii.gz", three_phases().gzip()),
        ("c.nii", three_phases().version_2().bytes()),
    ] {
        put(folder.path(), name, &bytes);
        let path = folder.path().join(name);
        for phase in 1..=3 {
            let first = 10.0 * (phase as f32 - 1.0);
            let expected: Vec<f32> = (0..8).map(|v| first + v as f32).collect();
            assert_eq!(numbered(&path, phase).unwrap(), expected, "{name} {phase}");
        }
        for phase in [0, 4, usize::MAX] {
            let words = format!(
                "{}: phase {phase} out of range: the file has 3",
                path.display()
            );
            assert_eq!(numbered(&path, phase), Err(words));
        }
        let (_, taken) = read_cine(&path, Phase::MostLike, Like::default()).unwrap();
        let first = TakenPhase {
            phase: 1,
            phases: 3,
            chosen: Chosen::First,
        };
        assert_eq!(taken, Some(first));
        assert_eq!(survey(&path).unwrap().volumes, 3);
    }
}

#[test]
fn a_file_of_one_volume_is_no_cine() {
    let folder = tempfile::tempdir().unwrap();
    let one = Handmade {
        dim: vec![4, 3, 2, 1],
        ..Handmade::default()
    };
    put(folder.path(), "a.nii", &one.bytes());
    let path = folder.path().join("a.nii");
    let (image, taken) = read_cine(&path, Phase::Number(9), Like::default()).unwrap();
    assert_eq!((image, taken), (read_image(&path).unwrap(), None));
}

#[test]
fn a_damaged_cine_is_refused_whichever_phase_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.nii");
    let bytes = three_phases().bytes();
    put(folder.path(), "a.nii", &bytes[..bytes.len() - 2]);
    for phase in 1..=3 {
        let error = numbered(&path, phase).unwrap_err();
        assert!(error.ends_with("truncated: 398 of 400 bytes"), "{error}");
    }
    let packed = three_phases().gzip();
    put(folder.path(), "a.nii", &packed[..packed.len() - 9]);
    assert!(numbered(&path, 1).unwrap_err().contains("gzip"));
    let mut constant = three_phases();
    constant.voxels[8..16].fill(7.0);
    put(folder.path(), "a.nii", &constant.bytes());
    assert!(numbered(&path, 1).is_ok());
    assert!(
        numbered(&path, 2)
            .unwrap_err()
            .ends_with("constant image: every voxel is 7")
    );
}

#[test]
fn bounds_are_those_of_all_phases() {
    let refusal = |dim: &[i64]| {
        let folder = tempfile::tempdir().unwrap();
        let file = Handmade {
            dim: dim.to_vec(),
            ..Handmade::default()
        };
        put(folder.path(), "a.nii", &file.bytes());
        let error = survey(folder.path().join("a.nii")).unwrap_err().to_string();
        error.split_once("a.nii: ").unwrap().1.to_owned()
    };
    let bound = "at most 256 phases and 268435456 voxels";
    assert_eq!(
        refusal(&[4, 3, 2, 257]),
        format!("cine of 257 phases with 6168 voxels in total out of range: {bound}")
    );
    assert_eq!(
        refusal(&[1024, 1024, 30, 10]),
        format!("cine of 10 phases with 314572800 voxels in total out of range: {bound}")
    );
    assert_eq!(
        refusal(&[4, 3, 2, 2, 3]),
        "6 volumes, need one: header field dim = [4, 3, 2, 2, 3], need length 1 on all axes after the third"
    );
}

/// A disk of a radius in mm, without noise.
fn disk(radius_mm: f64, inside: f32, outside: f32) -> Volume<f32> {
    let affine = Affine::from_spacing(Spacing::new_mm([1.5, 1.5, 8.0]).unwrap());
    let grid = Grid::new([64, 64, 2], affine).unwrap();
    Volume::from_fn(grid, |[i, j, _]| {
        let apart_mm = 1.5 * (i as f64 - 30.0).hypot(j as f64 - 34.0);
        if apart_mm < radius_mm {
            inside
        } else {
            outside
        }
    })
}

#[test]
fn a_case_takes_the_phase_most_like_lge_then_t2() {
    let folder = tempfile::tempdir().unwrap();
    let radii = [24.0, 21.0, 18.0, 15.0];
    let volumes = radii.map(|radius| disk(radius, 90.0, 10.0));
    let cine = Handmade {
        dim: vec![64, 64, 2, 4],
        voxels: volumes
            .iter()
            .flat_map(|v| v.data().iter().map(|v| f64::from(*v)))
            .collect(),
        pixdim: [1.0, 1.5, 1.5, 8.0],
        qoffset: [0.0; 3],
        ..Handmade::default()
    };
    put(folder.path(), "x_C0.nii.gz", &cine.gzip());
    let write = |name: &str, radius| {
        let image = disk(radius, 20.0, 200.0);
        write_image(
            folder.path().join(name),
            &image,
            &Placement::of_grid(image.grid()),
        )
        .unwrap();
    };
    let taken = || {
        let case = find_cases(folder.path()).unwrap().remove(0);
        let loaded = case.load().unwrap();
        let image = loaded
            .study
            .stored(loaded.study.image(Sequence::Bssfp).unwrap())
            .into_owned();
        let phase = loaded.phase.unwrap();
        assert_eq!(image.data(), volumes[phase.phase - 1].data());
        (phase.phase, phase.chosen)
    };
    assert_eq!(taken(), (1, Chosen::First));
    write("x_T2.nii.gz", 15.0);
    assert_eq!(taken(), (4, Chosen::LikeT2));
    write("x_LGE.nii.gz", 18.0);
    assert_eq!(taken(), (3, Chosen::LikeLge));

    let asked = find_cases(folder.path())
        .unwrap()
        .remove(0)
        .with_phase(Phase::Number(2));
    assert_eq!(
        asked.load().unwrap().phase.unwrap().to_string(),
        "phase 2 of 4, as asked for"
    );
    // A cine is no LGE.
    put(folder.path(), "x_LGE.nii.gz", &cine.gzip());
    let error = find_cases(folder.path()).unwrap()[0].load().unwrap_err();
    assert!(
        error
            .to_string()
            .contains("x_LGE.nii.gz: 4 volumes, need one: "),
        "{error}"
    );
    assert!(error.hint().unwrap().starts_with("only a bSSFP cine"));
}

#[test]
fn of_damaged_cines_none_panics_and_what_is_read_is_finite() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.nii");
    let whole = three_phases().bytes();
    let mut state = 7_u64;
    let mut random = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) as usize % below
    };
    let mut read = 0;
    for _ in 0..1500 {
        let mut bytes = whole.clone();
        for _ in 0..=random(3) {
            let at = random(bytes.len());
            bytes[at] = random(256) as u8;
        }
        bytes.truncate(whole.len() - random(2) * random(60));
        put(folder.path(), "a.nii", &bytes);
        match read_cine(&path, Phase::Number(1 + random(4)), Like::default()) {
            Ok((image, _)) => {
                read += 1;
                assert!(image.volume.data().iter().all(|v| v.is_finite()));
            }
            Err(error) => assert_eq!(error.to_string().lines().count(), 1),
        }
        let _ = read_cine(&path, Phase::MostLike, Like::default());
    }
    assert!((100..1400).contains(&read), "{read}");
}

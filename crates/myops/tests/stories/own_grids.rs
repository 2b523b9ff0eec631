//! "My sequences come from the scanner: each on slices and pixels of its own."

use std::fs;
use std::path::Path;

use myops_image::geometry::{Affine, Grid};
use myops_image::io::{Placement, find_cases, read_label_map, write_image};
use myops_image::label::{LabelMap, Region};
use myops_image::resample::{Slab, onto};
use myops_image::sequence::Sequence;
use myops_image::study::Study;
use myops_image::volume::Volume;

use super::program::{contents, done, json, myops, patients, place, refused};

/// A synthetic patient.
fn phantom() -> Study {
    find_cases(format!("{}/phantom-002", patients())).unwrap()[0]
        .load()
        .unwrap()
        .study
}

/// The grid of an image on other pixels and with other slices, tilted about its first axis.
fn other_grid(image: &Volume<f32>, pixel_mm: f64, distance_mm: f64, degrees: f64) -> Grid {
    let (shape, mm) = (image.shape(), image.spacing().mm());
    let from = image.grid().world_from_voxel();
    let [i, j, k] = [0, 1, 2].map(|axis| from.column(axis).map(|v| v / mm[axis]));
    let (s, c) = degrees.to_radians().sin_cos();
    let tilted_j = [0, 1, 2].map(|r| c * j[r] + s * k[r]);
    let tilted_k = [0, 1, 2].map(|r| c * k[r] - s * j[r]);
    let extent = [0, 1, 2].map(|axis| mm[axis] * (shape[axis] - 1) as f64);
    let sizes = [pixel_mm, pixel_mm, distance_mm];
    let reach = [extent[0], extent[1], extent[2] + mm[2] + 20.0];
    let n = [0, 1, 2].map(|axis| (reach[axis] / sizes[axis]) as usize + 1);
    let middle = from.apply(shape.map(|n| (n as f64 - 1.0) / 2.0));
    let rows = [0, 1, 2].map(|r| {
        let steps = [
            i[r] * sizes[0],
            tilted_j[r] * sizes[1],
            tilted_k[r] * sizes[2],
        ];
        let back: f64 = (0..3).map(|a| steps[a] * (n[a] as f64 - 1.0) / 2.0).sum();
        [steps[0], steps[1], steps[2], middle[r] - back]
    });
    Grid::new(n, Affine::new(rows).unwrap()).unwrap()
}

/// Writes a sequence of a case on a grid.
fn write(folder: &str, sequence: &str, image: &Volume<f32>, grid: &Grid) {
    let slab = |grid: &Grid| Slab::of(grid.spacing().mm()[2]);
    let (there, _) = onto(image, slab(image.grid()), grid, Slab::of(1.0));
    fs::create_dir_all(folder).unwrap();
    let path = format!("{folder}/phantom-002_{sequence}.nii.gz");
    write_image(path, &there, &Placement::of_grid(grid)).unwrap();
}

fn copy_lge(from: &str, to: &str) {
    let file = |folder: &str| format!("{folder}/phantom-002_LGE.nii.gz");
    fs::copy(file(from), file(to)).unwrap();
}

fn labels(path: &str) -> LabelMap {
    read_label_map(Path::new(path)).unwrap().0.volume
}

/// The Dice of a region in two label maps of one grid.
fn dice(a: &LabelMap, b: &LabelMap, region: Region) -> f64 {
    assert_eq!(a.shape(), b.shape());
    let (mut both, mut sum) = (0, 0);
    for (a, b) in a.data().iter().zip(b.data()) {
        let (a, b) = (region.contains(*a), region.contains(*b));
        both += usize::from(a && b);
        sum += usize::from(a) + usize::from(b);
    }
    2.0 * both as f64 / sum as f64
}

#[test]
fn three_grids_give_the_labels_of_one_on_the_slices_of_lge() {
    let place = place("own-grids/three");
    let one = format!("{}/phantom-002", patients());
    let study = phantom();
    let image = |sequence| study.image(sequence).unwrap();
    let (data, out) = (format!("{place}/p/phantom-002"), format!("{place}/out"));
    let (bssfp, t2) = (image(Sequence::Bssfp), image(Sequence::T2));
    write(&data, "C0", bssfp, &other_grid(bssfp, 1.25, 4.0, 3.0));
    write(&data, "T2", t2, &other_grid(t2, 1.0, 5.0, -8.0));
    copy_lge(&one, &data);
    done(&format!("segment {one} --model nested --out {place}/one"));
    let run = myops(&format!(
        "segment {data} --model nested --all-grids --out {out}"
    ));
    assert_eq!(run.code, 0, "{}", run.err);
    let file = |ending: &str| format!("{out}/phantom-002/phantom-002_{ending}.nii.gz");
    let found = labels(&file("labels"));
    let expected = labels(&format!(
        "{place}/one/phantom-002/phantom-002_labels.nii.gz"
    ));
    for region in [Region::WALL, Region::LV_POOL, Region::RV_POOL] {
        let dice = dice(&found, &expected, region);
        assert!(dice > 0.93, "{} {dice}", region.name());
    }
    // On the voxels of every sequence, the labels have about the same volumes.
    let ml = |labels: &LabelMap| {
        let voxel = labels.spacing().mm().iter().product::<f64>() / 1000.0;
        let wall = labels.data().iter().filter(|l| Region::WALL.contains(**l));
        wall.count() as f64 * voxel
    };
    assert_eq!(labels(&file("labels_on_lge")), found);
    for sequence in ["bssfp", "t2"] {
        let there = labels(&file(&format!("labels_on_{sequence}")));
        let ratio = ml(&there) / ml(&found);
        assert!((ratio - 1.0).abs() < 0.05, "{sequence} {ratio}");
    }
}

#[test]
fn labels_on_a_sequence_of_another_breath_hold_lie_where_it_shows_them() {
    let place = place("own-grids/breath-hold");
    let one = format!("{}/phantom-002", patients());
    let data = format!("{place}/p/phantom-002");
    let study = phantom();
    let t2 = study.image(Sequence::T2).unwrap();
    let [ni, nj, _] = t2.shape();
    let (columns, rows) = (7, 5);
    let at = |n: usize, shift: usize, of: usize| (n + of - shift) % of;
    let from = |[i, j, k]: [usize; 3]| [at(i, columns, ni), at(j, rows, nj), k];
    let moved = Volume::from_fn(*t2.grid(), |v| t2[from(v)]);
    fs::create_dir_all(&data).unwrap();
    let file = format!("{data}/phantom-002_T2.nii.gz");
    write_image(file, &moved, &Placement::of_grid(moved.grid())).unwrap();
    copy_lge(&one, &data);
    let out = format!("{place}/out");
    let run = myops(&format!(
        "segment {data} --model nested --all-grids --out {out}"
    ));
    assert!(run.err.contains("T2 is shifted by"), "{}", run.err);
    let file = |ending: &str| format!("{out}/phantom-002/phantom-002_{ending}.nii.gz");
    let (found, on_t2) = (labels(&file("labels")), labels(&file("labels_on_t2")));
    let there = Volume::from_fn(*found.grid(), |v| found[from(v)]);
    let of = |labels: &LabelMap| dice(&on_t2, labels, Region::WALL);
    assert!(of(&there) > 0.9, "where T2 shows it: {}", of(&there));
    assert!(of(&found) < 0.7, "where LGE shows it: {}", of(&found));
}

#[test]
fn labels_may_be_asked_for_on_the_slices_of_another_sequence() {
    let place = place("own-grids/grid");
    let one = format!("{}/phantom-002", patients());
    let study = phantom();
    let t2 = study.image(Sequence::T2).unwrap();
    let data = format!("{place}/p/phantom-002");
    write(&data, "T2", t2, &other_grid(t2, 1.5, 6.0, 0.0));
    copy_lge(&one, &data);
    let out = format!("{place}/out");
    done(&format!(
        "segment {data} --model nested --grid t2 --out {out}"
    ));
    let on_t2 = labels(&format!("{out}/phantom-002/phantom-002_labels.nii.gz"));
    assert!((on_t2.spacing().mm()[2] - 6.0).abs() < 1e-3);
    // The grid belongs to what the results depend on.
    let run = myops(&format!("segment {data} --model nested --out {out}"));
    assert!(run.err.contains("segmented again"), "{}", run.err);
    let again = myops(&format!("segment {data} --model nested --out {out}"));
    assert!(
        again.err.contains("1 case finished before"),
        "{}",
        again.err
    );
    let error = refused(&format!(
        "segment {data} --model nested --grid bssfp --out {place}/no"
    ));
    assert!(
        error.contains("case phantom-002 has no bSSFP, on whose slices it should be labelled"),
        "{error}"
    );
}

#[test]
fn what_cannot_be_brought_together_is_refused_and_nothing_is_written() {
    let place = place("own-grids/apart");
    let one = format!("{}/phantom-002", patients());
    let study = phantom();
    let t2 = study.image(Sequence::T2).unwrap();
    let moved = |add: [f64; 3], degrees: f64| {
        let grid = other_grid(t2, 1.5, 6.0, degrees);
        let mut rows = grid.world_from_voxel().rows();
        (0..3).for_each(|r| rows[r][3] += add[r]);
        Grid::new(grid.shape(), Affine::new(rows).unwrap()).unwrap()
    };
    let told = |name: &str, grid: Grid| {
        let data = format!("{place}/{name}/phantom-002");
        fs::create_dir_all(&data).unwrap();
        let path = format!("{data}/phantom-002_T2.nii.gz");
        let image = Volume::from_fn(grid, |[i, j, k]| (i + j + k) as f32);
        write_image(path, &image, &Placement::of_grid(&grid)).unwrap();
        copy_lge(&one, &data);
        let out = format!("{place}/{name}-out");
        let error = refused(&format!("segment {data} --model nested --out {out}"));
        assert!(!Path::new(&out).exists() || contents(&out).is_empty());
        error
    };
    let error = told("beyond", moved([900.0, 900.0, 900.0], 0.0));
    assert!(
        error.contains("phantom-002_T2.nii.gz shows nothing of "),
        "{error}"
    );
    let error = told("tilted", moved([0.0; 3], 45.0));
    assert!(
        error.contains("are tilted by 45 degrees to those of "),
        "{error}"
    );
}

/// The codes of what is found in a patient whose headers turn an axis of the voxels round, or none.
fn findings(mirrored: Option<usize>) -> Vec<String> {
    let place = place(&format!("own-grids/mirrored-{mirrored:?}"));
    let study = phantom();
    let data = format!("{place}/phantom-002");
    fs::create_dir_all(&data).unwrap();
    for (sequence, name) in [
        (Sequence::Bssfp, "C0"),
        (Sequence::Lge, "LGE"),
        (Sequence::T2, "T2"),
    ] {
        let image = study.image(sequence).unwrap();
        let mut rows = image.grid().world_from_voxel().rows();
        if let Some(axis) = mirrored {
            rows.iter_mut().for_each(|row| row[axis] = -row[axis]);
        }
        let grid = Grid::new(image.shape(), Affine::new(rows).unwrap()).unwrap();
        let image = Volume::new(grid, image.data().to_vec()).unwrap();
        let path = format!("{data}/phantom-002_{name}.nii.gz");
        write_image(path, &image, &Placement::of_grid(&grid)).unwrap();
    }
    done(&format!("segment {data} --model nested --out {place}/out"));
    let record = json(format!("{place}/out/phantom-002/phantom-002.json"));
    let findings = record["findings"].as_array().unwrap();
    let code = |finding: &serde_json::Value| finding["code"].as_str().unwrap().to_owned();
    findings.iter().map(code).collect()
}

#[test]
fn a_header_that_mirrors_the_patient_is_told() {
    let found = findings(Some(0));
    assert!(found.contains(&"left_right_mirrored".into()), "{found:?}");
    let found = findings(Some(2));
    assert!(found.contains(&"apex_base_mirrored".into()), "{found:?}");
    let found = findings(None);
    assert!(
        !found.iter().any(|code| code.ends_with("_mirrored")),
        "{found:?}"
    );
}

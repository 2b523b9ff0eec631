//! The phase of a cine that is taken, on real patients whose other phases are made from the one that was acquired, where
//! `MYOPS_DATA` names a folder that holds `myops2020/train`.

#![expect(clippy::unwrap_used, reason = "what fails in a test is to fail it")]

use std::path::PathBuf;

use myops_image::geometry::Grid;
use myops_image::io::{CaseFiles, find_cases};
use myops_image::label::Label;
use myops_image::phase::Lattice;
use myops_image::sequence::Sequence;
use myops_image::volume::Volume;

/// How large the heart is in each phase, as a share of its size in the acquired one.
const SIZES: [f64; 12] = [
    1.12, 1.06, 1.0, 0.94, 0.88, 0.82, 0.76, 0.7, 0.79, 0.88, 0.97, 1.09,
];
/// Within this distance of the middle of the LV the heart moves as a whole, beyond the other nothing does, mm.
const HEART_MM: [f64; 2] = [35.0, 65.0];

/// The middle of the LV in each slice of a stack whose last axis counts slices, mm in the plane; of the nearest slice where
/// there is none.
fn middles(labels: &Volume<Label>) -> Vec<[f64; 2]> {
    let [ni, nj, nk] = labels.shape();
    let mm = labels.spacing().mm();
    let middle = |k: usize| {
        let (mut sum, mut count) = ([0.0; 2], 0.0);
        for j in 0..nj {
            for i in (0..ni).filter(|i| labels[[*i, j, k]] == Label::LvPool) {
                sum = [sum[0] + i as f64 * mm[0], sum[1] + j as f64 * mm[1]];
                count += 1.0;
            }
        }
        (count > 0.0).then(|| sum.map(|s| s / count))
    };
    let known: Vec<(usize, [f64; 2])> = (0..nk).filter_map(|k| Some((k, middle(k)?))).collect();
    let nearest = |k: usize| known.iter().min_by_key(|(at, _)| at.abs_diff(k)).unwrap().1;
    (0..nk).map(nearest).collect()
}

/// A phase in which the heart has another size, from the one that was acquired.
fn contracted(image: &Volume<f32>, middles: &[[f64; 2]], size: f64) -> Volume<f32> {
    let [ni, nj, _] = image.shape();
    let mm = image.spacing().mm();
    Volume::from_fn(*image.grid(), |[i, j, k]| {
        let from = [
            i as f64 * mm[0] - middles[k][0],
            j as f64 * mm[1] - middles[k][1],
        ];
        let apart = from[0].hypot(from[1]);
        let rest = ((apart - HEART_MM[0]) / (HEART_MM[1] - HEART_MM[0])).clamp(0.0, 1.0);
        let scale = rest + (1.0 - rest) / size;
        let source = [0, 1].map(|a| (middles[k][a] + from[a] * scale) / mm[a]);
        let at = |v: f64, n: usize| {
            let v = v.clamp(0.0, (n - 1) as f64);
            (
                v as usize,
                (v as usize + 1).min(n - 1),
                (v - v.floor()) as f32,
            )
        };
        let (i0, i1, x) = at(source[0], ni);
        let (j0, j1, y) = at(source[1], nj);
        (1.0 - y) * ((1.0 - x) * image[[i0, j0, k]] + x * image[[i1, j0, k]])
            + y * ((1.0 - x) * image[[i0, j1, k]] + x * image[[i1, j1, k]])
    })
}

/// The same image some mm away, as after another breath-hold, which its header does not tell.
fn elsewhere(image: &Volume<f32>, mm: f64) -> Volume<f32> {
    let mut rows = image.grid().world_from_voxel().rows();
    let step = image.grid().world_from_voxel().column(0);
    let length = image.spacing().mm()[0];
    (0..3).for_each(|r| rows[r][3] += mm * step[r] / length);
    let affine = myops_image::geometry::Affine::new(rows).unwrap();
    let grid = Grid::new(image.shape(), affine).unwrap();
    Volume::new(grid, image.data().to_vec()).unwrap()
}

/// The size of the heart in the phase that is taken, with the image in its place and 4 mm from it.
fn taken(case: &CaseFiles) -> [f64; 2] {
    let study = case.load().unwrap().study;
    let (cine, lge) = (
        study.image(Sequence::Bssfp).unwrap(),
        study.image(Sequence::Lge).unwrap(),
    );
    let middles = middles(study.reference().unwrap());
    let phases = SIZES.map(|size| contracted(cine, &middles, size));
    let lattice = Lattice::over(lge);
    [0.0, 4.0].map(|mm| {
        let phases: Vec<_> = phases
            .iter()
            .map(|p| lattice.sample(&elsewhere(p, mm)))
            .collect();
        SIZES[lattice.most_like(&phases).unwrap()]
    })
}

#[test]
fn the_acquired_phase_is_told_from_those_in_which_the_heart_is_larger_or_smaller() {
    let data =
        std::env::var_os("MYOPS_DATA").map(|root| PathBuf::from(root).join("myops2020/train"));
    let Some(data) = data.filter(|folder| folder.is_dir()) else {
        eprintln!("skipped: MYOPS_DATA names no folder with myops2020/train");
        return;
    };
    let cases = find_cases(data).unwrap();
    let taken: Vec<[f64; 2]> = cases.iter().map(taken).collect();
    for at in 0..2 {
        let sizes: Vec<f64> = taken.iter().map(|t| t[at]).collect();
        let near = sizes
            .iter()
            .filter(|size| (**size - 1.0).abs() < 0.1)
            .count();
        eprintln!("{near} of 25 within 10 %: {sizes:?}");
        assert!(near >= 23, "{sizes:?}");
    }
}

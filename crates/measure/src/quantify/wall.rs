//! The wall of the left ventricle as LGE shows it: each voxel with its signal and its place in the wall.

use std::ops::Range;

use myops_image::label::{Label, LabelMap, Region};
use myops_image::volume::Volume;

use crate::distance::distances_to;

/// A voxel of the wall with a finite signal. Distances are measured within its slice, from its centre.
#[derive(Debug, Clone, Copy)]
pub struct WallVoxel {
    /// Its position in memory.
    pub at: usize,
    /// Its slice.
    pub slice: usize,
    /// Its label.
    pub label: Label,
    /// Its LGE signal.
    pub signal: f64,
    /// To the border of the LV pool in mm; infinite where the slice has none.
    pub endocardium_mm: f64,
    /// To the border with what is neither wall nor LV pool in mm.
    pub epicardium_mm: f64,
    /// To the border of either blood pool in mm.
    pub blood_mm: f64,
    /// To the nearest edema or scar of its slice in mm.
    pub injury_mm: f64,
    /// To the nearest place at which the slice above or below shows edema or scar, in mm.
    pub injury_beside_mm: f64,
}

/// All voxels of the wall with a finite signal, in the order of memory. Both volumes have one shape.
pub fn wall_voxels(labels: &LabelMap, lge: &Volume<f32>) -> Vec<WallVoxel> {
    let (data, per_slice) = (labels.data(), labels.grid().voxels_per_slice());
    let shown = |at: &usize| Region::WALL.contains(data[*at]) && lge.data()[*at].is_finite();
    let wall: Vec<usize> = (0..data.len()).filter(shown).collect();
    let [x, y, _] = labels.spacing().mm();
    // Borders run half a pixel before the centre of the next voxel.
    let half_pixel_mm = x.max(y) / 2.0;
    let to = |inside: &dyn Fn(usize) -> bool| in_plane(labels, inside, &wall);
    let injured = |at: usize| {
        data.get(at)
            .is_some_and(|label| Region::EDEMA_OR_SCAR.contains(*label))
    };
    let endocardium = to(&|at| data[at] == Label::LvPool);
    let epicardium = to(&|at| !Region::WALL.contains(data[at]) && data[at] != Label::LvPool);
    let blood = to(&|at| matches!(data[at], Label::LvPool | Label::RvPool));
    let injury = to(&injured);
    let beside =
        to(&|at| injured(at + per_slice) || at.checked_sub(per_slice).is_some_and(injured));
    let voxel = |(n, at): (usize, &usize)| WallVoxel {
        at: *at,
        slice: at / per_slice,
        label: data[*at],
        signal: f64::from(lge.data()[*at]),
        endocardium_mm: endocardium[n] - half_pixel_mm,
        epicardium_mm: epicardium[n] - half_pixel_mm,
        blood_mm: blood[n] - half_pixel_mm,
        injury_mm: injury[n],
        injury_beside_mm: beside[n],
    };
    wall.iter().enumerate().map(voxel).collect()
}

/// The distance (mm) from the centre of each voxel of `from`, in the order of memory, to the nearest voxel of the same
/// slice that fulfils a condition; infinite where none does. Those of `from` are labelled.
pub fn in_plane(labels: &LabelMap, inside: &dyn Fn(usize) -> bool, from: &[usize]) -> Vec<f64> {
    let ([ni, nj, nk], [x_mm, y_mm, _]) = (labels.shape(), labels.spacing().mm());
    let Some([i, j, _]) = labels.labelled_box() else {
        return vec![f64::INFINITY; from.len()];
    };
    // Nothing further out is nearer than the first voxels about all that is labelled.
    let around =
        |range: Range<usize>, n: usize| range.start.saturating_sub(1)..(range.end + 1).min(n);
    let (i, j) = (around(i, ni), around(j, nj));
    let cropped = |at: usize| {
        at % ni - i.start + i.len() * (at / ni % nj - j.start + j.len() * (at / ni / nj))
    };
    let rows = (0..nk).flat_map(|k| j.clone().map(move |row| (k * nj + row) * ni));
    let places = rows.flat_map(|row| i.clone().map(move |column| row + column));
    let to: Vec<usize> = places.filter(|at| inside(*at)).map(cropped).collect();
    let from: Vec<usize> = from.iter().map(|at| cropped(*at)).collect();
    distances_to(
        &to,
        &from,
        [i.len(), j.len(), nk],
        [x_mm, y_mm, f64::INFINITY],
    )
}

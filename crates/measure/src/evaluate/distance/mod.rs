//! How far apart the surfaces of two masks lie, in each definition that is in use.

mod border;
mod percentile;
mod surfel;

use myops_image::label::{LabelMap, Region};

use self::border::{Mask, crop};
use self::percentile::{Surfel, area_percentile};
use self::surfel::{AreaTable, surfels};
use super::Score;
use crate::distance::distances_to;
use crate::percentile::percentile;

/// The distances between two surfaces, computed once for every measure that is read from them.
///
/// Two descriptions of a surface are kept. *Border voxels* (`MedPy`, MONAI) are those of a mask with at least one of the
/// six face neighbours outside the mask or outside the volume; distances run between voxel centres. *Surface elements*
/// (surface-distance) sit at the voxel corners where the eight voxels around are not all alike, each with the area in
/// mm² of its marching-cubes triangles.
#[derive(Debug, Clone, PartialEq)]
pub struct SurfaceDistances {
    prediction_mm: Vec<f64>,
    reference_mm: Vec<f64>,
    prediction_surfels: Vec<Surfel>,
    reference_surfels: Vec<Surfel>,
}

impl SurfaceDistances {
    /// Measures the distances of one region between two maps on the same voxels, in time linear in the voxels of the
    /// box about both masks.
    ///
    /// # Panics
    /// Where the maps have different shapes.
    pub fn between(prediction: &LabelMap, reference: &LabelMap, region: Region) -> Score<Self> {
        let spacing_mm = reference.spacing().mm();
        let (p, r) = crop(prediction, reference, region);
        Score::of(p.voxels(), r.voxels(), || {
            let (p_border, r_border) = (p.border(), r.border());
            let (prediction_surfels, reference_surfels) = surfel_distances(&p, &r, spacing_mm);
            Self {
                prediction_mm: ascending(distances_to(&r_border, &p_border, p.shape(), spacing_mm)),
                reference_mm: ascending(distances_to(&p_border, &r_border, p.shape(), spacing_mm)),
                prediction_surfels,
                reference_surfels,
            }
        })
    }

    /// The Hausdorff distance: the largest distance of any border voxel to the other border, in mm.
    pub fn hd_mm(&self) -> f64 {
        let largest = |mm: &[f64]| mm.last().copied().unwrap_or(0.0);
        largest(&self.prediction_mm).max(largest(&self.reference_mm))
    }

    /// The 95th percentile of the distances of both borders pooled, in mm (`hd95` of `MedPy`).
    pub fn hd95_pooled_mm(&self) -> f64 {
        percentile(
            &ascending([self.prediction_mm.as_slice(), &self.reference_mm].concat()),
            95.0,
        )
    }

    /// The larger of the 95th percentiles of the distances of each border, in mm (`compute_hausdorff_distance` of
    /// MONAI).
    pub fn hd95_larger_mm(&self) -> f64 {
        percentile(&self.prediction_mm, 95.0).max(percentile(&self.reference_mm, 95.0))
    }

    /// The larger of the area-weighted 95th percentiles of the distances of each surface, in mm
    /// (`compute_robust_hausdorff` of surface-distance).
    pub fn hd95_area_mm(&self) -> f64 {
        area_percentile(&self.prediction_surfels, 95.0)
            .max(area_percentile(&self.reference_surfels, 95.0))
    }

    /// The average symmetric surface distance: the mean of the distances of both borders pooled, in mm (`assd` of `MedPy`
    /// since 0.5; earlier ones averaged the two means).
    pub fn assd_mm(&self) -> f64 {
        let distances = self.prediction_mm.iter().chain(&self.reference_mm);
        distances.sum::<f64>() / (self.prediction_mm.len() + self.reference_mm.len()) as f64
    }
}

fn surfel_distances(p: &Mask, r: &Mask, spacing_mm: [f64; 3]) -> (Vec<Surfel>, Vec<Surfel>) {
    let table = AreaTable::new(spacing_mm);
    let (p_surfels, r_surfels) = (surfels(p, &table), surfels(r, &table));
    let corners = p.shape().map(|n| n + 1);
    let measure = |of: &surfel::Surfels, to: &surfel::Surfels| {
        let distances = distances_to(&to.corners, &of.corners, corners, spacing_mm);
        let mut surfels: Vec<_> = distances
            .into_iter()
            .zip(&of.areas_mm2)
            .map(|(distance_mm, &area_mm2)| Surfel {
                distance_mm,
                area_mm2,
            })
            .collect();
        surfels.sort_unstable_by(|a, b| a.distance_mm.total_cmp(&b.distance_mm));
        surfels
    };
    (
        measure(&p_surfels, &r_surfels),
        measure(&r_surfels, &p_surfels),
    )
}

fn ascending(mut mm: Vec<f64>) -> Vec<f64> {
    mm.sort_unstable_by(f64::total_cmp);
    mm
}

#[cfg(test)]
mod tests;

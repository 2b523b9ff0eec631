//! The connected pieces of a region.

use myops_image::label::{LabelMap, Region};
use myops_image::volume::Volume;

/// The pieces of a region in which voxels that share a face, an edge or a corner hang together.
#[derive(Debug)]
pub struct Pieces {
    /// The number of each voxel's piece, from 1; 0 outside the region.
    pub ids: Volume<u32>,
    /// Voxels of each piece; piece `n` is at `n - 1`.
    pub voxels: Vec<usize>,
}

impl Pieces {
    /// Finds the pieces, in the order in which memory first meets them.
    pub fn of(labels: &LabelMap, region: Region) -> Self {
        let mut ids = Volume::filled(*labels.grid(), 0);
        let mut voxels = Vec::new();
        let mut open = Vec::new();
        let [ni, nj, nk] = labels.shape();
        for start in 0..labels.data().len() {
            if ids.data()[start] != 0 || !region.contains(labels.data()[start]) {
                continue;
            }
            let id = voxels.len() as u32 + 1;
            let mut size = 0;
            ids.data_mut()[start] = id;
            open.push([start % ni, start / ni % nj, start / ni / nj]);
            while let Some([i, j, k]) = open.pop() {
                size += 1;
                for kk in k.saturating_sub(1)..(k + 2).min(nk) {
                    for jj in j.saturating_sub(1)..(j + 2).min(nj) {
                        for ii in i.saturating_sub(1)..(i + 2).min(ni) {
                            let voxel = [ii, jj, kk];
                            if ids[voxel] == 0 && region.contains(labels[voxel]) {
                                ids[voxel] = id;
                                open.push(voxel);
                            }
                        }
                    }
                }
            }
            voxels.push(size);
        }
        Self { ids, voxels }
    }

    /// The number of the largest piece, or `None` where there is none.
    pub fn largest(&self) -> Option<u32> {
        let (index, _) = self
            .voxels
            .iter()
            .enumerate()
            .max_by_key(|(_, voxels)| **voxels)?;
        Some(index as u32 + 1)
    }
}

#[cfg(test)]
mod tests {
    use myops_image::geometry::{Affine, Grid, Spacing};
    use myops_image::label::Label;

    use super::*;

    #[test]
    fn corners_connect_and_gaps_do_not() {
        let grid = Grid::new(
            [5, 3, 2],
            Affine::from_spacing(Spacing::new_mm([1.0; 3]).unwrap()),
        )
        .unwrap();
        let scar = [[0, 0, 0], [1, 1, 1], [4, 0, 0], [3, 1, 0], [4, 2, 1]];
        let labels = Volume::from_fn(grid, |v| {
            if scar.contains(&v) {
                Label::Scar
            } else {
                Label::Myocardium
            }
        });
        let pieces = Pieces::of(&labels, Region::SCAR);
        assert_eq!(
            (pieces.voxels.clone(), pieces.largest()),
            (vec![2, 3], Some(2))
        );
        assert_eq!(
            (
                pieces.ids[[1, 1, 1]],
                pieces.ids[[4, 2, 1]],
                pieces.ids[[2, 0, 0]]
            ),
            (1, 2, 0)
        );
        assert_eq!(Pieces::of(&labels, Region::RV_POOL).largest(), None);
    }
}

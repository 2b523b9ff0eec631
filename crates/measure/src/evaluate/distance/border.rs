//! A region cut down to the box about both masks, and its border voxels.

use myops_image::label::{LabelMap, Region};

/// A mask within a box; `i` runs fastest. Outside the box nothing belongs to it.
#[derive(Debug, Clone)]
pub struct Mask {
    shape: [usize; 3],
    inside: Vec<bool>,
}

impl Mask {
    /// Voxels along `i`, `j`, `k`.
    pub fn shape(&self) -> [usize; 3] {
        self.shape
    }

    /// Voxels of the mask.
    pub fn voxels(&self) -> usize {
        self.inside.iter().filter(|inside| **inside).count()
    }

    /// Row `j` of slice `k`.
    pub fn row(&self, j: usize, k: usize) -> &[bool] {
        let start = self.shape[0] * (j + self.shape[1] * k);
        &self.inside[start..start + self.shape[0]]
    }

    /// Positions in memory, ascending, of the voxels with a face neighbour that is outside the mask or the volume.
    pub fn border(&self) -> Vec<usize> {
        let [ni, nj, nk] = self.shape;
        let (row, slice) = (ni, ni * nj);
        let mut border = Vec::new();
        for k in 0..nk {
            for j in 0..nj {
                for i in 0..ni {
                    let at = i + row * j + slice * k;
                    if !self.inside[at] {
                        continue;
                    }
                    let within = i > 0 && j > 0 && k > 0 && i + 1 < ni && j + 1 < nj && k + 1 < nk;
                    let neighbours =
                        |at: usize| [at - 1, at + 1, at - row, at + row, at - slice, at + slice];
                    if !within || neighbours(at).iter().any(|n| !self.inside[*n]) {
                        border.push(at);
                    }
                }
            }
        }
        border
    }

    #[cfg(test)]
    pub fn new(shape: [usize; 3], inside: Vec<bool>) -> Self {
        assert_eq!(inside.len(), shape.iter().product::<usize>());
        Self { shape, inside }
    }
}

/// Cuts one region of two maps down to the smallest box that holds it in both; a box without voxels where neither has
/// it.
pub fn crop(a: &LabelMap, b: &LabelMap, region: Region) -> (Mask, Mask) {
    assert_eq!(a.shape(), b.shape(), "both maps have the same shape");
    let [ni, nj, nk] = a.shape();
    let (mut low, mut high) = ([usize::MAX; 3], [0; 3]);
    for k in 0..nk {
        let rows = a.slice(k).chunks_exact(ni).zip(b.slice(k).chunks_exact(ni));
        for (j, (a, b)) in rows.enumerate() {
            let belongs = |i: &usize| region.contains(a[*i]) || region.contains(b[*i]);
            let Some(first) = (0..ni).find(belongs) else {
                continue;
            };
            let last = (first..ni).rfind(belongs).unwrap_or(first);
            low = [low[0].min(first), low[1].min(j), low[2].min(k)];
            high = [
                high[0].max(last + 1),
                high[1].max(j + 1),
                high[2].max(k + 1),
            ];
        }
    }
    debug_assert!(high[1] <= nj, "rows lie within the volume");
    (cut(a, region, low, high), cut(b, region, low, high))
}

fn cut(map: &LabelMap, region: Region, low: [usize; 3], high: [usize; 3]) -> Mask {
    let ni = map.shape()[0];
    let mut inside = Vec::new();
    for k in low[2]..high[2] {
        for row in map.slice(k).chunks_exact(ni).take(high[1]).skip(low[1]) {
            inside.extend(
                row[low[0]..high[0]]
                    .iter()
                    .map(|label| region.contains(*label)),
            );
        }
    }
    Mask {
        shape: [0, 1, 2].map(|axis| high[axis].saturating_sub(low[axis])),
        inside,
    }
}

//! What a heart cannot look like, taken out of a label map.

use std::collections::BTreeMap;

use myops_image::geometry::Grid;
use myops_image::label::{Label, LabelMap, Region};
use myops_image::volume::Volume;
use myops_measure::quantify::Pieces;
use myops_settings::{choices, settings};
use serde::{Deserialize, Serialize};

/// How many pieces of a structure stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Keep {
    /// All.
    #[default]
    All,
    /// The largest one, over all slices.
    Largest,
}

choices!(Keep);

settings! {
    /// What is removed from a label map or filled in it, in this order.
    ///
    /// Nothing is smaller than 0, the natural end of the areas and volumes: it leaves a step out.
    #[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
    #[serde(deny_unknown_fields, default)]
    pub struct Cleanup {
        /// Pieces of LV pool, RV pool and wall that stay; the others become background.
        pub anatomy: Keep,
        /// Largest area of a hole of background that is filled with the label around it, mm2.
        #[within(0, 1e4)]
        pub holes_mm2: f64,
        /// Smallest volume of a piece of edema or scar, ml; smaller ones become healthy myocardium.
        #[within(0, 1000)]
        pub smallest_edema_or_scar_ml: f64,
        /// Smallest volume of a piece of scar, ml; smaller ones become edema.
        #[within(0, 1000)]
        pub smallest_scar_ml: f64,
        /// Smallest volume of all scar of a case, ml; less becomes edema.
        #[within(0, 1000)]
        pub smallest_total_scar_ml: f64,
    }
}

impl Cleanup {
    /// Changes the labels in place.
    pub fn apply(&self, labels: &mut LabelMap) {
        // Most of an image is background far from the heart, which nothing here looks at.
        let Some([low, high]) = labelled(labels) else {
            return;
        };
        let size = [0, 1, 2].map(|axis| high[axis] - low[axis]);
        let Ok(grid) = Grid::new(size, *labels.grid().world_from_voxel()) else {
            return;
        };
        let mut heart = Volume::from_fn(grid, |[i, j, k]| {
            labels[[i + low[0], j + low[1], k + low[2]]]
        });
        self.apply_within(&mut heart);
        let [ni, nj, _] = size;
        for (n, label) in heart.data().iter().enumerate() {
            labels[[n % ni + low[0], n / ni % nj + low[1], n / ni / nj + low[2]]] = *label;
        }
    }

    fn apply_within(&self, labels: &mut LabelMap) {
        if self.anatomy == Keep::Largest {
            for region in [Region::LV_POOL, Region::RV_POOL, Region::WALL] {
                let largest = |pieces: &Pieces| pieces.voxels.iter().copied().max().unwrap_or(0);
                // Of two equally large pieces both stay: nothing tells which is wrong.
                replace_pieces(labels, region, Label::Background, |size, pieces| {
                    size < largest(pieces)
                });
            }
        }
        if self.holes_mm2 > 0.0 {
            fill_holes(labels, self.holes_mm2);
        }
        let voxel_ml = labels.spacing().voxel_ml();
        let below = |size: usize, ml: f64| size as f64 * voxel_ml < ml;
        replace_pieces(
            labels,
            Region::EDEMA_OR_SCAR,
            Label::Myocardium,
            |size, _| below(size, self.smallest_edema_or_scar_ml),
        );
        replace_pieces(labels, Region::SCAR, Label::Edema, |size, _| {
            below(size, self.smallest_scar_ml)
        });
        let scar = labels.data().iter().filter(|l| **l == Label::Scar).count();
        if below(scar, self.smallest_total_scar_ml) {
            relabel(labels, Label::Scar, Label::Edema);
        }
    }
}

/// The box `[low, high)` about all that is not background, a voxel wider in each slice where the image is; `None`
/// where all is background.
fn labelled(labels: &LabelMap) -> Option<[[usize; 3]; 2]> {
    let ([ni, nj, _], [i, j, k]) = (labels.shape(), labels.labelled_box()?);
    let low = [
        i.start.saturating_sub(1),
        j.start.saturating_sub(1),
        k.start,
    ];
    Some([low, [(i.end + 1).min(ni), (j.end + 1).min(nj), k.end]])
}

/// Turns every voxel of one label into another.
pub fn relabel(labels: &mut LabelMap, from: Label, to: Label) {
    labels
        .data_mut()
        .iter_mut()
        .filter(|l| **l == from)
        .for_each(|l| *l = to);
}

/// Gives the pieces of a region that are not wanted, by their number of voxels, another label.
fn replace_pieces(
    labels: &mut LabelMap,
    region: Region,
    label: Label,
    unwanted: impl Fn(usize, &Pieces) -> bool,
) {
    let pieces = Pieces::of(labels, region);
    let gone: Vec<bool> = pieces
        .voxels
        .iter()
        .map(|size| unwanted(*size, &pieces))
        .collect();
    if gone.contains(&true) {
        for (l, id) in labels.data_mut().iter_mut().zip(pieces.ids.data()) {
            if *id > 0 && gone[*id as usize - 1] {
                *l = label;
            }
        }
    }
}

/// Fills holes of each slice with the label that surrounds them most.
fn fill_holes(labels: &mut LabelMap, largest_mm2: f64) {
    let ([ni, nj, nk], [i_mm, j_mm, _]) = (labels.shape(), labels.spacing().mm());
    let small = |pixels: usize| pixels as f64 * i_mm * j_mm <= largest_mm2;
    let Ok(plane) = Grid::new([ni, nj, 1], *labels.grid().world_from_voxel()) else {
        return;
    };
    for k in 0..nk {
        let slice = labels.slice_mut(k);
        // Background stands in for a region here, since no region holds it.
        let inverted = Volume::from_fn(plane, |[i, j, _]| {
            if slice[j * ni + i] == Label::Background {
                Label::LvPool
            } else {
                Label::Background
            }
        });
        let pieces = Pieces::of(&inverted, Region::LV_POOL);
        for (n, _) in pieces
            .voxels
            .iter()
            .enumerate()
            .filter(|(_, size)| small(**size))
        {
            let hole: Vec<usize> = (0..ni * nj)
                .filter(|p| pieces.ids.data()[*p] as usize == n + 1)
                .collect();
            if let Some(label) = surrounding(&hole, slice, [ni, nj]) {
                hole.iter().for_each(|p| slice[*p] = label);
            }
        }
    }
}

/// The label that most neighbours of a hole have; `None` where it touches the image's border.
fn surrounding(hole: &[usize], slice: &[Label], [ni, nj]: [usize; 2]) -> Option<Label> {
    let mut counts = BTreeMap::new();
    for pixel in hole {
        let (i, j) = (pixel % ni, pixel / ni);
        if i == 0 || j == 0 || i + 1 == ni || j + 1 == nj {
            return None;
        }
        for neighbour in [pixel - 1, pixel + 1, pixel - ni, pixel + ni] {
            if slice[neighbour] != Label::Background {
                *counts.entry(slice[neighbour]).or_insert(0) += 1;
            }
        }
    }
    counts
        .into_iter()
        .max_by_key(|(_, count)| *count)
        .map(|(label, _)| label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use myops_image::geometry::{Affine, Spacing};

    /// Slices drawn in letters: L and R are pools, m healthy myocardium, e edema, s scar. A voxel has 0.01 ml.
    fn draw(slices: &[&[&str]]) -> LabelMap {
        let spacing = Spacing::new_mm([1.0, 1.0, 10.0]).unwrap();
        let shape = [slices[0][0].len(), slices[0].len(), slices.len()];
        let grid = Grid::new(shape, Affine::from_spacing(spacing)).unwrap();
        Volume::from_fn(grid, |[i, j, k]| match slices[k][j].as_bytes()[i] {
            b'L' => Label::LvPool,
            b'R' => Label::RvPool,
            b'm' => Label::Myocardium,
            b'e' => Label::Edema,
            b's' => Label::Scar,
            _ => Label::Background,
        })
    }

    fn cleaned(cleanup: Cleanup, slices: &[&[&str]]) -> LabelMap {
        let mut labels = draw(slices);
        cleanup.apply(&mut labels);
        labels
    }

    #[test]
    fn nothing_asked_changes_nothing() {
        let slices: [&[&str]; 2] = [&["m.sLL.", "..R..R"], &["e....s", "......"]];
        assert_eq!(cleaned(Cleanup::default(), &slices), draw(&slices));
    }

    #[test]
    fn the_largest_piece_of_each_structure_stays_over_all_slices() {
        let cleanup = Cleanup {
            anatomy: Keep::Largest,
            ..Cleanup::default()
        };
        // The lone s is wall and goes; LL hangs together with the L of the next slice, the other L does not.
        let labels = cleaned(
            cleanup,
            &[
                &["mmmm..s", "mLLm.L.", "RR....."],
                &["mmmm...", "mL.m...", "R.....R"],
            ],
        );
        assert_eq!(
            labels,
            draw(&[
                &["mmmm...", "mLLm...", "RR....."],
                &["mmmm...", "mL.m...", "R......"]
            ])
        );
    }

    #[test]
    fn small_scar_becomes_edema_and_small_edema_healthy() {
        // A piece of two voxels has 0.02 ml.
        let slices: [&[&str]; 1] = [&["mssmssseemem", "mmmmmmmmmmmm"]];
        let scar = Cleanup {
            smallest_scar_ml: 0.025,
            ..Cleanup::default()
        };
        assert_eq!(
            cleaned(scar, &slices),
            draw(&[&["meemssseemem", "mmmmmmmmmmmm"]])
        );
        let union = Cleanup {
            smallest_edema_or_scar_ml: 0.025,
            ..Cleanup::default()
        };
        assert_eq!(
            cleaned(union, &slices),
            draw(&[&["mmmmssseemmm", "mmmmmmmmmmmm"]])
        );
        let total = |ml| Cleanup {
            smallest_total_scar_ml: ml,
            ..Cleanup::default()
        };
        assert_eq!(cleaned(total(0.05), &slices), draw(&slices));
        assert_eq!(
            cleaned(total(0.051), &slices),
            draw(&[&["meemeeeeemem", "mmmmmmmmmmmm"]])
        );
    }

    #[test]
    fn a_hole_takes_what_surrounds_it_and_the_outside_stays() {
        let cleanup = Cleanup {
            holes_mm2: 2.0,
            ..Cleanup::default()
        };
        let slices: [&[&str]; 1] = [&["mmmmmm.", "m.LLLm.", "mLL..m.", "mLLLLm.", "mmmmmm."]];
        assert_eq!(
            cleaned(cleanup, &slices),
            draw(&[&["mmmmmm.", "mmLLLm.", "mLLLLm.", "mLLLLm.", "mmmmmm."]])
        );
        let one = Cleanup {
            holes_mm2: 1.0,
            ..Cleanup::default()
        };
        assert_eq!(
            cleaned(one, &slices),
            draw(&[&["mmmmmm.", "mmLLLm.", "mLL..m.", "mLLLLm.", "mmmmmm."]])
        );
    }
}

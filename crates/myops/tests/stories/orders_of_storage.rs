//! "My converter stores axes the other way round": any order gives the same labels in the same places of the patient.

use myops_image::geometry::{Affine, Grid};
use myops_image::io::{Placement, read_image, read_labels, write_image};
use myops_image::orientation::Orientation;

use super::program::{done, network, patients, place};

/// A grid of the same voxels, with axes exchanged and reversed.
fn stored(grid: &Grid, axes: [usize; 3], reversed: [bool; 3]) -> Grid {
    let shape = axes.map(|axis| grid.shape()[axis]);
    let mut first = [0.0; 3];
    for n in (0..3).filter(|n| reversed[*n]) {
        first[axes[n]] = (shape[n] - 1) as f64;
    }
    let origin = grid.world_from_voxel().apply(first);
    let steps = [0, 1, 2].map(|n| {
        let step = grid.world_from_voxel().column(axes[n]);
        step.map(|mm| if reversed[n] { -mm } else { mm })
    });
    let rows = [0, 1, 2].map(|r| [steps[0][r], steps[1][r], steps[2][r], origin[r]]);
    Grid::new(shape, Affine::new(rows).unwrap()).unwrap()
}

#[test]
fn a_case_stored_in_any_order_gets_the_same_labels_and_probabilities_in_the_order_of_its_file() {
    let segment = |data: &str, out: &str| {
        done(&format!(
            "segment {data} --model {} --out {out} --probabilities",
            network()
        ));
    };
    let (id, out) = ("phantom-001", place("orders/as-drawn"));
    let drawn = format!("{}/{id}", patients());
    segment(&drawn, &out);
    let orders = [
        ([0, 1, 2], [true, false, true]),
        ([2, 0, 1], [false, true, false]),
        ([1, 2, 0], [true, true, true]),
    ];
    for (n, (axes, reversed)) in orders.into_iter().enumerate() {
        let data = place(&format!("orders/{n}"));
        for sequence in ["C0", "LGE", "T2"] {
            let image = read_image(format!("{drawn}/{id}_{sequence}.nii.gz")).unwrap();
            let other = stored(image.volume.grid(), axes, reversed);
            let (order, apart_mm) = Orientation::onto(image.volume.grid(), &other).unwrap();
            assert!(apart_mm < 1e-9);
            let file = format!("{data}/{id}_{sequence}.nii.gz");
            let image = order.store(image.volume, &other);
            write_image(file, &image, &Placement::of_grid(&other)).unwrap();
        }
        segment(&data, &format!("{data}/out"));
        let image = read_image(format!("{data}/{id}_C0.nii.gz")).unwrap();
        for map in ["labels", "probability_scar", "probability_lv_pool"] {
            let read = |out: &str| {
                let file = format!("{out}/{id}/{id}_{map}.nii.gz");
                if map == "labels" {
                    let read = read_labels(file).unwrap();
                    (read.volume.map(|l| l.class() as f32), read.placement)
                } else {
                    let read = read_image(file).unwrap();
                    (read.volume, read.placement)
                }
            };
            let (found, placement) = read(&format!("{data}/out"));
            assert_eq!(placement, image.placement, "{map} {n}");
            let (expected, _) = read(&out);
            let (back, apart_mm) = Orientation::onto(found.grid(), expected.grid()).unwrap();
            assert!(apart_mm < 0.001, "{map} {n}: {apart_mm} mm");
            let found = back.apply_onto(&found, expected.grid());
            assert!(found.data() == expected.data(), "{map} {n}");
        }
    }
}

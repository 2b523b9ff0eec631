//! A left ventricle of known shape in the patient, seen on any grid: for tests.

use myops_image::geometry::{Affine, Grid};
use myops_image::label::{Label, LabelMap};
use myops_image::volume::Volume;

use super::Level;

/// Voxels along `i`, `j` and `k`.
pub const SHAPE: [usize; 3] = [96, 96, 6];
/// The in-plane spacing in mm.
pub const PIXEL_MM: f64 = 1.2;
/// Distance of slices in mm.
pub const SLICE_MM: f64 = 10.0;

/// Where in the wall a voxel lies.
#[derive(Debug, Clone, Copy)]
pub struct Site {
    /// The level of its slice.
    pub level: Level,
    /// Degrees from the anterior RV insertion over the septum.
    pub degrees: f64,
    /// 0 at the endocardium, 1 at the epicardium.
    pub depth: f64,
}

/// How the pictures are taken of the patient.
#[derive(Debug, Clone, Copy, Default)]
pub struct View {
    /// Turn of the picture about the long axis in degrees.
    pub turn: f64,
    /// Whether `i` is mirrored.
    pub mirrored: bool,
    /// Whether slices count from apex to base.
    pub from_apex: bool,
}

/// The number of the segment at a place, by the definition, for septum of 120 degrees.
pub fn segment(site: Site) -> u8 {
    let standard = [2, 3, 4, 5, 6, 1][(site.degrees / 60.0) as usize % 6];
    match site.level {
        Level::Basal => standard,
        Level::Mid => standard + 6,
        Level::Apical => {
            [14, 15, 16, 13][((site.degrees - 15.0).rem_euclid(360.0) / 90.0) as usize % 4]
        }
    }
}

/// Unit vectors of the patient (RAS+): up in the standard view, towards the septum, from base to apex.
fn patient_axes() -> [[f64; 3]; 3] {
    let unit = |v: [f64; 3]| v.map(|x| x / (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]).sqrt());
    let apex = unit([-0.6, 0.6, -0.53]);
    let towards = 0.2 * apex[1] + apex[2];
    let up = unit([0, 1, 2].map(|x| [0.0, 0.2, 1.0][x] - towards * apex[x]));
    // Up, towards the septum and to the apex follow each other such that the septum lies on the patient's right.
    let right = [
        up[1] * apex[2] - up[2] * apex[1],
        up[2] * apex[0] - up[0] * apex[2],
        up[0] * apex[1] - up[1] * apex[0],
    ];
    let septum = if right[0] > 0.0 {
        right
    } else {
        right.map(|x| -x)
    };
    [up, septum, apex]
}

/// The affine of a view, with the centre of the left ventricle in the middle of the slices.
pub fn affine(view: View) -> Affine {
    let [up, septum, apex] = patient_axes();
    let (sin, cos) = view.turn.to_radians().sin_cos();
    let mirror = if view.mirrored { -1.0 } else { 1.0 };
    let order = if view.from_apex { -1.0 } else { 1.0 };
    let columns = [
        [0, 1, 2].map(|x| mirror * PIXEL_MM * (cos * up[x] + sin * septum[x])),
        [0, 1, 2].map(|x| PIXEL_MM * (cos * septum[x] - sin * up[x])),
        apex.map(|x| order * SLICE_MM * x),
    ];
    let middle = SHAPE.map(|n| (n - 1) as f64 / 2.0);
    let rows = [0, 1, 2].map(|x| {
        let [a, b, c] = [columns[0][x], columns[1][x], columns[2][x]];
        [a, b, c, -(a * middle[0] + b * middle[1] + c * middle[2])]
    });
    Affine::new(rows).unwrap()
}

/// Draws the ventricle: a pool that narrows towards the apex, a wall of 10 mm, an RV over 120 degrees of it; `wall` says
/// what each place of the wall is.
pub fn draw(view: View, wall: impl Fn(Site) -> Label) -> LabelMap {
    let [up, septum, apex] = patient_axes();
    let affine = affine(view);
    let along =
        |world: [f64; 3], axis: [f64; 3]| world.iter().zip(axis).map(|(a, b)| a * b).sum::<f64>();
    Volume::from_fn(Grid::new(SHAPE, affine).unwrap(), |voxel| {
        let world = affine.apply(voxel.map(|x| x as f64));
        let (x, y, z) = (along(world, septum), along(world, up), along(world, apex));
        let slice = (z / SLICE_MM + (SHAPE[2] - 1) as f64 / 2.0).round();
        let (radius, inner) = (x.hypot(y), 22.0 - 1.5 * slice);
        // The anterior insertion lies 30 degrees from the top.
        let degrees = (x.atan2(y).to_degrees() - 30.0).rem_euclid(360.0);
        let level = [
            Level::Basal,
            Level::Basal,
            Level::Mid,
            Level::Mid,
            Level::Apical,
            Level::Apical,
        ][slice as usize];
        match radius - inner {
            depth if depth < 0.0 => Label::LvPool,
            depth if depth < 10.0 => wall(Site {
                level,
                degrees,
                depth: depth / 10.0,
            }),
            depth if depth < 25.0 && degrees < 120.0 => Label::RvPool,
            _ => Label::Background,
        }
    })
}

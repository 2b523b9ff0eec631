//! What an affine says about the direction of slices in the patient.

use myops_image::geometry::Affine;

/// Short-axis slices stand upright: where the long axis of the body lies closer to the slice normal than this, the
/// affine is taken for one that was lost on the way and replaced by bare spacings, which call every stack axial.
const LEAST_TILT_DEGREES: f64 = 10.0;

/// The direction from the base to the apex of most hearts: to the left, anterior and inferior (RAS+).
const TO_APEX: [f64; 3] = [-1.0, 1.0, -1.0];

/// Whether the slices stand upright in the patient, so that they show which way the head lies.
pub fn shows_the_head(affine: &Affine) -> bool {
    let [_, _, along] = unit(cross(affine.column(0), affine.column(1)));
    along.abs() < LEAST_TILT_DEGREES.to_radians().cos()
}

/// Whether the slices count from base to apex by the axes of the patient; `None` where the affine does not tell.
pub fn counts_towards_apex(affine: &Affine) -> Option<bool> {
    let along = dot(unit(affine.column(2)), unit(TO_APEX));
    (shows_the_head(affine) && along.abs() > 0.3).then_some(along > 0.0)
}

/// The world direction (RAS+) of an in-plane angle, measured from `i` towards `j` in mm.
pub fn in_plane(affine: &Affine, angle: f64) -> [f64; 3] {
    let (u, v) = (unit(affine.column(0)), unit(affine.column(1)));
    [0, 1, 2].map(|x| u[x] * angle.cos() + v[x] * angle.sin())
}

/// How far anterior and superior a direction points, -1 to 1.
pub fn anterior(direction: [f64; 3]) -> f64 {
    (direction[1] + direction[2]) / std::f64::consts::SQRT_2
}

/// +1 where in-plane angles grow from the anterior RV insertion over the septum to the inferior one if each slice is a
/// picture of the standard view, else -1.
///
/// The standard view is that from the apex: RV on the left, anterior wall on top. A picture has `i` to the right and
/// `j` downwards, as scanners export it; a mirrored affine mirrors it.
pub fn turn_of_the_standard_view(affine: &Affine) -> f64 {
    let normal = cross(affine.column(0), affine.column(1));
    // Along the world axis next to the normal, so that the order of the slices does not matter.
    let along = normal.into_iter().fold(
        0.0,
        |most: f64, x| if x.abs() > most.abs() { x } else { most },
    );
    if along > 0.0 { -1.0 } else { 1.0 }
}

fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    ]
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn unit(a: [f64; 3]) -> [f64; 3] {
    let length = dot(a, a).sqrt();
    a.map(|x| x / length)
}

#[cfg(test)]
mod tests {
    use myops_image::geometry::Spacing;

    use super::*;

    #[test]
    fn bare_spacings_tell_nothing() {
        let plain = Affine::from_spacing(Spacing::new_mm([1.0, 1.0, 10.0]).unwrap());
        assert!(!shows_the_head(&plain) && counts_towards_apex(&plain).is_none());
        assert_eq!(turn_of_the_standard_view(&plain), -1.0);
        let mirrored = Affine::new([
            [-1.0, 0.0, 0.0, 0.0],
            [0.0, 1.0, 0.0, 0.0],
            [0.0, 0.0, 9.0, 0.0],
        ])
        .unwrap();
        assert_eq!(turn_of_the_standard_view(&mirrored), 1.0);
    }

    #[test]
    fn axes_along_those_of_the_patient_still_show_the_head() {
        // i to the left, j to the head, k to the back, as some converters straighten oblique slices.
        let upright = Affine::new([
            [-1.0, 0.0, 0.0, 0.0],
            [0.0, 0.0, -9.0, 0.0],
            [0.0, 1.0, 0.0, 0.0],
        ])
        .unwrap();
        assert!(shows_the_head(&upright));
        assert_eq!(counts_towards_apex(&upright), Some(false));
    }

    #[test]
    fn an_oblique_stack_tells_base_from_apex() {
        let affine = Affine::new([
            [-0.7, -0.2, 4.0, 0.0],
            [-0.3, 0.2, -10.0, 0.0],
            [-0.1, 0.7, 4.0, 0.0],
        ])
        .unwrap();
        assert_eq!(counts_towards_apex(&affine), Some(false));
        assert!(anterior(in_plane(&affine, std::f64::consts::FRAC_PI_2)) > 0.5);
    }
}

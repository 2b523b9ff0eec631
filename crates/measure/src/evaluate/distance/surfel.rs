//! The surface elements of a mask: where they lie and the area of each, after marching cubes.

use super::border::Mask;

/// The surface elements of a mask on the lattice of voxel corners, which has one point more along each axis.
#[derive(Debug)]
pub struct Surfels {
    /// Positions on the lattice, ascending.
    pub corners: Vec<usize>,
    /// The area of each in mm².
    pub areas_mm2: Vec<f64>,
}

/// Finds the corners whose eight voxels are not all alike.
pub fn surfels(mask: &Mask, table: &AreaTable) -> Surfels {
    let [ni, nj, nk] = mask.shape();
    let empty = vec![false; ni];
    let row = |j: usize, k: usize| {
        if j >= 1 && j <= nj && k >= 1 && k <= nk {
            mask.row(j - 1, k - 1)
        } else {
            &empty
        }
    };
    let mut found = Surfels {
        corners: Vec::new(),
        areas_mm2: Vec::new(),
    };
    for k in 0..=nk {
        for j in 0..=nj {
            let rows = [row(j, k), row(j + 1, k), row(j, k + 1), row(j + 1, k + 1)];
            let mut code = 0;
            for i in 0..=ni {
                // Bit 2n is the left voxel of row n, bit 2n + 1 the right one.
                code = (code & 0b1010_1010) >> 1;
                for (n, row) in rows.iter().enumerate() {
                    code |= usize::from(row.get(i) == Some(&true)) << (2 * n + 1);
                }
                if code != 0 && code != 255 {
                    found.corners.push(i + (ni + 1) * (j + (nj + 1) * k));
                    found.areas_mm2.push(table.0[code]);
                }
            }
        }
    }
    found
}

/// The area (mm²) of the surface inside a cube for each of the 256 ways in which its eight corners are inside or not.
///
/// Corner `(i, j, k)` is bit `i + 2j + 4k`. The surface runs through the middle of each edge that joins an inside with
/// an outside corner; on a face where both diagonals differ it cuts off the corners of the side with fewer of the
/// eight (the inside, where there are four of each). A loop that is not flat becomes the fan of triangles with the
/// largest area on cubic voxels. These rules give the areas of the surface-distance library.
#[derive(Debug)]
pub struct AreaTable([f64; 256]);

type Corner = [u8; 3];
type Edge = [Corner; 2];

impl AreaTable {
    /// The table for voxels of the given spacing.
    pub fn new(spacing_mm: [f64; 3]) -> Self {
        let mut areas = [0.0; 256];
        for code in 1..=127_u8 {
            // A code and its complement share their surface; with four corners each, both have the inside cut off.
            for (code, complement) in [(code, !code), (!code, code)] {
                let few = if code.count_ones() <= 4 {
                    code
                } else {
                    complement
                };
                areas[usize::from(code)] = loops(few).iter().map(|l| fan_area(l, spacing_mm)).sum();
            }
        }
        Self(areas)
    }
}

fn inside(code: u8, [i, j, k]: Corner) -> bool {
    code >> (i + 2 * j + 4 * k) & 1 == 1
}

/// The closed lines in which the surface meets the faces, as the edges they cross.
fn loops(code: u8) -> Vec<Vec<Edge>> {
    let mut segments: Vec<[Edge; 2]> = faces()
        .iter()
        .flat_map(|face| face_segments(code, face))
        .collect();
    let mut loops = Vec::new();
    while let Some([first, mut last]) = segments.pop() {
        let mut line = vec![first];
        while let Some(n) = segments.iter().position(|s| s.contains(&last)) {
            let [a, b] = segments.swap_remove(n);
            line.push(last);
            last = if a == last { b } else { a };
        }
        loops.push(line);
    }
    loops
}

/// The four corners of each face, one after the other around it.
fn faces() -> Vec<[Corner; 4]> {
    let mut faces = Vec::new();
    for axis in 0..3 {
        for side in 0..2 {
            faces.push([[0, 0], [1, 0], [1, 1], [0, 1]].map(|[a, b]| {
                let mut corner = [side; 3];
                corner[(axis + 1) % 3] = a;
                corner[(axis + 2) % 3] = b;
                corner
            }));
        }
    }
    faces
}

fn face_segments(code: u8, face: &[Corner; 4]) -> Vec<[Edge; 2]> {
    let edge = |n: usize| {
        let mut edge = [face[n % 4], face[(n + 1) % 4]];
        edge.sort_unstable();
        edge
    };
    let crossed: Vec<usize> = (0..4)
        .filter(|&n| inside(code, face[n]) != inside(code, face[(n + 1) % 4]))
        .collect();
    match crossed[..] {
        [a, b] => vec![[edge(a), edge(b)]],
        [_, _, _, _] => (0..4)
            .filter(|&n| inside(code, face[n]))
            .map(|n| [edge(n + 3), edge(n)])
            .collect(),
        _ => Vec::new(),
    }
}

fn fan_area(edges: &[Edge], spacing_mm: [f64; 3]) -> f64 {
    let middles = |mm: [f64; 3]| -> Vec<[f64; 3]> {
        edges
            .iter()
            .map(|[a, b]| {
                [0, 1, 2].map(|x| f64::midpoint(f64::from(a[x]), f64::from(b[x])) * mm[x])
            })
            .collect()
    };
    let (cubic, scaled) = (middles([1.0; 3]), middles(spacing_mm));
    let area = |points: &[[f64; 3]], apex: usize| -> f64 {
        let n = points.len();
        (1..n - 1)
            .map(|m| {
                triangle_area(
                    points[apex],
                    points[(apex + m) % n],
                    points[(apex + m + 1) % n],
                )
            })
            .sum()
    };
    let apex = (0..edges.len()).max_by(|&a, &b| area(&cubic, a).total_cmp(&area(&cubic, b)));
    apex.map_or(0.0, |apex| area(&scaled, apex))
}

fn triangle_area(a: [f64; 3], b: [f64; 3], c: [f64; 3]) -> f64 {
    let [u, v] = [b, c].map(|p| [p[0] - a[0], p[1] - a[1], p[2] - a[2]]);
    let cross = [
        u[1] * v[2] - u[2] * v[1],
        u[2] * v[0] - u[0] * v[2],
        u[0] * v[1] - u[1] * v[0],
    ];
    cross.iter().map(|x| x * x).sum::<f64>().sqrt() / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simple_cubes_have_areas_known_by_hand() {
        let table = AreaTable::new([1.0, 2.0, 5.0]).0;
        // All four corners at i = 0 are inside: a flat piece of the plane of j and k.
        assert!((table[0b0101_0101] - 10.0).abs() < 1e-12);
        assert!((table[0b0000_1111] - 2.0).abs() < 1e-12);
        // One corner: a triangle whose projections onto the planes are an eighth of each face.
        let corner = (10.0_f64.powi(2) + 5.0_f64.powi(2) + 2.0_f64.powi(2)).sqrt() / 8.0;
        assert!((table[1] - corner).abs() < 1e-12 && (table[254] - corner).abs() < 1e-12);
        assert_eq!((table[0], table[255]), (0.0, 0.0));
    }

    #[test]
    fn one_voxel_has_eight_corners() {
        let table = AreaTable::new([1.0; 3]);
        let found = surfels(&Mask::new([1, 1, 1], vec![true]), &table);
        assert_eq!(found.corners, [0, 1, 2, 3, 4, 5, 6, 7]);
        assert!((found.areas_mm2.iter().sum::<f64>() - 3.0_f64.sqrt()).abs() < 1e-12);
    }
}

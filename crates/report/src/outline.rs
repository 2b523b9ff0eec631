//! The outline of a label in a slice, along the edges of its voxels.

use std::collections::BTreeMap;
use std::fmt::Write;

/// A corner of voxels: column and row, from 0 to the number of them.
type Corner = (usize, usize);

/// The closed lines about all voxels that are `inside`, as the `d` of an SVG path in voxels; empty where none is.
pub fn path(inside: &[bool], columns: usize) -> String {
    let mut edges = edges(inside, columns);
    let mut path = String::new();
    while let Some((&start, _)) = edges.first_key_value() {
        let mut corners = vec![start];
        let mut at = start;
        while let Some(next) = take(&mut edges, at).filter(|next| *next != start) {
            corners.push(next);
            at = next;
        }
        draw(&mut path, &corners);
    }
    path
}

/// Every edge between inside and outside, from corner to corner with the inside on the right hand.
fn edges(inside: &[bool], columns: usize) -> BTreeMap<Corner, Vec<Corner>> {
    let rows = inside.len() / columns.max(1);
    let is = |i: usize, j: usize| {
        i >= 1 && j >= 1 && i <= columns && j <= rows && inside[i - 1 + columns * (j - 1)]
    };
    let mut edges: BTreeMap<Corner, Vec<Corner>> = BTreeMap::new();
    // Voxel (i, j), counted from 1, has its corners at i - 1, i and j - 1, j.
    for (i, j) in (1..=rows)
        .flat_map(|j| (1..=columns).map(move |i| (i, j)))
        .filter(|(i, j)| is(*i, *j))
    {
        let (left, right, top, bottom) = (i - 1, i, j - 1, j);
        let mut edge = |from, to| edges.entry(from).or_default().push(to);
        if !is(i, j - 1) {
            edge((left, top), (right, top));
        }
        if !is(i + 1, j) {
            edge((right, top), (right, bottom));
        }
        if !is(i, j + 1) {
            edge((right, bottom), (left, bottom));
        }
        if !is(i - 1, j) {
            edge((left, bottom), (left, top));
        }
    }
    edges
}

fn take(edges: &mut BTreeMap<Corner, Vec<Corner>>, from: Corner) -> Option<Corner> {
    let ends = edges.get_mut(&from)?;
    let end = ends.pop();
    if ends.is_empty() {
        edges.remove(&from);
    }
    end
}

/// Writes a closed line, leaving out corners where it goes straight on.
fn draw(path: &mut String, corners: &[Corner]) {
    let n = corners.len();
    let turns: Vec<Corner> = (0..n)
        .filter(|&at| {
            let (before, here, after) = (
                corners[(at + n - 1) % n],
                corners[at],
                corners[(at + 1) % n],
            );
            !(before.0 == here.0 && here.0 == after.0 || before.1 == here.1 && here.1 == after.1)
        })
        .map(|at| corners[at])
        .collect();
    for (at, (x, y)) in turns.iter().enumerate() {
        // Writing to a string does not fail.
        let _ = match at {
            0 => write!(path, "M{x} {y}"),
            _ if turns[at - 1].1 == *y => write!(path, "H{x}"),
            _ => write!(path, "V{y}"),
        };
    }
    path.push('Z');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(picture: &str) -> String {
        let columns = picture.split('/').next().unwrap_or("").len();
        path(
            &picture
                .chars()
                .filter(|c| *c != '/')
                .map(|c| c == '#')
                .collect::<Vec<_>>(),
            columns,
        )
    }

    #[test]
    fn outlines_follow_the_edges_of_voxels() {
        assert_eq!(drawn("#"), "M0 0H1V1H0Z");
        assert_eq!(drawn(".../.##/..."), "M1 1H3V2H1Z");
        assert_eq!(drawn("..."), "");
    }

    #[test]
    fn a_hole_is_a_line_of_its_own() {
        assert_eq!(drawn("###/#.#/###").matches('Z').count(), 2);
    }

    #[test]
    fn voxels_that_touch_at_a_corner_share_a_line() {
        assert_eq!(drawn("#./.#"), "M0 0H1V1H2V2H1V1H0Z");
    }
}

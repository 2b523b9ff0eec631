//! The names and shapes of a network's tensors, and whether weights have them.

use std::collections::BTreeMap;

use super::error::WeightsError;
use crate::graph::Graph;

/// The name and shape of every tensor of a network, in the order of its nodes.
pub fn shapes(graph: &Graph) -> Vec<(String, Vec<usize>)> {
    let parameters = graph.parameters().into_iter();
    parameters.map(|p| (p.name, p.shape)).collect()
}

/// Checks that tensors of the shapes `found` are those of `expected`, all of them and no other.
///
/// # Errors
/// Where a tensor is missing, left over, or of another shape: the first one is named.
pub fn check_shapes(
    expected: Vec<(String, Vec<usize>)>,
    mut found: BTreeMap<String, Vec<usize>>,
) -> Result<(), WeightsError> {
    for (path, expected) in expected {
        match found.remove(&path) {
            None => {
                return Err(WeightsError::Missing {
                    path,
                    shape: expected,
                });
            }
            Some(found) if found != expected => {
                return Err(WeightsError::Shape {
                    path,
                    found,
                    expected,
                });
            }
            Some(_) => {}
        }
    }
    let count = found.len();
    found
        .into_keys()
        .next()
        .map_or(Ok(()), |path| Err(WeightsError::Unused { path, count }))
}

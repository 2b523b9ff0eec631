//! The sizes of a network's tensors, told by its settings alone.

use std::collections::BTreeMap;

use burn::tensor::Device;

use super::{Weight, Weights, WeightsError};
use crate::model::ModelSettings;

/// The path and shape of every tensor of a network, which is not built for it: each side of a tensor is a constant or
/// grows evenly with the width, so that networks of widths 1 and 2 tell those of all.
pub fn shapes(settings: &ModelSettings) -> Vec<(String, Vec<usize>)> {
    let of = |width| Weights::of(&ModelSettings { width, ..*settings }.blank(&Device::flex()));
    let (one, two) = (of(1), of(2));
    let side = |(one, two): (&usize, &usize)| one + (two - one) * (settings.width - 1);
    let shape =
        |(one, two): (&Weight, &Weight)| one.shape.iter().zip(&two.shape).map(side).collect();
    one.iter()
        .zip(two.iter())
        .map(|((path, one), (_, two))| (path.to_owned(), shape((one, two))))
        .collect()
}

/// Checks that tensors of the shapes `found` are those of `expected`, all of them and no other.
///
/// # Errors
/// Where a tensor is missing, left over, or of another shape: the first one is named.
pub(crate) fn check_shapes(
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Architecture;

    #[test]
    fn shapes_are_those_of_the_network_that_is_built() {
        for architecture in Architecture::ALL {
            for (width, inputs) in [(1, 3), (2, 9), (5, 3), (24, 27)] {
                let settings = ModelSettings {
                    inputs,
                    width,
                    ..ModelSettings::published(architecture)
                };
                let built = Weights::of(&settings.blank(&Device::flex()));
                let built: Vec<_> = built
                    .iter()
                    .map(|(path, w)| (path.to_owned(), w.shape.clone()))
                    .collect();
                assert_eq!(shapes(&settings), built, "{architecture:?} {width}");
            }
        }
    }
}

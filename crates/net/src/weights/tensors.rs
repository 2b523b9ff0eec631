//! Tensors by their names.

use std::collections::BTreeMap;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::error::WeightsError;
use super::shapes::{check_shapes, shapes};
use crate::graph::Graph;

/// One tensor.
#[derive(Debug, Clone, PartialEq)]
pub struct Weight {
    /// Its shape; convolutions are `[kh, kw, c_in, c_out]`.
    pub shape: Vec<usize>,
    /// Its values, the last axis fastest.
    pub values: Vec<f32>,
}

impl Weight {
    /// What makes its values useless, in words; `None` where nothing does. A tensor whose name ends in `variance` holds no
    /// negative value.
    pub fn flaw(&self, name: &str) -> Option<String> {
        let count = |is_bad: fn(&f32) -> bool| self.values.iter().filter(|v| is_bad(v)).count();
        let negative = if name.ends_with("variance") {
            count(|v| *v < 0.0)
        } else {
            0
        };
        let found = [
            (count(|v| v.is_nan()), "NaN"),
            (count(|v| v.is_infinite()), "infinite"),
            (negative, "negative, which no variance is"),
        ];
        let (n, what) = found.into_iter().find(|(n, _)| *n > 0)?;
        Some(format!("{} {what}", counted(n)))
    }
}

/// So many values, and the verb that goes with them.
pub(super) fn counted(values: usize) -> String {
    if values == 1 {
        "1 value is".into()
    } else {
        format!("{values} values are")
    }
}

/// Every tensor of a network by its path in it, such as `encoder.0.entry.reduce.conv.weight`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Weights {
    /// In the order of the network's layers, which for the published networks is the order Keras made them in.
    order: Vec<String>,
    by_path: BTreeMap<String, Weight>,
}

impl Weights {
    /// Those of a network before training, drawn from a seed.
    pub fn drawn(graph: &Graph, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut weights = Self::default();
        for parameter in graph.parameters() {
            let values = parameter.draw(&mut rng);
            let shape = parameter.shape;
            weights.insert(parameter.name, Weight { shape, values });
        }
        weights
    }

    /// The same weights for a network whose filters may have more input channels: those that are new get weights of 0,
    /// so that the network computes what it computed before, whatever they hold.
    ///
    /// # Errors
    /// Where a tensor is missing, left over, or of another shape: the first one is named.
    pub fn widened(mut self, graph: &Graph) -> Result<Self, WeightsError> {
        for parameter in graph.parameters() {
            let Some(weight) = self.by_path.get_mut(&parameter.name) else {
                continue;
            };
            let (&mut [kh, kw, before, out], &[.., after, _]) =
                (&mut weight.shape[..], &parameter.shape[..])
            else {
                continue;
            };
            if before < after && parameter.shape == [kh, kw, after, out] {
                let zeros = vec![0.0; (after - before) * out];
                let pixels = weight.values.chunks_exact(before * out);
                weight.values = pixels
                    .flat_map(|pixel| pixel.iter().chain(&zeros))
                    .copied()
                    .collect();
                weight.shape[2] = after;
            }
        }
        self.check(graph)?;
        Ok(self)
    }

    /// Adds a tensor.
    pub fn insert(&mut self, path: impl Into<String>, weight: Weight) {
        let path = path.into();
        if self.by_path.insert(path.clone(), weight).is_none() {
            self.order.push(path);
        }
    }

    /// The tensor at a path.
    pub fn get(&self, path: &str) -> Option<&Weight> {
        self.by_path.get(path)
    }

    /// The tensor at a path, to be changed.
    pub fn get_mut(&mut self, path: &str) -> Option<&mut Weight> {
        self.by_path.get_mut(path)
    }

    /// The tensor at a path, of zeros where there is none yet.
    pub fn zeros_at(&mut self, path: &str, like: &Weight) -> &mut Weight {
        let Self { order, by_path } = self;
        by_path.entry(path.to_owned()).or_insert_with(|| {
            order.push(path.to_owned());
            Weight {
                shape: like.shape.clone(),
                values: vec![0.0; like.values.len()],
            }
        })
    }

    /// Adds all of another network's tensors, `name.` before each path.
    pub fn put_part(&mut self, name: &str, part: &Self) {
        part.iter()
            .for_each(|(path, weight)| self.insert(format!("{name}.{path}"), weight.clone()));
    }

    /// Takes apart what [`Self::put_part`] put together: the tensors of each name, without it.
    pub fn into_parts(mut self) -> BTreeMap<String, Self> {
        let mut parts: BTreeMap<String, Self> = BTreeMap::new();
        for path in self.order {
            if let (Some((name, rest)), Some(weight)) =
                (path.split_once('.'), self.by_path.remove(&path))
            {
                parts.entry(name.into()).or_default().insert(rest, weight);
            }
        }
        parts
    }

    /// Moves every value by a share of its distance to another network's, both of one shape.
    pub fn move_towards(&mut self, other: &Self, share: f32) {
        self.by_path.par_iter_mut().for_each(|(path, weight)| {
            let Some(target) = other.get(path) else {
                return;
            };
            weight
                .values
                .iter_mut()
                .zip(&target.values)
                .for_each(|(v, t)| *v += (t - *v) * share);
        });
    }

    /// Every path with its tensor, in the order of the network's layers.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Weight)> {
        self.order.iter().map(|p| (p.as_str(), &self.by_path[p]))
    }

    /// The first tensor whose values are useless, and what is wrong with them (see [`Weight::flaw`]).
    pub fn flaw(&self) -> Option<(&str, String)> {
        self.iter()
            .find_map(|(path, weight)| Some((path, weight.flaw(path)?)))
    }

    /// The tensor at a path, which has to be there.
    ///
    /// # Errors
    /// Where it is not.
    pub fn required(&self, path: &str) -> Result<&Weight, WeightsError> {
        self.get(path).ok_or_else(|| WeightsError::Missing {
            path: path.into(),
            shape: Vec::new(),
        })
    }

    /// Checks that these are the weights of a network: all of its tensors and no other, each of its shape.
    ///
    /// # Errors
    /// Where a tensor is missing, left over, or of another shape: the first one is named.
    pub fn check(&self, graph: &Graph) -> Result<(), WeightsError> {
        check_shapes(
            shapes(graph),
            self.iter()
                .map(|(path, w)| (path.to_owned(), w.shape.clone()))
                .collect(),
        )
    }

    /// How many numbers there are in all.
    pub fn count(&self) -> usize {
        self.by_path.values().map(|w| w.values.len()).sum()
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;

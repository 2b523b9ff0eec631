//! The numbers a network has learned, apart from the device they run on.

mod keras;
mod shapes;
mod store;

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Gradients, Tensor, TensorData};
use rayon::prelude::*;

pub use keras::{KerasError, KerasFile, from_keras};
pub(crate) use shapes::check_shapes;
pub use shapes::shapes;
pub(crate) use store::Head;
pub use store::{Precision, StoreError, Stored, start_bytes};

use crate::device::numbers;
use crate::model::{ModelSettings, Network};

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
pub(crate) fn counted(values: usize) -> String {
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

/// Why weights do not fit a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WeightsError {
    /// A tensor of the network is not among the weights.
    #[error("tensor {path} of shape {shape:?} is missing")]
    Missing {
        /// Where it belongs.
        path: String,
        /// The shape it should have.
        shape: Vec<usize>,
    },
    /// A tensor has another shape than the network's.
    #[error(
        "tensor {path} has shape {found:?} where the network has {expected:?}: weights of another architecture or width"
    )]
    Shape {
        /// Where it belongs.
        path: String,
        /// The shape of the weights.
        found: Vec<usize>,
        /// The shape of the network.
        expected: Vec<usize>,
    },
    /// The weights hold tensors that the network does not have.
    #[error(
        "tensor {path} belongs to no layer of this network ({count} such tensors): weights of another architecture"
    )]
    Unused {
        /// The first of them.
        path: String,
        /// How many there are.
        count: usize,
    },
}

impl Weights {
    /// Copies the weights out of a network.
    pub fn of(network: &Network) -> Self {
        let mut collect = Collect::default();
        network.visit(&mut collect);
        collect.weights
    }

    /// In the place of a network's weights their gradients, of those that have one.
    pub(crate) fn gradients_of(network: &Network, gradients: Gradients) -> Self {
        let mut collect = Collect {
            gradients: Some(gradients),
            ..Collect::default()
        };
        network.visit(&mut collect);
        collect.weights
    }

    /// Puts the weights into a network of the same shape.
    ///
    /// # Errors
    /// Where a tensor is missing, left over, or of another shape: the first one is named.
    pub fn load_into(self, network: Network) -> Result<Network, WeightsError> {
        let mut fill = Fill {
            left: self,
            path: Path::default(),
            error: None,
        };
        let network = network.map(&mut fill);
        if let Some(error) = fill.error {
            return Err(error);
        }
        let Self { order, by_path } = fill.left;
        match order.into_iter().find(|path| by_path.contains_key(path)) {
            Some(path) => Err(WeightsError::Unused {
                path,
                count: by_path.len(),
            }),
            None => Ok(network),
        }
    }

    /// As [`Self::load_into`], but a filter may have fewer channels than the network's: the others get weights of 0, so
    /// that the network says what it said before, whatever they hold.
    ///
    /// # Errors
    /// As [`Self::load_into`].
    pub fn load_widened(mut self, network: Network) -> Result<Network, WeightsError> {
        let like = Self::of(&network);
        for (path, weight) in &mut self.by_path {
            let Some(Weight { shape: wide, .. }) = like.get(path) else {
                continue;
            };
            let (&mut [kh, kw, before, out], &[.., after, _]) = (&mut weight.shape[..], &wide[..])
            else {
                continue;
            };
            if before < after && *wide == [kh, kw, after, out] {
                let zeros = vec![0.0; (after - before) * out];
                let pixels = weight.values.chunks_exact(before * out);
                weight.values = pixels
                    .flat_map(|pixel| pixel.iter().chain(&zeros))
                    .copied()
                    .collect();
                weight.shape[2] = after;
            }
        }
        self.load_into(network)
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

    /// Checks that these are the weights of a network of the given shape.
    ///
    /// # Errors
    /// As [`Self::load_into`].
    pub fn check(&self, settings: &ModelSettings) -> Result<(), WeightsError> {
        check_shapes(
            shapes(settings),
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

/// Where in a network a visitor is.
#[derive(Debug, Default)]
pub(crate) struct Path(Vec<String>);

impl Path {
    /// Into a part.
    pub fn enter(&mut self, name: &str) {
        self.0.push(name.into());
    }

    /// And out of it.
    pub fn leave(&mut self) {
        self.0.pop();
    }
}

/// In the network's own words: the enum variant that [`Network`] adds at the front is left out.
impl Display for Path {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        f.write_str(&self.0[usize::from(self.0.len() > 1)..].join("."))
    }
}

#[derive(Default)]
struct Collect {
    /// Where gradients are collected, those that are left.
    gradients: Option<Gradients>,
    weights: Weights,
    path: Path,
}

impl ModuleVisitor for Collect {
    fn enter_module(&mut self, name: &str, _: &str) {
        self.path.enter(name);
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.leave();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let found = match &mut self.gradients {
            None => Some(param.val()),
            Some(gradients) => param.val().grad_remove(gradients),
        };
        if let Some(tensor) = found {
            let (shape, values) = (tensor.dims().to_vec(), numbers(tensor));
            self.weights
                .insert(self.path.to_string(), Weight { shape, values });
        }
    }
}

struct Fill {
    /// What the network has not taken yet.
    left: Weights,
    path: Path,
    error: Option<WeightsError>,
}

impl ModuleMapper for Fill {
    fn enter_module(&mut self, name: &str, _: &str) {
        self.path.enter(name);
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.leave();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let path = self.path.to_string();
        let expected = param.val().dims().to_vec();
        let Some(Weight { shape, values }) = self.left.by_path.remove(&path) else {
            self.error.get_or_insert(WeightsError::Missing {
                path,
                shape: expected,
            });
            return param;
        };
        if shape != expected {
            self.error.get_or_insert(WeightsError::Shape {
                path,
                found: shape,
                expected,
            });
            return param;
        }
        param.map(|old| {
            let data = TensorData::new(values, shape);
            let new = Tensor::from_data(data, &old.device());
            new.set_require_grad(old.is_require_grad())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Architecture;
    use burn::tensor::Device;

    fn narrow(architecture: Architecture) -> ModelSettings {
        ModelSettings {
            width: 4,
            ..ModelSettings::published(architecture)
        }
    }

    #[test]
    fn the_published_networks_have_the_published_number_of_weights() {
        let device = Device::flex();
        let count = |a| Weights::of(&ModelSettings::published(a).init(0, &device)).count();
        assert_eq!(count(Architecture::Runet), 2_753_686);
        assert_eq!(count(Architecture::Unet), 1_941_190);
    }

    #[test]
    fn values_that_no_network_has_are_counted() {
        let flaw = |name: &str, values: &[f32]| {
            Weight {
                shape: vec![values.len()],
                values: values.into(),
            }
            .flaw(name)
        };
        assert_eq!(
            flaw("kernel", &[1.0, f32::NAN, -2.0]).as_deref(),
            Some("1 value is NaN")
        );
        assert_eq!(
            flaw("kernel", &[f32::INFINITY, f32::NEG_INFINITY]).as_deref(),
            Some("2 values are infinite")
        );
        assert_eq!(flaw("norm.running_mean", &[-1.0, 0.0]), None);
        let variance = flaw("norm.running_variance", &[-1.0, -0.0, 1.0]);
        assert_eq!(
            variance.as_deref(),
            Some("1 value is negative, which no variance is")
        );
    }

    #[test]
    fn weights_taken_out_and_put_back_are_the_same() {
        let device = Device::flex();
        let settings = narrow(Architecture::Runet);
        let weights = Weights::of(&settings.init(1, &device));
        assert!(weights.get("encoder.0.entry.reduce.conv.weight").is_some());
        let loaded = weights
            .clone()
            .load_into(settings.init(2, &device))
            .unwrap();
        assert_eq!(Weights::of(&loaded), weights);
        assert_ne!(Weights::of(&settings.init(2, &device)), weights);
    }

    #[test]
    fn a_widened_network_says_what_it_said_whatever_its_new_channels_hold() {
        let device = Device::flex();
        let before = narrow(Architecture::Nested);
        let after = ModelSettings {
            inputs: 9,
            ..before
        };
        let network = before.init(1, &device);
        let wide = Weights::of(&network)
            .load_widened(after.init(2, &device))
            .unwrap();
        let says = |network: &Network, channels: usize| {
            let value = |n: usize| ((n / channels * 9 + n % channels) as f32 * 0.618).fract();
            let values: Vec<f32> = (0..16 * 16 * channels).map(value).collect();
            numbers(
                network
                    .forward(Tensor::from_data(
                        TensorData::new(values, [1, 16, 16, channels]),
                        &device,
                    ))
                    .into_tensor(),
            )
        };
        let (narrow, wide) = (says(&network, 3), says(&wide, 9));
        assert!(narrow.iter().zip(&wide).all(|(a, b)| (a - b).abs() < 1e-4));
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let device = Device::flex();
        let settings = narrow(Architecture::Runet);
        let weights = Weights::of(&settings.init(1, &device));

        let wide = ModelSettings {
            width: 8,
            ..settings
        };
        let error = weights
            .clone()
            .load_into(wide.init(0, &device))
            .unwrap_err()
            .to_string();
        assert!(error.starts_with(
            "tensor stem.conv.weight has shape [7, 7, 3, 4] where the network has [7, 7, 3, 8]"
        ));

        let mut less = weights.clone();
        less.by_path.remove("head.bias");
        let error = less
            .load_into(settings.init(0, &device))
            .unwrap_err()
            .to_string();
        assert_eq!(error, "tensor head.bias of shape [6] is missing");

        let mut more = weights.clone();
        more.insert(
            "tail.bias",
            Weight {
                shape: vec![1],
                values: vec![0.0],
            },
        );
        let error = more
            .load_into(settings.init(0, &device))
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("tensor tail.bias belongs to no layer"),
            "{error}"
        );
    }
}

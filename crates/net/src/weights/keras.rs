//! Weights out of a Keras `.h5` file, as Keras 2 and Keras 3 write them.

use std::collections::VecDeque;

use hdf5_pure::{Dataset, File, Group};

use super::tensors::{Weight, Weights};
use crate::graph::Role;
use crate::model::ModelSettings;

/// The most groups below a file's layers; Keras makes two for each. HDF5 lets a group hold itself.
const MOST_GROUPS: usize = 1_000;

/// Why a Keras file cannot be taken over.
#[derive(Debug, thiserror::Error)]
pub enum KerasError {
    /// Not an HDF5 file, or broken.
    #[error("not a readable HDF5 file: {0}")]
    Format(#[from] hdf5_pure::Error),
    /// The file has fewer layers of a kind than the network.
    #[error(
        "layer {index} of kind {kind} is missing: the file has {found} of them, the network {architecture} has more"
    )]
    MissingLayer {
        /// Keras' name of the kind.
        kind: &'static str,
        /// Which of them, from 0.
        index: usize,
        /// How many the file has.
        found: usize,
        /// The network that was asked for.
        architecture: &'static str,
    },
    /// The file has more layers of a kind than the network.
    #[error(
        "layer {name} is one too many: the network {architecture} has {expected} layers of kind {kind}"
    )]
    ExtraLayer {
        /// The layer in the file.
        name: String,
        /// Keras' name of the kind.
        kind: &'static str,
        /// How many the network has.
        expected: usize,
        /// The network that was asked for.
        architecture: &'static str,
    },
    /// A layer of the file has no such tensor.
    #[error("layer {layer} has no tensor {tensor}")]
    MissingTensor {
        /// The layer in the file.
        layer: String,
        /// Keras' name of the tensor.
        tensor: &'static str,
    },
    /// A layer holds weights, but no kind of layer that the networks have.
    #[error("layer {0} is neither conv2d, conv2d_transpose nor batch_normalization")]
    UnknownLayer(String),
    /// Values are not finite, or not what such a tensor holds.
    #[error("{tensor} of {layer}: {flaw}")]
    Values {
        /// The layer in the file.
        layer: String,
        /// Keras' name of the tensor.
        tensor: &'static str,
        /// How many values, and what is wrong with them.
        flaw: String,
    },
    /// A group holds itself, or there are more groups than any network has layers.
    #[error("layer {layer} holds itself, or the file has more than {MOST_GROUPS} groups")]
    Groups {
        /// The layer in the file at which the bound was reached.
        layer: String,
    },
    /// A tensor has another shape than the network's.
    #[error(
        "tensor {tensor} of layer {layer} has shape {found:?} where the network has {expected:?}: another architecture or width"
    )]
    Shape {
        /// The layer in the file.
        layer: String,
        /// Keras' name of the tensor.
        tensor: &'static str,
        /// The shape in the file, in our order of axes.
        found: Vec<usize>,
        /// The shape of the network.
        expected: Vec<usize>,
    },
}

/// Keras' kinds of layers that have weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Conv,
    TransposedConv,
    BatchNorm,
}

impl Kind {
    const ALL: [Self; 3] = [Self::TransposedConv, Self::Conv, Self::BatchNorm];

    fn keras_name(self) -> &'static str {
        match self {
            Self::Conv => "conv2d",
            Self::TransposedConv => "conv2d_transpose",
            Self::BatchNorm => "batch_normalization",
        }
    }

    /// The kind and number of a layer from its name: `conv2d` is the first, `conv2d_7` a later one.
    fn parse(layer: &str) -> Option<(Self, usize)> {
        Self::ALL
            .into_iter()
            .find_map(|kind| match layer.strip_prefix(kind.keras_name())? {
                "" => Some((kind, 0)),
                rest => Some((kind, rest.strip_prefix('_')?.parse().ok()?)),
            })
    }

    /// The kind of the layer that a tensor belongs to, and Keras' name of the tensor.
    fn of(role: Role) -> (Self, &'static str) {
        match role {
            Role::ConvWeight(_) => (Self::Conv, "kernel"),
            Role::ConvBias => (Self::Conv, "bias"),
            Role::TransposedWeight(_) => (Self::TransposedConv, "kernel"),
            Role::TransposedBias => (Self::TransposedConv, "bias"),
            Role::Gamma => (Self::BatchNorm, "gamma"),
            Role::Beta => (Self::BatchNorm, "beta"),
            Role::RunningMean => (Self::BatchNorm, "moving_mean"),
            Role::RunningVariance => (Self::BatchNorm, "moving_variance"),
        }
    }
}

/// A Keras `.h5` file (`model.save` or `model.save_weights`), of which no tensor has been read yet.
#[derive(Debug)]
pub struct KerasFile(File);

impl KerasFile {
    /// Takes the bytes of a file.
    ///
    /// # Errors
    /// Where they are no HDF5 file.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, KerasError> {
        Ok(Self(File::from_bytes(bytes)?))
    }
}

/// Reads the weights of a network of the given shape; of the file's tensors only those that the network has.
///
/// Layers are taken in the order Keras made them in, which its automatic names number. Kernels keep their order of
/// axes, `[kh, kw, c_in, c_out]`, except those of transposed convolutions, which Keras stores `[kh, kw, c_out, c_in]`.
///
/// # Errors
/// Where the file cannot be read or does not hold the network's layers: the first that differs is named.
pub fn from_keras(
    KerasFile(file): &KerasFile,
    settings: &ModelSettings,
) -> Result<Weights, KerasError> {
    let architecture = settings.architecture.name();
    let mut queues = queues_of(file)?;
    let mut weights = Weights::default();
    let mut current: Option<(String, Layer)> = None;
    for parameter in settings.graph().parameters() {
        let path = parameter.name.as_str();
        let (owner, _) = path.rsplit_once('.').unwrap_or(("", path));
        let (kind, tensor) = Kind::of(parameter.role);
        if current.as_ref().is_none_or(|(o, _)| o != owner) {
            let queue = queues.iter_mut().find(|q| q.kind == kind);
            let layer = queue.map(|q| q.next(architecture)).transpose()?;
            current = layer.map(|layer| (owner.to_owned(), layer));
        }
        if let Some((_, layer)) = &current {
            weights.insert(path, layer.take(kind, tensor, &parameter.shape)?);
        }
    }
    for queue in queues {
        if let Some((_, layer)) = queue.layers.front() {
            let (name, kind) = (layer.name.clone(), queue.kind.keras_name());
            return Err(KerasError::ExtraLayer {
                name,
                kind,
                expected: queue.taken,
                architecture,
            });
        }
    }
    Ok(weights)
}

/// The layers of a file that have tensors, by their kinds, each in Keras' order.
fn queues_of(file: &File) -> Result<[Queue; 3], KerasError> {
    let root = file.root();
    let layers = if root.groups()?.iter().any(|g| g == "model_weights") {
        root.group("model_weights")?
    } else {
        root
    };
    let mut queues = Kind::ALL.map(|kind| Queue {
        kind,
        taken: 0,
        layers: VecDeque::new(),
    });
    let mut groups_left = MOST_GROUPS;
    for name in layers.groups()? {
        let tensors = tensors_below(layers.group(&name)?, &mut groups_left)?.ok_or_else(|| {
            KerasError::Groups {
                layer: name.clone(),
            }
        })?;
        if tensors.is_empty() {
            continue;
        }
        let (kind, number) =
            Kind::parse(&name).ok_or_else(|| KerasError::UnknownLayer(name.clone()))?;
        if let Some(queue) = queues.iter_mut().find(|q| q.kind == kind) {
            queue.layers.push_back((number, Layer { name, tensors }));
        }
    }
    for queue in &mut queues {
        queue
            .layers
            .make_contiguous()
            .sort_by_key(|(number, _)| *number);
    }
    Ok(queues)
}

/// The layers of one kind that no layer of ours has taken yet, in Keras' order.
struct Queue {
    kind: Kind,
    taken: usize,
    layers: VecDeque<(usize, Layer)>,
}

impl Queue {
    fn next(&mut self, architecture: &'static str) -> Result<Layer, KerasError> {
        let (kind, index) = (self.kind.keras_name(), self.taken);
        self.taken += 1;
        let layer = self.layers.pop_front();
        layer.map(|(_, l)| l).ok_or(KerasError::MissingLayer {
            kind,
            index,
            found: index,
            architecture,
        })
    }
}

struct Layer {
    name: String,
    tensors: Vec<(String, Dataset)>,
}

impl Layer {
    fn take(
        &self,
        kind: Kind,
        tensor: &'static str,
        expected: &[usize],
    ) -> Result<Weight, KerasError> {
        let layer = self.name.clone();
        let found = self.tensors.iter().find(|(name, _)| name == tensor);
        let (_, dataset) = found.ok_or_else(|| KerasError::MissingTensor {
            layer: layer.clone(),
            tensor,
        })?;
        let stored: Vec<usize> = dataset.shape()?.into_iter().map(|n| n as usize).collect();
        let swapped = kind == Kind::TransposedConv && tensor == "kernel";
        let mut shape = stored.clone();
        if let (true, [.., a, b]) = (swapped, &mut shape[..]) {
            std::mem::swap(a, b);
        }
        // Nothing is read before it is known to be as large as the network's.
        if shape != expected {
            return Err(KerasError::Shape {
                layer,
                tensor,
                found: shape,
                expected: expected.to_vec(),
            });
        }
        let weight = Weight {
            shape: stored,
            values: dataset.read_f32()?,
        };
        if let Some(flaw) = weight.flaw(tensor) {
            return Err(KerasError::Values {
                layer,
                tensor,
                flaw,
            });
        }
        Ok(if swapped {
            swap_last_two(&weight)
        } else {
            weight
        })
    }
}

/// Every dataset below a group by its last name; Keras 2 ends it in `:0`. `None` where there are more groups than are left.
fn tensors_below(
    group: Group,
    groups_left: &mut usize,
) -> Result<Option<Vec<(String, Dataset)>>, KerasError> {
    let mut tensors = Vec::new();
    let mut groups = VecDeque::from([group]);
    while let Some(group) = groups.pop_front() {
        for name in group.datasets()? {
            let dataset = group.dataset(&name)?;
            tensors.push((name.strip_suffix(":0").unwrap_or(&name).to_owned(), dataset));
        }
        for name in group.groups()? {
            let Some(left) = groups_left.checked_sub(1) else {
                return Ok(None);
            };
            *groups_left = left;
            groups.push_back(group.group(&name)?);
        }
    }
    Ok(Some(tensors))
}

fn swap_last_two(weight: &Weight) -> Weight {
    let [.., rows, columns] = weight.shape[..] else {
        return weight.clone();
    };
    let mut shape = weight.shape.clone();
    let rank = shape.len();
    shape.swap(rank - 1, rank - 2);
    let mut values = Vec::with_capacity(weight.values.len());
    for matrix in weight.values.chunks((rows * columns).max(1)) {
        for column in 0..columns {
            values.extend((0..rows).map(|row| matrix[row * columns + column]));
        }
    }
    Weight { shape, values }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layer_names_tell_kind_and_order() {
        assert_eq!(Kind::parse("conv2d"), Some((Kind::Conv, 0)));
        assert_eq!(Kind::parse("conv2d_12"), Some((Kind::Conv, 12)));
        assert_eq!(
            Kind::parse("conv2d_transpose_3"),
            Some((Kind::TransposedConv, 3))
        );
        assert_eq!(
            Kind::parse("batch_normalization_80"),
            Some((Kind::BatchNorm, 80))
        );
        assert_eq!(Kind::parse("dense_1"), None);
    }

    #[test]
    fn the_last_two_axes_change_places() {
        let weight = Weight {
            shape: vec![1, 2, 3],
            values: vec![1., 2., 3., 4., 5., 6.],
        };
        let swapped = swap_last_two(&weight);
        assert_eq!(
            (swapped.shape, swapped.values),
            (vec![1, 3, 2], vec![1., 4., 2., 5., 3., 6.])
        );
    }

    #[test]
    fn values_that_are_no_numbers_are_refused_by_name() {
        let mut file = hdf5_pure::FileBuilder::new();
        let mut group = file.create_group("conv2d");
        let mut values = vec![0.5; 7 * 7 * 3 * 16];
        values[100] = f32::NAN;
        group
            .create_dataset("kernel:0")
            .with_shape(&[7, 7, 3, 16])
            .with_f32_data(&values);
        file.add_group(group.finish());
        let file = KerasFile::from_bytes(file.finish().unwrap()).unwrap();
        let settings = ModelSettings::published(crate::model::Architecture::Runet);
        let error = from_keras(&file, &settings).unwrap_err().to_string();
        assert_eq!(error, "kernel of conv2d: 1 value is NaN");
    }

    #[test]
    fn bytes_that_are_no_hdf5_are_refused() {
        assert!(matches!(
            KerasFile::from_bytes(b"not hdf5".to_vec()),
            Err(KerasError::Format(_))
        ));
    }
}

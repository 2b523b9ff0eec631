//! Networks for other programs, as ONNX files (operator set 13).
//!
//! An exported network takes images `[N, inputs, H, W]` under the name `image` and gives `[N, classes, H, W]` under the
//! name `probabilities`; N, H and W may vary. It holds the network alone: what has to be done before and after it
//! belongs into the metadata.
//!
//! ```
//! use myops_net::model::{Architecture, ModelSettings};
//! use myops_net::onnx::{About, to_onnx};
//! use myops_net::weights::Weights;
//!
//! let graph = ModelSettings::published(Architecture::Runet).probability_graph();
//! let weights = Weights::drawn(&graph, 1);
//! let about = About {
//!     name: "runet".into(),
//!     producer_version: "1.0".into(),
//!     metadata: vec![("decision".into(), "paint".into())],
//! };
//! let bytes = to_onnx(&graph, &weights, &about)?;
//! assert!(myops_net::onnx::is_exported(&bytes));
//! assert!(bytes.len() > 4 * weights.count());
//! # Ok::<(), myops_net::weights::WeightsError>(())
//! ```

mod message;

use message::Message;

use crate::graph::{Activation, BATCH_NORM_EPSILON, Graph, Node, NodeId, Op};
use crate::weights::{Weight, Weights, WeightsError};

/// The version of the file format.
const IR_VERSION: u64 = 8;
/// The version of the operators.
const OPSET_VERSION: u64 = 13;
/// The format's number of 32-bit floats.
const FLOAT: u64 = 1;
/// The name of the program in its files.
const PRODUCER: &str = "myops";
/// The name of the factors of upsampling.
const SCALES: &str = "upsampling_factors";

/// Whether a file that starts with these bytes was written by [`to_onnx`].
pub fn is_exported(start: &[u8]) -> bool {
    let mut head = Message::default();
    head.number(1, IR_VERSION);
    head.text(2, PRODUCER);
    start.starts_with(&head.into_bytes())
}

/// What an exported network says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// The network's name.
    pub name: String,
    /// The version of the program that wrote it.
    pub producer_version: String,
    /// Keys and values for the program that reads it.
    pub metadata: Vec<(String, String)>,
}

/// The bytes of an ONNX file of a network with its weights.
///
/// # Errors
/// Where the weights are not those of the network.
pub fn to_onnx(graph: &Graph, weights: &Weights, about: &About) -> Result<Vec<u8>, WeightsError> {
    weights.check(graph)?;
    let mut onnx = Message::default();
    let mut has_upsampling = false;
    for (id, node) in graph.iter().skip(1) {
        has_upsampling |= node.op == Op::Upsample;
        onnx.message(1, &node_message(graph, id, node));
    }
    onnx.text(2, &about.name);
    for (name, weight) in weights.iter() {
        onnx.message(5, &initialiser(name, weight));
    }
    if has_upsampling {
        onnx.message(5, &tensor(SCALES, &[4], &[1.0, 1.0, 2.0, 2.0]));
    }
    onnx.message(11, &value_info(INPUT, graph.input_channels()));
    onnx.message(12, &value_info(OUTPUT, graph.output_channels()));

    let mut opset = Message::default();
    opset.text(1, "");
    opset.number(2, OPSET_VERSION);
    let mut model = Message::default();
    model.number(1, IR_VERSION);
    model.text(2, PRODUCER);
    model.text(3, &about.producer_version);
    model.message(7, &onnx);
    model.message(8, &opset);
    for (key, value) in &about.metadata {
        let mut entry = Message::default();
        entry.text(1, key);
        entry.text(2, value);
        model.message(14, &entry);
    }
    Ok(model.into_bytes())
}

const INPUT: &str = "image";
const OUTPUT: &str = "probabilities";

/// The name of a node's value.
fn value_name(graph: &Graph, id: NodeId) -> String {
    match id {
        NodeId(0) => INPUT.into(),
        id if id == graph.output() => OUTPUT.into(),
        NodeId(n) => format!("value{n}"),
    }
}

/// One operation (`NodeProto`).
fn node_message(graph: &Graph, id: NodeId, node: &Node) -> Message {
    let (kind, more_inputs, attributes) = operator(&node.op);
    let inputs = node.inputs.iter().map(|x| value_name(graph, *x));
    let mut message = Message::default();
    inputs
        .chain(more_inputs)
        .for_each(|input| message.text(1, &input));
    message.text(2, &value_name(graph, id));
    message.text(3, &format!("node{}", id.0));
    message.text(4, kind);
    attributes
        .iter()
        .for_each(|attribute| message.message(5, attribute));
    message
}

/// The name of an operator, its inputs beside values, and its attributes.
fn operator(op: &Op) -> (&'static str, Vec<String>, Vec<Message>) {
    let (mut inputs, mut attributes) = (Vec::new(), Vec::new());
    let named = |name: &str, parts: &[&str]| -> Vec<String> {
        parts.iter().map(|part| format!("{name}.{part}")).collect()
    };
    let square = |n: usize| [n as u64; 2];
    let kind = match op {
        Op::Conv(conv) => {
            inputs.extend(named(&conv.name, &["weight", "bias"]));
            attributes.push(numbers("kernel_shape", &square(conv.kernel)));
            attributes.push(numbers("strides", &square(conv.stride)));
            attributes.push(numbers("pads", &[conv.padding as u64; 4]));
            "Conv"
        }
        Op::TransposedConv { name, .. } => {
            inputs.extend(named(name, &["weight", "bias"]));
            attributes.push(numbers("kernel_shape", &[2, 2]));
            attributes.push(numbers("strides", &[2, 2]));
            "ConvTranspose"
        }
        Op::BatchNorm { name } => {
            let parts = ["gamma", "beta", "running_mean", "running_variance"];
            inputs.extend(named(name, &parts));
            attributes.push(float("epsilon", BATCH_NORM_EPSILON));
            "BatchNormalization"
        }
        Op::MaxPool { size, stride } => {
            attributes.push(numbers("kernel_shape", &square(*size)));
            attributes.push(numbers("strides", &square(*stride)));
            "MaxPool"
        }
        Op::Upsample => {
            // The second input, a region of interest, is not given.
            inputs.extend([String::new(), SCALES.into()]);
            attributes.push(text("mode", "nearest"));
            attributes.push(text("coordinate_transformation_mode", "asymmetric"));
            attributes.push(text("nearest_mode", "floor"));
            "Resize"
        }
        Op::Concat => {
            attributes.push(number("axis", 1));
            "Concat"
        }
        Op::Activation(Activation::Softmax) => {
            attributes.push(number("axis", 1));
            "Softmax"
        }
        Op::Activation(Activation::Sigmoid) => "Sigmoid",
        Op::Add => "Add",
        Op::Relu => "Relu",
        // Drop-out changes nothing outside training, and the input is no operation.
        Op::Dropout { .. } | Op::Input => "Identity",
    };
    (kind, inputs, attributes)
}

/// An attribute (`AttributeProto`) of one whole number.
fn number(name: &str, value: u64) -> Message {
    let mut message = Message::default();
    message.text(1, name);
    message.number(3, value);
    message.number(20, 2);
    message
}

/// An attribute of several whole numbers.
fn numbers(name: &str, values: &[u64]) -> Message {
    let mut message = Message::default();
    message.text(1, name);
    values.iter().for_each(|value| message.number(8, *value));
    message.number(20, 7);
    message
}

/// An attribute of one float.
fn float(name: &str, value: f32) -> Message {
    let mut message = Message::default();
    message.text(1, name);
    message.float(2, value);
    message.number(20, 1);
    message
}

/// An attribute of text.
fn text(name: &str, value: &str) -> Message {
    let mut message = Message::default();
    message.text(1, name);
    message.text(4, value);
    message.number(20, 3);
    message
}

/// A tensor of weights in the format's order of axes: `[c_out, c_in, kh, kw]`, and `[c_in, c_out, kh, kw]` for
/// transposed convolutions.
fn initialiser(name: &str, weight: &Weight) -> Message {
    let &[kh, kw, c_in, c_out] = &weight.shape[..] else {
        return tensor(name, &weight.shape, &weight.values);
    };
    let at = |k: usize, i: usize, o: usize| weight.values[(k * c_in + i) * c_out + o];
    let taps = kh * kw;
    // Transposed convolutions have kernels of 2 x 2, and no other convolution has.
    let (shape, values): ([usize; 4], Vec<f32>) = if [kh, kw] == [2, 2] {
        let order =
            (0..c_in * c_out * taps).map(|n| (n % taps, n / taps / c_out, n / taps % c_out));
        (
            [c_in, c_out, kh, kw],
            order.map(|(k, i, o)| at(k, i, o)).collect(),
        )
    } else {
        let order = (0..c_in * c_out * taps).map(|n| (n % taps, n / taps % c_in, n / taps / c_in));
        (
            [c_out, c_in, kh, kw],
            order.map(|(k, i, o)| at(k, i, o)).collect(),
        )
    };
    tensor(name, &shape, &values)
}

/// A tensor (`TensorProto`).
fn tensor(name: &str, shape: &[usize], values: &[f32]) -> Message {
    let mut message = Message::default();
    shape
        .iter()
        .for_each(|side| message.number(1, *side as u64));
    message.number(2, FLOAT);
    message.text(8, name);
    let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
    message.bytes(9, &bytes);
    message
}

/// The type of input or output (`ValueInfoProto`): `[N, channels, H, W]`.
fn value_info(name: &str, channels: usize) -> Message {
    let mut shape = Message::default();
    for side in [None, Some(channels), None, None]
        .into_iter()
        .zip(["N", "C", "H", "W"])
    {
        let mut dimension = Message::default();
        match side {
            (Some(channels), _) => dimension.number(1, channels as u64),
            (None, name) => dimension.text(2, name),
        }
        shape.message(1, &dimension);
    }
    let mut tensor = Message::default();
    tensor.number(1, FLOAT);
    tensor.message(2, &shape);
    let mut kind = Message::default();
    kind.message(1, &tensor);
    let mut message = Message::default();
    message.text(1, name);
    message.message(2, &kind);
    message
}

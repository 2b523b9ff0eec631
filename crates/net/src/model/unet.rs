//! The U-Net that the Residual U-Net was compared with (Ronneberger et al., MICCAI 2015; no batch norm).

use super::shape::Shape;
use crate::graph::{ConvSpec, Graph, GraphBuilder, Initialiser, NodeId};

/// Drop-out between the two convolutions of each level, going down.
const DROPOUT_DOWN: [f32; 5] = [0.1, 0.2, 0.2, 0.3, 0.1];

/// Drop-out between the two convolutions of each level, going up.
const DROPOUT_UP: [f32; 4] = [0.2, 0.2, 0.1, 0.1];

/// A U-Net of five levels, each but the first with twice the filters at half the resolution of the one above.
pub fn build(shape: &Shape) -> Graph {
    let (mut graph, mut x) = GraphBuilder::new(shape.inputs);
    let mut skips = Vec::new();
    for (level, rate) in DROPOUT_DOWN.into_iter().enumerate() {
        if level > 0 {
            skips.push(x);
            x = graph.max_pool(x, 2, 2);
        }
        let width = shape.width << level;
        x = double_conv(&mut graph, x, &format!("encoder.{level}"), width, rate);
    }
    for (level, rate) in DROPOUT_UP.into_iter().enumerate() {
        let width = graph.channels(x) / 2;
        let name = format!("upsamplers.{level}");
        x = graph.transposed_conv(x, name, width, Initialiser::GlorotUniform);
        if let Some(skip) = skips.pop() {
            x = graph.concat(x, skip);
        }
        x = double_conv(&mut graph, x, &format!("decoder.{level}"), width, rate);
    }
    let head = graph.conv(x, "head", ConvSpec::pointwise(shape.classes));
    graph.finish(head)
}

/// Two 3x3 convolutions with ReLU, and drop-out between them.
fn double_conv(
    graph: &mut GraphBuilder,
    x: NodeId,
    name: &str,
    channels: usize,
    rate: f32,
) -> NodeId {
    let spec = ConvSpec {
        initialiser: Initialiser::HeNormal,
        ..ConvSpec::same3(channels)
    };
    let x = graph.conv(x, format!("{name}.first"), spec);
    let x = graph.relu(x);
    let x = graph.dropout(x, rate);
    let x = graph.conv(x, format!("{name}.second"), spec);
    graph.relu(x)
}

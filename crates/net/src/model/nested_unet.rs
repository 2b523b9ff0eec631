//! A residual U-Net at full resolution, whose six probabilities add up to one.
//!
//! It differs from the published Residual U-Net in three points: there is no pooling before the first block, a block has
//! two 3x3 convolutions, and a softmax makes the probabilities, so that scar lies inside edema-or-scar inside the wall
//! whatever the network says.

use super::shape::Shape;
use crate::graph::{ConvSpec, Graph, GraphBuilder, Initialiser, NodeId};

/// Widths of the levels, as multiples of the first.
const WIDTHS: [usize; 5] = [1, 2, 4, 8, 12];

/// A residual U-Net of five levels, each at half the resolution of the one above.
pub fn build(shape: &Shape) -> Graph {
    let widths = WIDTHS.map(|w| w * shape.width);
    let (mut graph, mut x) = GraphBuilder::new(shape.inputs);
    let mut skips = Vec::new();
    for (level, width) in widths.into_iter().enumerate() {
        if level > 0 {
            skips.push(x);
            x = graph.max_pool(x, 2, 2);
        }
        x = residual_block(&mut graph, x, &format!("encoder.{level}"), width);
    }
    for (level, skip) in skips.into_iter().rev().enumerate() {
        let (name, width) = (format!("decoder.{level}"), graph.channels(skip));
        x = graph.transposed_conv(x, format!("{name}.up"), width, Initialiser::HeNormal);
        x = graph.concat(x, skip);
        x = residual_block(&mut graph, x, &format!("{name}.block"), width);
    }
    let head = graph.conv(x, "head", ConvSpec::pointwise(shape.classes));
    graph.finish(head)
}

/// Two 3x3 convolutions and a shortcut of 1x1, each with batch norm.
fn residual_block(graph: &mut GraphBuilder, x: NodeId, name: &str, channels: usize) -> NodeId {
    let inner = graph.conv_norm(x, &format!("{name}.first"), ConvSpec::same3(channels));
    let inner = graph.relu(inner);
    let inner = graph.conv_norm(inner, &format!("{name}.second"), ConvSpec::same3(channels));
    let shortcut = graph.conv_norm(
        x,
        &format!("{name}.shortcut"),
        ConvSpec::pointwise(channels),
    );
    let sum = graph.add(inner, shortcut);
    graph.relu(sum)
}

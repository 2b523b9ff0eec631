//! The Residual U-Net (Altunok & Oksuz, MyoPS 2020): bottleneck residual blocks in encoder, bridge and decoder.

use super::shape::Shape;
use crate::graph::{ConvSpec, Graph, GraphBuilder, NodeId};

/// Residual units after the block that changes the resolution, in each stage.
const UNITS: usize = 2;

/// Three stages whose results the decoder takes up again, at 1/4, 1/8 and 1/16 of the input, and the bridge at 1/32:
/// filters as multiples of the width, and the stride.
const ENCODER: [([usize; 3], usize); 4] = [
    ([1, 1, 2], 1),
    ([2, 2, 4], 2),
    ([4, 4, 8], 2),
    ([8, 8, 16], 2),
];

/// Four stages, each at twice the resolution of the one before; all but the last are joined with the encoder's.
const DECODER: [[usize; 3]; 4] = [[16, 8, 8], [16, 4, 4], [8, 2, 2], [4, 1, 1]];

/// The network as published: a stem of stride 2 and a pooling, encoder, bridge and decoder, and a head at full resolution.
pub fn build(shape: &Shape) -> Graph {
    let width = shape.width;
    let (mut graph, x) = GraphBuilder::new(shape.inputs);
    let stem = ConvSpec {
        kernel: 7,
        stride: 2,
        padding: 5,
        ..ConvSpec::pointwise(width)
    };
    let x = graph.conv_norm(x, "stem", stem);
    let x = graph.relu(x);
    let mut x = graph.max_pool(x, 3, 2);
    let mut skips = Vec::new();
    for (level, (filters, stride)) in ENCODER.into_iter().enumerate() {
        let is_bridge = level == ENCODER.len() - 1;
        let name = if is_bridge {
            "bridge".into()
        } else {
            format!("encoder.{level}")
        };
        x = stage(&mut graph, x, &name, filters.map(|f| f * width), stride);
        if !is_bridge {
            skips.push(x);
        }
    }
    for (level, filters) in DECODER.into_iter().enumerate() {
        x = graph.upsample(x);
        x = stage(
            &mut graph,
            x,
            &format!("decoder.{level}"),
            filters.map(|f| f * width),
            1,
        );
        if let Some(skip) = skips.pop() {
            x = graph.concat(x, skip);
        }
    }
    let x = graph.upsample(x);
    let head = graph.conv(x, "head", ConvSpec::pointwise(shape.classes));
    graph.finish(head)
}

/// A block that changes resolution and width, and the residual units after it.
fn stage(
    graph: &mut GraphBuilder,
    x: NodeId,
    name: &str,
    filters: [usize; 3],
    stride: usize,
) -> NodeId {
    let mut x = bottleneck(graph, x, &format!("{name}.entry"), filters, Some(stride));
    for unit in 0..UNITS {
        x = bottleneck(graph, x, &format!("{name}.units.{unit}"), filters, None);
    }
    x
}

/// 1x1, 3x3, 1x1, each with batch norm, added to a shortcut (He et al., CVPR 2016).
///
/// With a stride, which the first convolution carries, the shortcut is a 1x1 convolution with batch norm; without one it
/// is the input itself.
fn bottleneck(
    graph: &mut GraphBuilder,
    x: NodeId,
    name: &str,
    [reduced, spatial, expanded]: [usize; 3],
    stride: Option<usize>,
) -> NodeId {
    let pointwise = |channels, stride| ConvSpec {
        stride,
        ..ConvSpec::pointwise(channels)
    };
    let step = stride.unwrap_or(1);
    let inner = graph.conv_norm(x, &format!("{name}.reduce"), pointwise(reduced, step));
    let inner = graph.relu(inner);
    let inner = graph.conv_norm(inner, &format!("{name}.spatial"), ConvSpec::same3(spatial));
    let inner = graph.relu(inner);
    let inner = graph.conv_norm(inner, &format!("{name}.expand"), pointwise(expanded, 1));
    let shortcut = match stride {
        Some(stride) => {
            let spec = pointwise(expanded, stride);
            graph.conv_norm(x, &format!("{name}.shortcut"), spec)
        }
        None => x,
    };
    let sum = graph.add(inner, shortcut);
    graph.relu(sum)
}

//! From probabilities to labels.

use myops_image::label::Label;
use serde::{Deserialize, Serialize};

/// How the six probabilities of a pixel become one label.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// The published rule: each class over one half paints its label, in channel order, a later one over an earlier
    /// one; a pixel that no class claims is background.
    Paint,
    /// The class of the largest probability; of equal ones the first.
    Largest,
}

impl Decision {
    /// The label of each pixel.
    ///
    /// # Shapes
    /// `probabilities` is `[..., classes]` with the classes of [`Label::ALL`]; the result has one label a pixel.
    pub fn labels(self, probabilities: &[f32]) -> Vec<Label> {
        let pixels = probabilities.as_chunks::<{ Label::ALL.len() }>().0;
        pixels.iter().map(|p| self.label(p)).collect()
    }

    fn label(self, p: &[f32; Label::ALL.len()]) -> Label {
        match self {
            Self::Paint => Label::ALL.into_iter().rfind(|l| p[l.class()] > 0.5).unwrap_or_default(),
            Self::Largest => {
                let first = Label::Background;
                Label::ALL.into_iter().fold(first, |best, l| if p[l.class()] > p[best.class()] { l } else { best })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_labels_paint_over_earlier_ones() {
        let p = [[0.9, 0.6, 0.0, 0.0, 0.51, 0.5], [0.1, 0.2, 0.3, 0.4, 0.5, 0.4], [1.0, 0.0, 0.7, 0.0, 0.0, 0.0]];
        assert_eq!(Decision::Paint.labels(p.as_flattened()), [Label::Edema, Label::Background, Label::RvPool]);
        assert_eq!(Decision::Largest.labels(p.as_flattened()), [Label::Background, Label::Edema, Label::Background]);
    }
}

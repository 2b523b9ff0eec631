//! Mirrored images that a network sees beside the image itself.

use serde::{Deserialize, Serialize};

/// Which mirrored images a network sees; the probabilities of all are averaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Flips {
    /// None.
    #[default]
    None,
    /// Left and right changed: two passes.
    Horizontal,
    /// Each axis, and both: four passes.
    Both,
    /// The four of `both` dealt out to several networks, two to each: every other network sees the other two. A network
    /// on its own sees all four.
    Dealt,
}

myops_settings::choices!(Flips);

/// What changes places: rows, columns, or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mirror {
    rows: bool,
    columns: bool,
}

impl Flips {
    /// What changes places in each pass of one of so many networks, counted from 0.
    pub fn mirrors(self, network: usize, networks: usize) -> &'static [Mirror] {
        const PASSES: [Mirror; 4] = [
            Mirror {
                rows: false,
                columns: false,
            },
            Mirror {
                rows: true,
                columns: true,
            },
            Mirror {
                rows: false,
                columns: true,
            },
            Mirror {
                rows: true,
                columns: false,
            },
        ];
        const HORIZONTAL: [Mirror; 2] = [PASSES[0], PASSES[2]];
        match self {
            Self::None => &PASSES[..1],
            Self::Horizontal => &HORIZONTAL,
            Self::Both => &PASSES,
            Self::Dealt if networks == 1 => &PASSES,
            Self::Dealt if network.is_multiple_of(2) => &PASSES[..2],
            Self::Dealt => &PASSES[2..],
        }
    }
}

impl Mirror {
    /// Mirrors images of shape `[n, rows, columns, channels]`; once more gives them back.
    pub fn apply(self, images: &[f32], [_, rows, columns, channels]: [usize; 4]) -> Vec<f32> {
        let mut mirrored = Vec::with_capacity(images.len());
        for image in images.chunks_exact(rows * columns * channels) {
            for row in 0..rows {
                let row = if self.rows { rows - 1 - row } else { row };
                let line = &image[row * columns * channels..(row + 1) * columns * channels];
                if self.columns {
                    line.chunks_exact(channels)
                        .rev()
                        .for_each(|pixel| mirrored.extend_from_slice(pixel));
                } else {
                    mirrored.extend_from_slice(line);
                }
            }
        }
        mirrored
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_columns_change_places_and_channels_do_not() {
        // Two rows of two pixels of two channels.
        let image = [1.0, 10.0, 2.0, 20.0, 3.0, 30.0, 4.0, 40.0];
        let dims = [1, 2, 2, 2];
        let expected = [
            image,
            [4.0, 40.0, 3.0, 30.0, 2.0, 20.0, 1.0, 10.0],
            [2.0, 20.0, 1.0, 10.0, 4.0, 40.0, 3.0, 30.0],
            [3.0, 30.0, 4.0, 40.0, 1.0, 10.0, 2.0, 20.0],
        ];
        for (mirror, expected) in Flips::Both.mirrors(0, 1).iter().zip(expected) {
            assert_eq!(mirror.apply(&image, dims), expected);
            assert_eq!(mirror.apply(&expected, dims), image);
        }
    }

    #[test]
    fn two_networks_share_the_four() {
        let [even, odd] = [0, 1].map(|network| Flips::Dealt.mirrors(network, 5));
        assert_eq!([even, odd].concat(), Flips::Both.mirrors(0, 1));
        assert_eq!(Flips::Dealt.mirrors(4, 5), even);
    }

    #[test]
    fn a_network_on_its_own_sees_all_four() {
        assert_eq!(Flips::Dealt.mirrors(0, 1), Flips::Both.mirrors(0, 1));
    }
}

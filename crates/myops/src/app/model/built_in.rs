//! The models inside the program.

use super::fingerprint::fingerprint;

/// A model inside the program.
#[derive(Debug, Clone, Copy)]
pub struct BuiltIn {
    /// The name that it is opened by.
    pub name: &'static str,
    /// One line that describes it.
    pub about: &'static str,
    pub(super) bytes: &'static [u8],
}

impl BuiltIn {
    /// The fingerprint of its weights: the first 16 hexadecimal digits of their SHA-256.
    pub fn fingerprint(&self) -> String {
        fingerprint(self.bytes)
    }
}

/// What may be done with the weights of the models inside the program, and what they learned from.
pub const TERMS: &str = "Weights: research use only. They learned from MyoPS 2020; those for cases of LGE alone also from \
    MS-CMRSeg 2019 and EMIDEC, and are under CC BY-NC-SA 4.0 as EMIDEC is. Code: Apache-2.0.";

/// Every model inside the program; the first is the default.
// A static, since the bytes of a constant would be there once for every file that names it.
pub static BUILT_IN: &[BuiltIn] = &[
    BuiltIn {
        name: "nested",
        about: "finds the heart, then labels it at full resolution; three networks, and two for cases of LGE alone",
        bytes: include_bytes!("../../../weights/nested.safetensors"),
    },
    BuiltIn {
        name: "runet",
        about: "the Residual U-Net of MyoPS 2020 as published, trained on its 25 cases for 240 epochs",
        bytes: include_bytes!("../../../weights/runet.safetensors"),
    },
];

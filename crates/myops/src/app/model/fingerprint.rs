//! A short name for the weights of a model.

use sha2::{Digest, Sha256};

/// The first 16 hexadecimal digits of the SHA-256 of a file of weights.
pub fn fingerprint(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    let first = hash
        .iter()
        .take(8)
        .fold(0u64, |number, byte| number << 8 | u64::from(*byte));
    format!("{first:016x}")
}

//! Unique identifiers, derived from what they identify.

use sha2::{Digest, Sha256};

/// A new identifier under the root of UUIDs, `2.25` (PS3.5, B.2), that the parts determine: a UUID of version 8 (RFC 9562)
/// from their SHA-256.
pub fn derived(purpose: &str, parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in [purpose.as_bytes()].iter().chain(parts) {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let mut uuid = [0; 16];
    uuid.iter_mut()
        .zip(hash.finalize())
        .for_each(|(to, from)| *to = from);
    uuid[6] = 0x80 | uuid[6] & 0x0f;
    uuid[8] = 0x80 | uuid[8] & 0x3f;
    format!("2.25.{}", u128::from_be_bytes(uuid))
}

/// Whether a text has the characters and the length of an identifier (PS3.5, 9.1).
pub fn is_uid(text: &str) -> bool {
    let digits_or_dots = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    (1..=64).contains(&text.len()) && digits_or_dots
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_valid_and_follow_from_their_parts() {
        let mut seen = std::collections::BTreeSet::new();
        for n in 0_u32..1000 {
            let uid = derived("test", &[&n.to_le_bytes()]);
            assert!(is_uid(&uid) && uid.len() <= 44, "{uid}");
            let number = uid.strip_prefix("2.25.").unwrap();
            let value: u128 = number.parse().unwrap();
            // Without leading zeros, and with the version and the variant of RFC 9562.
            assert_eq!(value.to_string(), number);
            assert_eq!((value >> 76 & 0xf, value >> 62 & 0b11), (8, 0b10));
            assert!(seen.insert(uid));
        }
        assert_eq!(derived("a", &[b"b"]), derived("a", &[b"b"]));
        assert_ne!(derived("a", &[b"b", b""]), derived("a", &[b"", b"b"]));
        assert_ne!(derived("a", &[b"bc"]), derived("ab", &[b"c"]));
    }

    #[test]
    fn what_is_no_identifier_is_told() {
        assert!(is_uid("1.2.840.10008.5.1.4.1.1.4"));
        for bad in ["", "1.2 ", "1.2.x", &"1".repeat(65)] {
            assert!(!is_uid(bad), "{bad}");
        }
    }
}

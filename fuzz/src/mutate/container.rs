//! Changes to what gzip and safetensors hold, with lengths, offsets and checksums put right again.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde_json::{Map, Value, json};

use super::{bytes, changed, pick, text};

/// Bytes that are unpacked at most.
const MOST_UNPACKED: u64 = 1 << 20;
/// The entry of a safetensors header that is no tensor.
const METADATA: &str = "__metadata__";

/// What a gzip file holds.
pub fn unpacked(file: &[u8]) -> Option<Vec<u8>> {
    let mut inner = Vec::new();
    let reader = file
        .starts_with(&[0x1F, 0x8B])
        .then(|| MultiGzDecoder::new(file))?;
    reader.take(MOST_UNPACKED).read_to_end(&mut inner).ok()?;
    Some(inner)
}

/// A gzip file of one member or two, at any level, rarely with zeros after it.
pub fn packed(inner: &[u8], rng: &mut ChaCha8Rng) -> Vec<u8> {
    let level = Compression::new(rng.random_range(0..=9));
    let member = |part: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), level);
        // A vector takes all bytes.
        let _ = encoder.write_all(part);
        encoder.finish().unwrap_or_default()
    };
    let cut = if rng.random_bool(0.1) {
        rng.random_range(0..=inner.len())
    } else {
        inner.len()
    };
    let mut file = member(&inner[..cut]);
    if cut < inner.len() {
        file.extend(member(&inner[cut..]));
    }
    if rng.random_bool(0.05) {
        file.resize(file.len() + 512, 0);
    }
    file
}

/// A safetensors file: its header, and the bytes of each tensor.
pub struct Tensors {
    header: Map<String, Value>,
    parts: Vec<(String, Vec<u8>)>,
}

impl Tensors {
    /// Takes a file apart; `None` where it is none.
    pub fn parse(file: &[u8]) -> Option<Self> {
        let (header, data) = split(file)?;
        let Value::Object(header) = serde_json::from_slice(header).ok()? else {
            return None;
        };
        let mut parts = Vec::new();
        for (name, entry) in header.iter().filter(|(name, _)| *name != METADATA) {
            let offset = |n: usize| entry.get("data_offsets")?.get(n)?.as_u64()?.try_into().ok();
            parts.push((name.clone(), data.get(offset(0)?..offset(1)?)?.to_vec()));
        }
        Some(Self { header, parts })
    }

    /// The bytes of a tensor.
    pub fn part(&self, name: &str) -> Option<&[u8]> {
        self.parts
            .iter()
            .find(|(part, _)| part == name)
            .map(|(_, bytes)| &bytes[..])
    }

    /// A string of the header's metadata.
    pub fn metadata(&self, key: &str) -> Option<&str> {
        self.header.get(METADATA)?.get(key)?.as_str()
    }

    /// The file with changed metadata, a changed tensor, or a changed header of the right length.
    pub fn changed(mut self, inside: f64, rng: &mut ChaCha8Rng) -> Vec<u8> {
        let kind = rng.random_range(0..4);
        if kind < 2
            && let Some(Value::Object(metadata)) = self.header.get_mut(METADATA)
            && !metadata.is_empty()
        {
            let at = rng.random_range(0..metadata.len());
            if let Some((_, Value::String(value))) = metadata.iter_mut().nth(at) {
                *value = text::changed(value, value, rng);
            }
        } else if kind == 2 && !self.parts.is_empty() {
            let at = rng.random_range(0..self.parts.len());
            let (name, bytes) = &mut self.parts[at];
            // Bytes may be a file within the file; of numbers there is to be the same count.
            if self.header[name]["dtype"] == "U8" {
                *bytes = changed(bytes, bytes, inside, rng);
            } else {
                (0..*pick(&[1, 1, 2, 8], rng)).for_each(|_| bytes::poke(bytes, rng));
            }
        } else {
            let file = self.bytes();
            let (header, data) = split(&file).unwrap_or_default();
            let header = String::from_utf8_lossy(header);
            return join(text::changed(&header, &header, rng).as_bytes(), data);
        }
        self.bytes()
    }

    fn bytes(mut self) -> Vec<u8> {
        let mut data = Vec::new();
        for (name, bytes) in &self.parts {
            let entry = &mut self.header[name];
            entry["data_offsets"] = json!([data.len(), data.len() + bytes.len()]);
            if entry["dtype"] == "U8" {
                entry["shape"] = json!([bytes.len()]);
            }
            data.extend(bytes);
        }
        join(Value::Object(self.header).to_string().as_bytes(), &data)
    }
}

/// The header and what follows it.
fn split(file: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = file.split_first_chunk()?;
    rest.split_at_checked(u64::from_le_bytes(*length).try_into().ok()?)
}

fn join(header: &[u8], data: &[u8]) -> Vec<u8> {
    let padding = vec![b' '; header.len().next_multiple_of(8) - header.len()];
    let length = (header.len() + padding.len()) as u64;
    [&length.to_le_bytes(), header, &padding, data].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn a_changed_tensor_keeps_its_file_whole() {
        let header = json!({"__metadata__": {"k": "{}"}, "a": {"dtype": "U8", "shape": [3], "data_offsets": [0, 3]}});
        let file = join(header.to_string().as_bytes(), &[1, 2, 3]);
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let whole = (0..200).filter(|_| {
            let changed = Tensors::parse(&file).unwrap().changed(1.0, &mut rng);
            let read = Tensors::parse(&changed);
            read.is_some_and(|read| {
                read.part("a") != Some(&[1, 2, 3]) || read.metadata("k") != Some("{}")
            })
        });
        assert!(whole.count() > 100);
    }
}

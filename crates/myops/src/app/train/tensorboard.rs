//! Training curves as TensorBoard reads them: records of protocol buffers, each with its checksums.

use std::io::{self, Write};

use myops_train::EpochRecord;

/// Writes loss, learning rate and Dice of every epoch.
pub fn write(history: &[EpochRecord], wall_time_s: f64, out: &mut dyn Write) -> io::Result<()> {
    record(
        out,
        &event(wall_time_s, 0, |e| bytes_field(e, 3, b"brain.Event:2")),
    )?;
    for epoch in history {
        for (tag, value) in scalars(epoch) {
            let mut scalar = Vec::new();
            bytes_field(&mut scalar, 1, tag.as_bytes());
            scalar.push(2 << 3 | 5);
            scalar.extend(value.to_le_bytes());
            let mut summary = Vec::new();
            bytes_field(&mut summary, 1, &scalar);
            record(
                out,
                &event(wall_time_s, epoch.epoch as u64, |e| {
                    bytes_field(e, 5, &summary);
                }),
            )?;
        }
    }
    Ok(())
}

fn scalars(epoch: &EpochRecord) -> Vec<(String, f32)> {
    let mut scalars = vec![
        ("loss/training".to_owned(), epoch.loss as f32),
        ("learning rate".to_owned(), epoch.learning_rate as f32),
    ];
    if let Some(validation) = &epoch.validation {
        scalars.push(("loss/held out".into(), validation.loss as f32));
        scalars.extend(
            validation
                .dice
                .iter()
                .map(|(region, dice)| (format!("dice/{region}"), *dice as f32)),
        );
    }
    scalars
}

fn event(wall_time_s: f64, step: u64, what: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut event = vec![1 << 3 | 1];
    event.extend(wall_time_s.to_le_bytes());
    event.push(2 << 3);
    varint(&mut event, step);
    what(&mut event);
    event
}

fn bytes_field(out: &mut Vec<u8>, field: u8, bytes: &[u8]) {
    out.push(field << 3 | 2);
    varint(out, bytes.len() as u64);
    out.extend(bytes);
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn record(out: &mut dyn Write, data: &[u8]) -> io::Result<()> {
    let length = (data.len() as u64).to_le_bytes();
    out.write_all(&length)?;
    out.write_all(&masked_crc(&length).to_le_bytes())?;
    out.write_all(data)?;
    out.write_all(&masked_crc(data).to_le_bytes())
}

/// The checksum of the TFRecord format: CRC-32C, turned and moved so that a checksum of checksums stays sound.
fn masked_crc(bytes: &[u8]) -> u32 {
    crc32c::crc32c(bytes)
        .rotate_right(15)
        .wrapping_add(0xA282_EAD8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_by_hand() {
        let mut out = Vec::new();
        record(&mut out, &event(1.0, 300, |e| bytes_field(e, 3, b"ab"))).unwrap();
        let data = [
            0x09, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F, 0x10, 0xAC, 0x02, 0x1A, 2, b'a', b'b',
        ];
        assert_eq!(out[..8], 16u64.to_le_bytes());
        assert_eq!(out[12..28], data);
        assert_eq!(out.len(), 32);
    }
}

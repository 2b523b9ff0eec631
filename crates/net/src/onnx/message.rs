//! Messages in the wire format of Protocol Buffers, as far as ONNX files need it.

/// A message that is being written: fields in the order in which they are added.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Message(Vec<u8>);

/// How a field's value is written.
#[derive(Clone, Copy)]
enum Wire {
    Varint = 0,
    Length = 2,
    Four = 5,
}

impl Message {
    /// Adds a whole number.
    pub fn number(&mut self, field: u32, value: u64) {
        self.tag(field, Wire::Varint);
        self.varint(value);
    }

    /// Adds a 32-bit float.
    pub fn float(&mut self, field: u32, value: f32) {
        self.tag(field, Wire::Four);
        self.0.extend(value.to_le_bytes());
    }

    /// Adds text.
    pub fn text(&mut self, field: u32, value: &str) {
        self.bytes(field, value.as_bytes());
    }

    /// Adds bytes.
    pub fn bytes(&mut self, field: u32, value: &[u8]) {
        self.tag(field, Wire::Length);
        self.varint(value.len() as u64);
        self.0.extend(value);
    }

    /// Adds a message.
    pub fn message(&mut self, field: u32, value: &Self) {
        self.bytes(field, &value.0);
    }

    /// The message as it is written.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    fn tag(&mut self, field: u32, wire: Wire) {
        self.varint(u64::from(field << 3 | wire as u32));
    }

    /// Seven bits a byte, the lowest first; all but the last have their highest bit set.
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_written_as_the_format_asks() {
        // The examples of the format's own documentation: 150 as field 1, "testing" as field 2, both within field 3.
        let mut message = Message::default();
        message.number(1, 150);
        message.text(2, "testing");
        let expected = [
            0x08, 0x96, 0x01, 0x12, 0x07, b't', b'e', b's', b't', b'i', b'n', b'g',
        ];
        assert_eq!(message.0, expected);
        let mut outer = Message::default();
        outer.message(3, &message);
        assert_eq!(outer.0[..2], [0x1a, 12]);
        let mut float = Message::default();
        float.float(2, 1.0);
        assert_eq!(float.into_bytes(), [0x15, 0, 0, 0x80, 0x3f]);
    }
}

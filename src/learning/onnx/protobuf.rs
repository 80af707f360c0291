//! Protocol buffers, as far as a graph needs them: whole numbers, texts, bytes, messages in each other.

/// A message that is being written, field by field.
#[derive(Debug, Default)]
pub struct Message(Vec<u8>);

/// Wire types.
const VARINT: u64 = 0;
const LENGTH: u64 = 2;

impl Message {
    /// A whole number.
    pub fn number(&mut self, field: u64, number: u64) -> &mut Message {
        self.varint((field << 3) | VARINT);
        self.varint(number);
        self
    }

    /// Bytes.
    pub fn raw(&mut self, field: u64, bytes: &[u8]) -> &mut Message {
        self.varint((field << 3) | LENGTH);
        self.varint(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
        self
    }

    /// A text.
    pub fn text(&mut self, field: u64, text: &str) -> &mut Message {
        self.raw(field, text.as_bytes())
    }

    /// A message within this one.
    pub fn message(&mut self, field: u64, message: &Message) -> &mut Message {
        self.raw(field, &message.0)
    }

    /// All of it.
    pub fn bytes(self) -> Vec<u8> {
        self.0
    }

    /// Seven bits a byte, the lowest first; the eighth says that there are more.
    fn varint(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push((number & 0x7f) as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }
}

/// Numbers as they lie in memory.
pub fn bytes_of(numbers: &[f64]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// A list of texts as a tensor.
pub fn texts(name: &str, texts: &[String], element: u64) -> Message {
    let mut tensor = Message::default();
    tensor.number(1, texts.len() as u64).number(2, element);
    for text in texts {
        tensor.text(6, text);
    }
    tensor.text(8, name);
    tensor
}

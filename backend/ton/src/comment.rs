//! The text in a transfer: "op 0, then UTF-8", in a chain of cells (TEP-74 forward payloads and
//! plain transfers alike). Bytes are collected first and read as UTF-8 once, at the end, because a
//! letter may be split between two cells.

use serde::{Deserialize, Serialize};
use tycho_types::cell::{Cell, CellSlice};

use crate::writer::{Writer, base64};

/// What the sender wrote.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", content = "text", rename_all = "snake_case")]
pub enum Comment {
    #[default]
    None,
    Text(String),
    /// Readable by the two wallets only.
    Encrypted,
    /// A program's message, or bytes that are not text.
    Binary,
    /// Longer than [`LONGEST`]: it is neither shown nor matched.
    Truncated,
}

/// Bytes of text that are read. Our own comments are at most half of this.
pub const LONGEST: usize = 1024;

const OP_TEXT: u32 = 0;
const OP_ENCRYPTED: u32 = 0x2167_da4b;
const BYTES_IN_CELL: usize = 127;
const BYTES_AFTER_OP: usize = BYTES_IN_CELL - 4;

impl Comment {
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// Reads the body of a message.
pub fn decode(body: &Cell) -> Comment {
    body.as_slice().map_or(Comment::Binary, decode_slice)
}

/// The same for what is left of a cell: an inline forward payload.
pub(crate) fn decode_slice(mut body: CellSlice<'_>) -> Comment {
    if body.is_empty() {
        return Comment::None;
    }
    match body.load_u32() {
        Ok(OP_TEXT) => decode_text(body),
        Ok(OP_ENCRYPTED) => Comment::Encrypted,
        _ => Comment::Binary,
    }
}

fn decode_text(mut slice: CellSlice<'_>) -> Comment {
    let mut text = Vec::new();
    loop {
        let bits = slice.size_bits();
        if !bits.is_multiple_of(8) || slice.size_refs() > 1 {
            return Comment::Binary;
        }
        let mut buffer = [0; BYTES_IN_CELL + 1];
        let Ok(bytes) = slice.load_raw(&mut buffer, bits) else { return Comment::Binary };
        text.extend_from_slice(bytes);
        if text.len() > LONGEST {
            return Comment::Truncated;
        }
        if slice.size_refs() == 0 {
            break;
        }
        // A library or a pruned branch in the chain is no text: `as_slice` refuses it.
        match slice.get_reference_as_slice(0) {
            Ok(next) => slice = next,
            Err(_) => return Comment::Binary,
        }
    }
    match String::from_utf8(text) {
        Ok(text) if text.is_empty() => Comment::None,
        // No keyboard writes it, and Postgres has no text with it.
        Ok(text) if text.contains('\0') => Comment::Binary,
        Ok(text) => Comment::Text(text),
        Err(_) => Comment::Binary,
    }
}

/// The body of a transfer with this text, as a base64 bag of cells.
pub fn encode(text: &str) -> String {
    base64(cell(text))
}

/// The text in as many cells as it takes, the last one built first.
pub(crate) fn cell(text: &str) -> tonlib_core::cell::Cell {
    let bytes = text.as_bytes();
    let (first, rest) = bytes.split_at(bytes.len().min(BYTES_AFTER_OP));
    let tail = rest.chunks(BYTES_IN_CELL).rev().fold(None, |next, chunk| {
        let writer = Writer::new().bytes(chunk);
        Some(match next {
            Some(next) => writer.reference(next).build(),
            None => writer.build(),
        })
    });
    let writer = Writer::new().u32(OP_TEXT).bytes(first);
    match tail {
        Some(tail) => writer.reference(tail).build(),
        None => writer.build(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sha2::{Digest, Sha256};
    use tycho_types::cell::{CellBuilder, CellFamily};

    use super::*;
    use crate::boc::{Limits, gate_base64};

    fn read(boc: &str) -> Comment {
        decode(&gate_base64(boc, &Limits::CHAIN).unwrap())
    }

    /// A body of these bytes and references, made without our own writer.
    fn body(bytes: &[u8], references: &[Cell]) -> Cell {
        let mut builder = CellBuilder::new();
        builder.store_raw(bytes, u16::try_from(bytes.len() * 8).unwrap()).unwrap();
        for cell in references {
            builder.store_reference(cell.clone()).unwrap();
        }
        builder.build().unwrap()
    }

    fn text(text: &str) -> Comment {
        Comment::Text(text.to_owned())
    }

    #[test]
    fn a_body_without_text_has_no_comment() {
        assert_eq!(decode(&Cell::empty_cell()), Comment::None);
        assert_eq!(decode(&body(&[0, 0, 0, 0], &[])), Comment::None);
    }

    #[test]
    fn what_is_not_text_is_not_guessed_at() {
        let tail = body(b"tail", &[]);
        for (name, body) in [
            ("another op", body(&[0, 0, 0, 1, b'a'], &[])),
            ("less than an op", body(&[0, 0, 0], &[])),
            ("references only", body(&[], std::slice::from_ref(&tail))),
            ("a TEP-74 binary comment", body(&[0, 0, 0, 0, 0xff, 1], &[])),
            ("broken UTF-8", body(&[0, 0, 0, 0, b'a', 0xd0], &[])),
            ("two tails", body(&[0, 0, 0, 0, b'a'], &[tail.clone(), tail.clone()])),
        ] {
            assert_eq!(decode(&body), Comment::Binary, "{name}");
        }
    }

    #[test]
    fn half_a_byte_is_no_text() {
        let mut builder = CellBuilder::new();
        builder.store_u32(OP_TEXT).unwrap();
        builder.store_small_uint(5, 4).unwrap();
        assert_eq!(decode(&builder.build().unwrap()), Comment::Binary);
    }

    #[test]
    fn an_encrypted_comment_is_known_by_its_op() {
        assert_eq!(decode(&body(&OP_ENCRYPTED.to_be_bytes(), &[])), Comment::Encrypted);
    }

    #[test]
    fn a_letter_split_between_cells_is_still_a_letter() {
        let [first, second] = *"Ж".as_bytes() else { unreachable!("two bytes") };
        let tail = body(&[second], &[]);
        assert_eq!(decode(&body(&[0, 0, 0, 0, first], &[tail])), text("Ж"));
    }

    #[test]
    fn a_chain_of_empty_cells_ends() {
        let chain = (0..500).fold(body(b"end", &[]), |next, _| body(&[], &[next]));
        assert_eq!(decode(&body(&[0; 4], &[chain])), text("end"));
    }

    #[test]
    fn a_very_long_text_is_not_read_to_the_end() {
        assert_eq!(read(&encode(&"a".repeat(LONGEST))), text(&"a".repeat(LONGEST)));
        assert_eq!(read(&encode(&"a".repeat(LONGEST + 1))), Comment::Truncated);
    }

    #[test]
    fn a_short_text_is_one_cell_as_the_standard_lays_it_out() {
        // Representation of a cell without references: d1, d2 (twice the bytes), the bytes.
        let representation = [b"\0\x14\0\0\0\0".as_slice(), b"Dinner"].concat();
        let cell = gate_base64(&encode("Dinner"), &Limits::CHAIN).unwrap();
        assert_eq!(cell.repr_hash().0, <[u8; 32]>::from(Sha256::digest(representation)));
    }

    proptest! {
        #[test]
        fn reading_undoes_writing(written in "\\PC{1,255}") {
            prop_assert_eq!(read(&encode(&written)), text(&written));
        }

        #[test]
        fn where_the_text_is_split_does_not_matter(written in "\\PC{1,60}", cut: prop::sample::Index) {
            let bytes = written.as_bytes();
            let cut = cut.index(bytes.len().min(120));
            let (head, tail) = bytes.split_at(cut);
            let chain = tail.chunks(7).rev().fold(body(&[], &[]), |next, chunk| body(chunk, &[next]));
            prop_assert_eq!(decode(&body(&[&[0; 4], head].concat(), &[chain])), text(&written));
        }
    }
}

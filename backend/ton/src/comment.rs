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
    /// Text that is not written as the standard says: it can be shown, and counts for nothing.
    Irregular(String),
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
    /// What counts: text by the standard.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whatever a person can read of it.
    pub fn readable(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Irregular(text) => Some(text),
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
    let whole = body;
    match body.load_u32() {
        Ok(OP_TEXT) => decode_text(body),
        Ok(OP_ENCRYPTED) => Comment::Encrypted,
        // Whoever forgets the op begins with the text.
        _ if whole.is_data_empty() => Comment::Binary,
        _ => match bytes_of(whole) {
            Ok(bytes) => plain(&bytes).or_else(|| wide(&bytes)).map_or(Comment::Binary, irregular),
            Err(_) => Comment::Binary,
        },
    }
}

fn decode_text(slice: CellSlice<'_>) -> Comment {
    let bytes = match bytes_of(slice) {
        Ok(bytes) => bytes,
        Err(comment) => return comment,
    };
    match std::str::from_utf8(&bytes) {
        Ok("") => Comment::None,
        // No keyboard writes it, and Postgres has no text with it.
        Ok(text) if !text.contains('\0') => Comment::Text(text.to_owned()),
        _ => {
            let filled = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
            let read = plain(&bytes[..filled]).or_else(|| wide(&bytes));
            read.map_or(Comment::Binary, irregular)
        }
    }
}

/// All bytes in a chain of cells.
fn bytes_of(mut slice: CellSlice<'_>) -> Result<Vec<u8>, Comment> {
    let mut text = Vec::new();
    loop {
        let bits = slice.size_bits();
        if !bits.is_multiple_of(8) || slice.size_refs() > 1 {
            return Err(Comment::Binary);
        }
        let mut buffer = [0; BYTES_IN_CELL + 1];
        let bytes = slice.load_raw(&mut buffer, bits).map_err(|_| Comment::Binary)?;
        text.extend_from_slice(bytes);
        if text.len() > LONGEST {
            return Err(Comment::Truncated);
        }
        if slice.size_refs() == 0 {
            return Ok(text);
        }
        // A library or a pruned branch in the chain is no text: `as_slice` refuses it.
        slice = slice.get_reference_as_slice(0).map_err(|_| Comment::Binary)?;
    }
}

fn irregular(text: String) -> Comment {
    Comment::Irregular(text)
}

/// UTF-8 that somebody may have typed: a program's message must not be taken for words by chance.
fn plain(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    is_typed(text).then(|| text.to_owned())
}

/// Which of two bytes comes first.
type Order = fn([u8; 2]) -> u16;

/// UTF-16 in either order, with a mark in front or without, and however it ends.
fn wide(bytes: &[u8]) -> Option<String> {
    let (bytes, orders): (_, &[Order]) = match bytes {
        [0xff, 0xfe, rest @ ..] => (rest, &[u16::from_le_bytes]),
        [0xfe, 0xff, rest @ ..] => (rest, &[u16::from_be_bytes]),
        _ => (bytes, &[u16::from_le_bytes, u16::from_be_bytes]),
    };
    let (pairs, []) = bytes.as_chunks::<2>() else { return None };
    orders.iter().find_map(|order| {
        let text = String::from_utf16(&pairs.iter().map(|pair| order(*pair)).collect::<Vec<_>>());
        let text = text.ok()?.trim_end_matches('\0').to_owned();
        // Any two bytes are a letter of some language; such as people write here are in the first blocks.
        let near = |c: char| u32::from(c) < 0x600 || matches!(u32::from(c), 0x2000..0x2200);
        (is_typed(&text) && text.chars().all(near)).then_some(text)
    })
}

/// Whether it says something, with nothing in it that no keyboard writes.
fn is_typed(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphanumeric()).count();
    let odd = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    letters >= 2 && !text.chars().any(odd)
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
            ("an op and a query", body(&[0xd5, 0x32, 0x76, 0xdb, 0, 0, 0, 0, 0, 0, 0, 7], &[])),
            ("an op of letters", body(b"defs\0\0\0\0\0\0\0\x07", &[])),
            ("zeros only", body(&[0; 12], &[])),
            ("a single letter", body(b"x", &[])),
            ("UTF-16 cut in half", body(&[0, 0, 0, 0, 0xff, 0xfe, b'a', 0, b'b'], &[])),
            ("less than an op", body(&[0, 0, 0], &[])),
            ("references only", body(&[], std::slice::from_ref(&tail))),
            ("a TEP-74 binary comment", body(&[0, 0, 0, 0, 0xff, 1], &[])),
            ("broken UTF-8", body(&[0, 0, 0, 0, b'a', 0xd0], &[])),
            ("two tails", body(&[0, 0, 0, 0, b'a'], &[tail.clone(), tail.clone()])),
        ] {
            assert_eq!(decode(&body), Comment::Binary, "{name}");
        }
    }

    fn utf16(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(order).collect()
    }

    #[test]
    fn what_can_be_read_is_kept_and_does_not_count() {
        let reference = "K7TQ-9F2M-3XWA-0V5R-8N1D";
        let (le, be) = (utf16(reference, u16::to_le_bytes), utf16(reference, u16::to_be_bytes));
        let op = |bytes: &[u8]| [&[0; 4], bytes].concat();
        for (name, bytes) in [
            ("without the op", reference.as_bytes().to_vec()),
            ("zeros behind it", op(&[reference.as_bytes(), &[0, 0, 0]].concat())),
            ("UTF-16 LE", op(&le)),
            ("UTF-16 BE", op(&be)),
            ("UTF-16 LE with a mark", op(&[&[0xff, 0xfe], &le[..]].concat())),
            ("UTF-16 BE with a mark", op(&[&[0xfe, 0xff], &be[..]].concat())),
            ("UTF-16 LE with a zero behind", op(&[&le[..], &[0, 0]].concat())),
            ("UTF-16 BE without the op", be.clone()),
            ("UTF-16 LE without the op", le.clone()),
        ] {
            let (head, tail) = bytes.split_at(bytes.len() / 2);
            for body in [body(&bytes, &[]), body(head, &[body(tail, &[])])] {
                let comment = decode(&body);
                assert_eq!(comment, Comment::Irregular(reference.to_owned()), "{name}");
                assert_eq!((comment.text(), comment.readable()), (None, Some(reference)), "{name}");
            }
        }
        let russian = op(&utf16("Заказ 1042, «два»", u16::to_le_bytes));
        assert_eq!(decode(&body(&russian, &[])), Comment::Irregular("Заказ 1042, «два»".into()));
        let bare = body("Заказ 1042".as_bytes(), &[]);
        assert_eq!(decode(&bare), Comment::Irregular("Заказ 1042".into()));
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
        fn what_is_shown_can_be_shown(bytes: Vec<u8>, op: bool) {
            let bytes = if op { [&[0; 4], &bytes[..]].concat() } else { bytes };
            let bytes = &bytes[..bytes.len().min(120)];
            if let Some(text) = decode(&body(bytes, &[])).readable() {
                prop_assert!(!text.is_empty() && !text.contains('\0') && text.len() <= LONGEST * 3);
            }
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

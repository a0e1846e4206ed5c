//! Between the two cell libraries. What we build, tonlib-core writes; what others send us,
//! tycho-types reads, because tonlib-core panics or aborts on hostile input. They meet at bytes.

use std::collections::HashSet;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use tonlib_core::TonAddress;
use tonlib_core::cell::{ArcCell, BagOfCells, CellBuilder, TonCellError};
use tycho_types::boc::Boc;
use tycho_types::cell::{Cell as ReadCell, CellSlice, HashBytes, Load};
use tycho_types::error::Error as CellError;
use tycho_types::models::{IntAddr, StdAddr};

/// No message may be larger (ConfigParam 43).
const MOST_BYTES: usize = 65_535;
const MOST_DEPTH: u16 = 512;
/// A snake cell holds so many whole bytes.
const SNAKE_BYTES: usize = 127;

/// Why bytes from outside were not let in.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    #[error("not base64")]
    Base64,
    #[error("larger than a message may be")]
    TooLarge,
    #[error("deeper than a message may be")]
    TooDeep,
    #[error("not a bag of cells")]
    Malformed,
    #[error("holds other than ordinary cells")]
    Exotic,
}

/// Reads a cell that somebody else made.
pub fn read(base64: &str) -> Result<ReadCell, Unfit> {
    if base64.len() > MOST_BYTES * 2 {
        return Err(Unfit::TooLarge);
    }
    let bytes = BASE64_STANDARD.decode(base64).map_err(|_| Unfit::Base64)?;
    if bytes.len() > MOST_BYTES {
        return Err(Unfit::TooLarge);
    }
    let cell = Boc::decode(&bytes).map_err(|_| Unfit::Malformed)?;
    if cell.repr_depth() > MOST_DEPTH {
        return Err(Unfit::TooDeep);
    }
    if has_exotic(&cell) {
        return Err(Unfit::Exotic);
    }
    Ok(cell)
}

/// Library references and proofs make no sense in what a wallet sends.
fn has_exotic(root: &ReadCell) -> bool {
    let mut seen = HashSet::new();
    let mut left = vec![root.clone()];
    while let Some(cell) = left.pop() {
        if cell.is_exotic() {
            return true;
        }
        if seen.insert(*cell.repr_hash()) {
            left.extend((0..cell.reference_count()).filter_map(|n| cell.reference_cloned(n)));
        }
    }
    false
}

/// A cell that has passed [`read`], for putting into something we build.
pub fn writable(cell: &ReadCell) -> ArcCell {
    BagOfCells::parse(&Boc::encode(cell))
        .and_then(BagOfCells::single_root)
        .expect("tycho-types writes well-formed bags")
}

/// A cell we built, for the chain.
pub fn readable(cell: &ArcCell) -> ReadCell {
    Boc::decode(boc(cell)).expect("tonlib-core writes well-formed bags")
}

/// The bag of cells of a cell we built.
pub fn boc(cell: &ArcCell) -> Vec<u8> {
    let bag = BagOfCells::new(std::slice::from_ref(cell));
    bag.serialize(false).expect("a finished cell can be written")
}

pub fn base64(cell: &ArcCell) -> String {
    BASE64_STANDARD.encode(boc(cell))
}

/// Builds a cell; failing means that the recipe does not fit into one.
pub fn build(
    recipe: impl FnOnce(&mut CellBuilder) -> Result<&mut CellBuilder, TonCellError>,
) -> ArcCell {
    let mut builder = CellBuilder::new();
    recipe(&mut builder)
        .and_then(|builder| builder.build())
        .expect("the recipe fits a cell")
        .to_arc()
}

/// Text over as many cells as it needs, the first beginning with `prefix` (TEP-64, snake).
pub fn snake(prefix: &[u8], text: &str) -> ArcCell {
    let bytes = [prefix, text.as_bytes()].concat();
    let mut parts = bytes.chunks(SNAKE_BYTES).rev();
    let last = parts.next().unwrap_or_default();
    let tail = build(|cell| cell.store_slice(last));
    parts.fold(tail, |tail, part| build(|cell| cell.store_slice(part)?.store_reference(&tail)))
}

/// A text comment (opcode 0).
pub fn comment(text: &str) -> ArcCell {
    snake(&[0; 4], text)
}

/// Reads a text comment, starting at its opcode.
pub fn read_comment(mut slice: CellSlice<'_>) -> Option<String> {
    if slice.load_u32().ok()? != 0 {
        return None;
    }
    let mut bytes = Vec::new();
    loop {
        let bits = slice.size_bits();
        if !bits.is_multiple_of(8) || bytes.len() > MOST_BYTES {
            return None;
        }
        let mut part = [0; 128];
        bytes.extend_from_slice(slice.load_raw(&mut part, bits).ok()?);
        if slice.size_refs() == 0 {
            return String::from_utf8(bytes).ok();
        }
        slice = slice.load_reference_as_slice().ok()?;
    }
}

/// Reads an address that may be absent (`addr_none`, two zero bits).
pub fn load_address(slice: &mut CellSlice<'_>) -> Result<Option<StdAddr>, CellError> {
    if slice.get_uint(0, 2)? == 0 {
        slice.skip_first(2, 0)?;
        return Ok(None);
    }
    match IntAddr::load_from(slice)? {
        IntAddr::Std(address) => Ok(Some(address)),
        IntAddr::Var(_) => Err(CellError::InvalidData),
    }
}

/// The address in the other library's words.
pub fn std_addr(address: &TonAddress) -> StdAddr {
    let workchain = i8::try_from(address.workchain).expect("our accounts are in -1 or 0");
    let hash: [u8; 32] = address.hash_part.as_slice().try_into().expect("a hash has 32 bytes");
    StdAddr::new(workchain, HashBytes(hash))
}

pub fn ton_address(address: &StdAddr) -> TonAddress {
    TonAddress::new(i32::from(address.workchain), (&address.address.0).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_hostile_payload_is_refused_before_it_reaches_the_writer() {
        assert_eq!(read("no base64!"), Err(Unfit::Base64));
        assert_eq!(read(&BASE64_STANDARD.encode(b"no cells")), Err(Unfit::Malformed));
        assert_eq!(read(&"A".repeat(MOST_BYTES * 2 + 4)), Err(Unfit::TooLarge));
        let deep = (0..=MOST_DEPTH).fold(build(|cell| Ok(cell)), |below, _| {
            build(|cell| cell.store_byte(1)?.store_reference(&below))
        });
        assert_eq!(read(&base64(&deep)), Err(Unfit::TooDeep));
        // The reference to a library: an exotic cell of type 2 with the library's hash.
        let mut library = CellBuilder::new();
        library.set_cell_is_exotic(true);
        library.store_byte(2).unwrap().store_slice(&[7; 32]).unwrap();
        let library = library.build().unwrap().to_arc();
        assert_eq!(read(&base64(&library)), Err(Unfit::Exotic));
        let hidden = build(|cell| cell.store_reference(&library));
        assert_eq!(read(&base64(&hidden)), Err(Unfit::Exotic));
    }

    proptest! {
        #[test]
        fn comments_come_back_whatever_their_length(text in ".{0,400}") {
            let cell = readable(&comment(&text));
            prop_assert_eq!(read_comment(cell.as_slice().unwrap()), Some(text));
        }
    }
}

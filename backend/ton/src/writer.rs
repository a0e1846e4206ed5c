//! The cells we write ourselves, through tonlib-core. Nothing a stranger sent comes this way:
//! tonlib-core may abort the process on hostile input, so foreign bytes are read in [`crate::boc`].

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use tonlib_core::{
    TonAddress, TonHash,
    cell::{ArcCell, BagOfCells, Cell, CellBuilder},
};

use crate::address::Address;

/// Everything written here is of fixed or checked size, so a full cell is a bug, not an event.
const FITS: &str = "the caller keeps the cell within 1023 bits and four references";

pub(crate) struct Writer(CellBuilder);

impl Writer {
    pub(crate) fn new() -> Self {
        Self(CellBuilder::new())
    }

    pub(crate) fn bit(mut self, value: bool) -> Self {
        self.0.store_bit(value).expect(FITS);
        self
    }

    pub(crate) fn u32(mut self, value: u32) -> Self {
        self.0.store_u32(32, value).expect(FITS);
        self
    }

    pub(crate) fn u64(mut self, value: u64) -> Self {
        self.0.store_u64(64, value).expect(FITS);
        self
    }

    pub(crate) fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.store_slice(bytes).expect(FITS);
        self
    }

    /// `VarUInteger 16`: the number of bytes in four bits, then the bytes. Below 2¹²⁰.
    pub(crate) fn coins(mut self, units: u128) -> Self {
        let bytes = units.to_be_bytes();
        let significant = bytes.iter().position(|b| *b != 0).map_or(&[][..], |i| &bytes[i..]);
        let length = u8::try_from(significant.len()).expect("a u128 has at most 16 bytes");
        self.0.store_u8(4, length).expect(FITS);
        self.bytes(significant)
    }

    /// Written out in full: tonlib-core would shorten `0:00…00` to "no address".
    pub(crate) fn address(mut self, address: &Address) -> Self {
        let hash = TonHash::try_from(address.hash.as_slice()).expect("a hash has 32 bytes");
        let address = TonAddress::new(i32::from(address.workchain), hash);
        self.0.store_raw_address(&address).expect(FITS);
        self
    }

    pub(crate) fn reference(mut self, cell: Cell) -> Self {
        let cell: ArcCell = Arc::new(cell);
        self.0.store_reference(&cell).expect(FITS);
        self
    }

    pub(crate) fn build(mut self) -> Cell {
        self.0.build().expect(FITS)
    }
}

/// A bag of cells in base64, with a checksum: what wallets and toncenter take.
pub(crate) fn base64(cell: Cell) -> String {
    let boc = BagOfCells::from_root(cell).serialize(true).expect("cells of our own serialise");
    STANDARD.encode(boc)
}

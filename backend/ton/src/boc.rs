//! The gate for bags of cells that others send: hand-checked header first, parser second.
//!
//! A bag of cells of a few hundred bytes can describe a structure that exhausts the stack or the
//! memory of whoever walks it. So size, number of cells, direction of references and depth are
//! checked here on the plain bytes, and only then does tycho-types build cells from them.

use base64::{
    Engine as _,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use tycho_types::{boc::Boc, cell::Cell};

/// How large a bag of cells may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub bytes: usize,
    pub cells: usize,
    /// Edges on the longest path from the root.
    pub depth: usize,
}

impl Limits {
    /// For what a person's wallet sends us: a state init, a signed message.
    pub const WALLET: Self = Self { bytes: 8 * 1024, cells: 128, depth: 64 };
    /// For message bodies from an indexer. The network's own limits are a little wider; what is
    /// larger than this is no payment text.
    pub const CHAIN: Self = Self { bytes: 64 * 1024, cells: 2048, depth: 512 };
}

impl Default for Limits {
    fn default() -> Self {
        Self::WALLET
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadBoc {
    #[error("not base64")]
    Base64,
    #[error("larger than allowed")]
    TooLarge,
    #[error("not a bag of cells with one root")]
    Header,
    #[error("more cells than allowed")]
    TooManyCells,
    #[error("the length does not match the header")]
    Length,
    #[error("a reference does not point forward")]
    Reference,
    #[error("deeper than allowed")]
    TooDeep,
    #[error("a cell is malformed or the checksum is wrong")]
    Cell,
}

const MAGIC: [u8; 4] = [0xb5, 0xee, 0x9c, 0x72];
const HAS_INDEX: u8 = 0x80;
const HAS_CHECKSUM: u8 = 0x40;
/// Cache bits (0x20) and the two reserved flags: no wallet and no indexer sets them.
const UNUSED: u8 = 0x38;
const STORES_HASHES: u8 = 0x10;

/// Checks the shape of `bytes` against `limits`, then decodes the single root cell.
pub fn gate(bytes: &[u8], limits: &Limits) -> Result<Cell, BadBoc> {
    if bytes.len() > limits.bytes {
        return Err(BadBoc::TooLarge);
    }
    let (header, rest) = Header::read(bytes)?;
    if header.cells > limits.cells {
        return Err(BadBoc::TooManyCells);
    }
    let cells = header.cell_bytes(rest)?;
    if header.depth(cells)? > limits.depth {
        return Err(BadBoc::TooDeep);
    }
    Boc::decode(bytes).map_err(|_| BadBoc::Cell)
}

/// The same for base64, of either alphabet, padded or not.
pub fn gate_base64(text: &str, limits: &Limits) -> Result<Cell, BadBoc> {
    if text.len() / 4 > limits.bytes.div_ceil(3) {
        return Err(BadBoc::TooLarge);
    }
    gate(&decode_base64(text).ok_or(BadBoc::Base64)?, limits)
}

/// Base64 as it is met in the wild: standard or url-safe, padded or not, but not mixed.
pub(crate) fn decode_base64(text: &str) -> Option<Vec<u8>> {
    const EITHER_WAY: GeneralPurposeConfig =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    const STANDARD: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::STANDARD, EITHER_WAY);
    const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::URL_SAFE, EITHER_WAY);
    if text.contains(['-', '_']) { URL_SAFE.decode(text) } else { STANDARD.decode(text) }.ok()
}

struct Header {
    has_index: bool,
    has_checksum: bool,
    /// Bytes of a cell's number.
    ref_size: usize,
    /// Bytes of an offset.
    offset_size: usize,
    cells: usize,
    cells_size: usize,
}

impl Header {
    /// The header, and what stands after it: index, cells, checksum.
    fn read(bytes: &[u8]) -> Result<(Self, &[u8]), BadBoc> {
        let mut input = Input(bytes);
        if input.take(4)? != MAGIC {
            return Err(BadBoc::Header);
        }
        let flags = input.number(1)?;
        let flags = u8::try_from(flags).map_err(|_| BadBoc::Header)?;
        let ref_size = usize::from(flags & 7);
        let offset_size = input.number(1)?;
        if flags & UNUSED != 0 || !(1..=4).contains(&ref_size) || !(1..=8).contains(&offset_size) {
            return Err(BadBoc::Header);
        }
        let cells = input.number(ref_size)?;
        let (roots, absent) = (input.number(ref_size)?, input.number(ref_size)?);
        let cells_size = input.number(offset_size)?;
        let root = input.number(ref_size)?;
        if roots != 1 || absent != 0 || root != 0 || cells == 0 {
            return Err(BadBoc::Header);
        }
        let (has_index, has_checksum) = (flags & HAS_INDEX != 0, flags & HAS_CHECKSUM != 0);
        let header = Self { has_index, has_checksum, ref_size, offset_size, cells, cells_size };
        Ok((header, input.0))
    }

    /// The serialised cells: exactly what is left between the index and the checksum.
    fn cell_bytes<'a>(&self, rest: &'a [u8]) -> Result<&'a [u8], BadBoc> {
        let index = if self.has_index { self.cells * self.offset_size } else { 0 };
        let checksum = if self.has_checksum { 4 } else { 0 };
        let end = rest.len().checked_sub(checksum).ok_or(BadBoc::Length)?;
        let cells = rest.get(index..end).ok_or(BadBoc::Length)?;
        if cells.len() != self.cells_size {
            return Err(BadBoc::Length);
        }
        Ok(cells)
    }

    /// Walks all cells once and returns the root's depth. References that only point forward make
    /// a cycle impossible.
    fn depth(&self, cells: &[u8]) -> Result<usize, BadBoc> {
        let mut input = Input(cells);
        let mut references = Vec::with_capacity(self.cells);
        for own in 0..self.cells {
            references.push(self.references(own, &mut input)?);
        }
        if !input.0.is_empty() {
            return Err(BadBoc::Length);
        }
        let mut depths = vec![0; self.cells];
        for (own, children) in references.iter().enumerate().rev() {
            depths[own] = children.iter().map(|child| depths[*child] + 1).max().unwrap_or(0);
        }
        Ok(depths[0])
    }

    /// Reads cell number `own` and returns the numbers of the cells it refers to.
    fn references(&self, own: usize, input: &mut Input) -> Result<Vec<usize>, BadBoc> {
        let (shape, size) = (input.number(1)?, input.number(1)?);
        let count = shape & 7;
        if count > 4 || shape & usize::from(STORES_HASHES) != 0 {
            return Err(BadBoc::Cell);
        }
        input.take(size.div_ceil(2))?;
        (0..count)
            .map(|_| {
                let child = input.number(self.ref_size)?;
                (own < child && child < self.cells).then_some(child).ok_or(BadBoc::Reference)
            })
            .collect()
    }
}

/// What is left to read.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], BadBoc> {
        let (head, tail) = self.0.split_at_checked(count).ok_or(BadBoc::Length)?;
        self.0 = tail;
        Ok(head)
    }

    /// A big-endian number of up to eight bytes.
    fn number(&mut self, bytes: usize) -> Result<usize, BadBoc> {
        let value = self.take(bytes)?.iter().fold(0u64, |n, byte| n << 8 | u64::from(*byte));
        usize::try_from(value).map_err(|_| BadBoc::Header)
    }
}

//! Messages: how they are read, built and named. An external message has two names: the hash of
//! the cell as it came, and the TEP-467 hash, which stays the same however it was packed.

use tycho_types::boc::Boc;
use tycho_types::cell::{Cell, CellBuilder, CellFamily, CellSlice, HashBytes, Store};
use tycho_types::error::Error;
use tycho_types::models::{
    CurrencyCollection, ExtInMsgInfo, IntAddr, IntMsgInfo, MsgInfo, OwnedMessage, StateInit,
    StdAddr,
};
use tycho_types::num::Tokens;

/// TON's limits for external messages (ConfigParam 43).
const MAX_EXTERNAL_BYTES: usize = 65_535;
const MAX_EXTERNAL_DEPTH: u16 = 512;

/// A message taken apart; `cell` is the original.
#[derive(Debug, Clone)]
pub struct Message {
    pub cell: Cell,
    pub info: MsgInfo,
    pub body: Cell,
    pub init: Option<Cell>,
}

/// Why an external message did not enter the mempool.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("external message is too large: {bytes} bytes, at most {MAX_EXTERNAL_BYTES}")]
    TooLarge { bytes: usize },
    #[error("external message is too deep: {depth}, at most {MAX_EXTERNAL_DEPTH}")]
    TooDeep { depth: u16 },
    #[error("failed to parse external message: {0}")]
    Malformed(String),
    #[error("failed to parse external message: not an external inbound message")]
    NotExternal,
    #[error("failed to parse external message: destination is not in the basechain")]
    WrongWorkchain,
    #[error("cannot apply external message to current state : Failed to unpack account state")]
    NoState { account: StdAddr },
    #[error(
        "cannot apply external message to current state : External message was not accepted\n\
         Cannot run message on account: inbound external message rejected by account {}:\n\
         exitcode={exit_code}, steps=0, gas_used=0",
        hex::encode_upper(account.address.as_slice())
    )]
    NotAccepted { account: StdAddr, exit_code: i32 },
    #[error("cannot apply external message to current state : {0}")]
    Failed(String),
    #[error("too many external messages are waiting")]
    Crowded,
}

impl Message {
    pub fn parse(cell: &Cell) -> Result<Self, Error> {
        let OwnedMessage { info, init, body, .. } = cell.parse::<OwnedMessage>()?;
        let (range, holder) = body;
        let body = if range.is_full(holder.as_ref()) {
            holder
        } else {
            CellBuilder::build_from(range.apply(&holder)?)?
        };
        let init = init.map(CellBuilder::build_from).transpose()?;
        Ok(Self { cell: cell.clone(), info, body, init })
    }

    /// An unsigned external message, for emulation.
    pub(super) fn external(
        destination: &StdAddr,
        body: Cell,
        init: Option<StateInit>,
    ) -> Result<Self, Error> {
        let dst = IntAddr::Std(destination.clone());
        let info = MsgInfo::ExtIn(ExtInMsgInfo { dst, ..ExtInMsgInfo::default() });
        let message = OwnedMessage { info, init, body: body.into(), layout: None };
        Self::parse(&CellBuilder::build_from(message)?)
    }

    #[must_use]
    pub fn hash(&self) -> HashBytes {
        *self.cell.repr_hash()
    }

    /// TEP-467: source and import fee dropped, no state init, the body in a cell of its own. For
    /// messages that are not external inbound it is the plain hash.
    #[must_use]
    pub fn normalized_hash(&self) -> HashBytes {
        match &self.info {
            MsgInfo::ExtIn(info) => {
                normalized(&info.dst, &self.body).unwrap_or_else(|_| self.hash())
            }
            _ => self.hash(),
        }
    }

    #[must_use]
    pub fn is_external_in(&self) -> bool {
        matches!(self.info, MsgInfo::ExtIn(_))
    }

    #[must_use]
    pub fn internal(&self) -> Option<&IntMsgInfo> {
        match &self.info {
            MsgInfo::Int(info) => Some(info),
            _ => None,
        }
    }

    #[must_use]
    pub fn source(&self) -> Option<&StdAddr> {
        match &self.info {
            MsgInfo::Int(info) => info.src.as_std(),
            MsgInfo::ExtOut(info) => info.src.as_std(),
            MsgInfo::ExtIn(_) => None,
        }
    }

    #[must_use]
    pub fn destination(&self) -> Option<&StdAddr> {
        match &self.info {
            MsgInfo::Int(info) => info.dst.as_std(),
            MsgInfo::ExtIn(info) => info.dst.as_std(),
            MsgInfo::ExtOut(_) => None,
        }
    }

    /// Nanograms that travel with an internal message; zero for the others.
    #[must_use]
    pub fn value(&self) -> u128 {
        self.internal().map_or(0, |info| info.value.tokens.into_inner())
    }

    /// The first 32 bits of the body.
    #[must_use]
    pub fn opcode(&self) -> Option<u32> {
        self.body.as_slice().ok()?.load_u32().ok()
    }

    /// The text of a plain comment (opcode 0, snake format).
    #[must_use]
    pub fn comment(&self) -> Option<String> {
        let mut slice = self.body.as_slice().ok()?;
        (slice.load_u32().ok()? == 0).then_some(())?;
        snake(slice)
    }
}

/// Reads a snake: bytes that continue in the last reference of each cell.
pub(crate) fn snake(mut slice: CellSlice<'_>) -> Option<String> {
    const MAX_BYTES: usize = 64 * 1024;
    let mut bytes = Vec::new();
    let mut part = [0u8; 128];
    loop {
        let bits = slice.size_bits();
        (bits.is_multiple_of(8) && bytes.len() <= MAX_BYTES).then_some(())?;
        bytes.extend_from_slice(slice.load_raw(&mut part, bits).ok()?);
        if slice.size_refs() == 0 {
            return String::from_utf8(bytes).ok();
        }
        slice = slice.load_reference_as_slice().ok()?;
    }
}

/// An external message from outside, before any account has seen it.
pub fn read_external(boc: &[u8]) -> Result<(Message, StdAddr), Refused> {
    if boc.len() > MAX_EXTERNAL_BYTES {
        return Err(Refused::TooLarge { bytes: boc.len() });
    }
    let cell = Boc::decode(boc).map_err(|error| Refused::Malformed(error.to_string()))?;
    let depth = cell.repr_depth();
    if depth > MAX_EXTERNAL_DEPTH {
        return Err(Refused::TooDeep { depth });
    }
    let message = Message::parse(&cell).map_err(|error| Refused::Malformed(error.to_string()))?;
    let MsgInfo::ExtIn(ExtInMsgInfo { dst, .. }) = &message.info else {
        return Err(Refused::NotExternal);
    };
    match dst.as_std() {
        Some(address) if address.workchain == 0 && address.anycast.is_none() => {
            let address = address.clone();
            Ok((message, address))
        }
        _ => Err(Refused::WrongWorkchain),
    }
}

/// A message that no account sent: how money and trouble enter the sandbox.
#[derive(Debug, Clone)]
pub struct Injection {
    pub source: StdAddr,
    pub destination: StdAddr,
    /// Nanograms.
    pub value: u128,
    pub bounce: bool,
    pub body: Option<Cell>,
    /// A `StateInit` cell, to deploy with.
    pub init: Option<Cell>,
}

impl Injection {
    pub(super) fn build(self, created_lt: u64, created_at: u32) -> Result<Message, Error> {
        let info = IntMsgInfo {
            ihr_disabled: true,
            bounce: self.bounce,
            src: IntAddr::Std(self.source),
            dst: IntAddr::Std(self.destination),
            value: CurrencyCollection::new(self.value),
            created_lt,
            created_at,
            ..IntMsgInfo::default()
        };
        let init = self.init.map(|cell| cell.parse::<StateInit>()).transpose()?;
        let body = self.body.unwrap_or_default().into();
        let message = OwnedMessage { info: MsgInfo::Int(info), init, body, layout: None };
        Message::parse(&CellBuilder::build_from(message)?)
    }
}

fn normalized(destination: &IntAddr, body: &Cell) -> Result<HashBytes, Error> {
    let info = ExtInMsgInfo { src: None, dst: destination.clone(), import_fee: Tokens::ZERO };
    let mut builder = CellBuilder::new();
    MsgInfo::ExtIn(info).store_into(&mut builder, Cell::empty_context())?;
    builder.store_bit_zero()?;
    builder.store_bit_one()?;
    builder.store_reference(body.clone())?;
    Ok(*builder.build()?.repr_hash())
}

//! The three jetton messages money can be read from: `transfer`, `internal_transfer` and
//! `transfer_notification` (TEP-74).

use tycho_types::{
    cell::{Cell, CellSlice, Load},
    models::IntAddr,
    num::Tokens,
};

use crate::{
    address::Address,
    comment::{self, Comment},
};

pub const OP_TRANSFER: u32 = 0x0f8a_7ea5;
pub const OP_INTERNAL_TRANSFER: u32 = 0x178d_4519;
pub const OP_TRANSFER_NOTIFICATION: u32 = 0x7362_d09c;
pub const OP_EXCESSES: u32 = 0xd532_76db;

/// A message between jetton wallets and their owners.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// The owner asks its wallet to send.
    Transfer {
        query_id: u64,
        units: u128,
        to: Option<Address>,
        response_to: Option<Address>,
        forward_units: u128,
        comment: Comment,
    },
    /// One jetton wallet, or the master, credits another.
    InternalTransfer {
        query_id: u64,
        units: u128,
        /// The previous owner; nobody when the jettons were minted.
        from: Option<Address>,
        response_to: Option<Address>,
        forward_units: u128,
        comment: Comment,
    },
    /// A jetton wallet tells its owner. Anyone can send this: it counts only from the owner's own
    /// wallet.
    TransferNotification { query_id: u64, units: u128, from: Option<Address>, comment: Comment },
}

/// The operation code of a body; none if there are fewer than 32 bits.
pub fn op(body: &Cell) -> Option<u32> {
    body.as_slice().ok()?.load_u32().ok()
}

/// Reads a jetton message; nothing if the body is not one, or is cut off before its payload.
pub fn read(body: &Cell) -> Option<Message> {
    let mut body = body.as_slice().ok()?;
    match body.load_u32().ok()? {
        OP_TRANSFER => read_transfer(&mut body),
        OP_INTERNAL_TRANSFER => read_internal_transfer(&mut body),
        OP_TRANSFER_NOTIFICATION => Some(Message::TransferNotification {
            query_id: body.load_u64().ok()?,
            units: load_coins(&mut body)?,
            from: load_address(&mut body)?,
            comment: load_payload(body),
        }),
        _ => None,
    }
}

fn read_transfer(body: &mut CellSlice<'_>) -> Option<Message> {
    let (query_id, units) = (body.load_u64().ok()?, load_coins(body)?);
    let (to, response_to) = (load_address(body)?, load_address(body)?);
    if body.load_bit().ok()? {
        body.load_reference().ok()?; // the custom payload is for the sender's wallet
    }
    let forward_units = load_coins(body)?;
    let comment = load_payload(*body);
    Some(Message::Transfer { query_id, units, to, response_to, forward_units, comment })
}

fn read_internal_transfer(body: &mut CellSlice<'_>) -> Option<Message> {
    let (query_id, units) = (body.load_u64().ok()?, load_coins(body)?);
    let (from, response_to) = (load_address(body)?, load_address(body)?);
    let forward_units = load_coins(body)?;
    let comment = load_payload(*body);
    Some(Message::InternalTransfer { query_id, units, from, response_to, forward_units, comment })
}

/// `Either Cell ^Cell`. Old senders leave the bit out altogether, and whatever stands here is only
/// a text: it never makes the transfer unreadable (R02).
fn load_payload(mut body: CellSlice<'_>) -> Comment {
    match body.load_bit() {
        Err(_) => Comment::None,
        Ok(false) => comment::decode_slice(body),
        Ok(true) => match body.load_reference_cloned() {
            Ok(cell) => comment::decode(&cell),
            Err(_) => Comment::Binary,
        },
    }
}

fn load_coins(body: &mut CellSlice<'_>) -> Option<u128> {
    Tokens::load_from(body).ok().map(Tokens::into_inner)
}

/// The outer option: could it be read. The inner one: is it an account we can name. `addr_none`,
/// external, variable-length, anycast and foreign-workchain addresses are not.
fn load_address(body: &mut CellSlice<'_>) -> Option<Option<Address>> {
    match body.get_small_uint(0, 2).ok()? {
        0b00 => body.skip_first(2, 0).ok().map(|()| None),
        0b01 => {
            body.skip_first(2, 0).ok()?;
            let length = body.load_uint(9).ok()?;
            body.skip_first(u16::try_from(length).ok()?, 0).ok().map(|()| None)
        }
        _ => match IntAddr::load_from(body).ok()? {
            IntAddr::Std(std) if std.anycast.is_none() && matches!(std.workchain, 0 | -1) => {
                Some(Some(Address::new(std.workchain, std.address.0)))
            }
            _ => Some(None),
        },
    }
}

/// Reads an address that is all a cell holds: the answer of a get method.
pub(crate) fn address_in(cell: &Cell) -> Option<Address> {
    load_address(&mut cell.as_slice().ok()?)?
}

#[cfg(test)]
mod tests {
    use tycho_types::cell::{CellBuilder, CellFamily, Store};

    use super::*;

    /// A notification of 5 units from the owner that `store` writes.
    fn notification(store: impl FnOnce(&mut CellBuilder)) -> Cell {
        let mut builder = CellBuilder::new();
        builder.store_u32(OP_TRANSFER_NOTIFICATION).unwrap();
        builder.store_u64(7).unwrap();
        Tokens::new(5).store_into(&mut builder, Cell::empty_context()).unwrap();
        store(&mut builder);
        // An inline payload with an encrypted comment: it is read only from its right place.
        builder.store_bit_zero().unwrap();
        builder.store_u32(0x2167_da4b).unwrap();
        builder.build().unwrap()
    }

    fn standard(builder: &mut CellBuilder, workchain: u8) {
        builder.store_small_uint(0b100, 3).unwrap();
        builder.store_u8(workchain).unwrap();
        builder.store_raw(&[7; 32], 256).unwrap();
    }

    #[test]
    fn only_an_ordinary_address_has_a_name_and_no_other_stops_the_reading() {
        type Store = fn(&mut CellBuilder);
        let cases: [(&str, Store, Option<Address>); 6] = [
            ("ordinary", |b| standard(b, 0), Some(Address::new(0, [7; 32]))),
            ("masterchain", |b| standard(b, 0xff), Some(Address::new(-1, [7; 32]))),
            ("another workchain", |b| standard(b, 5), None),
            ("nobody", |b| b.store_zeros(2).unwrap(), None),
            // The tag, a length of eight bits, the eight bits.
            ("external", |b| b.store_uint(0b01 << 17 | 8 << 8 | 0xff, 19).unwrap(), None),
            (
                "anycast",
                |b| {
                    b.store_small_uint(0b101, 3).unwrap();
                    b.store_small_uint(1, 5).unwrap();
                    b.store_bit_one().unwrap();
                    b.store_u8(0).unwrap();
                    b.store_raw(&[7; 32], 256).unwrap();
                },
                None,
            ),
        ];
        for (name, store, from) in cases {
            let comment = Comment::Encrypted;
            let expected = Message::TransferNotification { query_id: 7, units: 5, from, comment };
            assert_eq!(read(&notification(store)), Some(expected), "{name}");
        }
    }

    #[test]
    fn an_address_cut_off_is_no_message() {
        let mut builder = CellBuilder::new();
        builder.store_u32(OP_TRANSFER_NOTIFICATION).unwrap();
        builder.store_u64(7).unwrap();
        Tokens::new(5).store_into(&mut builder, Cell::empty_context()).unwrap();
        builder.store_small_uint(0b100, 3).unwrap();
        assert_eq!(read(&builder.build().unwrap()), None);
    }
}

//! What a transaction has announced gets its numbers when it commits.
//!
//! `seq` is taken from the account's own row. The row lock makes the commits of one account serial,
//! so its numbers have no gaps and appear in order: a poller can never skip a late committer.

use super::{One, Result, Tx, execute, rows};
use crate::{
    id::{DeliveryId, EventId},
    time::Time,
};

/// Something that happened, for one account, with the places it must be told at.
#[derive(Debug, Clone)]
pub struct Announcement {
    pub id: EventId,
    /// Whose feed it enters: a person's or a merchant's id.
    pub account: String,
    pub kind: &'static str,
    /// The event's `data`, JSON.
    pub data: String,
    pub at: Time,
    /// Deliveries to make: id, channel, target.
    pub deliveries: Vec<(DeliveryId, &'static str, String)>,
}

pub(super) async fn flush(tx: &mut Tx, mut announcements: Vec<Announcement>) -> Result<()> {
    announcements.sort_by(|a, b| a.account.cmp(&b.account)); // stable: an account's order stays
    for event in announcements {
        let (seq,): (i64,) = rows!(
            tx,
            one One<i64>,
            "update accounts set next_seq = next_seq + 1 where id = $1 returning next_seq",
            &event.account
        )?;
        execute!(
            tx,
            "insert into events (account_id, seq, id, type, data, created_at)
             values ($1, $2, $3, $4, $5, $6)",
            &event.account,
            seq,
            event.id,
            event.kind,
            &event.data,
            event.at
        )?;
        for (id, channel, target) in event.deliveries {
            execute!(
                tx,
                "insert into deliveries
                    (id, account_id, seq, channel, target, state, attempt, due_at, created_at)
                 values ($1, $2, $3, $4, $5, 'due', 0, $6, $6)
                 on conflict (account_id, seq, channel, target) do nothing",
                id,
                &event.account,
                seq,
                channel,
                target,
                event.at
            )?;
        }
    }
    Ok(())
}

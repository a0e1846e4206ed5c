//! What a transaction has announced gets its numbers when it commits.
//!
//! `seq` is taken from the account's own row. The row lock makes the commits of one account serial,
//! so its numbers have no gaps and appear in order: a poller can never skip a late committer.

use super::{GivenOut, One, Result, Tx, execute, rows};
use crate::words::{
    dice::Dice,
    id::{DeliveryId, EventId, MerchantId, WebhookId},
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
    /// Whose doing it was, if it was somebody's.
    pub hand: Option<String>,
    /// Deliveries to make: id, channel, target.
    pub deliveries: Vec<(DeliveryId, &'static str, String)>,
    pub hooks: Hooks,
    /// For the ids of what the webhooks are sent.
    pub dice: Dice,
}

/// Which of a merchant's webhooks hear of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hooks {
    /// Those that ask for its type.
    Subscribed,
    /// Those, and an address that belongs to what the event is about.
    AlsoTo(String),
    /// This one, whatever it asks for.
    Only(WebhookId),
    /// Those that ask for its type, but for this one.
    Except(WebhookId),
}

/// Answers what a merchant has been given with it. What people are told may be forgotten at their wish,
/// so it proves nothing later.
pub(super) async fn flush(
    tx: &mut Tx,
    mut announcements: Vec<Announcement>,
) -> Result<Option<GivenOut>> {
    let mut given: Option<GivenOut> = None;
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
            "insert into events (account_id, seq, id, type, data, created_at, hand)
             values ($1, $2, $3, $4, $5, $6, $7)",
            &event.account,
            seq,
            event.id,
            event.kind,
            &event.data,
            event.at,
            event.hand.as_deref()
        )?;
        if event.account.parse::<MerchantId>().is_ok() {
            let highest = given.map_or(seq, |given| given.highest.max(seq));
            given = Some(GivenOut { event: event.id, at: event.at, highest });
        }
        tell_webhooks(tx, &event, seq).await?;
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
    Ok(given)
}

#[derive(sqlx::FromRow)]
struct Webhook {
    id: WebhookId,
    kind: String,
    types: String,
}

/// Writes down what each webhook is to be sent. Only merchants have any.
async fn tell_webhooks(tx: &mut Tx, event: &Announcement, seq: i64) -> Result<()> {
    if event.account.parse::<MerchantId>().is_err() {
        return Ok(());
    }
    let webhooks = rows!(
        tx,
        all Webhook,
        "select id, kind, types from webhooks where account_id = $1 and status = 'enabled' order by id",
        &event.account
    )?;
    for webhook in webhooks {
        let Some((lane, url)) = webhook.takes(event) else { continue };
        execute!(
            tx,
            "insert into webhook_deliveries
                (id, webhook_id, account_id, seq, type, url, lane, state, step, attempts, due_at, created_at)
             values ($1, $2, $3, $4, $5, $6, $7, 'due', 0, 0, $8, $8)
             on conflict (webhook_id, seq) do nothing",
            DeliveryId::new(event.at, &event.dice),
            webhook.id,
            &event.account,
            seq,
            event.kind,
            url,
            lane,
            event.at
        )?;
    }
    Ok(())
}

impl Webhook {
    /// The lane of what it is sent, and the address if that is not its own. `None`: it does not care.
    fn takes<'a>(&self, event: &'a Announcement) -> Option<(String, Option<&'a str>)> {
        let own = self.id.to_string();
        match (&event.hooks, self.kind.as_str()) {
            (Hooks::Only(id), _) => (*id == self.id).then_some((own, None)),
            (Hooks::Except(id), _) if *id == self.id => None,
            (Hooks::AlsoTo(url), "invoices") => Some((lane(&own, url), Some(url))),
            (_, "invoices") => None,
            _ => {
                let asked = self.types.is_empty() || self.types.split(',').any(|t| t == event.kind);
                asked.then_some((own, None))
            }
        }
    }
}

/// Addresses at one host share a lane; another host is another lane.
pub fn lane(webhook: &str, url: &str) -> String {
    let host = url.split('/').nth(2).unwrap_or_default();
    format!("{webhook} {host}")
}

//! The statements of the inbox.

use ton::{address::Address, reference::Reference};

use super::state::{Standing, UnmatchedStatus};
use crate::{
    base::db::{One, Result, Text, Tx, execute, joined, over_ids, rows},
    money::payments::Reason,
    words::{
        id::{InvoiceId, MerchantId, TransferId},
        money::Amount,
        time::Time,
    },
};

/// What a merchant has decided about a piece of money, by which key and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub note: Option<String>,
    pub by: String,
    pub at: Time,
}

/// A line of the inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub id: TransferId,
    pub standing: Standing,
    /// Why it was unmatched, also after it has been attached.
    pub reason: Reason,
    pub decision: Option<Decision>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: TransferId,
    reason: Reason,
    status: UnmatchedStatus,
    taken: Amount,
    invoice_id: Option<InvoiceId>,
    note: Option<String>,
    decided_by: Option<String>,
    decided_at: Option<Time>,
}

impl TryFrom<Row> for Entry {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> Result<Self> {
        let touched = !row.taken.is_zero();
        let attached = || sqlx::Error::Decode("what it was attached to".into());
        Ok(Self {
            id: row.id,
            reason: row.reason,
            standing: match row.status {
                UnmatchedStatus::Open => Standing::Open { touched },
                UnmatchedStatus::Ignored => Standing::Ignored { touched },
                UnmatchedStatus::Attached => {
                    Standing::Attached(row.invoice_id.ok_or_else(attached)?)
                }
                UnmatchedStatus::Refunding => Standing::Refunding,
                UnmatchedStatus::Refunded => Standing::Refunded,
            },
            decision: row.decided_by.zip(row.decided_at).map(|(by, at)| Decision {
                note: row.note,
                by,
                at,
            }),
        })
    }
}

/// Which lines a merchant wants to see.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub status: Option<UnmatchedStatus>,
    /// Also change from contracts, and what came before anybody looked.
    pub silent: bool,
    pub before: Option<TransferId>,
}

/// Whose inbox: the merchant, and a wallet that is or was paid for them.
#[derive(Debug, Clone, Copy)]
pub struct Owner {
    pub merchant: MerchantId,
    pub payout: Address,
}

/// The newest lines of an inbox. Each status is looked up where it is written down, so that an inbox
/// full of dust is read as quickly as an empty one.
pub async fn list(tx: &mut Tx, of: Owner, filter: &Filter, limit: i64) -> Result<Vec<TransferId>> {
    use UnmatchedStatus::{Attached, Ignored, Open, Refunded, Refunding};
    let ids = match filter.status {
        None => all(tx, of, filter, limit).await?,
        Some(Open) => open(tx, of, filter, limit).await?,
        Some(state @ (Attached | Ignored)) => decided(tx, of, state, filter, limit).await?,
        Some(state @ (Refunding | Refunded)) => going_back(tx, of, state, filter, limit).await?,
    };
    Ok(ids.into_iter().map(|(id,)| id).collect())
}

type Ids = Vec<One<TransferId>>;

async fn all(tx: &mut Tx, of: Owner, filter: &Filter, limit: i64) -> Result<Ids> {
    rows!(
        tx,
        all One<TransferId>,
        "select id from (
            select id from (
                select id from transfers
                 where owner = $2 and reason is not null
                   and (cast($3 as text) is null or id < $3)
                   and ($4 or reason not in ('by_product', 'earlier'))
                 order by id desc limit $5) as unmatched
            union all
            select id from (
                select transfer_id as id from inbox
                 where merchant_id = $1 and state = 'attached'
                   and (cast($3 as text) is null or transfer_id < $3)
                 order by transfer_id desc limit $5) as attached
            ) as line
          order by id desc limit $5",
        of.merchant,
        Text(of.payout),
        filter.before,
        filter.silent,
        limit
    )
}

async fn open(tx: &mut Tx, of: Owner, filter: &Filter, limit: i64) -> Result<Ids> {
    rows!(
        tx,
        all One<TransferId>,
        "select id from transfers
          where owner = $2 and reason is not null
            and (cast($3 as text) is null or id < $3)
            and ($4 or reason not in ('by_product', 'earlier'))
            and not exists (select 1 from inbox
                             where merchant_id = $1 and transfer_id = transfers.id
                               and state = 'ignored')
            and not exists (select 1 from refunds
                             where transfer_id = transfers.id
                               and (status in ('requires_signature', 'submitted')
                                    or (status = 'canceled' and awaited_until is not null)))
            and (select coalesce(sum(sent), 0) from refunds where transfer_id = transfers.id)
                < coalesce(amount, 1)
          order by id desc limit $5",
        of.merchant,
        Text(of.payout),
        filter.before,
        filter.silent,
        limit
    )
}

async fn decided(
    tx: &mut Tx,
    of: Owner,
    state: UnmatchedStatus,
    filter: &Filter,
    limit: i64,
) -> Result<Ids> {
    rows!(
        tx,
        all One<TransferId>,
        "select d.transfer_id from inbox d join transfers t on t.id = d.transfer_id
          where d.merchant_id = $1 and d.state = $2
            and (cast($3 as text) is null or d.transfer_id < $3)
            and ($4 or d.reason not in ('by_product', 'earlier'))
            and (d.state = 'attached'
                 or (t.reason is not null
                     and not exists (select 1 from refunds
                                      where transfer_id = t.id
                                        and (status in ('requires_signature', 'submitted')
                                             or (status = 'canceled'
                                                 and awaited_until is not null)))
                     and (select coalesce(sum(sent), 0) from refunds where transfer_id = t.id)
                         < coalesce(t.amount, 1)))
          order by d.transfer_id desc limit $5",
        of.merchant,
        state,
        filter.before,
        filter.silent,
        limit
    )
}

async fn going_back(
    tx: &mut Tx,
    of: Owner,
    state: UnmatchedStatus,
    filter: &Filter,
    limit: i64,
) -> Result<Ids> {
    rows!(
        tx,
        all One<TransferId>,
        "select t.id from refunds r join transfers t on t.id = r.transfer_id
          where r.merchant_id in (select merchant_id from payout_wallets where address = $1)
            and t.owner = $1 and t.reason is not null
            and (cast($3 as text) is null or t.id < $3)
            and ($4 or t.reason not in ('by_product', 'earlier'))
          group by t.id, t.amount
         having ($2 = 'refunded' and sum(r.sent) > 0 and sum(r.sent) >= t.amount)
             or ($2 = 'refunding' and (t.amount is null or sum(r.sent) < t.amount)
                 and sum(case when r.status in ('requires_signature', 'submitted')
                                   or (r.status = 'canceled' and r.awaited_until is not null)
                              then 1 else 0 end) > 0)
          order by t.id desc limit $5",
        Text(of.payout),
        state,
        filter.before,
        filter.silent,
        limit
    )
}

/// One line, if it stands in this inbox.
pub async fn find(tx: &mut Tx, merchant: MerchantId, id: TransferId) -> Result<Option<Entry>> {
    Ok(of_ids(tx, merchant, &[id]).await?.pop())
}

/// Lines, as far as they stand in this inbox, newest first.
pub async fn of_ids(tx: &mut Tx, merchant: MerchantId, ids: &[TransferId]) -> Result<Vec<Entry>> {
    let rows: Vec<Row> = rows!(
        tx,
        all Row,
        over_ids!("select id, reason, taken, invoice_id, note, decided_by, decided_at,
                case when state = 'attached' then 'attached'
                     when sent > 0 and sent >= amount then 'refunded'
                     when live > 0 then 'refunding'
                     else coalesce(state, 'open') end as status
           from (
            select t.id, t.amount, coalesce(t.reason, d.reason) as reason, d.state, d.invoice_id,
                   d.note, d.decided_by, d.decided_at,
                   (select cast(coalesce(sum(sent), 0) as bigint) from refunds
                     where transfer_id = t.id) as sent,
                   (select count(*) from refunds
                     where transfer_id = t.id
                       and (status in ('requires_signature', 'submitted')
                            or (status = 'canceled' and awaited_until is not null))) as live,
                   (select cast(coalesce(sum(
                        case when status in ('requires_signature', 'submitted', 'succeeded')
                                  or (status = 'canceled' and awaited_until is not null)
                             then amount else sent end), 0) as bigint) from refunds
                     where transfer_id = t.id) as taken
              from ids cross join transfers t
              left join inbox d on d.merchant_id = $2 and d.transfer_id = t.id
             where t.id = ids.id
               and (d.state = 'attached'
                    or (t.reason is not null
                        and t.owner in (select address from payout_wallets where merchant_id = $2)))
            ) as line order by id desc"),
        joined(ids),
        merchant
    )?;
    rows.into_iter().map(Entry::try_from).collect()
}

/// Writes down what was decided. Attached money stays attached.
pub async fn decide(
    tx: &mut Tx,
    merchant: MerchantId,
    entry: &Entry,
    after: Standing,
    decision: &Decision,
) -> Result<bool> {
    let invoice = match after {
        Standing::Attached(invoice) => Some(invoice),
        _ => None,
    };
    let touched = execute!(
        tx,
        "insert into inbox
            (merchant_id, transfer_id, state, reason, invoice_id, note, decided_by, decided_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (merchant_id, transfer_id) do update set
             state = excluded.state, invoice_id = excluded.invoice_id, note = excluded.note,
             decided_by = excluded.decided_by, decided_at = excluded.decided_at
          where inbox.state <> 'attached'",
        merchant,
        entry.id,
        after.word(),
        entry.reason,
        invoice,
        decision.note.as_deref(),
        &decision.by,
        decision.at
    )?;
    Ok(touched == 1)
}

/// An invoice that money may have been meant for.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Meant {
    pub id: InvoiceId,
    /// A reference it can be paid by.
    #[sqlx(rename = "reference")]
    reference: Text<Reference>,
}

impl Meant {
    pub fn reference(&self) -> Reference {
        self.reference.0
    }
}

/// Every reference by which the invoices between two can be paid, newest first.
pub async fn references(
    tx: &mut Tx,
    merchant: MerchantId,
    oldest: InvoiceId,
    newest: InvoiceId,
    limit: i64,
) -> Result<Vec<Meant>> {
    rows!(
        tx,
        all Meant,
        "select v.id, n.reference from invoices v join intents n on n.purpose_id = v.id
          where v.merchant_id = $1 and v.id >= $2 and v.id <= $3
          order by v.id desc limit $4",
        merchant,
        oldest,
        newest,
        limit
    )
}

/// The invoices of a merchant that somebody with this wallet has begun to pay, or has paid.
pub async fn of_payer(
    tx: &mut Tx,
    merchant: MerchantId,
    sender: Address,
) -> Result<Vec<InvoiceId>> {
    let rows = rows!(
        tx,
        all One<InvoiceId>,
        "select v.id from invoices v join intents n on n.purpose_id = v.id
          where v.merchant_id = $1 and n.payer_address = $2
         union
         select v.id from invoices v join intents n on n.purpose_id = v.id
           join wallets w on w.person_id = n.payer_id
          where v.merchant_id = $1 and w.address = $2
         union
         select v.id from transfers t join intents n on n.id = t.intent_id
           join invoices v on v.id = n.purpose_id
          where v.merchant_id = $1 and t.sender = $2 and t.reason is null
         order by 1 desc limit 200",
        merchant,
        Text(sender)
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

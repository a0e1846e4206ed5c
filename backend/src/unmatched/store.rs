//! The statements of the inbox.

use ton::{address::Address, reference::Reference};

use super::state::{Standing, UnmatchedStatus};
use crate::{
    db::{One, Result, Text, Tx, execute, rows},
    id::{InvoiceId, KeyId, MerchantId, TransferId},
    money::Amount,
    payments::Reason,
    time::Time,
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
    pub only: Option<TransferId>,
}

/// A merchant's inbox, newest first.
pub async fn list(
    tx: &mut Tx,
    merchant: MerchantId,
    payout: Address,
    filter: &Filter,
    limit: i64,
) -> Result<Vec<Entry>> {
    rows!(
        tx,
        all Row,
        "select id, reason, status, taken, invoice_id, note, decided_by, decided_at from (
            select id, reason, taken, invoice_id, note, decided_by, decided_at,
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
                  from (select id from transfers where owner = $2 and reason is not null
                        union all
                        select transfer_id from inbox where merchant_id = $1 and state = 'attached')
                       as mine
                  join transfers t on t.id = mine.id
                  left join inbox d on d.merchant_id = $1 and d.transfer_id = t.id
                 where (cast($3 as text) is null or t.id < $3)
                   and (cast($4 as text) is null or t.id = $4)
                   and ($5 or coalesce(t.reason, '') not in ('by_product', 'earlier'))
                ) as money
            ) as line
          where cast($6 as text) is null or status = $6
          order by id desc limit $7",
        merchant,
        Text(payout),
        filter.before,
        filter.only,
        filter.silent,
        filter.status,
        limit
    )?
    .into_iter()
    .map(Entry::try_from)
    .collect()
}

/// One line, if it is this merchant's.
pub async fn find(
    tx: &mut Tx,
    merchant: MerchantId,
    payout: Address,
    id: TransferId,
) -> Result<Option<Entry>> {
    let filter = Filter { only: Some(id), silent: true, ..Filter::default() };
    Ok(list(tx, merchant, payout, &filter, 1).await?.pop())
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

/// The id of a key, to write down whose hand it was.
pub async fn key(tx: &mut Tx, hash: &str) -> Result<Option<KeyId>> {
    let row = rows!(tx, optional One<KeyId>, "select id from api_keys where hash = $1", hash)?;
    Ok(row.map(|(id,)| id))
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

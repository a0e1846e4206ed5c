//! The statements of invoices.

use super::state::{Invoice, InvoiceStatus, Links, Status, Terms};
use crate::{
    db::{Result, Tx, execute, rows},
    id::{InvoiceId, MerchantId, PaymentId},
    money::{Amount, Asset},
    time::Time,
};

#[derive(sqlx::FromRow)]
struct Row {
    id: InvoiceId,
    merchant_id: MerchantId,
    intent_id: PaymentId,
    asset: Asset,
    due: Amount,
    description: Option<String>,
    external_id: Option<String>,
    metadata: String,
    return_url: Option<String>,
    webhook_url: Option<String>,
    pay_url: String,
    app_url: String,
    status: InvoiceStatus,
    in_time: Amount,
    late: Amount,
    created_at: Time,
    expires_at: Time,
    paid_at: Option<Time>,
    void_at: Option<Time>,
}

impl Status {
    /// `(status, paid_at, void_at)`
    fn columns(self) -> (InvoiceStatus, Option<Time>, Option<Time>) {
        match self {
            Self::Open | Self::Processing | Self::Expired => (self.word(), None, None),
            Self::Paid { at } => (self.word(), Some(at), None),
            Self::Void { at } => (self.word(), None, Some(at)),
        }
    }
}

impl TryFrom<Row> for Invoice {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> Result<Self> {
        let decode = |what: &'static str| sqlx::Error::Decode(what.into());
        Ok(Self {
            id: row.id,
            merchant: row.merchant_id,
            intent: row.intent_id,
            terms: Terms {
                asset: row.asset,
                due: row.due,
                description: row.description,
                external_id: row.external_id,
                metadata: row.metadata,
                return_url: row.return_url,
                webhook_url: row.webhook_url,
            },
            links: Links { pay_url: row.pay_url, app_url: row.app_url },
            status: match row.status {
                InvoiceStatus::Open => Status::Open,
                InvoiceStatus::Processing => Status::Processing,
                InvoiceStatus::Expired => Status::Expired,
                InvoiceStatus::Paid => {
                    Status::Paid { at: row.paid_at.ok_or_else(|| decode("when it was paid"))? }
                }
                InvoiceStatus::Void => {
                    Status::Void { at: row.void_at.ok_or_else(|| decode("when it was voided"))? }
                }
            },
            in_time: row.in_time,
            late: row.late,
            created_at: row.created_at,
            expires_at: row.expires_at,
        })
    }
}

fn invoices(rows: Vec<Row>) -> Result<Vec<Invoice>> {
    rows.into_iter().map(Invoice::try_from).collect()
}

/// `false`: the merchant has used this `external_id` a moment ago.
pub async fn insert(tx: &mut Tx, invoice: &Invoice) -> Result<bool> {
    let (status, paid_at, void_at) = invoice.status.columns();
    let terms = &invoice.terms;
    let touched = execute!(
        tx,
        "insert into invoices
            (id, merchant_id, intent_id, asset, due, description, external_id, metadata, return_url,
             pay_url, app_url, status, in_time, late, created_at, expires_at, paid_at, void_at,
             webhook_url)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
         on conflict (merchant_id, external_id) where external_id is not null do nothing",
        invoice.id,
        invoice.merchant,
        invoice.intent,
        terms.asset,
        terms.due,
        terms.description.as_deref(),
        terms.external_id.as_deref(),
        &terms.metadata,
        terms.return_url.as_deref(),
        &invoice.links.pay_url,
        &invoice.links.app_url,
        status,
        invoice.in_time,
        invoice.late,
        invoice.created_at,
        invoice.expires_at,
        paid_at,
        void_at,
        terms.webhook_url.as_deref()
    )?;
    Ok(touched == 1)
}

/// Writes the new state, unless somebody else has changed it since `before` was read.
pub async fn save(tx: &mut Tx, before: &Invoice, after: &Invoice) -> Result<bool> {
    let (status, paid_at, void_at) = after.status.columns();
    let touched = execute!(
        tx,
        "update invoices set status = $2, in_time = $3, late = $4, paid_at = $5, void_at = $6
          where id = $1 and status = $7 and in_time = $8 and late = $9",
        after.id,
        status,
        after.in_time,
        after.late,
        paid_at,
        void_at,
        before.status.word(),
        before.in_time,
        before.late
    )?;
    Ok(touched == 1)
}

pub async fn find(tx: &mut Tx, id: InvoiceId) -> Result<Option<Invoice>> {
    rows!(tx, optional Row, "select * from invoices where id = $1", id)?
        .map(Invoice::try_from)
        .transpose()
}

/// The invoice, if it is this merchant's.
pub async fn own(tx: &mut Tx, merchant: MerchantId, id: InvoiceId) -> Result<Option<Invoice>> {
    rows!(
        tx,
        optional Row,
        "select * from invoices where id = $1 and merchant_id = $2",
        id,
        merchant
    )?
    .map(Invoice::try_from)
    .transpose()
}

pub async fn by_external_id(
    tx: &mut Tx,
    merchant: MerchantId,
    external_id: &str,
) -> Result<Option<Invoice>> {
    rows!(
        tx,
        optional Row,
        "select * from invoices where merchant_id = $1 and external_id = $2",
        merchant,
        external_id
    )?
    .map(Invoice::try_from)
    .transpose()
}

/// Which invoices a merchant wants to see.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub status: Option<InvoiceStatus>,
    pub external_id: Option<String>,
    pub before: Option<InvoiceId>,
}

/// A merchant's invoices, newest first.
pub async fn list(
    tx: &mut Tx,
    merchant: MerchantId,
    filter: &Filter,
    limit: i64,
) -> Result<Vec<Invoice>> {
    invoices(rows!(
        tx,
        all Row,
        "select * from invoices
          where merchant_id = $1
            and (cast($2 as text) is null or status = $2)
            and (cast($3 as text) is null or external_id = $3)
            and (cast($4 as text) is null or id < $4)
          order by id desc limit $5",
        merchant,
        filter.status,
        filter.external_id.as_deref(),
        filter.before,
        limit
    )?)
}

/// Invoices whose deadline lies before a moment of the chain's clock. Where the payee's account has not
/// been read so far, the money may be there: those wait.
pub async fn due(tx: &mut Tx, passed: Time, limit: i64) -> Result<Vec<Invoice>> {
    invoices(rows!(
        tx,
        all Row,
        "select * from invoices
          where status in ('open', 'processing') and expires_at < $1
            and not exists (select 1 from watched w join intents i on i.payee_address = w.owner
                             where i.id = invoices.intent_id and w.behind)
          order by expires_at limit $2",
        passed,
        limit
    )?)
}

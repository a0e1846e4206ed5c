//! The statements of invoices.

pub mod rates;
pub mod timeline;

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use ton::address::Address;

use super::{
    goods::{Goods, Starred},
    held::{Counted, Held},
    share::Tender,
    state::{Invoice, InvoiceStatus, Links, Price, Status, Terms, Tolerance},
};
use crate::{
    base::db::{One, Result, Text, Tx, execute, joined, over_ids, rows},
    money::{
        rates::{Currency, Fiat, Fixed, Rate},
        stars::Stars,
    },
    words::{
        id::{InvoiceId, MerchantId, PaymentId, PersonId},
        money::{Amount, Asset},
        time::Time,
    },
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
    paid_message: Option<String>,
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
    accepted_at: Option<Time>,
    tolerance_bps: i64,
    fiat_amount: Option<Amount>,
    fiat_currency: Option<Currency>,
    fiat_rate: Option<Rate>,
    fiat_sources: Option<String>,
    fiat_at: Option<Time>,
    open_amount: bool,
    min_amount: Option<Amount>,
    others: String,
    goods_kind: Goods,
    stars_price: Option<Amount>,
    stars_in_time: Amount,
    stars_late: Amount,
    stars_link: Option<String>,
    rate_life: Option<i64>,
    rate_from: Option<Time>,
    rate_until: Option<Time>,
    earlier: String,
}

/// A rate as it is stored.
fn fixed(rate: Rate, sources: &str, at: Time) -> Fixed {
    Fixed { rate, sources: sources.split(',').map(str::to_owned).collect(), at }
}

/// An accepted asset as it is stored. The same tender is always spelled the same: [`save`] compares.
#[derive(Serialize, Deserialize)]
struct Kept {
    asset: String,
    due: u64,
    in_time: u64,
    late: u64,
    rate: String,
    sources: String,
    at: i64,
}

impl From<&Tender> for Kept {
    fn from(tender: &Tender) -> Self {
        let Tender { asset, due, rate, in_time, late } = tender;
        Self {
            asset: asset.to_string(),
            due: due.units(),
            in_time: in_time.units(),
            late: late.units(),
            rate: rate.as_ref().map(|fixed| fixed.rate.to_string()).unwrap_or_default(),
            sources: rate.as_ref().map(|fixed| fixed.sources.join(",")).unwrap_or_default(),
            at: rate.as_ref().map(|fixed| fixed.at.millis()).unwrap_or_default(),
        }
    }
}

impl Kept {
    fn tender(&self) -> Option<Tender> {
        let units = |units: u64| Amount::new(u128::from(units)).ok();
        let rate = Rate::from_str(&self.rate).ok();
        Some(Tender {
            asset: self.asset.parse().ok()?,
            due: units(self.due)?,
            rate: rate.map(|rate| fixed(rate, &self.sources, Time::from_millis(self.at))),
            in_time: units(self.in_time)?,
            late: units(self.late)?,
        })
    }
}

fn kept(others: &[Tender]) -> Result<String> {
    let kept: Vec<Kept> = others.iter().map(Kept::from).collect();
    json(&kept)
}

fn tenders(text: &str) -> Option<Vec<Tender>> {
    let kept: Vec<Kept> = serde_json::from_str(text).ok()?;
    kept.iter().map(Kept::tender).collect()
}

fn json(of: &impl Serialize) -> Result<String> {
    serde_json::to_string(of).map_err(|error| sqlx::Error::Encode(error.into()))
}

/// Money by an earlier rate as it is stored: asset, due, in time, late.
type Part = (String, u64, u64, u64);

fn parts(earlier: &[Counted]) -> Result<String> {
    let part = |part: &Counted| -> Part {
        let Counted { asset, due, in_time, late } = part;
        (asset.to_string(), due.units(), in_time.units(), late.units())
    };
    json(&earlier.iter().map(part).collect::<Vec<_>>())
}

fn earlier(text: &str) -> Option<Vec<Counted>> {
    let units = |units: u64| Amount::new(u128::from(units)).ok();
    let parts: Vec<Part> = serde_json::from_str(text).ok()?;
    let part = |(asset, due, in_time, late): Part| {
        let asset = asset.parse().ok()?;
        Some(Counted { asset, due: units(due)?, in_time: units(in_time)?, late: units(late)? })
    };
    parts.into_iter().map(part).collect()
}

impl Row {
    fn price(&self) -> Price {
        match (self.fiat_currency, self.fiat_amount) {
            (Some(currency), Some(minor)) => Price::Fiat(Fiat { currency, minor }),
            _ if self.open_amount => Price::Open { least: self.min_amount },
            _ => Price::Asset(self.due),
        }
    }

    fn rate(&self) -> Option<Fixed> {
        Some(fixed(self.fiat_rate?, self.fiat_sources.as_deref()?, self.fiat_at?))
    }

    fn held(&self) -> Option<Held> {
        Some(Held { from: self.rate_from?, until: self.rate_until? })
    }
}

/// A status as it is stored.
#[derive(Default)]
struct Marks {
    paid_at: Option<Time>,
    void_at: Option<Time>,
    accepted_at: Option<Time>,
}

impl From<Status> for Marks {
    fn from(status: Status) -> Self {
        match status {
            Status::Open | Status::Processing | Status::Expired => Self::default(),
            Status::Paid { at, by_hand } => {
                Self { paid_at: Some(at), accepted_at: by_hand.then_some(at), ..Self::default() }
            }
            Status::Void { at } => Self { void_at: Some(at), ..Self::default() },
        }
    }
}

impl TryFrom<Row> for Invoice {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> Result<Self> {
        let decode = |what: &'static str| sqlx::Error::Decode(what.into());
        let others = tenders(&row.others).ok_or_else(|| decode("other assets"))?;
        let (price, rate, held) = (row.price(), row.rate(), row.held());
        Ok(Self {
            id: row.id,
            merchant: row.merchant_id,
            intent: row.intent_id,
            terms: Terms {
                asset: row.asset,
                also: others.iter().map(|other| other.asset).collect(),
                price,
                rate_life: row.rate_life.and_then(|seconds| u32::try_from(seconds).ok()),
                goods: row.goods_kind,
                stars: row.stars_price.map(Stars::try_from).transpose()?,
                tolerance: u16::try_from(row.tolerance_bps)
                    .ok()
                    .and_then(Tolerance::new)
                    .ok_or_else(|| decode("a tolerance"))?,
                description: row.description,
                external_id: row.external_id,
                metadata: row.metadata,
                return_url: row.return_url,
                paid_message: row.paid_message,
                webhook_url: row.webhook_url,
            },
            due: row.due,
            rate,
            held,
            earlier: earlier(&row.earlier).ok_or_else(|| decode("what came earlier"))?,
            currency: row.fiat_currency,
            links: Links { pay_url: row.pay_url, app_url: row.app_url },
            status: match row.status {
                InvoiceStatus::Open => Status::Open,
                InvoiceStatus::Processing => Status::Processing,
                InvoiceStatus::Expired => Status::Expired,
                InvoiceStatus::Paid => {
                    let at = row.paid_at.ok_or_else(|| decode("when it was paid"))?;
                    Status::Paid { at, by_hand: row.accepted_at.is_some() }
                }
                InvoiceStatus::Void => {
                    Status::Void { at: row.void_at.ok_or_else(|| decode("when it was voided"))? }
                }
            },
            in_time: row.in_time,
            late: row.late,
            others,
            starred: Starred { in_time: row.stars_in_time, late: row.stars_late },
            stars_link: row.stars_link,
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
    let marks = Marks::from(invoice.status);
    let terms = &invoice.terms;
    let rate = invoice.rate.as_ref();
    let (fiat, least) = match terms.price {
        Price::Fiat(price) => (Some(price.minor), None),
        Price::Open { least } => (None, least),
        Price::Asset(_) => (None, None),
    };
    let touched = execute!(
        tx,
        "insert into invoices
            (id, merchant_id, intent_id, asset, due, description, external_id, metadata, return_url,
             pay_url, app_url, status, in_time, late, created_at, expires_at, paid_at, void_at,
             tolerance_bps, webhook_url, fiat_amount, fiat_currency, fiat_rate, fiat_sources, fiat_at,
             open_amount, min_amount, others, paid_message, goods_kind, stars_price, rate_life,
             rate_from, rate_until)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
                 $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34)
         on conflict (merchant_id, external_id) where external_id is not null do nothing",
        invoice.id,
        invoice.merchant,
        invoice.intent,
        terms.asset,
        invoice.due,
        terms.description.as_deref(),
        terms.external_id.as_deref(),
        &terms.metadata,
        terms.return_url.as_deref(),
        &invoice.links.pay_url,
        &invoice.links.app_url,
        invoice.status.word(),
        invoice.in_time,
        invoice.late,
        invoice.created_at,
        invoice.expires_at,
        marks.paid_at,
        marks.void_at,
        i64::from(terms.tolerance.bps()),
        terms.webhook_url.as_deref(),
        fiat,
        invoice.currency,
        rate.map(|fixed| fixed.rate),
        rate.map(|fixed| fixed.sources.join(",")),
        rate.map(|fixed| fixed.at),
        invoice.is_open_amount(),
        least,
        kept(&invoice.others)?,
        terms.paid_message.as_deref(),
        terms.goods,
        terms.stars.map(Stars::amount),
        terms.rate_life.map(i64::from),
        invoice.held.map(|held| held.from),
        invoice.held.map(|held| held.until)
    )?;
    Ok(touched == 1)
}

/// Keeps an invoice's number. `false`: another invoice has it.
pub async fn number(tx: &mut Tx, id: InvoiceId, number: i64) -> Result<bool> {
    let touched = execute!(
        tx,
        "insert into cryptobot_invoices (invoice_id, number, allow_comments, allow_anonymous)
         values ($1, $2, true, true) on conflict (number) do nothing",
        id,
        number
    )?;
    Ok(touched == 1)
}

/// Writes the new state, unless somebody else has changed it since `before` was read.
pub async fn save(tx: &mut Tx, before: &Invoice, after: &Invoice) -> Result<bool> {
    let marks = Marks::from(after.status);
    let touched = execute!(
        tx,
        "update invoices set status = $2, in_time = $3, late = $4, paid_at = $5, void_at = $6,
                accepted_at = $10, others = $11, stars_in_time = $13, stars_late = $14, earlier = $17
          where id = $1 and status = $7 and in_time = $8 and late = $9 and others = $12
            and stars_in_time = $15 and stars_late = $16 and earlier = $18 and due = $19
            and coalesce(rate_from, 0) = coalesce(cast($20 as bigint), 0)",
        after.id,
        after.status.word(),
        after.in_time,
        after.late,
        marks.paid_at,
        marks.void_at,
        before.status.word(),
        before.in_time,
        before.late,
        marks.accepted_at,
        kept(&after.others)?,
        kept(&before.others)?,
        after.starred.in_time,
        after.starred.late,
        before.starred.in_time,
        before.starred.late,
        parts(&after.earlier)?,
        parts(&before.earlier)?,
        before.due,
        before.held.map(|held| held.from)
    )?;
    Ok(touched == 1)
}

/// Takes an invoice until the transaction ends: nobody else decides about it meanwhile.
pub async fn hold(tx: &mut Tx, id: InvoiceId) -> Result<Option<Invoice>> {
    rows!(tx, optional Row, "update invoices set due = due where id = $1 returning *", id)?
        .map(Invoice::try_from)
        .transpose()
}

/// Keeps Telegram's link for paying in Stars. The first one stays, and is given back.
pub async fn keep_link(tx: &mut Tx, id: InvoiceId, link: &str) -> Result<String> {
    let (link,) = rows!(
        tx,
        one One<String>,
        "update invoices set stars_link = coalesce(stars_link, $2) where id = $1
         returning stars_link",
        id,
        link
    )?;
    Ok(link)
}

pub async fn find(tx: &mut Tx, id: InvoiceId) -> Result<Option<Invoice>> {
    rows!(tx, optional Row, "select * from invoices where id = $1", id)?
        .map(Invoice::try_from)
        .transpose()
}

/// Many invoices, newest first.
pub async fn of_ids(tx: &mut Tx, ids: &[InvoiceId]) -> Result<Vec<Invoice>> {
    invoices(rows!(
        tx,
        all Row,
        over_ids!(
            "select i.* from ids cross join invoices i where i.id = ids.id order by i.id desc"
        ),
        joined(ids)
    )?)
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

/// A merchant's invoices that were made between two moments, newest first.
pub async fn made_between(
    tx: &mut Tx,
    merchant: MerchantId,
    from: Time,
    to: Time,
    limit: i64,
) -> Result<Vec<Invoice>> {
    invoices(rows!(
        tx,
        all Row,
        "select * from invoices
          where merchant_id = $1 and created_at >= $2 and created_at <= $3
          order by id desc limit $4",
        merchant,
        from,
        to,
        limit
    )?)
}

/// To whom invoices are to be paid whose deadline lies before a moment of the chain's clock, where the
/// account has not been compared so far.
pub async fn due_payees(tx: &mut Tx, passed: Time) -> Result<Vec<Address>> {
    let rows = rows!(
        tx,
        all One<Text<Address>>,
        "select distinct i.payee_address from invoices join intents i on i.id = invoices.intent_id
          where invoices.status in ('open', 'processing') and invoices.expires_at < $1
            and exists (select 1 from watched w
                         where w.owner = i.payee_address and not w.behind
                           and w.compared < invoices.expires_at)",
        passed
    )?;
    Ok(rows.into_iter().map(|(payee,)| payee.0).collect())
}

/// Invoices whose deadline lies before a moment of the chain's clock. Where the payee's account has not
/// been read and compared so far, the money may be there: those wait.
pub async fn due(tx: &mut Tx, passed: Time, limit: i64) -> Result<Vec<Invoice>> {
    invoices(rows!(
        tx,
        all Row,
        "select * from invoices
          where status in ('open', 'processing') and expires_at < $1
            and not exists (select 1 from watched w join intents i on i.payee_address = w.owner
                             where i.id = invoices.intent_id
                               and (w.behind or w.compared < invoices.expires_at))
          order by expires_at limit $2",
        passed,
        limit
    )?)
}

/// The payment whose reference belongs to a secret.
pub async fn claim(tx: &mut Tx, id: InvoiceId, secret_hash: &str) -> Result<Option<PaymentId>> {
    let row: Option<One<PaymentId>> = rows!(
        tx,
        optional One<PaymentId>,
        "select intent_id from invoice_claims where invoice_id = $1 and secret_hash = $2",
        id,
        secret_hash
    )?;
    Ok(row.map(|(intent,)| intent))
}

pub async fn insert_claim(
    tx: &mut Tx,
    id: InvoiceId,
    secret_hash: &str,
    intent: PaymentId,
    at: Time,
) -> Result<()> {
    execute!(
        tx,
        "insert into invoice_claims (invoice_id, secret_hash, intent_id, created_at)
         values ($1, $2, $3, $4)",
        id,
        secret_hash,
        intent,
        at
    )?;
    Ok(())
}

/// How many secrets have a reference of their own.
pub async fn claims(tx: &mut Tx, id: InvoiceId) -> Result<i64> {
    let (count,) = rows!(
        tx,
        one One<i64>,
        "select count(*) from invoice_claims where invoice_id = $1",
        id
    )?;
    Ok(count)
}

/// What came for an invoice by one payment, from one person, or from a wallet of theirs, asset by asset.
pub async fn paid_by(
    tx: &mut Tx,
    id: InvoiceId,
    payment: Option<PaymentId>,
    person: Option<PersonId>,
) -> Result<Vec<(Asset, Amount)>> {
    rows!(
        tx,
        all(Asset, Amount),
        "select t.asset, cast(coalesce(sum(t.amount), 0) as bigint)
           from intents i join transfers t on t.intent_id = i.id
          where i.purpose_id = $1 and t.reason is null
            and (i.id = cast($2 as text) or i.payer_id = cast($3 as text)
                 or t.sender in (select address from wallets where person_id = cast($3 as text)))
          group by t.asset",
        id,
        payment,
        person
    )
}

//! The statements of the rates that prices in fiat are and were held at.

use super::{kept, parts, tenders};
use crate::{
    base::db::{One, Result, Tx, execute, rows},
    selling::invoices::{held::Held, share::Tender, state::Invoice},
    words::{id::InvoiceId, time::Time},
};

/// Writes what is due by another rate, unless somebody else has changed the invoice since `before` was
/// read. Neither its state nor what came is touched.
pub async fn save(tx: &mut Tx, before: &Invoice, after: &Invoice) -> Result<bool> {
    let rate = after.rate.as_ref();
    let touched = execute!(
        tx,
        "update invoices set due = $2, others = $3, earlier = $4, fiat_rate = $5, fiat_sources = $6,
                fiat_at = $7, rate_from = $8, rate_until = $9
          where id = $1 and in_time = $10 and late = $11 and others = $12 and earlier = $13
            and due = $14 and coalesce(rate_from, 0) = coalesce(cast($15 as bigint), 0)
            and status = $16",
        after.id,
        after.due,
        kept(&after.others)?,
        parts(&after.earlier)?,
        rate.map(|fixed| fixed.rate),
        rate.map(|fixed| fixed.sources.join(",")),
        rate.map(|fixed| fixed.at),
        after.held.map(|held| held.from),
        after.held.map(|held| held.until),
        before.in_time,
        before.late,
        kept(&before.others)?,
        parts(&before.earlier)?,
        before.due,
        before.held.map(|held| held.from),
        before.status.word()
    )?;
    Ok(touched == 1)
}

/// Keeps what was due while a rate was held.
pub async fn keep(tx: &mut Tx, id: InvoiceId, held: Held, dues: &[Tender]) -> Result<()> {
    execute!(
        tx,
        "insert into invoice_rates (invoice_id, held_from, held_until, dues) values ($1, $2, $3, $4)
         on conflict (invoice_id, held_from)
         do update set held_until = excluded.held_until, dues = excluded.dues
          where invoice_rates.held_until < excluded.held_until",
        id,
        held.from,
        held.until,
        kept(dues)?
    )?;
    Ok(())
}

/// What was due by each rate that was held at some time between two moments.
pub async fn between(
    tx: &mut Tx,
    id: InvoiceId,
    first: Time,
    last: Time,
) -> Result<Vec<Vec<Tender>>> {
    let found = rows!(
        tx,
        all One<String>,
        "select dues from invoice_rates
          where invoice_id = $1 and held_until >= $2 and held_from <= $3",
        id,
        first,
        last
    )?;
    let decode = || sqlx::Error::Decode("what was due".into());
    found.iter().map(|(dues,)| tenders(dues).ok_or_else(decode)).collect()
}

//! The statements of an invoice's timeline.

use crate::{
    base::db::{Result, Tx, execute, joined, rows},
    money::{payments, stars},
    selling::invoices::timeline::{Line, Mark, Observation, Source},
    words::{
        id::{InvoiceId, StarPaymentId, TransferId},
        time::Time,
    },
};

/// Adds a line to an invoice's timeline.
pub async fn observe(tx: &mut Tx, id: InvoiceId, seen: &Observation, at: Time) -> Result<()> {
    let (transfer, stars) = match seen.source {
        Some(Source::Transfer(id)) => (Some(id), None),
        Some(Source::Stars(id)) => (None, Some(id)),
        None => (None, None),
    };
    execute!(
        tx,
        "insert into invoice_timeline (invoice_id, n, kind, transfer_id, star_payment_id, note, at)
         select $1, coalesce(max(n), 0) + 1, $2, $3, $4, $5, $6 from invoice_timeline
          where invoice_id = $1",
        id,
        seen.mark,
        transfer,
        stars,
        seen.note.as_deref(),
        at
    )?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct LineRow {
    n: i64,
    kind: Mark,
    transfer_id: Option<TransferId>,
    star_payment_id: Option<StarPaymentId>,
    note: Option<String>,
    at: Time,
}

/// A page of an invoice's timeline, oldest first, after a line.
pub async fn lines(tx: &mut Tx, id: InvoiceId, after: i64, limit: i64) -> Result<Vec<Line>> {
    let rows = rows!(
        tx,
        all LineRow,
        "select n, kind, transfer_id, star_payment_id, note, at from invoice_timeline
          where invoice_id = $1 and n > $2 order by n limit $3",
        id,
        after,
        limit
    )?;
    let transfers: Vec<_> = rows.iter().filter_map(|row| row.transfer_id).collect();
    let transfers = payments::many::transfers_of_ids(tx, &transfers).await?;
    let starred = joined(rows.iter().filter_map(|row| row.star_payment_id));
    let starred = stars::store::of_ids(tx, &starred).await?;
    let mut lines = Vec::with_capacity(rows.len());
    for LineRow { n, kind: mark, transfer_id, star_payment_id, note, at } in rows {
        let transfer = transfer_id.and_then(|id| transfers.get(&id).cloned());
        let stars = starred.iter().find(|paid| Some(paid.id) == star_payment_id).cloned();
        let source = transfer_id.map(Source::Transfer);
        let source = source.or(star_payment_id.map(Source::Stars));
        lines.push(Line { n, seen: Observation { mark, source, note }, at, transfer, stars });
    }
    Ok(lines)
}

//! The statements of rates.

use super::{fiat::Currency, rate::Rate, state::Quote};
use crate::{
    base::db::{Result, Tx, execute, rows},
    words::{money::Asset, time::Time},
};

/// Notes what a source says. One that says the same as before is only noted to go on saying so.
pub async fn note(tx: &mut Tx, asset: Asset, currency: Currency, quote: &Quote) -> Result<()> {
    let same = execute!(
        tx,
        "update rate_quotes set last_at = $5
          where asset = $1 and currency = $2 and source = $3 and rate = $4 and last_at <= $5
            and first_at = (select max(q.first_at) from rate_quotes q
                             where q.asset = $1 and q.currency = $2 and q.source = $3)",
        asset,
        currency,
        &quote.source,
        quote.rate,
        quote.at
    )?;
    if same == 0 {
        execute!(
            tx,
            "insert into rate_quotes (asset, currency, source, rate, first_at, last_at)
             values ($1, $2, $3, $4, $5, $5)
             on conflict (asset, currency, source, first_at)
             do update set rate = excluded.rate, last_at = excluded.last_at",
            asset,
            currency,
            &quote.source,
            quote.rate,
            quote.at
        )?;
    }
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    source: String,
    rate: Rate,
    last_at: Time,
}

/// What each source had said last at a moment, by name.
pub async fn quotes(tx: &mut Tx, asset: Asset, currency: Currency, at: Time) -> Result<Vec<Quote>> {
    let rows = rows!(
        tx,
        all Row,
        "select source, rate, last_at from rate_quotes q
          where asset = $1 and currency = $2
            and first_at = (select max(o.first_at) from rate_quotes o
                             where o.asset = q.asset and o.currency = q.currency
                               and o.source = q.source and o.first_at <= $3)
          order by source",
        asset,
        currency,
        at
    )?;
    // What it went on saying later is no older at that moment than the moment itself.
    let quote = |Row { source, rate, last_at }| Quote { source, rate, at: last_at.min(at) };
    Ok(rows.into_iter().map(quote).collect())
}

/// Forgets what was last said before a moment. Says how many lines.
pub async fn purge(tx: &mut Tx, before: Time) -> Result<u64> {
    execute!(tx, "delete from rate_quotes where last_at < $1", before)
}

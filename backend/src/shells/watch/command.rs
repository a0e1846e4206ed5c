//! `remit status` and `remit rescan`: an operator looks at how far the chain has been read, and has an
//! account read again by hand.

use std::fmt::Write as _;

use anyhow::Context;
use ton::address::Address;

use super::report;
use crate::{
    base::{
        app::App,
        config::Rescan,
        db,
        follow::{self, AFTERWARDS},
    },
    words::time::Time,
};

/// Accounts named in the status.
const NAMED: i64 = 50;

/// What the database says of the reading. It may be asked beside a running service.
pub async fn status(app: &App) -> anyhow::Result<String> {
    let mut tx = app.db.snapshot().await?;
    let (block, time) = (db::block_read(&mut tx).await?, db::chain_time(&mut tx).await?);
    let (all, behind, fresh) = follow::store::count(&mut tx).await?;
    let named = follow::store::behind(&mut tx, NAMED).await?;
    let named = report::views(&mut tx, &app.assets, named).await?;
    let mut text = String::new();
    match time {
        // Writing to a string cannot fail.
        Some(time) => {
            let ago = app.time().since(time).as_secs();
            let _ = writeln!(text, "Read up to block {block}, made {time} ({ago} s ago).");
        }
        None => text.push_str("No block has been read yet.\n"),
    }
    let _ = writeln!(text, "{all} accounts are followed; {fresh} of them have no history yet.");
    if behind == 0 {
        text.push_str("Every account has been read to its end.\n");
        return Ok(text);
    }
    let _ = writeln!(
        text,
        "{behind} could not be read to their end. Their money is late, none is lost, and no deadline of \
         theirs passes:"
    );
    for it in &named {
        let since = it.since.map_or_else(|| "long ago".to_owned(), |since| since.to_string());
        let stores = if it.stores.is_empty() {
            String::new()
        } else {
            format!(" ({})", it.stores.join(", "))
        };
        let _ = writeln!(text, "  {} {}{stores}, since {since}: {}", it.address, it.asset, it.why);
    }
    if usize::try_from(behind).is_ok_and(|behind| behind > named.len()) {
        text.push_str("  … and more\n");
    }
    Ok(text)
}

/// Has the accounts of an address read again from a moment on. What is known already is recorded once and
/// stays as it is, so this can do no harm.
pub async fn rescan(app: &App, of: &Rescan) -> anyhow::Result<String> {
    let owner: Address = of.address.trim().parse().context("--address is not a TON address")?;
    let since = moment(&of.since)?;
    let now = app.time();
    anyhow::ensure!(since <= now, "--since lies in the future: {since}");
    let mut tx = app.db.begin().await?;
    let until = now.after(AFTERWARDS);
    let touched = follow::store::rescan(&mut tx, owner, since, until, now).await?;
    anyhow::ensure!(
        touched > 0,
        "nobody is paid at this address here, so it is not read. Nothing was changed; \
         `remit merchant list` shows whom stores are paid to"
    );
    tx.commit().await?;
    Ok(format!(
        "{touched} accounts of {} will be read again from {since} on, by the running service or as soon \
         as one runs.\nWhat is known already stays as it is. `remit status` shows how far it is.\n",
        owner.friendly(false)
    ))
}

/// A day (`2026-11-28`), or a moment (`2026-11-28T10:00:00Z`), in UTC.
fn moment(text: &str) -> anyhow::Result<Time> {
    let text = text.trim();
    let whole = if text.len() == "2026-11-28".len() {
        format!("{text}T00:00:00Z")
    } else {
        text.to_owned()
    };
    let time: Time = serde_json::from_value(serde_json::Value::String(whole)).with_context(|| {
        format!("--since wants a day such as 2026-11-28 or a moment such as 2026-11-28T10:00:00Z, not {text:?}")
    })?;
    anyhow::ensure!(time.millis() >= 0, "--since lies before 1970");
    Ok(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_day_or_a_time() {
        assert_eq!(moment("2026-11-18").unwrap().millis(), 1_794_960_000_000);
        assert_eq!(moment(" 2026-11-18T11:06:40Z ").unwrap().millis(), 1_795_000_000_000);
        for wrong in ["yesterday", "2026-13-01", "1969-12-31", "18.11.2026", ""] {
            assert!(moment(wrong).is_err(), "{wrong}");
        }
    }
}

//! `remit backup` and `remit restore`: a copy of the database while it runs, and the way back from one.
//!
//! ```text
//! restore ── nobody has the database open ──▶ copy beside it ──▶ looked through, brought up to date
//!         ──▶ its feeds go on beyond what was given out ──▶ put in place, the old file kept aside
//! ```
//!
//! The copy is made ready before it takes the database's place, so a crash anywhere leaves either the old
//! database or the restored one, never one that gives out numbers twice. A Postgres has its own tools;
//! what is ours to do after them is the last step, `remit restore` without a file.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, bail, ensure};

use crate::{
    base::{
        config::Service,
        db::{
            Address, Db,
            copy::{self, Alone, CopyError},
        },
        events::{Now, restore},
    },
    words::{
        dice::Dice,
        time::{Clock, Time},
    },
};

const IN_USE: &str = "a service has this database open. Nothing was changed; stop it first";
/// What a restore cannot bring back, for whoever has just made one.
const AFTERWARDS: &str = "
Start the service: it reads from the chain what was paid since the copy, each payment once. What it
cannot know, because only the lost database knew it:
  Invoices and requests made since are gone; money that comes for them is in the store's inbox.
  Refunds made since are forgotten. Look at the wallet's own history before paying back again.
  Stars paid since are on no chain: compare with the bot's list of Star transactions.
  Keys, webhooks, members and payout wallets are what they were: what was revoked since works again.
Readers of an event feed who had come further are told so: 409 unknown-position.";

/// Copies the database into a new file.
pub async fn backup(service: &Service, to: &Path) -> anyhow::Result<ExitCode> {
    let address: Address = service.database_url.parse().context("DATABASE_URL")?;
    let Some(from) = address.file() else {
        println!(
            "{address} is copied by its own tool; nothing was done. Run, with the password in PGPASSWORD \
             or ~/.pgpass:\n\n    pg_dump --format=custom --file={} --dbname={}\n\n\
             To come back: pg_restore into an empty database, then `remit restore`.",
            to.display(),
            bare(&service.database_url),
        );
        return Ok(ExitCode::FAILURE);
    };
    ensure!(from.exists(), "there is no database at {} to copy", from.display());
    ensure!(!to.exists(), "there is something at {} already. Nothing was written", to.display());
    let unfinished = beside(to);
    let made = async {
        copy::copy(from, &unfinished).await?;
        copy::look_through(&unfinished).await?;
        copy::name(&unfinished, to)?;
        Ok::<_, CopyError>(())
    };
    let made = made.await;
    copy::sweep(&unfinished);
    made.with_context(|| format!("no copy was made at {}", to.display()))?;
    println!(
        "{} is copied to {}. It opens and is whole. It holds secrets: keep it where nobody else reads it.",
        from.display(),
        to.display()
    );
    Ok(ExitCode::SUCCESS)
}

/// The address without its password.
fn bare(url: &str) -> String {
    let Ok(mut url) = url::Url::parse(url) else { return "…".to_owned() };
    // An address that cannot carry a password has none.
    let _ = url.set_password(None);
    url.set_query(None);
    url.to_string()
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".unfinished-{}", std::process::id()));
    name.into()
}

/// Puts a copy in the database's place, or, without one, takes the database for an older copy that has
/// been put there already.
pub async fn restore(service: &Service, from: Option<&Path>) -> anyhow::Result<ExitCode> {
    let address: Address = service.database_url.parse().context("DATABASE_URL")?;
    let feeds = match (address.file(), from) {
        (Some(file), Some(from)) => put(file, from).await?,
        (None, Some(_)) => bail!(
            "{address} takes no file. Nothing was changed. Use pg_restore into an empty database, then \
             `remit restore` without --from"
        ),
        (file, None) => {
            if let Some(file) = file {
                ensure!(file.exists(), "there is no database at {}", file.display());
            }
            ensure!(!address.is_in_use().await?, IN_USE);
            let mut db = Db::open_at(&address).await?;
            db.keep_note_in(&service.data);
            let feeds = go_on(&db).await?;
            db.close().await;
            feeds
        }
    };
    println!("{feeds} event feeds go on beyond any number that was given out.\n{AFTERWARDS}");
    Ok(ExitCode::SUCCESS)
}

async fn put(file: &Path, from: &Path) -> anyhow::Result<usize> {
    ensure!(from.exists(), "there is no copy at {}. Nothing was changed", from.display());
    let same = file.canonicalize().ok().zip(from.canonicalize().ok()).is_some_and(|(a, b)| a == b);
    ensure!(!same, "{} is the database itself. Nothing was changed", from.display());
    let alone = Alone::with(file).await.with_context(|| format!("{}", file.display()))?;
    let alone = alone.context(IN_USE)?;
    let highest = alone.given_out().map_or(0, |given| given.highest);
    let unfinished = alone.workbench();
    copy::sweep(&unfinished);
    let ready = ready(from, &unfinished, highest).await;
    let ready = ready.with_context(|| {
        format!("{} cannot be restored; the database is as it was", from.display())
    });
    if ready.is_err() {
        copy::sweep(&unfinished);
    }
    let feeds = ready?;
    let aside = format!(".replaced-{}", Clock::system().now().seconds());
    let kept = alone.put(&unfinished, &aside).with_context(|| {
        format!("the copy could not be put in place; it is ready at {}", unfinished.display())
    })?;
    println!("{} is restored from {}.", file.display(), from.display());
    if let Some(kept) = kept {
        println!("What was there is kept at {}.", kept.display());
    }
    Ok(feeds)
}

/// Makes a copy of the copy that can serve: whole, up to date, its feeds sent on.
async fn ready(from: &Path, unfinished: &Path, highest: i64) -> anyhow::Result<usize> {
    copy::copy(from, unfinished).await?;
    copy::look_through(unfinished).await?;
    let db = Db::open_file(unfinished).await?;
    let feeds = go_on_from(&db, highest).await;
    db.close().await;
    copy::settle(unfinished).await?;
    feeds
}

async fn go_on(db: &Db) -> anyhow::Result<usize> {
    go_on_from(db, db.given_out().map_or(0, |given| given.highest)).await
}

async fn go_on_from(db: &Db, highest: i64) -> anyhow::Result<usize> {
    let (dice, at) = (Dice::system(), Clock::system().now());
    let mut tx = db.begin().await?;
    let feeds = restore::go_on(&mut tx, highest, Now { at, dice: &dice, hand: None }).await?;
    tx.commit().await?;
    Ok(feeds)
}

/// At the start: a copy that somebody has put in place by hand is found out by the note beside it.
pub async fn notice(db: &Db, at: Time, dice: &Dice) -> anyhow::Result<()> {
    if let Some(feeds) = restore::notice(db, Now { at, dice, hand: None }).await? {
        tracing::warn!(
            feeds,
            "this database is an older copy of the one that was used before; its event feeds go on \
             beyond what was given out{AFTERWARDS}"
        );
    }
    Ok(())
}

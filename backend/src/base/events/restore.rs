//! When the database is an older copy of itself: no number is ever given out twice.
//!
//! ```text
//! numbers in the copy   1 … 31
//! given out since       32 … 39          lost with the database
//! numbers from now on   1795000000001 …  the first event is `feed.restored`
//! ```
//!
//! Every account's numbers go on from the moment of the restore, in milliseconds since 1970. No feed can
//! have come so far: it would have had to grow by an event a millisecond, from 1970 on or from the restore
//! before. So whoever has read to 39 stands in the gap, and is told so instead of being told nothing.

use serde::Serialize;

use super::{Audience, Now, append, kind, store};
use crate::{
    base::{
        db::{self, Db, GivenOut, Tx},
        web::problem::{Gap, Kind, Problem, Result},
    },
    words::time::Time,
};

/// At least so far ahead of the copy, should the clock stand before the copy's own numbers.
const LEAP: i64 = 1_000_000;

/// What `feed.restored` says.
#[derive(Debug, Serialize)]
struct Restored {
    /// The last number before the gap. What was given out after it is no longer known here.
    last_seq: i64,
    restored_at: Time,
}

/// Lets every feed go on beyond any number that somebody may have read, and says so in each. `highest`
/// is the highest number known to have been given out. Answers how many feeds there are.
pub async fn go_on(tx: &mut Tx, highest: i64, now: Now<'_>) -> db::Result<usize> {
    let accounts = store::all_accounts(tx).await?;
    let count = accounts.len();
    for (account, last_seq) in accounts {
        let from = now.at.millis().max(last_seq.saturating_add(LEAP)).max(highest);
        store::go_on_from(tx, &account, from).await?;
        let restored = Restored { last_seq, restored_at: now.at };
        append(tx, &Audience::quiet(account), kind::FEED_RESTORED, &restored, now);
    }
    store::note_restore(tx, now.at).await?;
    Ok(count)
}

/// Whether the database has forgotten what it gave out last, by the note beside it: then it is an older
/// copy, and its feeds are sent on. A restore that was told of already is left alone. Answers how many
/// feeds were sent on, if any.
pub async fn notice(db: &Db, now: Now<'_>) -> db::Result<Option<usize>> {
    let Some(GivenOut { event, at, highest }) = db.given_out() else { return Ok(None) };
    let mut tx = db.begin().await?;
    let told = store::last_restore(&mut tx).await?.is_some_and(|restored| restored >= at);
    if told || store::knows(&mut tx, event).await? {
        return Ok(None);
    }
    let count = go_on(&mut tx, highest, now).await?;
    tx.commit().await?;
    Ok((count > 0).then_some(count))
}

/// Refuses a place in a feed that the feed does not know: whoever stands there has read what is lost.
pub async fn known(tx: &mut Tx, account: &str, after: i64) -> Result<()> {
    if after <= 0 {
        return Ok(());
    }
    let last_seq = store::last_until(tx, account, after).await?.unwrap_or(0);
    if last_seq == after {
        return Ok(());
    }
    let next_seq = store::first_after(tx, account, after).await?;
    let detail = format!(
        "There is no event {after} here, so what you have read up to it is not what this service knows: \
         it was restored from an older copy, or the number is another service's. Nothing is lost on the \
         chain: what was paid is told again under new numbers. Read on with after={last_seq}, and take \
         no invoice twice that you have handled already."
    );
    Err(Problem {
        gap: Some(Gap { last_seq, next_seq }),
        ..Problem::new(Kind::UnknownPosition, detail)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{base::db::tests::memory, words::dice::Dice};

    const SHOP: &str = "acc_01m7q5cqg0fzzvzzzzzzzzzzzz";

    fn at(millis: i64, dice: &Dice) -> Now<'_> {
        Now { at: Time::from_millis(millis), dice, hand: None }
    }

    /// A shop whose feed has three events.
    async fn with_three_events(db: &Db, dice: &Dice) {
        let mut tx = db.begin().await.unwrap();
        store::open_account(&mut tx, SHOP, "merchant", Time::from_millis(1)).await.unwrap();
        for _ in 0..3 {
            append(&mut tx, &Audience::quiet(SHOP), kind::WEBHOOK_PING, &(), at(1, dice));
        }
        tx.commit().await.unwrap();
    }

    async fn restored(db: &Db, highest: i64, now: Now<'_>) -> i64 {
        let mut tx = db.begin().await.unwrap();
        assert_eq!(go_on(&mut tx, highest, now).await.unwrap(), 1);
        tx.commit().await.unwrap();
        store::last_seq(&mut db.begin().await.unwrap(), SHOP).await.unwrap()
    }

    async fn gap(db: &Db, after: i64) -> Option<(i64, Option<i64>)> {
        let mut tx = db.begin().await.unwrap();
        let refused = known(&mut tx, SHOP, after).await.err()?;
        assert_eq!(refused.kind, Kind::UnknownPosition);
        refused.gap.map(|gap| (gap.last_seq, gap.next_seq))
    }

    #[tokio::test]
    async fn numbers_go_on_beyond_whatever_was_given_out() {
        let (db, dice) = (memory().await, Dice::seeded([1; 32]));
        with_three_events(&db, &dice).await;
        let now = 1_795_000_000_000;
        assert_eq!(restored(&db, 0, at(now, &dice)).await, now + 1);
        // Once more, a second later.
        assert_eq!(restored(&db, 0, at(now + 1000, &dice)).await, now + 1 + LEAP + 1);
        // A clock that was set back.
        let before = store::last_seq(&mut db.begin().await.unwrap(), SHOP).await.unwrap();
        assert_eq!(restored(&db, 0, at(5, &dice)).await, before + LEAP + 1);
        let far = before + 40 * LEAP;
        assert_eq!(restored(&db, far, at(5, &dice)).await, far + 1);
    }

    #[tokio::test]
    async fn whoever_stands_in_the_gap_or_beyond_the_end_is_told() {
        let (db, dice) = (memory().await, Dice::seeded([2; 32]));
        with_three_events(&db, &dice).await;
        for known in [-1, 0, 1, 3] {
            assert_eq!(gap(&db, known).await, None, "{known}");
        }
        assert_eq!(gap(&db, 4).await, Some((3, None)));
        assert_eq!(gap(&db, i64::MAX).await, Some((3, None)));
        let first = restored(&db, 0, at(1_795_000_000_000, &dice)).await;
        for lost in [4, 39, first - 1] {
            assert_eq!(gap(&db, lost).await, Some((3, Some(first))), "{lost}");
        }
        assert_eq!(gap(&db, first).await, None);
        let mut tx = db.begin().await.unwrap();
        let told = super::super::after(&mut tx, SHOP, 3, &[], 9).await.unwrap();
        assert_eq!((told[0].seq, told[0].kind.as_str()), (first, kind::FEED_RESTORED));
        assert!(told[0].data.contains("\"last_seq\":3"), "{}", told[0].data);
    }
}

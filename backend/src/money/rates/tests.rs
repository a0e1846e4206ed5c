//! Rates on a database: what is kept, and what was known at which moment.

use super::*;
use crate::base::db::{Db, tests::memory};

const NOW: Time = Time::from_millis(1_795_000_000_000);

fn setup() -> Setup {
    let Sources(sources) =
        "a=https://a.example/{asset} b=https://b.example/{asset}".parse().unwrap();
    Setup { sources, ..Setup::default() }
}

fn usd() -> Currency {
    "USD".parse().unwrap()
}

fn seconds(seconds: u64) -> Time {
    NOW.after(Duration::from_secs(seconds))
}

async fn say(db: &Db, source: &str, rate: &str, at: Time) {
    let mut tx = db.begin().await.unwrap();
    let quote = Quote { source: source.to_owned(), rate: rate.parse().unwrap(), at };
    store::note(&mut tx, Asset::Gram, usd(), &quote).await.unwrap();
    tx.commit().await.unwrap();
}

async fn rate(db: &Db, moment: Time) -> Result<String, Error> {
    let mut tx = db.snapshot().await.unwrap();
    let fixed = at(&mut tx, &setup(), Asset::Gram, usd(), moment).await?;
    Ok(fixed.rate.to_string())
}

async fn lines(db: &Db) -> i64 {
    let mut tx = db.snapshot().await.unwrap();
    let (count,) = db::rows!(&mut tx, one(i64,), "select count(*) from rate_quotes").unwrap();
    count
}

#[tokio::test]
async fn what_was_known_at_a_moment_is_known_for_ever() {
    let db = memory().await;
    for (source, value, at) in [
        ("a", "2.5", 0),
        ("b", "2.5", 1),
        ("a", "2.5", 60),
        ("b", "2.52", 61),
        ("a", "3", 120),
        ("b", "3", 121),
    ] {
        say(&db, source, value, seconds(at)).await;
    }
    for (moment, expected) in
        [(1, "2.5"), (60, "2.5"), (61, "2.51"), (119, "2.51"), (121, "3"), (700, "3")]
    {
        assert_eq!(rate(&db, seconds(moment)).await.unwrap(), expected, "{moment}");
    }
    assert!(matches!(
        rate(&db, seconds(0)).await,
        Err(Error::Doubt(Doubt::TooFew { fresh: 1, .. }))
    ));
    assert!(matches!(rate(&db, seconds(120)).await, Err(Error::Doubt(Doubt::Apart { .. }))));
    assert!(matches!(rate(&db, seconds(722)).await, Err(Error::Doubt(Doubt::TooFew { .. }))));
}

#[tokio::test]
async fn saying_the_same_again_needs_no_new_line() {
    let db = memory().await;
    for at in 0..5 {
        say(&db, "a", "2.50", seconds(at)).await;
    }
    assert_eq!(lines(&db).await, 1);
    say(&db, "a", "2.6", seconds(4)).await;
    say(&db, "a", "2.7", seconds(4)).await;
    assert_eq!(lines(&db).await, 2, "of one moment the last word counts");
    let mut tx = db.snapshot().await.unwrap();
    let known = store::quotes(&mut tx, Asset::Gram, usd(), seconds(9)).await.unwrap();
    assert_eq!((known.len(), known[0].rate.to_string()), (1, "2.7".to_owned()));
}

#[tokio::test]
async fn strangers_to_the_settings_do_not_count() {
    let db = memory().await;
    say(&db, "a", "2.5", NOW).await;
    say(&db, "former", "2.5", NOW).await;
    assert!(matches!(rate(&db, NOW).await, Err(Error::Doubt(Doubt::TooFew { fresh: 1, .. }))));

    let mut tx = db.snapshot().await.unwrap();
    let yen = "JPY".parse().unwrap();
    let other = at(&mut tx, &setup(), Asset::Gram, yen, NOW).await;
    assert!(matches!(other, Err(Error::Doubt(Doubt::OtherCurrency(_)))));
    let none = Setup { sources: vec![], ..setup() };
    let none = at(&mut tx, &none, Asset::Gram, usd(), NOW).await;
    assert!(matches!(none, Err(Error::Doubt(Doubt::NoSources))));
}

#[tokio::test]
async fn the_record_is_kept_for_ninety_days() {
    let db = memory().await;
    say(&db, "a", "2.5", NOW).await;
    let mut tx = db.begin().await.unwrap();
    assert_eq!(purge(&mut tx, NOW.after(KEPT)).await.unwrap(), 0);
    let later = NOW.after(KEPT + Duration::from_millis(1));
    assert_eq!(purge(&mut tx, later).await.unwrap(), 1);
}

#[tokio::test]
async fn money_has_a_worth_only_where_a_rate_is_trusted() {
    let db = memory().await;
    let assets = Assets::new([]);
    let money = (Asset::Gram, Amount::new(2_000_000_000).unwrap());
    let worth = async |moment| {
        let mut tx = db.snapshot().await.unwrap();
        super::worth(&mut tx, &setup(), &assets, money, moment).await.unwrap()
    };
    assert_eq!(worth(NOW).await, None);
    say(&db, "a", "2.5", NOW).await;
    say(&db, "b", "2.5", NOW).await;
    assert_eq!(worth(NOW).await.unwrap().value.to_string(), "5.00 USD");
    assert_eq!(worth(seconds(601)).await, None);
}

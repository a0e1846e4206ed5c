//! What payments keep of their purpose, also in databases of the version that knew every purpose by name.

use sqlx::{Connection, PgConnection, SqliteConnection};
use ton::address::Address;

use super::*;
use crate::{
    money::payments::{End, Manner},
    words::{
        dice::Dice,
        id::{PaymentId, TransferId},
    },
};

const NOW: Time = Time::from_millis(1_795_000_000_000);

#[test]
fn what_a_payment_keeps_is_what_it_is_for() {
    let dice = Dice::system();
    let (invoice, request) = (InvoiceId::new(NOW, &dice), RequestId::new(NOW, &dice));
    let some = [
        Subject::Send,
        Subject::Invoice(invoice),
        Subject::Request(request),
        Subject::Refund(RefundId::new(NOW, &dice)),
    ];
    for subject in some {
        assert_eq!(Subject::of(&subject.purpose()).unwrap(), subject);
    }
    for (kind, id) in [("course", "crs_1"), ("invoice", &request.to_string()), ("refund", "")] {
        let purpose = Purpose { kind: kind.into(), id: Some(id.into()), manner: Manner::default() };
        assert!(matches!(Subject::of(&purpose), Err(Error::Unknown { .. })), "{kind} {id}");
    }
}

#[test]
fn every_kind_has_a_word_of_its_own() {
    for (at, kind) in Kind::ALL.iter().enumerate() {
        assert!(Kind::ALL[at + 1..].iter().all(|other| other.word() != kind.word()));
    }
}

/// The last migration by which payments knew every purpose by name.
const LAST_OF_THEM: i64 = 18;

/// A payment as it stood there, and what it must be now.
struct Before {
    id: PaymentId,
    purpose: Purpose,
}

fn payments_of_before() -> Vec<Before> {
    let dice = Dice::seeded([7; 32]);
    [
        Purpose::send(),
        invoices::purpose(InvoiceId::new(NOW, &dice)),
        requests::purpose(RequestId::new(NOW, &dice)),
        refunds::purpose(RefundId::new(NOW, &dice)),
    ]
    .map(|purpose| Before { id: PaymentId::new(NOW, &dice), purpose })
    .into()
}

fn filled(all: &[Before]) -> String {
    let payee = Address::new(0, [2; 32]);
    let row = |(at, Before { id, purpose }): (usize, &Before)| {
        let of = purpose.id.as_ref().map_or("null".to_owned(), |id| format!("'{id}'"));
        let reference = ton::reference::Reference::new([u8::try_from(at).unwrap(); 10]);
        let (transfer, hash) = (TransferId::new(NOW, &Dice::system()), "aa".repeat(32));
        format!(
            "insert into intents (id, purpose, purpose_id, payee_address, payee_name, asset, amount, \
                                  reference, note, status, created_at, expires_at, also, memo)
             values ('{id}', '{}', {of}, '{payee}', 'Olga', 'GRAM', 5, '{reference}', 'Dinner', 'final', \
                     1795000000000, 1795000000001, null, 'a memo');
             insert into transfers (id, account, lt, hash, owner, asset, units, amount, intent_id, block, \
                                    at, created_at)
             values ('{transfer}', '{payee}', {at}, '{hash}', '{payee}', 'GRAM', '5', 5, '{id}', 7, 1, 1);",
            purpose.kind
        )
    };
    all.iter().enumerate().map(row).collect()
}

/// Brings a database to where it stood before, with payments in it, and then to where it stands now.
macro_rules! grows_up {
    ($connection:expr, $all:expr) => {{
        let mut connection = $connection;
        let before = sqlx::AssertSqlSafe(filled($all));
        sqlx::migrate!().run_direct(Some(LAST_OF_THEM), &mut connection, false).await.unwrap();
        sqlx::raw_sql(before).execute(&mut connection).await.unwrap();
        sqlx::migrate!().run_direct(None, &mut connection, false).await.unwrap();
        connection.close().await.unwrap();
    }};
}

async fn lose_nothing(url: &str, all: &[Before]) {
    let db = db::Db::open(url).await.unwrap();
    let mut tx = db.begin().await.unwrap();
    for Before { id, purpose } in all {
        let kept = payments::store::find(&mut tx, *id).await.unwrap().unwrap();
        assert_eq!(&kept.purpose, purpose);
        assert_eq!(
            (kept.note.as_deref(), kept.payee.name.as_deref()),
            (Some("Dinner"), Some("Olga"))
        );
        assert_eq!(Subject::of(&kept.purpose).unwrap(), Subject::of(purpose).unwrap());
        let came = payments::store::transfers_of(&mut tx, *id).await.unwrap();
        assert_eq!(came.len(), 1);
    }
    let refund = all.iter().find(|one| one.purpose.kind == refunds::KIND).unwrap();
    assert_eq!(refund.purpose.manner.shop, Some(End::Payer));
}

#[tokio::test]
async fn a_database_of_before_loses_nothing_on_sqlite() {
    let (folder, all) = (tempfile::tempdir().unwrap(), payments_of_before());
    let url = format!("sqlite:{}?mode=rwc", folder.path().join("remit.sqlite").display());
    grows_up!(SqliteConnection::connect(&url).await.unwrap(), &all);
    lose_nothing(&url, &all).await;
}

/// Runs where `TEST_DATABASE_URL` names a Postgres.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_before_loses_nothing_on_postgres() {
    let Ok(server) = std::env::var("TEST_DATABASE_URL") else { return };
    let (name, all) = (format!("before_{}", std::process::id()), payments_of_before());
    let mut connection = PgConnection::connect(&server).await.unwrap();
    for statement in ["drop database if exists", "create database"] {
        let statement = sqlx::AssertSqlSafe(format!("{statement} {name}"));
        sqlx::raw_sql(statement).execute(&mut connection).await.unwrap();
    }
    let (base, _) = server.rsplit_once('/').unwrap();
    let url = format!("{base}/{name}");
    grows_up!(PgConnection::connect(&url).await.unwrap(), &all);
    lose_nothing(&url, &all).await;
}

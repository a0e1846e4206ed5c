//! An older copy of the database comes back: no number is given out twice, whoever has read further is
//! told, and what was paid is found again on the chain, once.

use std::{fs, path::Path};

use e2e::{
    Engine, Kiosk,
    kiosk::{is_gap_free, seq},
};
use serde_json::{Value, json};

/// What happened before the copy was made and after it.
struct Life {
    /// Made before the copy, paid after it.
    kept: Value,
    /// Made and paid after the copy.
    lost: Value,
    /// The last number before the copy, and the last that the shop has read.
    copied: i64,
    read: i64,
}

async fn lives(kiosk: &Kiosk, copies: impl AsyncFnOnce(&Kiosk)) -> Life {
    let (first, kept) = (kiosk.invoices().await, kiosk.invoices().await);
    kiosk.is_paid(&first).await;
    let copied = kiosk.hears(0, "invoice.paid", 1).await.last().map_or(0, seq);
    copies(kiosk).await;
    let lost = kiosk.invoices().await;
    kiosk.is_paid(&kept).await;
    kiosk.is_paid(&lost).await;
    let read = kiosk.hears(copied, "invoice.paid", 2).await.last().map_or(0, seq);
    assert!(read >= copied + 3);
    Life { kept, lost, copied, read }
}

/// The service runs on the copy, which has been marked as one.
async fn goes_on(kiosk: &Kiosk, life: &Life) {
    let Life { kept, lost, copied, read } = life;
    let nowhere = kiosk.api.get(&format!("/v1/events?after={}", i64::MAX)).await;
    assert_eq!(nowhere.problem(), "unknown-position");
    for position in [*read, copied + 1] {
        let answer = kiosk.api.get(&format!("/v1/events?after={position}&wait=20")).await;
        assert_eq!((answer.status.as_u16(), &answer.body["last_seq"]), (409, &json!(copied)));
        assert_eq!(answer.problem(), "unknown-position");
    }
    let wanted = [("payment.unmatched", 1), ("invoice.paid", 1)];
    let events = kiosk.hears_all(*copied, &wanted).await;
    assert_eq!(events[0]["type"], "feed.restored");
    assert_eq!(events[0]["data"]["last_seq"], *copied);
    assert!(events.iter().all(|event| seq(event) > *read), "a number was given out twice");
    assert!(is_gap_free(&events));

    let path = format!("/v1/invoices/{}", kept["id"].as_str().unwrap());
    let paid = kiosk.api.get(&path).await.ok();
    assert_eq!((&paid["status"], &paid["received"]["amount"]), (&json!("paid"), &json!("0.01")));
    let told = events.iter().filter(|event| event["type"] == "invoice.paid");
    assert_eq!(told.count(), 1, "the one that was paid since, once");
    let path = format!("/v1/invoices/{}", lost["id"].as_str().unwrap());
    assert_eq!(kiosk.api.get(&path).await.status, 404);
    let inbox = kiosk.api.get("/v1/unmatched").await.ok();
    let (found, reference) = (inbox["data"].as_array().unwrap(), &lost["reference"]);
    assert_eq!(found.len(), 1, "{inbox:#}");
    assert_eq!(&found[0]["comment"], reference);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_made_while_the_service_runs_comes_back_by_two_commands() {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.sqlite");
    let copied = copy.to_str().unwrap().to_owned();
    let mut kiosk = Kiosk::opens(Engine::Sqlite.fresh(folder.path()).await).await;
    let life = lives(&kiosk, async |kiosk| {
        let said = kiosk.process.command(&["backup", "--to", &copied]);
        assert!(said.contains("is copied to"), "{said}");
        let (code, _, said) = kiosk.process.tries(&["backup", "--to", &copied]);
        assert!(code == 1 && said.contains("already"), "{said}");
    })
    .await;
    let (code, _, said) = kiosk.process.tries(&["restore", "--from", &copied]);
    assert!(code == 1 && said.contains("stop it first"), "{said}");
    kiosk.process.dies();

    let junk = folder.path().join("junk");
    fs::write(&junk, "no database").unwrap();
    for (from, why) in [(junk.to_str().unwrap(), "as it was"), ("/nowhere/copy", "no copy")] {
        let (code, _, said) = kiosk.process.tries(&["restore", "--from", from]);
        assert!(code == 1 && said.contains(why), "{said}");
    }
    let before = fs::read(&copy).unwrap();
    let said = kiosk.process.command(&["restore", "--from", &copied]);
    assert!(said.contains("is kept at") && said.contains("inbox"), "{said}");
    assert!(fs::read(&copy).unwrap() == before, "the copy stays as it is");
    kiosk.process.starts().await;
    goes_on(&kiosk, &life).await;
    // Once more from the same old copy: again beyond what has been read.
    let last = kiosk.api.get("/v1/merchant").await.ok()["last_seq"].as_i64().unwrap();
    kiosk.process.dies();
    kiosk.process.command(&["restore", "--from", &copied]);
    kiosk.process.starts().await;
    goes_on(&kiosk, &Life { read: last, ..life }).await;
    let left: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains("restoring")), "{left:?}");
    kiosk.ends().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_put_in_place_by_hand_is_found_out() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("remit.sqlite");
    let mut kiosk = Kiosk::opens(Engine::Sqlite.fresh(folder.path()).await).await;
    let copy = folder.path().join("copy.sqlite");
    let copied = copy.to_str().unwrap().to_owned();
    let life = lives(&kiosk, async |kiosk| {
        kiosk.process.command(&["backup", "--to", &copied]);
    })
    .await;
    kiosk.process.dies();
    by_hand(&copy, &file);
    kiosk.process.starts().await;
    goes_on(&kiosk, &life).await;
    // What was told once is not told again.
    let last = kiosk.api.get("/v1/merchant").await.ok()["last_seq"].as_i64();
    assert_eq!(kiosk.process.stops(), 0);
    kiosk.process.starts().await;
    assert_eq!(kiosk.api.get("/v1/merchant").await.ok()["last_seq"].as_i64(), last);
    kiosk.ends().await;
}

fn by_hand(copy: &Path, file: &Path) {
    for tail in ["-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{tail}", file.display()));
    }
    fs::copy(copy, file).unwrap();
}

/// On Postgres the copy is the server's own business, and marking it is ours: by the verb, or by the
/// note where somebody forgets it.
async fn comes_back_on_postgres(marked: bool) {
    if !Engine::Postgres.is_there() {
        eprintln!("not told: TEST_DATABASE_URL names no Postgres (scripts/test starts one)");
        return;
    }
    let url = Engine::Postgres.fresh(Path::new("")).await;
    let name = url.rsplit('/').next().unwrap().to_owned();
    let mut kiosk = Kiosk::opens(url).await;
    // Postgres copies a database only while nobody uses it.
    let life = {
        let (first, kept) = (kiosk.invoices().await, kiosk.invoices().await);
        kiosk.is_paid(&first).await;
        let copied = kiosk.hears(0, "invoice.paid", 1).await.last().map_or(0, seq);
        assert_eq!(kiosk.process.stops(), 0);
        Engine::on_the_server(format!("create database {name}_copy template {name}")).await;
        kiosk.process.starts().await;
        let lost = kiosk.invoices().await;
        kiosk.is_paid(&kept).await;
        kiosk.is_paid(&lost).await;
        let read = kiosk.hears(copied, "invoice.paid", 2).await.last().map_or(0, seq);
        Life { kept, lost, copied, read }
    };
    let (code, said, _) = kiosk.process.tries(&["backup", "--to", "copy.dump"]);
    assert!(code == 1 && said.contains("pg_dump"), "{said}");
    let (code, _, said) = kiosk.process.tries(&["restore"]);
    assert!(code == 1 && said.contains("stop it first"), "{said}");
    assert_eq!(kiosk.process.stops(), 0);
    Engine::on_the_server(format!("drop database {name}")).await;
    Engine::on_the_server(format!("alter database {name}_copy rename to {name}")).await;
    if marked {
        let said = kiosk.process.command(&["restore"]);
        assert!(said.contains("event feeds go on"), "{said}");
    }
    kiosk.process.starts().await;
    goes_on(&kiosk, &life).await;
    kiosk.ends().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restored_postgres_is_marked_by_a_command() {
    comes_back_on_postgres(true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restored_postgres_that_nobody_has_marked_is_found_out() {
    comes_back_on_postgres(false).await;
}

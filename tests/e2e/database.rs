//! The ground gives way: a full disk, a Postgres that is killed, cut off or set to read only, a writer
//! that does not come round. Whoever calls is told, nothing is lost, and everything goes on by itself.

use std::{fs, path::PathBuf, process::Command, time::Instant};

use e2e::{
    Engine, Gate, Kiosk, World,
    kiosk::{is_gap_free, seq},
    stories,
};
use serde_json::json;

/// A small disk of its own, if this user may make one.
struct SmallDisk {
    folder: tempfile::TempDir,
}

impl SmallDisk {
    fn new() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=16m", "tmpfs"])
            .arg(folder.path())
            .output();
        mounted.is_ok_and(|made| made.status.success()).then_some(Self { folder })
    }

    fn ballast(&self) -> PathBuf {
        self.folder.path().join("ballast")
    }

    fn fills(&self) {
        use std::io::Write;
        let mut file = fs::File::create(self.ballast()).unwrap();
        while file.write_all(&[0; 4096]).is_ok() {}
    }

    fn is_freed(&self) {
        fs::remove_file(self.ballast()).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.folder.path()).output();
    }
}

/// Where no disk can be made, the unit tests of `db` fill the database by its own bound instead.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_told_and_goes_on_when_there_is_room_again() {
    let Some(disk) = SmallDisk::new() else {
        eprintln!("not told: this user may not mount a small disk");
        return;
    };
    let kiosk = Kiosk::opens(Engine::Sqlite.fresh(disk.folder.path()).await).await;
    let (first, second) = (kiosk.invoices().await, kiosk.invoices().await);
    kiosk.is_paid(&first).await;
    let before = kiosk.hears(0, "invoice.paid", 1).await;

    disk.fills();
    kiosk.is_paid(&second).await;
    let mut made = 2;
    let refused = loop {
        // The log may still have room for a few.
        let body = json!({ "amount": "0.01", "asset": "GRAM" });
        let answer = kiosk.api.post("/v1/invoices", body).await;
        if answer.status != 201 {
            break answer;
        }
        made += 1;
        assert!(made < 4000, "the disk is not full");
    };
    assert_eq!(refused.status, 503);
    assert_eq!(refused.problem(), "database-unavailable");
    let said = kiosk.is_ready(false).await;
    let error = said["database"]["error"].as_str().unwrap_or_default();
    assert!(error == "its disk is full" || error.contains("cannot be"), "{said:#}");
    // Reading goes on, although the use of the key cannot be noted.
    kiosk.api.get("/v1/events?after=0").await.ok();
    kiosk.api.get("/v1/invoices").await.ok();

    disk.is_freed();
    kiosk.is_ready(true).await;
    let third = kiosk.invoices().await;
    kiosk.is_paid(&third).await;
    let mut events = before;
    let last = events.last().map_or(0, seq);
    events.extend(kiosk.hears(last, "invoice.paid", 2).await);
    assert!(is_gap_free(&events));
    let created = events.iter().filter(|event| event["type"] == "invoice.created").count();
    assert_eq!(created, made + 1, "what was refused was not done, and what was done is told");
    for invoice in [&first, &second, &third] {
        let path = format!("/v1/invoices/{}", invoice["id"].as_str().unwrap());
        assert_eq!(kiosk.api.get(&path).await.ok()["received"]["amount"], "0.01");
    }
    kiosk.ends().await;
}

/// Tells a story of Postgres alone.
async fn on_postgres() -> Option<(String, String)> {
    if !Engine::Postgres.is_there() {
        eprintln!("not told: TEST_DATABASE_URL names no Postgres (scripts/test starts one)");
        return None;
    }
    let url = Engine::Postgres.fresh(std::path::Path::new("")).await;
    let name = url.rsplit('/').next().unwrap().to_owned();
    Some((url, name))
}

async fn every_connection_is_killed(database: &str) {
    Engine::on_the_server(format!(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = '{database}'"
    ))
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_connections_are_replaced_and_nothing_is_lost() {
    let Some((url, name)) = on_postgres().await else { return };
    let kiosk = Kiosk::opens(url).await;
    let mut made = Vec::new();
    for _ in 0..12 {
        every_connection_is_killed(&name).await;
        let body = json!({ "amount": "0.01", "asset": "GRAM" });
        let answer = kiosk.api.post("/v1/invoices", body).await;
        if answer.status == 201 {
            kiosk.is_paid(&answer.body).await;
            made.push(answer.body);
        } else {
            assert_eq!(answer.problem(), "database-unavailable");
        }
        let page = kiosk.api.get("/v1/events?after=0").await;
        assert!(page.status == 200 || page.status == 503);
    }
    kiosk.is_ready(true).await;
    made.push(kiosk.invoices().await);
    kiosk.is_paid(made.last().unwrap()).await;
    let events = kiosk.hears(0, "invoice.paid", made.len()).await;
    assert!(is_gap_free(&events));
    assert_eq!(events.iter().filter(|event| event["type"] == "invoice.paid").count(), made.len());
    kiosk.ends().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_cut_off_is_told_within_seconds_and_used_again() {
    let Some((url, name)) = on_postgres().await else { return };
    let gate = Gate::to(&Engine::server()).await;
    let mut behind: url::Url = url.parse().unwrap();
    behind.set_host(Some("127.0.0.1")).unwrap();
    behind.set_port(Some(gate.address.port())).unwrap();
    assert!(behind.path().ends_with(&name));
    let kiosk = Kiosk::opens(behind.to_string()).await;
    let invoice = kiosk.invoices().await;

    gate.shuts();
    kiosk.is_paid(&invoice).await;
    for (method, path) in [("GET", "/v1/events?after=0"), ("POST", "/v1/invoices")] {
        let asked = Instant::now();
        let answer = match method {
            "GET" => kiosk.api.get(path).await,
            _ => kiosk.api.post(path, json!({ "amount": "1", "asset": "GRAM" })).await,
        };
        assert_eq!(answer.status, 503, "{method} {path}");
        assert_eq!(answer.problem(), "database-unavailable");
        assert!(asked.elapsed().as_secs() < 15, "{:?}", asked.elapsed());
    }
    let said = kiosk.is_ready(false).await;
    assert_eq!(said["database"]["ok"], false, "{said:#}");

    gate.opens();
    kiosk.is_ready(true).await;
    let events = kiosk.hears(0, "invoice.paid", 1).await;
    assert!(is_gap_free(&events));
    kiosk.ends().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_can_only_be_read_is_read() {
    let Some((url, name)) = on_postgres().await else { return };
    let kiosk = Kiosk::opens(url).await;
    let invoice = kiosk.invoices().await;
    let path = format!("/v1/invoices/{}", invoice["id"].as_str().unwrap());
    Engine::on_the_server(format!("alter database {name} set default_transaction_read_only = on"))
        .await;
    every_connection_is_killed(&name).await;
    kiosk.is_paid(&invoice).await;
    // At first it may only have been seen that the connections are gone.
    loop {
        let said = kiosk.is_ready(false).await;
        match said["database"]["error"].as_str() {
            Some("it can be read but not written") => break,
            other => assert_eq!(other, Some("it does not answer"), "{said:#}"),
        }
    }
    assert_eq!(kiosk.api.get(&path).await.ok()["status"], "open");
    let refused = kiosk.api.post("/v1/invoices", json!({ "amount": "1", "asset": "GRAM" })).await;
    assert_eq!(refused.problem(), "database-unavailable");

    Engine::on_the_server(format!("alter database {name} reset default_transaction_read_only"))
        .await;
    every_connection_is_killed(&name).await;
    kiosk.is_ready(true).await;
    kiosk.hears(0, "invoice.paid", 1).await;
    kiosk.ends().await;
}

stories![whoever_cannot_write_in_time_is_told_to_come_again,];

/// On SQLite there is one writer; on Postgres somebody holds the shop's own row.
async fn whoever_cannot_write_in_time_is_told_to_come_again(world: World) {
    let shop = world.shop().await;
    let app = world.app();
    if app.db.engine() != "SQLite" {
        return;
    }
    let invoice = shop.invoices("1", "GRAM").await;
    let writer = app.db.begin().await.unwrap();
    let asked = Instant::now();
    let refused = shop.api.post("/v1/invoices", json!({ "amount": "1", "asset": "GRAM" })).await;
    assert_eq!(refused.problem(), "database-unavailable");
    assert!(asked.elapsed().as_secs() < 15, "{:?}", asked.elapsed());
    // Whoever only reads waits for nobody.
    let asked = Instant::now();
    shop.invoice(e2e::person::id(&invoice)).await;
    assert!(asked.elapsed().as_secs() < 3, "{:?}", asked.elapsed());
    assert!(app.db.trouble().await.is_some());
    drop(writer);
    shop.invoices("1", "GRAM").await;
    assert_eq!(app.db.trouble().await, None);
}

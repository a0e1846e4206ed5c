//! What a shop says to whoever has paid: to them, and to nobody else who has the link.

use e2e::{Person, Shop, World, api::nothing, person::id, stories};
use reqwest::Method;
use serde_json::{Value, json};

const WORD: &str = "Code: 42";
const SECRET: &str = "remit-payer-secret";

async fn sells(shop: &Shop) -> Value {
    let body = json!({ "amount": "2", "asset": "GRAM", "paid_message": WORD });
    shop.api.post("/v1/invoices", body).await.ok()
}

/// What somebody's browser does with an invoice.
struct Browser<'a> {
    world: &'a World,
    secret: Option<String>,
}

impl<'a> Browser<'a> {
    fn new(world: &'a World, name: &str) -> Self {
        Self { world, secret: Some(format!("{name:-<40}")) }
    }

    async fn calls(&self, method: Method, path: &str, body: Value) -> Value {
        let api = self.world.api();
        let request = api.request(method.clone(), path);
        let request = match &self.secret {
            Some(secret) => request.header(SECRET, secret),
            None => request,
        };
        let request = if method == Method::POST { request.json(&body) } else { request };
        api.answer(method, path, request).await.ok()
    }

    async fn reads(&self, invoice: &Value) -> Value {
        self.calls(Method::GET, &format!("/v1/public/invoices/{}", id(invoice)), nothing()).await
    }

    async fn claims(&self, invoice: &Value) -> Value {
        let path = format!("/v1/public/invoices/{}/claim", id(invoice));
        self.calls(Method::POST, &path, nothing()).await
    }

    async fn prepares(&self, invoice: &Value, payer: &Person) -> Value {
        let path = format!("/v1/public/invoices/{}/pay", id(invoice));
        self.calls(Method::POST, &path, json!({ "from": payer.address().await })).await
    }
}

async fn is_paid(shop: &Shop, world: &World, invoice: &Value) -> Value {
    world.blocks(2).await;
    let mut found = shop.invoice_after(id(invoice), "open").await;
    while found["status"] == "processing" {
        found = shop.invoice_after(id(invoice), "processing").await;
    }
    assert_eq!(found["status"], "paid");
    found
}

stories![
    the_browser_that_has_paid_reads_it_and_another_with_the_link_does_not,
    a_code_on_the_screen_is_paid_with_another_device,
    a_person_reads_it_by_their_payment_or_by_the_wallet_that_has_paid,
    dust_buys_no_word,
    a_secret_that_is_none_is_refused,
];

async fn the_browser_that_has_paid_reads_it_and_another_with_the_link_does_not(world: World) {
    let (shop, alice) = (world.shop().await, world.stranger("alice").await);
    let invoice = sells(&shop).await;
    let (hers, other) = (Browser::new(&world, "hers"), Browser::new(&world, "other"));
    let nobody = Browser { world: &world, secret: None };
    assert_eq!(nobody.reads(&invoice).await["has_paid_message"], true);
    other.claims(&invoice).await;
    let answer = hers.prepares(&invoice, &alice).await;
    assert!(answer["payment"].is_null());
    assert!(hers.reads(&invoice).await["paid_message"].is_null(), "not before");
    alice.signs(&answer["transaction"]).await;
    assert_eq!(
        is_paid(&shop, &world, &invoice).await["paid_message"],
        WORD,
        "the shop's own words"
    );
    assert_eq!(hers.reads(&invoice).await["paid_message"], WORD);
    for browser in [&other, &nobody, &Browser::new(&world, "late")] {
        let read = browser.reads(&invoice).await;
        assert_eq!((&read["status"], &read["paid_message"]), (&json!("paid"), &Value::Null));
    }
    let page = world.http.get(format!("{}/pay/{}", world.settings.public_url, id(&invoice)));
    assert!(!page.send().await.unwrap().text().await.unwrap().contains(WORD));
    let receipt =
        world.http.get(format!("{}/v1/receipts/{}", world.settings.public_url, id(&invoice)));
    assert!(!receipt.send().await.unwrap().text().await.unwrap().contains(WORD));
}

async fn a_code_on_the_screen_is_paid_with_another_device(world: World) {
    let (shop, alice) = (world.shop().await, world.stranger("alice").await);
    let invoice = sells(&shop).await;
    let desk = Browser::new(&world, "desk");
    let claimed = desk.claims(&invoice).await;
    assert_ne!(claimed["reference"], invoice["reference"], "a reference of its own");
    assert_eq!(desk.claims(&invoice).await["reference"], claimed["reference"], "and only one");
    assert_eq!(desk.reads(&invoice).await["reference"], claimed["reference"]);
    let reference = claimed["reference"].as_str().unwrap();
    for link in [&claimed["ton_link"], &claimed["accepted"][0]["ton_link"]] {
        assert!(link.as_str().unwrap().contains(reference), "{link}");
    }
    let message =
        json!({ "to": claimed["address"], "amount": "2", "asset": "GRAM", "comment": reference });
    alice.sends(message).await;
    is_paid(&shop, &world, &invoice).await;
    assert_eq!(desk.reads(&invoice).await["paid_message"], WORD);
}

async fn a_person_reads_it_by_their_payment_or_by_the_wallet_that_has_paid(world: World) {
    let (shop, bob) = (world.shop().await, world.person("bob").await);
    let first = sells(&shop).await;
    bob.pays_invoice(&first).await;
    let path = |invoice: &Value| format!("/v1/public/invoices/{}", id(invoice));
    assert_eq!(bob.api.get(&path(&first)).await.ok()["paid_message"], WORD);
    // By hand, with no page and no secret: the wallet proves who it was.
    let (alice, second) = (world.stranger("alice").await, sells(&shop).await);
    let message = json!({
        "to": second["address"], "amount": "2", "asset": "GRAM", "comment": second["reference"],
    });
    alice.sends(message).await;
    is_paid(&shop, &world, &second).await;
    assert!(alice.api.get(&path(&second)).await.ok()["paid_message"].is_null());
    alice.links_wallet().await;
    assert_eq!(alice.api.get(&path(&second)).await.ok()["paid_message"], WORD);
    assert!(bob.api.get(&path(&second)).await.ok()["paid_message"].is_null());
    assert!(alice.api.get(&path(&first)).await.ok()["paid_message"].is_null());
    let ended = world.api().with("Bearer ses_0000");
    assert!(ended.get(&path(&first)).await.ok()["paid_message"].is_null());
}

async fn dust_buys_no_word(world: World) {
    let (shop, alice, mallory) =
        (world.shop().await, world.stranger("alice").await, world.person("bob").await);
    let invoice = sells(&shop).await;
    let (hers, his) = (Browser::new(&world, "hers"), Browser::new(&world, "his"));
    let reference = his.claims(&invoice).await["reference"].clone();
    let dust = |comment: &Value| {
        json!({
            "to": invoice["address"], "amount": "0.01", "asset": "GRAM", "comment": comment,
        })
    };
    for comment in [&reference, &invoice["reference"]] {
        mallory.sends(dust(comment)).await;
        world.blocks(2).await;
    }
    shop.hears("invoice.partially_paid").await;
    let rest = hers.prepares(&invoice, &alice).await;
    alice.signs(&rest["transaction"]).await;
    world.blocks(2).await;
    shop.hears("invoice.paid").await;
    mallory.sends(dust(&reference)).await;
    world.blocks(2).await;
    let path = format!("/v1/public/invoices/{}", id(&invoice));
    assert!(his.reads(&invoice).await["paid_message"].is_null());
    assert!(mallory.api.get(&path).await.ok()["paid_message"].is_null());
    assert_eq!(hers.reads(&invoice).await["paid_message"], WORD);
}

async fn a_secret_that_is_none_is_refused(world: World) {
    let (shop, api) = (world.shop().await, world.api());
    let path = format!("/v1/public/invoices/{}", id(&sells(&shop).await));
    for bad in ["short", "with a space in the middle of it, long enough"] {
        let request = api.request(Method::GET, &path).header(SECRET, bad);
        assert_eq!(api.answer(Method::GET, &path, request).await.problem(), "bad-request");
    }
    assert_eq!(api.post(&format!("{path}/claim"), nothing()).await.problem(), "bad-request");
}

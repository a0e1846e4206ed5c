//! An operator has an account read again by hand: what was passed over is found, and what is known stays.

use e2e::{Shop, World, person::id, stories};
use remit::{
    base::{
        config::Rescan,
        db::Db,
        follow::{self, Cursor},
    },
    shells::watch::command,
    words::money::Asset,
};
use serde_json::{Value, json};
use ton::address::Address;

async fn sends(world: &World, invoice: &Value) {
    let message = json!({
        "to": invoice["address"], "amount": "1", "asset": "GRAM", "comment": invoice["reference"],
    });
    world.control("wallets/alice/send", message).await;
    world.blocks(2).await;
}

async fn told(shop: &Shop, kind: &str) -> usize {
    let page = shop.api.get(&format!("/v1/events?types={kind}")).await.ok();
    page["data"].as_array().unwrap().len()
}

/// Puts a cursor past what has not been read, as no release should.
async fn passes_over(world: &World, owner: Address) {
    let states = world.app().chain.account_states(&[owner]).await.unwrap();
    let (lt, hash) =
        (states[0].last_transaction_lt.unwrap(), states[0].last_transaction_hash.unwrap());
    let db = Db::open(&world.settings.database_url).await.unwrap();
    let mut tx = db.begin().await.unwrap();
    let followed = follow::store::of(&mut tx, owner).await.unwrap();
    let gram = followed.iter().find(|watched| watched.asset == Asset::Gram).unwrap();
    assert!(gram.cursor.is_some_and(|cursor| cursor.lt < lt));
    assert!(follow::store::advance(&mut tx, gram, Cursor { lt, hash }).await.unwrap());
    tx.commit().await.unwrap();
    db.close().await;
}

fn since(address: &str, moment: &str) -> Rescan {
    Rescan { address: address.to_owned(), since: moment.to_owned() }
}

/// The moment at which the story begins.
const BEGINNING: &str = "2026-11-18T11:06:41Z";

stories![
    what_was_passed_over_is_found_and_what_is_known_stays,
    what_makes_no_sense_changes_nothing,
];

async fn what_was_passed_over_is_found_and_what_is_known_stays(world: World) {
    let shop = world.shop().await;
    let first = shop.invoices("1", "GRAM").await;
    sends(&world, &first).await;
    shop.invoice_turns(id(&first), "paid").await.unwrap();
    let missed = shop.invoices("1", "GRAM").await;
    let address = missed["address"].as_str().unwrap().to_owned();
    world.service_stops().await;
    sends(&world, &missed).await;
    passes_over(&world, Address::read(&address).unwrap().address).await;
    world.service_starts().await;
    let next = shop.invoices("1", "GRAM").await;
    sends(&world, &next).await;
    shop.invoice_turns(id(&next), "paid").await.unwrap();
    assert_eq!(shop.invoice(id(&missed)).await["status"], "open", "it was passed over");

    let said = command::rescan(&world.app(), &since(&address, BEGINNING)).await.unwrap();
    assert!(said.contains("will be read again"), "{said}");
    world.blocks(1).await;
    shop.invoice_turns(id(&missed), "paid").await.unwrap();
    // A second time there is nothing to find.
    command::rescan(&world.app(), &since(&address, BEGINNING)).await.unwrap();
    let last = shop.invoices("1", "GRAM").await;
    sends(&world, &last).await;
    shop.invoice_turns(id(&last), "paid").await.unwrap();
    assert_eq!(told(&shop, "invoice.paid").await, 4, "each once");
    for kind in ["payment.unmatched", "invoice.overpaid", "invoice.paid_again"] {
        assert_eq!(told(&shop, kind).await, 0, "{kind}");
    }
    let status = command::status(&world.app()).await.unwrap();
    assert!(status.contains("Every account has been read to its end."), "{status}");
}

async fn what_makes_no_sense_changes_nothing(world: World) {
    let shop = world.shop().await;
    let address = shop.invoices("1", "GRAM").await["address"].as_str().unwrap().to_owned();
    let nobodys = Address { workchain: 0, hash: [0x77; 32] }.to_string();
    for (wrong, said) in [
        (since("nobody", BEGINNING), "not a TON address"),
        (since(&nobodys, BEGINNING), "nobody is paid at this address"),
        (since(&address, "2099-01-01"), "lies in the future"),
        (since(&address, "yesterday"), "--since wants a day"),
    ] {
        let refused = command::rescan(&world.app(), &wrong).await.unwrap_err();
        assert!(format!("{refused:#}").contains(said), "{refused:#}");
    }
    let status = command::status(&world.app()).await.unwrap();
    assert!(status.contains("Every account has been read to its end."), "{status}");
}

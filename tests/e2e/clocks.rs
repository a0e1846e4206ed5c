//! A machine whose clock is wrong, or jumps: what is paid in time is paid, and what is not, is not.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use e2e::{Shop, World, bad_day::wallet_of, person::id, stories};
use remit::{
    run::sandbox as composition,
    words::time::{Clock, Time},
};
use serde_json::{Value, json};

const HOUR: i64 = 3_600_000;

/// Ends the service and starts it on a machine whose clock is off by as many milliseconds as the handle says.
async fn moves_to_another_machine(world: &World, off: i64) -> Arc<AtomicI64> {
    world.service_stops().await;
    let off = Arc::new(AtomicI64::new(off));
    let (right, by) = (composition::clock(&world.simulated), off.clone());
    let wrong =
        Clock::new(move || Time::from_millis(right.now().millis() + by.load(Ordering::Relaxed)));
    world.service_starts_by(wrong.steered()).await;
    off
}

async fn asks(shop: &Shop, asset: &str) -> Value {
    let body = json!({ "amount": "1", "asset": asset, "expires_in": 600 });
    shop.api.post("/v1/invoices", body).await.ok()
}

async fn is_paid(world: &World, shop: &Shop, invoice: &Value, asset: &str) {
    let message = json!({
        "to": invoice["address"], "amount": "1", "asset": asset, "comment": invoice["reference"],
    });
    world.control("wallets/alice/send", message).await;
    world.blocks(2).await;
    let paid = shop.invoice_turns(id(invoice), "paid").await.unwrap();
    assert_eq!(paid["exception"], "none", "{paid:#}");
}

stories![an_hour_forwards_or_back_changes_no_outcome, a_clock_an_hour_off_is_told,];

async fn an_hour_forwards_or_back_changes_no_outcome(world: World) {
    let shop = world.shop().await;
    let jumps = [(0, HOUR), (0, -HOUR), (HOUR, -HOUR), (-HOUR, HOUR)];
    for (wallet, (before, jump)) in (0..).zip(jumps) {
        let off = moves_to_another_machine(&world, before).await;
        world.has_passed(Duration::from_secs(1)).await;
        let invoices =
            [asks(&shop, "GRAM").await, asks(&shop, "USDT").await, asks(&shop, "GRAM").await];
        off.fetch_add(jump, Ordering::Relaxed);
        // Accounts that begin in the hour that is not there.
        let newcomer = Shop::open_at(&world, [wallet_of(wallet)]).await.remove(0);
        let [gram, usdt, unpaid] = &invoices;
        is_paid(&world, &shop, gram, "GRAM").await;
        is_paid(&world, &shop, usdt, "USDT").await;
        // Whose end is reckoned by a clock that is wrong may be long; it is never over at once.
        for asset in ["GRAM", "USDT"] {
            is_paid(&world, &newcomer, &asks(&newcomer, asset).await, asset).await;
        }
        assert_eq!(shop.invoice(id(unpaid)).await["status"], "open");
        // By the clock that was wrong when it was made, an invoice may have an hour more.
        world.after(Duration::from_secs(700 + 3600)).await;
        shop.invoice_turns(id(unpaid), "expired").await.unwrap();
        for kind in ["invoice.overpaid", "payment.unmatched", "invoice.paid_again"] {
            let told = newcomer.api.get(&format!("/v1/events?types={kind}")).await.ok();
            assert_eq!(told["data"], json!([]), "{kind}");
        }
    }
    let told = shop.api.get("/v1/events?types=invoice.paid&limit=100").await.ok();
    assert_eq!(told["data"].as_array().unwrap().len(), 8, "each once");
}

async fn a_clock_an_hour_off_is_told(world: World) {
    for (off, side) in [(HOUR, "ahead of"), (-HOUR, "behind")] {
        moves_to_another_machine(&world, off).await;
        world.has_passed(Duration::from_secs(1)).await;
        let url = format!("{}/health/ready", world.settings.public_url);
        let ready: Value = world.http.get(url).send().await.unwrap().json().await.unwrap();
        let warnings = ready["chain"]["warnings"].to_string();
        assert!(warnings.contains(&format!("{side} the chain's")), "{ready:#}");
    }
}

//! Money goes back from the shop's wallet to the one that sent it.

use e2e::{World, person::id, stories};
use serde_json::json;

stories! {
    async fn a_refund_goes_back_from_wallet_to_wallet(world: World) {
        let (alice, shop) = (world.person("alice").await, world.shop().await);
        let olga = world.stranger("olga").await;
        alice.starts_bot().await;
        olga.starts_bot().await;
        let invoice = shop.invoices("2", "GRAM").await;
        alice.pays_invoice(&invoice).await;
        shop.hears("invoice.paid").await;

        let refund = shop.refunds(json!({ "invoice": id(&invoice), "reason": "Out of milk" })).await;
        assert_eq!((&refund["status"], &refund["money"]["amount"]), (&json!("requires_signature"), &json!("2")));
        assert_eq!(refund["to"], shop.invoice(id(&invoice)).await["payments"][0]["from"]);
        assert_eq!(refund["warnings"], json!([]));
        olga.signs(&shop.message(&refund).await).await;
        world.blocks(2).await;

        let done = shop.refund_turns(&refund, "succeeded").await;
        assert_eq!((&done["sent"]["amount"], &done["settlements"][0]["received"]["amount"]), (&json!("2"), &json!("2")));
        shop.hears("refund.succeeded").await;
        let invoice = shop.invoice(id(&invoice)).await;
        assert_eq!((&invoice["status"], &invoice["refunded"]["amount"]), (&json!("paid"), &json!("2")));
        assert_eq!(invoice["refunds"][0]["id"], refund["id"]);
        alice.reads("Coffee Lab paid you back 2 GRAM").await;
        olga.reads("2 GRAM was paid back").await;
    }
}

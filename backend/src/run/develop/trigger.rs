//! `remit trigger invoice.paid`: makes an event happen in the sandbox, the way it happens to everybody:
//! an invoice is created, a wallet pays it, the clock moves on. Nothing is invented.

use anyhow::{Context, bail};
use serde_json::{Value, json};

use super::Remote;
use crate::{
    base::{
        config::{Access, Secret, Trigger},
        events::{FOR_MERCHANTS, kind, view::EventView},
    },
    words::page::Page,
};

/// What the invoice asks for, in GRAM, and other amounts that come.
const DUE: &str = "0.02";
const LESS: &str = "0.01";
const MORE: &str = "0.05";
/// The shortest life of an invoice, and past it by as much as the service waits to be sure, in seconds.
const LIFETIME: u64 = 60;
const PAST: u64 = 75;
/// How long the event may take, in long polls of 25 s.
const POLLS: usize = 3;

/// Makes it happen, waits for it in the feed, and prints it.
pub async fn run(args: &Trigger) -> anyhow::Result<()> {
    let service = Remote::new(&args.access)?;
    let world = Access { service: args.world.clone(), api_key: Secret::new("") };
    let world = Remote::new(&world)?;
    let shop: Value = service.get("/v1/merchant").await?;
    let after = shop["last_seq"].as_i64().context("/v1/merchant has no last_seq")?;
    let stage = Stage { service, world, after };
    match args.kind.as_str() {
        kind::INVOICE_CREATED => drop(stage.invoice().await?),
        kind::INVOICE_PROCESSING | kind::INVOICE_PAID => {
            stage.pays(&stage.invoice().await?, DUE).await?;
        }
        kind::INVOICE_PARTIALLY_PAID => stage.pays(&stage.invoice().await?, LESS).await?,
        kind::INVOICE_OVERPAID => stage.pays(&stage.invoice().await?, MORE).await?,
        kind::INVOICE_EXPIRED => stage.expires().await?,
        kind::INVOICE_PAID_LATE => {
            let invoice = stage.invoice().await?;
            stage.expires().await?;
            stage.happens(kind::INVOICE_EXPIRED).await?;
            stage.pays(&invoice, DUE).await?;
        }
        kind::INVOICE_VOID => {
            let invoice = stage.invoice().await?;
            let path = format!("/v1/invoices/{}/void", text(&invoice, "id"));
            stage.service.post(&path, json!({})).await?;
        }
        kind::PAYMENT_UNMATCHED => stage.sends(text(&shop, "address"), LESS, "hello").await?,
        kind::WEBHOOK_PING => {
            let page: Value = stage.service.get("/v1/webhook_endpoints?limit=1").await?;
            let id = page["data"][0]["id"].as_str();
            let id = id.context("make a webhook endpoint first: POST /v1/webhook_endpoints")?;
            stage.service.post(&format!("/v1/webhook_endpoints/{id}/test"), json!({})).await?;
        }
        kind::INVOICE_RATE_RENEWED => {
            bail!(
                "{} needs a quarter of an hour: make an invoice with `fiat` and a longer expires_in, move the clock past fiat.rate_expires_at, open its pay page",
                args.kind
            );
        }
        other if FOR_MERCHANTS.contains(&other) => {
            bail!("{other} takes days of failures; it cannot be made to happen in a moment");
        }
        other => bail!("{other} is none of {}", FOR_MERCHANTS.join(", ")),
    }
    let event = stage.happens(&args.kind).await?;
    println!("{}", serde_json::to_string_pretty(&event)?);
    Ok(())
}

struct Stage {
    service: Remote,
    world: Remote,
    /// The last event before all this.
    after: i64,
}

impl Stage {
    async fn invoice(&self) -> anyhow::Result<Value> {
        let body = json!({
            "amount": DUE, "asset": "GRAM", "description": "A test event", "expires_in": LIFETIME,
        });
        self.service.post("/v1/invoices", body).await
    }

    async fn pays(&self, invoice: &Value, amount: &str) -> anyhow::Result<()> {
        self.sends(text(invoice, "address"), amount, text(invoice, "reference")).await
    }

    /// Alice's wallet sends.
    async fn sends(&self, to: &str, amount: &str, comment: &str) -> anyhow::Result<()> {
        let body = json!({ "to": to, "amount": amount, "asset": "GRAM", "comment": comment });
        self.world.post("/sandbox/wallets/alice/send", body).await?;
        Ok(())
    }

    /// The sandbox's clock moves past the life of a fresh invoice.
    async fn expires(&self) -> anyhow::Result<()> {
        self.invoice().await?;
        self.world.post("/sandbox/clock", json!({ "advance_seconds": PAST })).await?;
        eprintln!("The sandbox's clock was moved on by {PAST} s.");
        Ok(())
    }

    /// Waits for an event of this kind.
    async fn happens(&self, kind: &str) -> anyhow::Result<EventView> {
        for _ in 0..POLLS {
            let path = format!("/v1/events?after={}&wait=25&types={kind}", self.after);
            let page: Page<EventView> = self.service.get(&path).await?;
            if let Some(event) = page.data.into_iter().next() {
                return Ok(event);
            }
        }
        bail!("{kind} has not come; is the service reading this sandbox's chain?")
    }
}

pub(super) fn text<'a>(object: &'a Value, field: &str) -> &'a str {
    object[field].as_str().unwrap_or_default()
}

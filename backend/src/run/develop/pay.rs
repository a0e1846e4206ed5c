//! `remit pay inv_…`: an invoice paid from a wallet of the sandbox, as it should be or with one thing
//! wrong, and what the service then says of it. The transfers are the sandbox's own work, signed by a
//! wallet and executed on its chain; here they are asked for, waited for and told.

use std::fmt;

use anyhow::{Context, bail, ensure};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Remote;
use crate::{
    base::{
        config::{self, Pay, Secret},
        events::view::EventView,
    },
    words::{page::Page, time::Time},
};

/// How long the service may take to say what it makes of a payment, in long polls.
const POLLS: usize = 12;
const POLL: u64 = 5;

/// Pays, waits for what comes of it, and tells. Fails if it does not come.
pub async fn run(args: &Pay) -> anyhow::Result<()> {
    let desk = Desk::open(args).await?;
    let before = desk.invoice().await?;
    let (name, send) = args.mishap.named();
    let paid = desk.pay(&args.from, &before, name, send).await?;
    if paid.moved_seconds > 0 {
        println!(
            "The sandbox's clock was moved on by {} s, past the invoice's end.",
            paid.moved_seconds
        );
    }
    for transfer in &paid.transfers {
        println!("{transfer}");
    }
    let last = paid.transfers.last().context("the sandbox has sent nothing")?;
    let heard = desk.consequence(name, last).await?;
    let after = desk.settled(name).await?;
    println!("{heard}\n{}", said(&after));
    // The words are about an invoice that was open; of another, its own state says more.
    if before["status"] == "open" {
        println!("{}", paid.meaning);
    }
    Ok(())
}

impl config::Mishap {
    /// What the sandbox calls it, and what to send instead of what is due.
    fn named(&self) -> (&'static str, Option<&str>) {
        match self {
            Self { partial: Some(amount), .. } => ("partial", Some(amount)),
            Self { over: Some(amount), .. } => ("over", Some(amount)),
            Self { late: true, .. } => ("late", None),
            Self { twice: true, .. } => ("twice", None),
            Self { wrong_asset: true, .. } => ("wrong_asset", None),
            Self { fake_usdt: true, .. } => ("fake_usdt", None),
            Self { no_reference: true, .. } => ("no_reference", None),
            Self { bounce: true, .. } => ("bounce", None),
            _ => ("none", None),
        }
    }
}

/// What the sandbox says it has done.
#[derive(Deserialize)]
struct Paid {
    meaning: String,
    moved_seconds: u32,
    transfers: Vec<Sent>,
}

#[derive(Deserialize)]
struct Sent {
    from: String,
    amount: String,
    asset: String,
    genuine: bool,
    comment: Option<String>,
    account: String,
    hash: String,
    lt: String,
    block: u32,
    bounced: bool,
}

impl fmt::Display for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, amount, asset, account, hash, lt, block, .. } = self;
        let coin =
            if self.genuine { asset.clone() } else { format!("of a jetton that says {asset}") };
        let comment = match &self.comment {
            Some(comment) => format!("with the comment {comment}"),
            None => "without a comment".to_owned(),
        };
        let end = if self.bounced { "and the chain sent it back" } else { "and it is final" };
        write!(
            f,
            "{from}'s wallet sent {amount} {coin} {comment}, {end}.\n  \
             transaction {hash}\n  lt {lt}, block {block}, account {account}"
        )
    }
}

/// A service and the sandbox it lives in.
struct Desk {
    service: Remote,
    world: Remote,
    invoice: String,
    /// The merchant's last event before all this.
    after: i64,
}

impl Desk {
    /// Makes sure that all of it is play.
    async fn open(args: &Pay) -> anyhow::Result<Self> {
        let world = Remote::at(&args.world, "")?;
        let play: Value = world.get("/sandbox/info").await.with_context(|| {
            format!(
                "no sandbox answers at {}. `remit pay` moves play money only: start one with \
                 `remit sandbox`, or say where it is with --world",
                world.base
            )
        })?;
        let shop = play["shop"]["key"].as_str().unwrap_or_default();
        let key = args.api_key.as_ref().map_or(shop, Secret::reveal);
        ensure!(!key.is_empty(), "the sandbox knows no shop; give its key in REMIT_API_KEY");
        let service = Remote::at(&args.service, key)?;
        let info: Value = service.get("/v1/info").await?;
        ensure!(
            info["sandbox"] == true,
            "{} is on network {}, which is no sandbox: nothing was done",
            service.base,
            super::trigger::text(&info, "network")
        );
        let merchant: Value = service.get("/v1/merchant").await?;
        let after = merchant["last_seq"].as_i64().context("/v1/merchant has no last_seq")?;
        Ok(Self { service, world, invoice: args.invoice.clone(), after })
    }

    async fn invoice(&self) -> anyhow::Result<Value> {
        self.service.get(&format!("/v1/invoices/{}", self.invoice)).await
    }

    async fn pay(
        &self,
        from: &str,
        invoice: &Value,
        mishap: &str,
        send: Option<&str>,
    ) -> anyhow::Result<Paid> {
        let accepted = invoice["accepted"].as_array().map_or(1, Vec::len);
        ensure!(
            mishap != "wrong_asset" || accepted < 2,
            "this invoice takes every coin the sandbox's wallets hold, so none is wrong: nothing was done"
        );
        let due = match &invoice["remaining"]["units"] {
            units if units == "0" => &invoice["money"],
            _ => &invoice["remaining"],
        };
        let end: Time = serde_json::from_value(invoice["expires_at"].clone())?;
        let bill = json!({
            "to": invoice["address"], "amount": due["amount"], "asset": due["asset"],
            "reference": invoice["reference"], "expires_at": end.seconds(),
            "mishap": mishap, "send": send,
        });
        let paid = self.world.post(&format!("/sandbox/wallets/{from}/pay"), bill).await?;
        Ok(serde_json::from_value(paid)?)
    }

    /// Waits until the service has made of it what it has to, and says what that was.
    async fn consequence(&self, mishap: &str, last: &Sent) -> anyhow::Result<String> {
        let mut after = self.after;
        if matches!(mishap, "fake_usdt" | "bounce") {
            self.reads_up_to(last.block).await?;
            return match self.told(&mut after, 0, last).await? {
                Some(event) => bail!("the service took it for money: {} {}", event.kind, event.id),
                None => Ok(format!(
                    "The service has read the chain up to block {} and heard of no money.",
                    last.block
                )),
            };
        }
        for _ in 0..POLLS {
            if let Some(event) = self.told(&mut after, POLL, last).await? {
                let why = event.data["reason"].as_str().map(|why| format!(" ({why})"));
                let why = why.unwrap_or_default();
                return Ok(format!("The shop is told {}{why}, event {}.", event.kind, event.id));
            }
        }
        bail!("the service says nothing of it; is it reading this sandbox's chain?")
    }

    /// The invoice as it stays. What is late is told before the invoice itself has ended.
    async fn settled(&self, mishap: &str) -> anyhow::Result<Value> {
        let mut invoice = self.invoice().await?;
        for _ in 0..POLLS {
            let status = super::trigger::text(&invoice, "status");
            if !(mishap == "late" && matches!(status, "open" | "processing")) {
                return Ok(invoice);
            }
            let path = format!("/v1/invoices/{}?wait={POLL}&after={status}", self.invoice);
            invoice = self.service.get(&path).await?;
        }
        bail!("the invoice does not end; is the service reading this sandbox's chain?")
    }

    /// The newest event about this transfer among those after a number, which moves on. With nothing
    /// new it waits.
    async fn told(
        &self,
        after: &mut i64,
        wait: u64,
        transfer: &Sent,
    ) -> anyhow::Result<Option<EventView>> {
        let mut found = None;
        loop {
            let path = format!("/v1/events?after={after}&limit=100&wait={wait}");
            let page: Page<EventView> = self.service.get(&path).await?;
            for event in page.data {
                *after = event.seq;
                found = if names(&event.data, transfer) { Some(event) } else { found };
            }
            if !page.has_more {
                return Ok(found);
            }
        }
    }

    async fn reads_up_to(&self, block: u32) -> anyhow::Result<()> {
        for _ in 0..POLLS * 10 {
            let info: Value = self.service.get("/v1/info").await?;
            if info["block"].as_u64().is_some_and(|read| read >= u64::from(block)) {
                return Ok(());
            }
            tokio::time::sleep(std::time::Duration::from_millis(250)).await;
        }
        bail!("the service has not read block {block}; is it reading this sandbox's chain?")
    }
}

/// Whether an event is about this transfer: as what paid an invoice, or as money that paid nothing.
fn names(data: &Value, transfer: &Sent) -> bool {
    let hash = transfer.hash.as_str();
    let mut payments = data["payments"].as_array().into_iter().flatten();
    data["settlement"]["hash"] == hash || payments.any(|payment| payment["hash"] == hash)
}

fn said(invoice: &Value) -> String {
    let text = |path: &str| invoice.pointer(path).and_then(Value::as_str).unwrap_or_default();
    format!(
        "{} is {}, exception {}: {} of {} {} received.",
        text("/id"),
        text("/status"),
        text("/exception"),
        text("/received/amount"),
        text("/money/amount"),
        text("/money/asset")
    )
}

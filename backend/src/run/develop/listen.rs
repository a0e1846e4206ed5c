//! `remit listen --forward-to http://localhost:3000/hooks`: the feed, passed on as webhooks. Nothing has
//! to be reachable from outside, because it is we who ask.

use std::time::Duration;

use serde::Deserialize;

use super::{Remote, UnknownPosition};
use crate::{
    base::{config::Listen, events::view::EventView},
    selling::webhooks::keys::{Keys, signature},
    words::{dice::Dice, page::Page, time::Clock},
};

/// How long to wait before asking again after a failure.
const PAUSE: Duration = Duration::from_secs(1);

#[derive(Deserialize)]
struct Shop {
    name: String,
    last_seq: i64,
}

/// Passes events on until it is interrupted. One that is not taken is told and not tried again.
pub async fn run(args: &Listen) -> anyhow::Result<()> {
    let remote = Remote::new(&args.access)?;
    let shop: Shop = remote.get("/v1/merchant").await?;
    let (keys, clock) = (Keys::roll(&Dice::system()), Clock::system());
    let types = args.types.join(",");
    let mut after = args.after.unwrap_or(shop.last_seq);
    println!(
        "Passing the events of {} on to {}, after number {after}.\nThey are signed with {}\n(public key {}).",
        shop.name,
        args.forward_to,
        keys.secret(),
        keys.public_key()
    );
    loop {
        let path = format!("/v1/events?after={after}&wait=25&types={types}");
        let page: Page<EventView> = match remote.get(&path).await {
            Ok(page) => page,
            Err(error) => {
                if let Some(UnknownPosition { last_seq }) = error.downcast_ref() {
                    eprintln!("{error}. Going on from there.");
                    after = *last_seq;
                    continue;
                }
                eprintln!("{error:#}; trying again");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        for event in page.data {
            println!(
                "{} {} {}",
                pass_on(&remote, args, &keys, &clock, &event).await?,
                event.kind,
                event.id
            );
            after = event.seq;
        }
    }
}

/// The status, or why there was none.
async fn pass_on(
    remote: &Remote,
    args: &Listen,
    keys: &Keys,
    clock: &Clock,
    event: &EventView,
) -> anyhow::Result<String> {
    let (body, id) = (serde_json::to_string(event)?, event.id.to_string());
    let seconds = clock.now().seconds();
    let sent = remote
        .http
        .post(&args.forward_to)
        .header("content-type", "application/json")
        .header("webhook-id", &id)
        .header("webhook-timestamp", seconds.to_string())
        .header("webhook-signature", signature([keys], &id, seconds, &body))
        .body(body)
        .send()
        .await;
    Ok(match sent {
        Ok(answer) => answer.status().as_u16().to_string(),
        Err(error) => format!("not taken ({})", error.without_url()),
    })
}

//! What owners are told of their store: its wallet, its people, its keys and its webhooks.

use serde::Deserialize;
use serde_json::Value;

use super::{Message, NAME, Webhook, Words, bold, lines, short, show, show_name, webhook_names};
use crate::{
    base::events::kind,
    selling::merchants::changes::ChangeKind,
    shells::bot::{taps, text},
    words::time::Time,
};

#[derive(Debug, Deserialize)]
pub struct Payout {
    id: String,
    merchant: String,
    shop: String,
    from: String,
    to: String,
    due_at: Time,
}

#[derive(Debug, Deserialize)]
pub struct Change {
    id: String,
    kind: ChangeKind,
    merchant: String,
    shop: String,
    role: Option<String>,
    person: Option<String>,
    key_hint: Option<String>,
    due_at: Time,
}

#[derive(Debug, Deserialize)]
pub struct Membership {
    merchant: Merchant,
    role: String,
}

#[derive(Debug, Deserialize)]
pub struct Key {
    merchant: Merchant,
    hint: String,
}

#[derive(Debug, Deserialize)]
struct Merchant {
    id: String,
    name: String,
}

pub enum Notice {
    PayoutAsked(Payout),
    PayoutSoon(Payout),
    PayoutCanceled(Payout),
    PayoutChanged(Payout),
    Asked(Change),
    Soon(Change),
    Canceled(Change),
    Done(Change),
    Joined(Membership),
    Changed(Membership),
    Removed(Membership),
    Appointed(Membership),
    KeyMade(Key),
    WebhookCreated(Webhook),
    WebhookMoved(Webhook),
    WebhookChanged(Webhook),
    WebhookSecret(Webhook),
    WebhookDeleted(Webhook),
    WebhookKeyEnded(Webhook),
}

pub fn read(event_type: &str, data: &Value) -> Option<Notice> {
    let payout = || Payout::deserialize(data).ok();
    let change = || Change::deserialize(data).ok();
    let membership = || Membership::deserialize(data).ok();
    let webhook = || Webhook::deserialize(data).ok();
    match event_type {
        kind::PAYOUT_CHANGE_REQUESTED => payout().map(Notice::PayoutAsked),
        kind::PAYOUT_CHANGE_DUE_SOON => payout().map(Notice::PayoutSoon),
        kind::PAYOUT_CHANGE_CANCELED => payout().map(Notice::PayoutCanceled),
        kind::PAYOUT_CHANGED => payout().map(Notice::PayoutChanged),
        kind::RIGHTS_CHANGE_CREATED => change().map(Notice::Asked),
        kind::RIGHTS_CHANGE_DUE_SOON => change().map(Notice::Soon),
        kind::RIGHTS_CHANGE_CANCELED => change().map(Notice::Canceled),
        kind::RIGHTS_CHANGE_COMPLETED => change().map(Notice::Done),
        kind::MEMBER_JOINED => membership().map(Notice::Joined),
        kind::MEMBER_CHANGED => membership().map(Notice::Changed),
        kind::MEMBER_REMOVED => membership().map(Notice::Removed),
        kind::MEMBER_APPOINTED => membership().map(Notice::Appointed),
        kind::KEY_CREATED => Key::deserialize(data).ok().map(Notice::KeyMade),
        kind::WEBHOOK_CREATED => webhook().map(Notice::WebhookCreated),
        kind::WEBHOOK_MOVED => webhook().map(Notice::WebhookMoved),
        kind::WEBHOOK_CHANGED => webhook().map(Notice::WebhookChanged),
        kind::WEBHOOK_SECRET_ROTATED => webhook().map(Notice::WebhookSecret),
        kind::WEBHOOK_DELETED => webhook().map(Notice::WebhookDeleted),
        kind::WEBHOOK_KEY_ENDED => webhook().map(Notice::WebhookKeyEnded),
        _ => None,
    }
}

pub fn message(words: &dyn Words, notice: &Notice) -> Message {
    let shop = |name: &str| show_name(words, name);
    match notice {
        Notice::PayoutAsked(payout) => payout_asked(words, payout, false),
        Notice::PayoutSoon(payout) => payout_asked(words, payout, true),
        Notice::PayoutCanceled(payout) => {
            let title = words.payout_canceled(&shop(&payout.shop), &short(&payout.from));
            lines([Some(bold(&title))])
        }
        Notice::PayoutChanged(payout) => {
            let title = words.payout_changed(&shop(&payout.shop), &short(&payout.to));
            lines([Some(bold(&title))]).with(words.review_store(), Some(&payout.merchant))
        }
        Notice::Asked(change) => asked(words, change, false),
        Notice::Soon(change) => asked(words, change, true),
        Notice::Canceled(change) => {
            let hint = hint(change);
            let title = words.change_canceled(&shop(&change.shop), matter(change, &hint));
            lines([Some(bold(&title))]).with(words.review_store(), Some(&change.merchant))
        }
        Notice::Done(change) => {
            let hint = hint(change);
            let title = words.change_done(&shop(&change.shop), done(change, &hint));
            lines([Some(bold(&title))]).with(words.review_store(), Some(&change.merchant))
        }
        Notice::Joined(of) => of_people(
            words,
            of,
            &words.member_joined(&shop(&of.merchant.name), &show(&of.role, NAME)),
        ),
        Notice::Changed(of) => of_people(
            words,
            of,
            &words.member_changed(&shop(&of.merchant.name), &show(&of.role, NAME)),
        ),
        Notice::Removed(of) => of_people(
            words,
            of,
            &words.member_removed(&shop(&of.merchant.name), &show(&of.role, NAME)),
        ),
        Notice::Appointed(of) => {
            of_people(words, of, &words.owner_by_operator(&shop(&of.merchant.name)))
        }
        Notice::KeyMade(key) => {
            let title = words.key_made(&shop(&key.merchant.name), &show(&key.hint, NAME));
            lines([Some(bold(&title)), Some(words.key_made_hint().to_owned())])
                .with(words.review_store(), Some(&key.merchant.id))
        }
        Notice::WebhookCreated(of) => {
            of_webhook(words, of, |words, shop, host| words.webhook_created(shop, host))
        }
        Notice::WebhookMoved(of) => {
            of_webhook(words, of, |words, shop, host| words.webhook_moved(shop, host))
        }
        Notice::WebhookChanged(of) => {
            of_webhook(words, of, |words, shop, host| words.webhook_changed(shop, host))
        }
        Notice::WebhookSecret(of) => {
            of_webhook(words, of, |words, shop, host| words.webhook_secret(shop, host))
        }
        Notice::WebhookDeleted(of) => {
            of_webhook(words, of, |words, shop, host| words.webhook_deleted(shop, host))
        }
        Notice::WebhookKeyEnded(webhook) => {
            let (shop, host) = webhook_names(words, webhook);
            let title = bold(&words.webhook_key_ended(&shop, &host));
            lines([Some(title), Some(words.webhook_key_ended_hint().to_owned())])
        }
    }
}

type Said = fn(&dyn Words, &str, &str) -> String;

fn of_webhook(words: &dyn Words, of: &Webhook, said: Said) -> Message {
    let (shop, host) = webhook_names(words, of);
    let title = bold(&said(words, &shop, &host));
    lines([Some(title), Some(words.webhook_warning().to_owned())])
}

fn payout_asked(words: &dyn Words, payout: &Payout, soon: bool) -> Message {
    let shop = show_name(words, &payout.shop);
    let title = words.payout_asked(&shop, &short(&payout.to), &minute(payout.due_at));
    let title = if soon { words.soon(&title) } else { title };
    lines([Some(bold(&title)), Some(words.payout_asked_hint().to_owned())])
        .with_press(words.stop(), taps::stop(&payout.id))
        .with(words.review_store(), Some(&payout.merchant))
}

fn asked(words: &dyn Words, change: &Change, soon: bool) -> Message {
    let hint = hint(change);
    let (shop, matter) = (show_name(words, &change.shop), matter(change, &hint));
    let title = words.change_asked(&shop, matter, &minute(change.due_at));
    let title = if soon { words.soon(&title) } else { title };
    lines([Some(bold(&title)), Some(words.change_asked_hint(matter).to_owned())])
        .with_press(words.stop(), taps::stop(&change.id))
        .with(words.review_store(), Some(&change.merchant))
}

/// The foreign word in it, safe to be shown.
fn hint(change: &Change) -> String {
    show(change.key_hint.as_deref().or(change.role.as_deref()).unwrap_or_default(), NAME)
}

const fn matter<'a>(change: &Change, hint: &'a str) -> text::Matter<'a> {
    match change.kind {
        ChangeKind::OwnerInvited => text::Matter::OwnerInvited,
        // A wallet's change has words of its own.
        ChangeKind::OwnerMade | ChangeKind::Payout => text::Matter::OwnerMade,
        ChangeKind::OwnerLowered => text::Matter::OwnerLowered(hint),
        ChangeKind::OwnerRemoved => text::Matter::OwnerRemoved,
        ChangeKind::Key => text::Matter::Key(hint),
    }
}

/// An invitation that somebody has taken has made an owner.
const fn done<'a>(change: &Change, hint: &'a str) -> text::Matter<'a> {
    match (change.kind, &change.person) {
        (ChangeKind::OwnerInvited, Some(_)) => text::Matter::OwnerMade,
        _ => matter(change, hint),
    }
}

/// 2026-11-23T10:00:00.000Z, to the minute.
fn minute(at: Time) -> String {
    let text: String = at.to_string().chars().take(16).collect();
    format!("{} UTC", text.replace('T', " "))
}

fn of_people(words: &dyn Words, of: &Membership, title: &str) -> Message {
    lines([Some(bold(title)), Some(words.member_hint().to_owned())])
        .with(words.review_store(), Some(&of.merchant.id))
}

//! What owners are told of their store: its wallet and its people.

use serde::Deserialize;
use serde_json::Value;

use super::{Message, NAME, Words, bold, lines, short, show, show_name};
use crate::{events::kind, time::Time};

#[derive(Debug, Deserialize)]
pub struct Payout {
    merchant: String,
    shop: String,
    from: String,
    to: String,
    due_at: Time,
}

#[derive(Debug, Deserialize)]
pub struct Membership {
    merchant: Merchant,
    role: String,
}

#[derive(Debug, Deserialize)]
struct Merchant {
    id: String,
    name: String,
}

pub enum Notice {
    PayoutAsked(Payout),
    PayoutCanceled(Payout),
    PayoutChanged(Payout),
    Joined(Membership),
    Changed(Membership),
    Removed(Membership),
}

pub fn read(event_type: &str, data: &Value) -> Option<Notice> {
    let payout = || Payout::deserialize(data).ok();
    let membership = || Membership::deserialize(data).ok();
    match event_type {
        kind::PAYOUT_CHANGE_REQUESTED => payout().map(Notice::PayoutAsked),
        kind::PAYOUT_CHANGE_CANCELED => payout().map(Notice::PayoutCanceled),
        kind::PAYOUT_CHANGED => payout().map(Notice::PayoutChanged),
        kind::MEMBER_JOINED => membership().map(Notice::Joined),
        kind::MEMBER_CHANGED => membership().map(Notice::Changed),
        kind::MEMBER_REMOVED => membership().map(Notice::Removed),
        _ => None,
    }
}

pub fn message(words: &dyn Words, notice: &Notice) -> Message {
    let shop = |name: &str| show_name(words, name);
    match notice {
        Notice::PayoutAsked(payout) => {
            // 2026-11-23T10:00:00.000Z, to the minute.
            let when: String = payout.due_at.to_string().chars().take(16).collect();
            let when = format!("{} UTC", when.replace('T', " "));
            let title = words.payout_asked(&shop(&payout.shop), &short(&payout.to), &when);
            lines([Some(bold(&title)), Some(words.payout_asked_hint().to_owned())])
                .with(words.review_store(), Some(&payout.merchant))
        }
        Notice::PayoutCanceled(payout) => {
            let title = words.payout_canceled(&shop(&payout.shop), &short(&payout.from));
            lines([Some(bold(&title))])
        }
        Notice::PayoutChanged(payout) => {
            let title = words.payout_changed(&shop(&payout.shop), &short(&payout.to));
            lines([Some(bold(&title))]).with(words.review_store(), Some(&payout.merchant))
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
    }
}

fn of_people(words: &dyn Words, of: &Membership, title: &str) -> Message {
    lines([Some(bold(title)), Some(words.member_hint().to_owned())])
        .with(words.review_store(), Some(&of.merchant.id))
}

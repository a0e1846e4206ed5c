//! English.

use super::{Matter, Standing, Words};
use crate::selling::invoices::Declined;

pub struct English;

impl Words for English {
    fn sent(&self, money: &str, to: &str) -> String {
        format!("You sent {money} to {to}")
    }
    fn paid_shop(&self, money: &str, shop: &str) -> String {
        format!("You paid {money} to {shop}")
    }
    fn sent_again(&self, money: &str, to: &str) -> String {
        format!("{money} went to {to} once more")
    }
    fn sent_again_hint(&self) -> &'static str {
        "The same payment arrived a second time. Ask for it back if that was not your wish."
    }
    fn received(&self, money: &str, from: Option<&str>) -> String {
        match from {
            Some(from) => format!("You received {money} from {from}"),
            None => format!("You received {money}"),
        }
    }
    fn paid_back(&self, money: &str, shop: &str) -> String {
        format!("{shop} paid you back {money}")
    }
    fn final_in(&self, block: &str) -> String {
        format!("final in block {block}")
    }
    fn fee(&self, money: &str) -> String {
        format!("Fee {money}")
    }
    fn quote(&self, text: &str) -> String {
        format!("“{text}”")
    }
    fn view_receipt(&self) -> &'static str {
        "View receipt"
    }

    fn invoice_paid(&self, shop: &str, money: &str) -> String {
        format!("{shop}: an invoice of {money} was paid")
    }
    fn invoice_overpaid(&self, shop: &str, received: &str, due: &str) -> String {
        format!("{shop}: {received} came for an invoice of {due}")
    }
    fn invoice_underpaid(&self, shop: &str, received: &str, due: &str) -> String {
        format!("{shop}: only {received} came for an invoice of {due}")
    }
    fn missing(&self, money: &str) -> String {
        format!("{money} is missing")
    }
    fn invoice_late(&self, shop: &str, received: &str) -> String {
        format!("{shop}: {received} came after the invoice had ended")
    }
    fn invoice_unpriced(&self, shop: &str, received: &str) -> String {
        format!("{shop}: {received} came while no rate could be trusted")
    }
    fn invoice_given(&self, shop: &str, received: &str) -> String {
        format!("{shop}: you were given {received}")
    }
    fn invoice_given_more(&self, shop: &str, received: &str) -> String {
        format!("{shop}: more was given, {received} in all")
    }
    fn late_hint(&self) -> &'static str {
        "The money is in your wallet. Deliver all the same, or pay it back."
    }
    fn unpriced_hint(&self) -> &'static str {
        "Nobody can say what it was worth, so the invoice waits for you. The money is in your wallet: accept it, or pay it back."
    }
    fn view_invoice(&self) -> &'static str {
        "View invoice"
    }
    fn refunded(&self, shop: &str, money: &str) -> String {
        format!("{shop}: {money} was paid back")
    }
    fn refunded_again(&self, shop: &str, sent: &str, money: &str) -> String {
        format!("{shop}: {sent} went back for a refund of {money}")
    }
    fn refunded_again_hint(&self) -> &'static str {
        "The same refund was signed more than once. Only whoever received it can send it back."
    }
    fn refund_failed(&self, shop: &str, money: &str) -> String {
        format!("{shop}: a refund of {money} came to nothing")
    }
    fn refund_failed_hint(&self) -> &'static str {
        "It was signed, but nothing arrived in time. Check the wallet, then open a new refund."
    }
    fn unmatched(&self, money: &str) -> String {
        format!("{money} came without an invoice")
    }
    fn units(&self, units: &str, asset: &str) -> String {
        format!("{units} smallest units of {asset}")
    }
    fn sender(&self, from: &str) -> String {
        format!("from {from}")
    }
    fn unmatched_because(&self, reason: &str) -> &'static str {
        match reason {
            "no_reference" => "Its comment has no reference.",
            "unknown_reference" => "Its reference belongs to no invoice of yours.",
            "encrypted_comment" => "Its comment is encrypted.",
            "unreadable_comment" => "Its comment cannot be read.",
            "wrong_asset" => "Its reference asks for another currency.",
            "self_payment" => "It came from the very wallet it went to.",
            "too_large" => "It is more than can be counted here.",
            "underpaid" => "It is less than the payment was for.",
            _ => "It pays nothing we know of.",
        }
    }

    fn declined(&self, why: Declined) -> &'static str {
        match why {
            Declined::Unknown => "There is no such invoice any more. Nothing was taken.",
            Declined::Off | Declined::NotOffered => {
                "This cannot be paid in Stars. Nothing was taken."
            }
            Declined::OtherSum => "The price is another one. Nothing was taken; open it anew.",
            Declined::Paid => "It is paid already. Nothing was taken.",
            Declined::OnItsWay => {
                "Somebody is paying it just now. Nothing was taken; look again in a minute."
            }
            Declined::Begun => {
                "Part of it was paid from a wallet. Nothing was taken; pay the rest the same way."
            }
            Declined::Expired => {
                "The time to pay is over. Nothing was taken; ask for a new invoice."
            }
            Declined::Void => "The shop has taken this invoice back. Nothing was taken.",
        }
    }
    fn stars_late_hint(&self) -> &'static str {
        "They came after the invoice had ended. The shop has been told: it delivers all the same, or \
         pays them back."
    }
    fn stars_again_hint(&self) -> &'static str {
        "The invoice was paid once before. The shop has been told and can pay these Stars back."
    }
    fn stars_unknown(&self) -> &'static str {
        "Your Stars have come, but they pay nothing I know of. Write to whoever runs this bot, with the \
         transaction id from your Stars: they can give them back."
    }
    fn stars_refund_failed_hint(&self) -> &'static str {
        "Telegram did not give the Stars back. Look at the refund for the reason, then open a new one."
    }
    fn asks_outside(&self, who: &str) -> String {
        format!("{who} asks for money")
    }
    fn outside_hint(&self) -> &'static str {
        "Digital goods are paid in Stars inside Telegram, and this shop takes none. Open the pay page in a \
         browser."
    }

    fn more_payments(&self, count: usize) -> String {
        format!("+{count} more payments")
    }
    fn received_in_all(&self, sums: &str) -> String {
        format!("Received {sums}")
    }
    fn sent_in_all(&self, sums: &str) -> String {
        format!("Sent {sums}")
    }
    fn see_all(&self) -> &'static str {
        "See them all"
    }

    fn wallet_linked(&self, wallet: &str) -> String {
        format!("Wallet {wallet} is now linked to you")
    }
    fn wallet_linked_hint(&self) -> &'static str {
        "If this was not you, unlink it in the app and end other sessions in Telegram’s settings."
    }
    fn wallet_chosen(&self, wallet: &str) -> String {
        format!("Who pays you by name now pays to {wallet}")
    }
    fn wallet_linked_elsewhere(&self, wallet: &str) -> String {
        format!("Somebody else has linked your wallet {wallet}")
    }
    fn wallet_linked_elsewhere_hint(&self) -> &'static str {
        "They have shown that they hold its keys. If this was not you, move your money to a new wallet."
    }
    fn wallet_unlinked(&self, wallet: &str) -> String {
        format!("Wallet {wallet} is no longer linked to you")
    }
    fn review_wallets(&self) -> &'static str {
        "Review wallets"
    }
    fn no_wallet(&self) -> &'static str {
        "You have not linked a wallet yet. Link yours, and people can pay you by your name."
    }
    fn connect_wallet(&self) -> &'static str {
        "Connect a wallet"
    }
    fn your_wallets(&self) -> &'static str {
        "Your wallets"
    }
    fn default_wallet(&self) -> &'static str {
        "others pay to this one"
    }

    fn webhook_failing(&self, shop: &str, host: &str) -> String {
        format!("{shop}: your webhook at {host} has taken nothing for days")
    }
    fn webhook_failing_hint(&self) -> &'static str {
        "If it takes nothing in the next 24 hours it will be disabled. No event is lost: the feed keeps \
         them all."
    }
    fn webhook_disabled(&self, shop: &str, host: &str) -> String {
        format!("{shop}: your webhook at {host} is disabled")
    }
    fn webhook_disabled_because(&self, reason: &str) -> &'static str {
        match reason {
            "gone" => {
                "It has answered 410 Gone. Enable it again by the API and send what it has missed; the \
                 feed keeps every event."
            }
            _ => {
                "It has taken nothing for five days. Mend it, enable it by the API and send what it has \
                 missed; the feed keeps every event."
            }
        }
    }

    fn payout_asked(&self, shop: &str, to: &str, when: &str) -> String {
        format!("{shop} is to be paid at {to} from {when}")
    }
    fn payout_asked_hint(&self) -> &'static str {
        "Until then it is paid where it was, and any owner can stop this. If you do not know of it, stop \
         it now."
    }
    fn payout_changed(&self, shop: &str, to: &str) -> String {
        format!("{shop} is now paid at {to}")
    }
    fn payout_canceled(&self, shop: &str, stays: &str) -> String {
        format!("{shop} stays with its wallet {stays}: the change was canceled")
    }
    fn review_store(&self) -> &'static str {
        "Open the store"
    }
    fn change_asked(&self, shop: &str, matter: Matter<'_>, when: &str) -> String {
        match matter {
            Matter::OwnerInvited => {
                format!("{shop}: somebody is invited to be an owner, from {when}")
            }
            Matter::OwnerMade => format!("{shop}: one of its people is to be an owner from {when}"),
            Matter::OwnerLowered(role) => {
                format!("{shop}: an owner is to be only its {role} from {when}")
            }
            Matter::OwnerRemoved => {
                format!("{shop}: an owner is to belong to it no longer from {when}")
            }
            Matter::Key(hint) => {
                format!("{shop}: the new API key {hint}… is to change keys and people from {when}")
            }
        }
    }
    fn change_asked_hint(&self, matter: Matter<'_>) -> &'static str {
        match matter {
            Matter::Key(_) => {
                "It does everything else from now on. Any owner can stop it, and then it is revoked. If \
                 you do not know of it, stop it now."
            }
            _ => {
                "Until then its owners stay who they are, and any of them can stop this. If you do not \
                 know of it, stop it now. The app shows who has asked."
            }
        }
    }
    fn change_done(&self, shop: &str, matter: Matter<'_>) -> String {
        match matter {
            Matter::OwnerInvited => {
                format!("{shop}: the invitation to be an owner holds from now on")
            }
            Matter::OwnerMade => format!("{shop} has a new owner"),
            Matter::OwnerLowered(role) => format!("Somebody who owned {shop} is now its {role}"),
            Matter::OwnerRemoved => format!("Somebody who owned {shop} no longer belongs to it"),
            Matter::Key(hint) => {
                format!("{shop}: the API key {hint}… can now change keys and people")
            }
        }
    }
    fn change_canceled(&self, shop: &str, matter: Matter<'_>) -> String {
        match matter {
            Matter::OwnerInvited => format!("{shop}: the invitation to be an owner was stopped"),
            Matter::OwnerMade => format!("{shop} gets no new owner: that was stopped"),
            Matter::OwnerLowered(_) | Matter::OwnerRemoved => {
                format!("{shop} keeps its owner: the change was stopped")
            }
            Matter::Key(hint) => {
                format!("{shop}: the API key {hint}… was stopped and opens nothing any more")
            }
        }
    }
    fn soon(&self, title: &str) -> String {
        format!("Within a day: {title}")
    }
    fn stop(&self) -> &'static str {
        "Stop this"
    }
    fn stopped(&self) -> &'static str {
        "Stopped. Everything stays as it was."
    }
    fn stop_over(&self) -> &'static str {
        "This has ended already: it was stopped before, or has taken place. The app shows which."
    }
    fn stop_not_yours(&self) -> &'static str {
        "Only whoever owned the store when this was asked for can stop it. Nothing was changed."
    }
    fn stop_unknown(&self) -> &'static str {
        "I do not know this button any more. Nothing was changed; look in the app."
    }
    fn key_made(&self, shop: &str, hint: &str) -> String {
        format!("{shop}: there is a new API key, {hint}…")
    }
    fn key_made_hint(&self) -> &'static str {
        "It moves no money. If you do not know of it, revoke it in the app and end the sessions you do not \
         know."
    }
    fn owner_by_operator(&self, shop: &str) -> String {
        format!("The operator of this service has given {shop} an owner")
    }
    fn webhook_created(&self, shop: &str, host: &str) -> String {
        format!("{shop}: its events are now also sent to {host}")
    }
    fn webhook_moved(&self, shop: &str, host: &str) -> String {
        format!("{shop}: a webhook was turned to {host}")
    }
    fn webhook_changed(&self, shop: &str, host: &str) -> String {
        format!("{shop}: what is sent to {host} was changed")
    }
    fn webhook_secret(&self, shop: &str, host: &str) -> String {
        match host {
            "" => format!(
                "{shop}: there is a new secret that signs what invoices’ own addresses are told"
            ),
            host => format!("{shop}: there is a new secret that signs what {host} is told"),
        }
    }
    fn webhook_deleted(&self, shop: &str, host: &str) -> String {
        format!("{shop}: nothing is sent to {host} any more; its webhook was deleted")
    }
    fn webhook_key_ended(&self, shop: &str, host: &str) -> String {
        format!("{shop}: nothing can be sent to {host}, the API key that signs it has ended")
    }
    fn webhook_key_ended_hint(&self) -> &'static str {
        "Name another key for this webhook and send what it has missed. No event is lost: the feed keeps \
         them all."
    }
    fn webhook_warning(&self) -> &'static str {
        "It moves no money. If you do not know of it, look at the webhooks in the app and revoke the keys \
         you do not know."
    }
    fn member_joined(&self, shop: &str, role: &str) -> String {
        format!("{shop} has a new {role}")
    }
    fn member_changed(&self, shop: &str, role: &str) -> String {
        format!("Somebody at {shop} is now its {role}")
    }
    fn member_removed(&self, shop: &str, role: &str) -> String {
        format!("A person who was {role} no longer belongs to {shop}")
    }
    fn member_hint(&self) -> &'static str {
        "The app shows who."
    }

    fn welcome(&self, name: &str) -> String {
        format!(
            "<b>Hello, {name}</b>\nPay people and shops from your own TON wallet, and hear here when \
             money has come. It goes from wallet to wallet; nobody holds it in between."
        )
    }
    fn help(&self) -> &'static str {
        "<b>What I can do</b>\n\
         Open the app to pay, to ask for money, and to see receipts. Here I tell you what happened.\n\n\
         /wallet – the wallets you have linked\n\
         /history – your last payments\n\
         /privacy – what is kept about you\n\
         /paysupport – when something went wrong"
    }
    fn hint(&self) -> &'static str {
        "I only understand a few commands; /help lists them. Everything else is in the app."
    }
    fn unknown_link(&self) -> &'static str {
        "This link leads nowhere, or not for you. Ask whoever sent it for a new one."
    }
    fn history(&self) -> &'static str {
        "Your last payments"
    }
    fn no_history(&self) -> &'static str {
        "Nothing yet. Your payments will be listed here."
    }
    fn history_line(&self, incoming: bool, money: &str, party: &str, standing: Standing) -> String {
        let line = if incoming {
            format!("+ {money} from {party}")
        } else {
            format!("– {money} to {party}")
        };
        match standing {
            Standing::Paid => line,
            Standing::OnItsWay => format!("{line}, on its way"),
            Standing::Open => format!("{line}, not signed yet"),
            Standing::Over => format!("{line}, given up"),
        }
    }
    fn someone(&self) -> &'static str {
        "someone"
    }
    fn privacy(&self) -> &'static str {
        "<b>What is kept</b>\n\
         Your Telegram id, first name, username and language; the wallet addresses you have linked; \
         the payments you made here. Nothing else, and nobody else gets it.\n\n\
         Keys and money stay in your wallet. Payments on TON are public for ever, and no one can take \
         them back.\n\n\
         If you pay in Stars, your Telegram id stays with that payment: only with it can Telegram give \
         the Stars back.\n\n\
         To be forgotten, open the app and choose Settings, Delete my data."
    }
    fn pay_support(&self) -> &'static str {
        "<b>When a payment went wrong</b>\n\
         Money goes straight from wallet to wallet, so only whoever received it can pay it back: write \
         to them first, with the receipt from the app.\n\n\
         Stars are held by Telegram. The shop can have a payment in Stars given back, as a whole; ask it, \
         and name the transaction id from your Stars.\n\n\
         If your wallet shows a payment as sent and I have said nothing, it is not lost. Open the app; \
         it shows what the chain knows. For anything else write to whoever runs this bot."
    }
    fn asks_for(&self, who: &str, money: &str) -> String {
        format!("{who} asks for {money}")
    }
    fn asks_for_any(&self, who: &str) -> String {
        format!("{who} asks for money; you decide how much")
    }
    fn at_least(&self, money: &str) -> String {
        format!("At least {money}")
    }
    fn or(&self) -> &'static str {
        " or "
    }
    fn standing(&self, standing: Standing) -> &'static str {
        match standing {
            Standing::Open => "Open",
            Standing::OnItsWay => "On its way",
            Standing::Paid => "Paid",
            Standing::Over => "Closed",
        }
    }
    fn open(&self) -> &'static str {
        "Open"
    }
    fn open_app(&self) -> &'static str {
        "Open Remit"
    }
    fn pay(&self) -> &'static str {
        "Pay"
    }

    fn about(&self) -> &'static str {
        "Pay people and shops in GRAM and USDT from your own TON wallet, without leaving Telegram. \
         Money goes from wallet to wallet; the bot tells both sides when it has arrived."
    }
    fn about_in_short(&self) -> &'static str {
        "Payments on TON, from wallet to wallet."
    }
    fn commands(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("start", "Begin"),
            ("wallet", "Your linked wallets"),
            ("history", "Your last payments"),
            ("help", "What I can do"),
            ("privacy", "What is kept about you"),
            ("paysupport", "When a payment went wrong"),
        ]
    }
}

//! A memo: what may be one, and which payment a transfer with one is. Pure.
//!
//! A memo is the whole comment, so no reference of ours travels with it. A jetton transfer still carries
//! a number that only we have given it. Coins carry nothing of the kind; they are known by who sent how
//! much to whom with which memo, after the payment was made and while it could be signed. Of payments
//! that agree in all of that one waits at a time, so there is one that can be meant.

use std::time::Duration;

use ton::{
    address::{bare, is_invisible},
    reference::{LONGEST_COMMENT, Reference},
};

use crate::{
    money::payments::{Arrival, Intent, Memo, Stage},
    words::{money::Asset, time::Time},
};

/// How long after its last moment to be signed a payment's coins may still be under way.
const UNDER_WAY: Duration = Duration::from_secs(120);

/// Why a text is no memo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoMemo {
    #[error("memo is empty; leave it out, or give what the recipient has told you")]
    Empty,
    #[error("memo may have {LONGEST_COMMENT} bytes at most")]
    TooLong,
    #[error("memo stands on one line")]
    Lines,
    #[error(
        "memo holds a character that cannot be seen, or only looks like a space; type it by hand"
    )]
    Invisible,
    #[error("memo is a payment reference of this kind of service, which the recipient cannot know")]
    Reference,
}

/// A memo as it will stand on the chain: what was given, without what surrounds it.
pub fn read(text: &str) -> Result<String, NoMemo> {
    let text = bare(text);
    if text.is_empty() {
        Err(NoMemo::Empty)
    } else if text.len() > LONGEST_COMMENT {
        Err(NoMemo::TooLong)
    } else if text.chars().any(char::is_control) {
        Err(NoMemo::Lines)
    } else if text.chars().any(is_invisible) {
        Err(NoMemo::Invisible)
    } else if Reference::find(text).is_some() {
        Err(NoMemo::Reference)
    } else {
        Ok(text.to_owned())
    }
}

/// The payment that a transfer is, among those made to its receiver. `None` where none is it for sure.
pub fn meant<'a>(
    arrival: &Arrival,
    intents: impl IntoIterator<Item = &'a Intent>,
) -> Option<&'a Intent> {
    let fits = |intent: &&Intent| match &intent.memo {
        Some(memo) => is_from_to(intent, arrival) && is_it(intent, memo, arrival),
        None => false,
    };
    let mut fitting: Vec<&Intent> = intents.into_iter().filter(fits).collect();
    // What nobody waits for any more may have been signed all the same, but what is waited for comes first.
    if fitting.iter().any(|intent| is_awaited(intent.stage)) {
        fitting.retain(|intent| is_awaited(intent.stage));
    }
    let newest = fitting.iter().copied().max_by_key(|intent| intent.created_at)?;
    // A wallet may be two people's; whose payment it was cannot be told then.
    let of_one = fitting.iter().all(|intent| intent.payer.person == newest.payer.person);
    of_one.then_some(newest)
}

fn is_from_to(intent: &Intent, arrival: &Arrival) -> bool {
    intent.payee_address == arrival.owner
        && intent.payer_address.is_some()
        && intent.payer_address == arrival.sender
        && intent.asset == arrival.asset
}

fn is_it(intent: &Intent, memo: &Memo, arrival: &Arrival) -> bool {
    match arrival.asset {
        Asset::Jetton(_) => arrival.sent.query_id == Some(intent.reference.query_id()),
        Asset::Gram => {
            intent.stage != Stage::Final
                && arrival.text() == Some(memo.text.as_str())
                && arrival.amount() == intent.amount
                && arrival.sent.lt > memo.after
                && arrival.at <= intent.expires_at.after(UNDER_WAY)
        }
    }
}

const fn is_awaited(stage: Stage) -> bool {
    matches!(stage, Stage::Created | Stage::Submitted | Stage::Seen | Stage::Confirmed)
}

/// Whether a payment could still be taken for another of the same sum, sides and memo.
pub fn is_open(intent: &Intent, now: Time) -> bool {
    match intent.stage {
        Stage::Final | Stage::Expired | Stage::Cancelled => false,
        Stage::Created => now <= intent.expires_at,
        Stage::Submitted | Stage::Seen | Stage::Confirmed => true,
    }
}

#[cfg(test)]
mod tests {
    use ton::{address::Address, comment::Comment, transfer::Sent};

    use super::*;
    use crate::{
        money::payments::{Marks, Nature, Purpose, Side},
        words::{
            dice::Dice,
            id::{PaymentId, PersonId},
            money::Amount,
        },
    };

    const NOW: Time = Time::from_millis(1_795_000_000_000);
    const END: Time = Time::from_millis(1_795_000_300_000);

    fn wallet(n: u8) -> Address {
        Address::new(0, [n; 32])
    }

    fn jetton() -> Asset {
        Asset::Jetton(wallet(9))
    }

    fn intent(n: u8) -> Intent {
        let dice = Dice::seeded([n; 32]);
        Intent {
            id: PaymentId::new(NOW, &dice),
            purpose: Purpose::send(),
            payer: Side::default(),
            payer_address: Some(wallet(1)),
            payee: Side::default(),
            payee_address: wallet(2),
            asset: Asset::Gram,
            also: Vec::new(),
            amount: Some(Amount::new(1000).unwrap()),
            reference: Reference::new([n; 10]),
            note: None,
            memo: Some(Memo { text: "4000111222".into(), after: 70 }),
            description: None,
            request: None,
            message_hash: None,
            stage: Stage::Created,
            marks: Marks::default(),
            created_at: NOW,
            expires_at: END,
        }
    }

    fn arrival() -> Arrival {
        Arrival {
            account: wallet(2),
            lt: 90,
            hash: [0; 32],
            owner: wallet(2),
            sender: Some(wallet(1)),
            asset: Asset::Gram,
            units: 1000,
            comment: Comment::Text("4000111222".into()),
            sent: Sent { lt: 80, query_id: None },
            nature: Nature::Plain,
            block: 7,
            at: NOW.after(Duration::from_secs(20)),
        }
    }

    fn found(arrival: &Arrival, intents: &[Intent]) -> Option<PaymentId> {
        meant(arrival, intents).map(|intent| intent.id)
    }

    #[test]
    fn coins_are_a_payment_when_everything_agrees() {
        let one = [intent(1)];
        assert_eq!(found(&arrival(), &one), Some(one[0].id));
        let text = |text: &str| Comment::Text(text.into());
        for (why, other) in [
            ("another sender", Arrival { sender: Some(wallet(3)), ..arrival() }),
            ("no sender", Arrival { sender: None, ..arrival() }),
            ("another receiver", Arrival { owner: wallet(3), ..arrival() }),
            ("another sum", Arrival { units: 1001, ..arrival() }),
            ("less", Arrival { units: 999, ..arrival() }),
            ("another memo", Arrival { comment: text("4000111223"), ..arrival() }),
            ("a memo with more", Arrival { comment: text("4000111222 "), ..arrival() }),
            ("no memo", Arrival { comment: Comment::None, ..arrival() }),
            ("another asset", Arrival { asset: jetton(), ..arrival() }),
            ("sent before", Arrival { sent: Sent { lt: 70, query_id: None }, ..arrival() }),
            (
                "long after",
                Arrival { at: END.after(UNDER_WAY + Duration::from_secs(1)), ..arrival() },
            ),
        ] {
            assert_eq!(found(&other, &one), None, "{why}");
        }
        let late = Arrival { at: END.after(UNDER_WAY), ..arrival() };
        assert_eq!(found(&late, &one), Some(one[0].id), "it may take a while from block to block");
    }

    #[test]
    fn what_is_paid_is_not_paid_again_by_another_transfer() {
        let paid = Intent { stage: Stage::Final, ..intent(1) };
        assert_eq!(found(&arrival(), &[paid]), None);
    }

    #[test]
    fn what_is_waited_for_goes_before_what_was_given_up() {
        for over in [Stage::Cancelled, Stage::Expired] {
            let given_up =
                Intent { stage: over, created_at: NOW.after(Duration::from_secs(9)), ..intent(1) };
            let both = [given_up.clone(), intent(2)];
            assert_eq!(found(&arrival(), &both), Some(both[1].id));
            assert_eq!(
                found(&arrival(), std::slice::from_ref(&given_up)),
                Some(given_up.id),
                "signed after all"
            );
        }
    }

    #[test]
    fn a_wallet_of_two_people_pays_for_neither_when_it_could_be_either() {
        let dice = Dice::seeded([5; 32]);
        let of = |person: u8| Intent {
            payer: Side { person: Some(PersonId::new(NOW, &dice)), ..Side::default() },
            ..intent(person)
        };
        assert_eq!(found(&arrival(), &[of(1), of(2)]), None);
        let over = Intent { stage: Stage::Expired, ..of(2) };
        let awaited = of(1);
        assert_eq!(found(&arrival(), &[awaited.clone(), over]), Some(awaited.id));
    }

    #[test]
    fn jettons_are_known_by_the_number_we_gave_them() {
        let twins =
            [Intent { asset: jetton(), ..intent(1) }, Intent { asset: jetton(), ..intent(2) }];
        for twin in &twins {
            let query_id = Some(twin.reference.query_id());
            let sent = Sent { lt: 80, query_id };
            let came = Arrival { asset: jetton(), sent, ..arrival() };
            assert_eq!(found(&came, &twins), Some(twin.id));
            let again = [Intent { stage: Stage::Final, ..twin.clone() }];
            assert_eq!(found(&came, &again), Some(twin.id), "the same message signed twice");
        }
        for query_id in [None, Some(7)] {
            let sent = Sent { lt: 80, query_id };
            assert_eq!(found(&Arrival { asset: jetton(), sent, ..arrival() }, &twins), None);
        }
    }

    #[test]
    fn a_payment_without_a_memo_is_never_guessed() {
        let plain = Intent { memo: None, ..intent(1) };
        assert_eq!(found(&Arrival { comment: Comment::None, ..arrival() }, &[plain]), None);
    }

    #[test]
    fn a_memo_is_kept_to_the_letter() {
        for text in ["4000111222", "a  b", "MEMO:17/x", "Привет", &"m".repeat(LONGEST_COMMENT)]
        {
            assert_eq!(read(text).as_deref(), Ok(text));
        }
        assert_eq!(read("\u{feff} 4000111222\n").as_deref(), Ok("4000111222"));
        for (text, why) in [
            ("".to_owned(), NoMemo::Empty),
            (" \u{200b}\n".to_owned(), NoMemo::Empty),
            ("я".repeat(LONGEST_COMMENT / 2 + 1), NoMemo::TooLong),
            ("40\n22".to_owned(), NoMemo::Lines),
            ("40\u{7}22".to_owned(), NoMemo::Lines),
            ("40\u{200b}22".to_owned(), NoMemo::Invisible),
            ("40\u{a0}22".to_owned(), NoMemo::Invisible),
            ("40\u{202e}22".to_owned(), NoMemo::Invisible),
            (Reference::new([3; 10]).to_string(), NoMemo::Reference),
            (format!("{} for you", Reference::new([3; 10])), NoMemo::Reference),
        ] {
            assert_eq!(read(&text), Err(why), "{text:?}");
        }
    }
}

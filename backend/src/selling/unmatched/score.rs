//! Which invoice a piece of money may have been meant for: clues and what they weigh. Pure, and never
//! more than a suggestion: the merchant decides.

use std::time::Duration;

use serde::Serialize;
use ton::reference::{Folded, Reference};
use utoipa::ToSchema;

use crate::{
    money::payments::Arrival,
    selling::invoices::{Invoice, InvoiceStatus},
    words::time::Time,
};

/// What speaks for an invoice, or against it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Clue {
    /// The invoice's reference stands in the comment.
    Reference,
    /// Its reference stands there with a few wrong digits.
    ReferenceMistyped,
    /// A part of its reference stands there.
    ReferencePart,
    /// The comment names the invoice's id or your own name for it.
    Named,
    /// The sender has paid this invoice before, or began to.
    KnownPayer,
    /// It is exactly what was missing.
    ExactAmount,
    /// It came while the invoice was open.
    InTime,
    /// It came within an hour of the invoice's end.
    ShortlyAfter,
    /// The invoice does not accept the asset, so it cannot be attached.
    OtherAsset,
    /// The invoice is paid already, or was voided.
    Over,
}

impl Clue {
    const fn weight(self) -> i32 {
        match self {
            Self::Reference => 70,
            Self::ReferenceMistyped => 60,
            Self::Named => 50,
            Self::ReferencePart => 40,
            Self::ExactAmount => 30,
            // Somebody's next order is not their last one: the sum says more.
            Self::KnownPayer => 20,
            Self::InTime => 10,
            Self::ShortlyAfter => 5,
            Self::Over => -15,
            Self::OtherAsset => -40,
        }
    }
}

/// Below this an invoice is not worth showing.
const LEAST: u8 = 20;
/// So many wrong, missing or surplus digits are still a slip of the finger. Twenty digits that agree so
/// far by chance do not happen.
const SLIPS: usize = 4;
/// The shortest name of a merchant's own that is looked for in a comment.
const NAME: usize = 4;
/// How far our clock may be from the chain's.
const SKEW: Duration = Duration::from_secs(60);
const SHORTLY: Duration = Duration::from_secs(3600);

/// An invoice with what is known of its payers.
#[derive(Debug, Clone)]
pub struct Candidate {
    pub invoice: Invoice,
    pub references: Vec<Reference>,
    pub known_payer: bool,
}

/// 0 to 100, and why. `None`: nothing speaks for it.
pub fn score(arrival: &Arrival, comment: &Folded, of: &Candidate) -> Option<(u8, Vec<Clue>)> {
    let Candidate { invoice, references, known_payer } = of;
    if invoice.created_at > arrival.at.after(SKEW) {
        return None;
    }
    let mut clues = Vec::new();
    clues.extend(by_reference(comment, references));
    if arrival.readable().is_some_and(|text| names(text, invoice)) {
        clues.push(Clue::Named);
    }
    if *known_payer {
        clues.push(Clue::KnownPayer);
    }
    let tender = invoice.tender(arrival.asset);
    let due = tender.as_ref().filter(|_| !invoice.is_open_amount()).map(|tender| {
        let rest = invoice.rest_in(tender.due);
        if rest.is_zero() { tender.due } else { rest }
    });
    if due.is_some() && arrival.amount() == due {
        clues.push(Clue::ExactAmount);
    }
    clues.extend(by_time(arrival.at, invoice));
    if matches!(invoice.status.word(), InvoiceStatus::Paid | InvoiceStatus::Void) {
        clues.push(Clue::Over);
    }
    if tender.is_none() {
        clues.push(Clue::OtherAsset);
    }
    let sum: i32 = clues.iter().map(|clue| clue.weight()).sum();
    let score = u8::try_from(sum.clamp(0, 100)).unwrap_or_default();
    (score >= LEAST).then_some((score, clues))
}

fn by_reference(comment: &Folded, references: &[Reference]) -> Option<Clue> {
    let slips = references.iter().map(|reference| reference.slips_in(comment)).min()?;
    if slips == 0 {
        Some(Clue::Reference)
    } else if slips <= SLIPS {
        Some(Clue::ReferenceMistyped)
    } else if references.iter().any(|reference| reference.half_is_in(comment)) {
        Some(Clue::ReferencePart)
    } else {
        None
    }
}

fn names(text: &str, invoice: &Invoice) -> bool {
    let text = text.to_lowercase();
    let own = invoice.terms.external_id.as_deref().filter(|name| name.chars().count() >= NAME);
    text.contains(&invoice.id.to_string())
        || own.is_some_and(|name| text.contains(&name.to_lowercase()))
}

fn by_time(at: Time, invoice: &Invoice) -> Option<Clue> {
    if at <= invoice.expires_at {
        Some(Clue::InTime)
    } else if at.since(invoice.expires_at) <= SHORTLY {
        Some(Clue::ShortlyAfter)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ton::{address::Address, comment::Comment};

    use super::*;
    use crate::{
        money::payments::Nature,
        selling::invoices::{Goods, Links, Price, Starred, Status, Terms, Tolerance},
        words::{
            dice::Dice,
            id::{InvoiceId, MerchantId, PaymentId},
            money::{Amount, Asset},
        },
    };

    const NOW: Time = Time::from_millis(1_795_000_000_000);
    const LIFETIME: Duration = Duration::from_secs(900);

    fn candidate() -> Candidate {
        let dice = Dice::seeded([3; 32]);
        Candidate {
            invoice: Invoice {
                id: InvoiceId::new(NOW, &dice),
                merchant: MerchantId::new(NOW, &dice),
                intent: PaymentId::new(NOW, &dice),
                terms: Terms {
                    asset: Asset::Gram,
                    also: Vec::new(),
                    price: Price::Asset(Amount::new(1000).unwrap()),
                    rate_life: None,
                    goods: Goods::Physical,
                    stars: None,
                    tolerance: Tolerance::default(),
                    description: None,
                    external_id: Some("Order-1042".into()),
                    metadata: "{}".into(),
                    return_url: None,
                    paid_message: None,
                    webhook_url: None,
                },
                due: Amount::new(1000).unwrap(),
                rate: None,
                held: None,
                earlier: Vec::new(),
                currency: None,
                links: Links { pay_url: String::new(), app_url: String::new() },
                status: Status::Open,
                in_time: Amount::ZERO,
                late: Amount::ZERO,
                others: Vec::new(),
                starred: Starred::NONE,
                stars_link: None,
                created_at: NOW,
                expires_at: NOW.after(LIFETIME),
            },
            references: vec![Reference::new([5; 10])],
            known_payer: false,
        }
    }

    fn arrival(units: u128, comment: &str, at: Time) -> Arrival {
        let owner = Address::new(0, [2; 32]);
        Arrival {
            account: owner,
            lt: 1,
            hash: [0; 32],
            owner,
            sender: Some(Address::new(0, [1; 32])),
            asset: Asset::Gram,
            units,
            comment: Comment::Text(comment.into()),
            sent: Default::default(),
            nature: Nature::Plain,
            block: 1,
            at,
        }
    }

    fn scored(arrival: &Arrival, of: &Candidate) -> Option<(u8, Vec<Clue>)> {
        score(arrival, &Folded::new(arrival.text().unwrap_or_default()), of)
    }

    #[test]
    fn clues_weigh_what_they_are_worth() {
        use Clue::{ExactAmount, InTime, KnownPayer, Named, OtherAsset, Over, ReferenceMistyped};
        let reference = Reference::new([5; 10]).to_string();
        let typo = format!("{}{}", &reference[..reference.len() - 1], 'Z');
        assert_ne!(typo, reference);
        let plain = candidate();
        let known = Candidate { known_payer: true, ..candidate() };
        let mut paid = candidate();
        paid.invoice.status = Status::Paid { at: NOW, by_hand: false };
        paid.invoice.in_time = Amount::new(1000).unwrap();
        let mut usdt = candidate();
        usdt.invoice.terms.asset = Asset::Jetton(Address::new(0, [9; 32]));
        for (money, of, expected) in [
            (arrival(7, "hello", NOW), &plain, None),
            (arrival(1000, "", NOW), &plain, Some((40, vec![ExactAmount, InTime]))),
            (
                arrival(1000, &typo, NOW),
                &plain,
                Some((100, vec![ReferenceMistyped, ExactAmount, InTime])),
            ),
            (arrival(7, "for ORDER-1042, thanks", NOW), &plain, Some((60, vec![Named, InTime]))),
            (arrival(7, "hello", NOW), &known, Some((30, vec![KnownPayer, InTime]))),
            (
                arrival(1000, &typo, NOW),
                &paid,
                Some((85, vec![ReferenceMistyped, ExactAmount, InTime, Over])),
            ),
            (
                arrival(1000, &reference, NOW),
                &usdt,
                Some((40, vec![Clue::Reference, InTime, OtherAsset])),
            ),
        ] {
            assert_eq!(scored(&money, of), expected, "{:?}", money.text());
        }
    }

    #[test]
    fn money_is_never_meant_for_an_invoice_that_was_not_there() {
        let early = NOW.before(SKEW + Duration::from_millis(1));
        let reference = Reference::new([5; 10]).to_string();
        assert_eq!(scored(&arrival(1000, &reference, early), &candidate()), None);
    }

    #[test]
    fn an_hour_after_the_end_still_says_something() {
        let end = NOW.after(LIFETIME);
        let clues = |at| scored(&arrival(1000, "", at), &candidate()).map(|(score, _)| score);
        assert_eq!(clues(end), Some(40));
        assert_eq!(clues(end.after(SHORTLY)), Some(35));
        assert_eq!(clues(end.after(SHORTLY * 2)), Some(30));
    }

    proptest! {
        #[test]
        fn a_score_is_a_score(units: u64, comment in "\\PC{0,80}", late in 0u64..9000, known: bool) {
            let money = arrival(u128::from(units), &comment, NOW.after(Duration::from_secs(late)));
            let of = Candidate { known_payer: known, ..candidate() };
            if let Some((score, clues)) = scored(&money, &of) {
                prop_assert!((LEAST..=100).contains(&score) && !clues.is_empty());
            }
        }
    }
}

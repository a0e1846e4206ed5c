//! Every status against every input, and what money of several assets comes to.

use proptest::prelude::*;

use super::*;
use crate::words::dice::Dice;
use ton::address::Address;

pub const DEADLINE: i64 = 100;

pub fn units(units: u64) -> Amount {
    Amount::new(u128::from(units)).unwrap()
}

pub fn invoice() -> Invoice {
    let (now, dice) = (Time::from_millis(1), Dice::seeded([0; 32]));
    Invoice {
        id: InvoiceId::new(now, &dice),
        merchant: MerchantId::new(now, &dice),
        intent: PaymentId::new(now, &dice),
        terms: Terms {
            asset: Asset::Gram,
            also: Vec::new(),
            price: Price::Asset(units(10)),
            rate_life: None,
            goods: Goods::Physical,
            stars: None,
            tolerance: Tolerance::default(),
            description: None,
            external_id: None,
            metadata: "{}".into(),
            return_url: None,
            paid_message: None,
            webhook_url: None,
        },
        due: units(10),
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
        created_at: now,
        expires_at: Time::from_millis(DEADLINE),
    }
}

fn arrived(amount: u64, at: i64) -> Input {
    paid_in(Asset::Gram, amount, at)
}

fn paid_in(asset: Asset, amount: u64, at: i64) -> Input {
    Input::Arrived {
        asset,
        amount: units(amount),
        at: Time::from_millis(at),
        by: Counting::Present,
    }
}

const USDT: Asset = Asset::Jetton(Address { workchain: 0, hash: [9; 32] });

/// Due: 10 of the coin, or 3 of a jetton.
fn of_two() -> Invoice {
    let zero = Amount::ZERO;
    let other = Tender { asset: USDT, due: units(3), rate: None, in_time: zero, late: zero };
    Invoice { others: vec![other], ..invoice() }
}

fn after(inputs: &[Input]) -> Invoice {
    let step = |invoice: Invoice, input: &Input| invoice.apply(*input).unwrap().0;
    inputs.iter().fold(invoice(), step)
}

const PENDING: Input = Input::Hint { pending: true };
const GONE: Input = Input::Hint { pending: false };
const TOO_EARLY: Input = Input::Deadline { at: Time::from_millis(DEADLINE) };
const OVER: Input = Input::Deadline { at: Time::from_millis(DEADLINE + 1) };
const VOID: Input = Input::Void { at: Time::from_millis(50) };
const ACCEPT: Input = Input::Accept { at: Time::from_millis(500) };

/// Every status against every input: due 10, deadline 100. Read the table, not the code.
const MATRIX: &str = "\
open       + 4 in time    → open       received 4  underpaid  (PartiallyPaid)
open       + 10 in time   → paid       received 10 none       (Paid)
open       + 11 in time   → paid       received 11 overpaid   (PaidAndOverpaid)
open       + 10 late      → open       received 10 late       (PaidLate)
open       + pending      → processing received 0  none       (Processing)
open       + gone         → open       received 0  none       -
open       + at deadline  → open       received 0  none       -
open       + past it      → expired    received 0  none       (Expired)
open       + void         → void       received 0  none       (Voided)
open       + accepted     → refused: nothing has come that could be accepted
processing + 4 in time    → open       received 4  underpaid  (PartiallyPaid)
processing + 10 in time   → paid       received 10 none       (Paid)
processing + 11 in time   → paid       received 11 overpaid   (PaidAndOverpaid)
processing + 10 late      → processing received 10 late       (PaidLate)
processing + pending      → processing received 0  none       -
processing + gone         → open       received 0  none       -
processing + at deadline  → processing received 0  none       -
processing + past it      → expired    received 0  none       (Expired)
processing + void         → void       received 0  none       (Voided)
processing + accepted     → refused: nothing has come that could be accepted
paid       + 4 in time    → paid       received 14 overpaid   (Overpaid)
paid       + 10 in time   → paid       received 20 overpaid   (Overpaid)
paid       + 11 in time   → paid       received 21 overpaid   (Overpaid)
paid       + 10 late      → paid       received 20 overpaid   (Overpaid)
paid       + pending      → paid       received 10 none       -
paid       + gone         → paid       received 10 none       -
paid       + at deadline  → paid       received 10 none       -
paid       + past it      → paid       received 10 none       -
paid       + void         → refused: the invoice is paid
paid       + accepted     → paid       received 10 none       -
expired    + 4 in time    → expired    received 4  underpaid  (PartiallyPaid)
expired    + 10 in time   → paid       received 10 none       (Paid)
expired    + 11 in time   → paid       received 11 overpaid   (PaidAndOverpaid)
expired    + 10 late      → expired    received 10 late       (PaidLate)
expired    + pending      → expired    received 0  none       -
expired    + gone         → expired    received 0  none       -
expired    + at deadline  → expired    received 0  none       -
expired    + past it      → expired    received 0  none       -
expired    + void         → refused: the invoice has expired
expired    + accepted     → refused: nothing has come that could be accepted
void       + 4 in time    → void       received 4  late       (PaidLate)
void       + 10 in time   → void       received 10 late       (PaidLate)
void       + 11 in time   → void       received 11 late       (PaidLate)
void       + 10 late      → void       received 10 late       (PaidLate)
void       + pending      → void       received 0  none       -
void       + gone         → void       received 0  none       -
void       + at deadline  → void       received 0  none       -
void       + past it      → void       received 0  none       -
void       + void         → void       received 0  none       -
void       + accepted     → refused: nothing has come that could be accepted
";

#[test]
fn every_status_meets_every_input() {
    let starts: [&[Input]; 5] = [&[], &[PENDING], &[arrived(10, 1)], &[OVER], &[VOID]];
    let inputs = [
        ("4 in time", arrived(4, 60)),
        ("10 in time", arrived(10, 60)),
        ("11 in time", arrived(11, DEADLINE)),
        ("10 late", arrived(10, DEADLINE + 1)),
        ("pending", PENDING),
        ("gone", GONE),
        ("at deadline", TOO_EARLY),
        ("past it", OVER),
        ("void", VOID),
        ("accepted", ACCEPT),
    ];
    let mut table = String::new();
    for start in starts {
        for (name, input) in inputs {
            let before = after(start);
            let head = format!("{:<10} + {name:<12} → ", before.status.word().as_str());
            table += &head;
            table += &match before.apply(input) {
                Ok((invoice, change)) => line(&invoice, change),
                Err(refused) => format!("refused: {refused}\n"),
            };
        }
    }
    assert_eq!(table, MATRIX, "\n{table}");
}

fn line(invoice: &Invoice, change: Option<Change>) -> String {
    let change = change.map_or("-".to_owned(), |change| format!("({change:?})"));
    format!(
        "{:<10} received {:<2} {:<10} {change}\n",
        invoice.status.word().as_str(),
        invoice.received().units(),
        invoice.exception().as_str()
    )
}

#[test]
fn two_halves_make_a_payment() {
    let half = after(&[arrived(4, 1)]);
    assert_eq!(half.remaining(), units(6));
    let (whole, change) = half.apply(arrived(6, 2)).unwrap();
    assert_eq!(change, Some(Change::Paid));
    assert_eq!(whole.status, Status::Paid { at: Time::from_millis(2), by_hand: false });
    assert_eq!(whole.remaining(), Amount::ZERO);
}

#[test]
fn what_came_can_be_taken_as_enough() {
    for (start, exception) in [
        (vec![arrived(4, 1)], InvoiceException::Underpaid),
        (vec![arrived(4, 1), OVER], InvoiceException::Underpaid),
        (vec![OVER, arrived(10, DEADLINE + 1)], InvoiceException::Late),
        (vec![VOID, arrived(10, 60)], InvoiceException::Late),
    ] {
        let (accepted, change) = after(&start).apply(ACCEPT).unwrap();
        assert_eq!(change, Some(Change::Accepted));
        assert_eq!(accepted.status, Status::Paid { at: Time::from_millis(500), by_hand: true });
        assert_eq!((accepted.exception(), accepted.remaining()), (exception, Amount::ZERO));
        assert_eq!(accepted.apply(arrived(1, 1)).unwrap().1, Some(Change::Overpaid));
    }
}

#[test]
fn a_little_may_be_missing_where_the_merchant_says_so() {
    let tolerant = |bps| {
        let mut invoice = invoice();
        invoice.due = units(1_000);
        invoice.terms.tolerance = Tolerance::new(bps).unwrap();
        invoice
    };
    let (paid, change) = tolerant(100).apply(arrived(990, 1)).unwrap();
    assert_eq!(change, Some(Change::Paid));
    assert_eq!(paid.exception(), InvoiceException::Underpaid);
    let (open, change) = tolerant(100).apply(arrived(989, 1)).unwrap();
    assert_eq!((open.status, change), (Status::Open, Some(Change::PartiallyPaid)));
    assert_eq!(open.remaining(), units(11), "what is asked for is the whole");
    assert!(Tolerance::new(Tolerance::MOST + 1).is_none());
}

#[test]
fn late_money_does_not_complete_an_invoice() {
    let invoice = after(&[arrived(9, 1), arrived(9, DEADLINE + 1), OVER]);
    assert_eq!(invoice.status, Status::Expired);
    assert_eq!((invoice.received(), invoice.in_time), (units(18), units(9)));
    assert_eq!(invoice.exception(), InvoiceException::Late);
}

#[test]
fn more_than_can_be_counted_stops_nobody() {
    let most = u64::try_from(i64::MAX).unwrap();
    let invoice = after(&[arrived(most, 1), arrived(most, 2), arrived(most, DEADLINE + 1)]);
    assert_eq!(invoice.received(), units(most));
    assert_eq!(invoice.exception(), InvoiceException::Overpaid);
}

#[test]
fn money_of_two_assets_adds_up_by_shares() {
    let pays = |invoice: Invoice, asset, amount| invoice.apply(paid_in(asset, amount, 1)).unwrap();
    let (paid, change) = pays(of_two(), USDT, 3);
    assert_eq!((change, paid.exception()), (Some(Change::Paid), InvoiceException::None));
    assert_eq!(paid.received(), units(10));

    let (partly, change) = pays(of_two(), USDT, 1);
    assert_eq!(change, Some(Change::PartiallyPaid));
    assert_eq!(
        (partly.received(), partly.remaining(), partly.rest_in(units(3))),
        (units(3), units(7), units(2))
    );
    let (short, _) = pays(partly.clone(), Asset::Gram, 6);
    assert_eq!(short.status, Status::Open);
    let (paid, change) = pays(partly.clone(), Asset::Gram, 7);
    assert_eq!((change, paid.exception()), (Some(Change::Paid), InvoiceException::None));
    let (over, change) = pays(partly, Asset::Gram, 10);
    assert_eq!(
        (change, over.exception()),
        (Some(Change::PaidAndOverpaid), InvoiceException::Overpaid)
    );

    let third = Asset::Jetton(Address { workchain: 0, hash: [8; 32] });
    assert_eq!(pays(of_two(), third, 5), (of_two(), None));
}

#[test]
fn whoever_pays_an_open_amount_decides_how_much() {
    let open = |least| {
        let mut invoice = of_two();
        invoice.terms.price = Price::Open { least };
        invoice
    };
    for (asset, amount) in [(Asset::Gram, 1), (Asset::Gram, 99), (USDT, 1)] {
        let (paid, change) = open(None).apply(paid_in(asset, amount, 1)).unwrap();
        assert_eq!((change, paid.exception()), (Some(Change::Paid), InvoiceException::None));
        let (more, change) = paid.apply(paid_in(asset, 5, DEADLINE + 1)).unwrap();
        assert_eq!((change, more.exception()), (Some(Change::More), InvoiceException::None));
    }
    let least = open(Some(units(10)));
    let (below, change) = least.apply(arrived(9, 1)).unwrap();
    assert_eq!(
        (change, below.exception()),
        (Some(Change::PartiallyPaid), InvoiceException::Underpaid)
    );
    assert_eq!((below.remaining(), below.rest_in(units(3))), (units(1), units(1)));
    let (paid, change) = below.apply(paid_in(USDT, 30, 2)).unwrap();
    assert_eq!((change, paid.exception()), (Some(Change::Paid), InvoiceException::None));
    let (late, change) = open(None).apply(arrived(5, DEADLINE + 1)).unwrap();
    assert_eq!((change, late.exception()), (Some(Change::PaidLate), InvoiceException::Late));
}

/// Amounts, and when they came.
type Transfers = Vec<(u64, i64)>;

/// Some transfers, the same in another order, and where among them the deadline is noticed.
fn transfers() -> impl Strategy<Value = (Transfers, Transfers, usize)> {
    let transfer = (1u64..8, DEADLINE - 3..DEADLINE + 3);
    proptest::collection::vec(transfer, 0..6).prop_flat_map(|transfers| {
        let deadline = 0..=transfers.len();
        (Just(transfers.clone()), Just(transfers).prop_shuffle(), deadline)
    })
}

proptest! {
    #[test]
    fn the_order_in_which_money_is_found_changes_nothing(
        (transfers, shuffled, deadline) in transfers()
    ) {
        let inputs = |transfers: &[(u64, i64)]| -> Vec<Input> {
            transfers.iter().map(|(amount, at)| arrived(*amount, *at)).collect()
        };
        let mut expected = inputs(&transfers);
        expected.push(OVER);
        let mut found = inputs(&shuffled);
        found.insert(deadline, OVER);

        let (expected, found) = (after(&expected), after(&found));
        prop_assert_eq!(found.status.word(), expected.status.word());
        prop_assert_eq!(found.received(), expected.received());
        prop_assert_eq!(found.exception(), expected.exception());
    }

    #[test]
    fn two_assets_pay_exactly_when_their_shares_do(
        (transfers, shuffled, deadline) in transfers(), kinds in proptest::collection::vec(any::<bool>(), 8)
    ) {
        // What a transfer is of hangs on itself, so that both orders tell the same story.
        let asset = |amount: u64| if kinds[usize::try_from(amount).unwrap()] { USDT } else { Asset::Gram };
        let after = |transfers: &[(u64, i64)], deadline: usize| {
            let mut inputs: Vec<Input> =
                transfers.iter().map(|(amount, at)| paid_in(asset(*amount), *amount, *at)).collect();
            inputs.insert(deadline, OVER);
            let step = |invoice: Invoice, input: &Input| invoice.apply(*input).unwrap().0;
            inputs.iter().fold(of_two(), step)
        };
        let (expected, found) = (after(&transfers, transfers.len()), after(&shuffled, deadline));
        prop_assert_eq!(found.status.word(), expected.status.word());
        prop_assert_eq!((found.received(), found.exception()), (expected.received(), expected.exception()));
        let in_time = |of: Asset| -> u64 {
            let of = transfers.iter().filter(|(n, at)| *at <= DEADLINE && asset(*n) == of);
            of.map(|(n, _)| n).sum()
        };
        let enough = in_time(Asset::Gram) * 3 + in_time(USDT) * 10 >= 30;
        prop_assert_eq!(expected.status.word() == InvoiceStatus::Paid, enough);
    }

    #[test]
    fn an_invoice_is_paid_exactly_when_enough_came_in_time((transfers, ..) in transfers()) {
        let mut inputs: Vec<_> = transfers.iter().map(|(n, at)| arrived(*n, *at)).collect();
        inputs.push(OVER);
        let total: u64 = transfers.iter().filter(|(_, at)| *at <= DEADLINE).map(|(n, _)| n).sum();
        let paid = after(&inputs).status.word() == InvoiceStatus::Paid;
        prop_assert_eq!(paid, total >= 10);
    }
}

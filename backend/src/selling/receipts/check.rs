//! A receipt held against itself, and against what the chain says of its transactions. Pure: whoever
//! asks the chain brings the answers. Every difference is named in a sentence.

use std::collections::BTreeSet;

use ton::{
    address::Address,
    toncenter::Transaction,
    transfer::{OwnJettonWallet, Received, Verdict, received_gram, received_jetton},
};

use super::receipt::{Receipt, ReceiptTransfer};
use crate::words::{
    money::{Amount, GRAM_DECIMALS, Money, TICKER},
    time::Time,
};

/// What a receipt says that cannot all be true, whatever the chain says.
pub fn itself(receipt: &Receipt) -> Vec<String> {
    let mut wrong = Vec::new();
    let (asset, decimals) = (&receipt.received.asset, receipt.received.decimals);
    if receipt.jetton.is_none() && (asset != TICKER || decimals != GRAM_DECIMALS) {
        wrong.push(format!("{asset} with {decimals} decimals is not the network's own coin"));
    }
    let refunds = receipt.refunds.iter().map(|refund| &refund.money);
    let sums = [&receipt.received, &receipt.refunded];
    for money in sums.into_iter().chain(refunds).chain(receipt.lines().map(|line| &line.money)) {
        if (&money.asset, money.decimals) != (asset, decimals) {
            wrong.push(format!("{money} is not of the receipt's asset, {asset}"));
        }
        if units(money).is_none() {
            wrong.push(format!("{money} is not {} units", money.units));
        }
    }
    let listed = total(receipt.transfers.iter().map(|line| &line.money));
    let received = units(&receipt.received);
    if receipt.complete && listed != received || listed > received {
        wrong.push(format!("the transfers do not add up to the {} received", receipt.received));
    }
    if total(receipt.refunds.iter().map(|refund| &refund.money)) != units(&receipt.refunded) {
        wrong.push(format!("the refunds do not add up to the {} refunded", receipt.refunded));
    }
    for refund in &receipt.refunds {
        if total(refund.transfers.iter().map(|line| &line.money)) > units(&refund.money) {
            wrong.push(format!("{}: its transfers are more than its {}", refund.id, refund.money));
        }
    }
    let mut seen = BTreeSet::new();
    for line in receipt.lines() {
        if !seen.insert((line.account, &line.lt)) {
            wrong.push(format!("the transaction {} is counted twice", line.hash));
        }
    }
    wrong
}

/// Where a line of a receipt and the chain differ. `found` is what the chain has of that account at that
/// logical time.
pub fn transfer(
    line: &ReceiptTransfer,
    jetton: Option<Address>,
    found: &[Transaction],
) -> Vec<String> {
    let same = |tx: &&Transaction| tx.account == line.account && tx.lt.to_string() == line.lt;
    let Some(tx) = found.iter().find(same) else {
        return vec![format!("the chain has no transaction of {} at lt {}", line.account, line.lt)];
    };
    if hex::encode(tx.hash) != line.hash {
        return vec![differs("hash", &line.hash, hex::encode(tx.hash))];
    }
    let verdict = match jetton {
        None => received_gram(tx),
        Some(_) => received_jetton(tx, &OwnJettonWallet { address: line.account, owner: line.to }),
    };
    match verdict {
        Verdict::Received(received) => compare(line, &received),
        Verdict::Not(reason) => vec![format!("the transaction brought no money ({reason:?})")],
    }
}

fn compare(line: &ReceiptTransfer, on_chain: &Received) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut check = |what: &str, said: String, found: String| {
        if said != found {
            wrong.push(differs(what, &said, found));
        }
    };
    let name = |address: Option<Address>| address.map_or("nobody".to_owned(), |a| a.to_string());
    let text = |comment: Option<&str>| comment.unwrap_or("none").to_owned();
    check("payee", line.to.to_string(), on_chain.payee.to_string());
    check("sender", name(line.from), name(on_chain.source));
    check("amount", in_units(&line.money.units), in_units(&on_chain.units.to_string()));
    check("comment", text(line.comment.as_deref()), text(on_chain.comment.text()));
    check("time", line.at.to_string(), Time::from_seconds(on_chain.now).to_string());
    match on_chain.mc_seqno {
        Some(block) => check("block", line.block.to_string(), block.to_string()),
        None => wrong.push("the transaction is not final".to_owned()),
    }
    wrong
}

fn in_units(units: &str) -> String {
    format!("{units} units")
}

fn differs(what: &str, said: &str, found: String) -> String {
    format!("the {what} is {said} in the receipt, and {found} on the chain")
}

/// The units, if the decimal says the same.
fn units(money: &Money) -> Option<Amount> {
    let amount = Amount::parse(&money.amount, money.decimals).ok()?;
    (amount.units().to_string() == money.units).then_some(amount)
}

fn total<'a>(all: impl Iterator<Item = &'a Money>) -> Option<Amount> {
    all.map(units).try_fold(Amount::ZERO, |sum, money| sum.checked_add(money?))
}

#[cfg(test)]
mod tests {
    use ton::network::Network;

    use super::*;

    fn money(amount: &str) -> Money {
        let units = Amount::parse(amount, 6).unwrap().units().to_string();
        Money { amount: amount.to_owned(), asset: "USDT".to_owned(), units, decimals: 6 }
    }

    fn line(lt: &str, amount: &str) -> ReceiptTransfer {
        let address = |n| Address { workchain: 0, hash: [n; 32] };
        ReceiptTransfer {
            account: address(1),
            lt: lt.to_owned(),
            hash: "00".repeat(32),
            block: 7,
            at: Time::from_seconds(1_795_000_000),
            from: Some(address(2)),
            to: address(3),
            money: money(amount),
            comment: None,
            fiat_value: None,
        }
    }

    fn receipt(lines: &[ReceiptTransfer], received: &str) -> Receipt {
        Receipt {
            version: 1,
            id: "inv_1".to_owned(),
            service: "https://pay.example".to_owned(),
            network: Network::SANDBOX,
            issued_at: Time::from_seconds(1_795_000_001),
            merchant: None,
            invoice: None,
            jetton: Some(Address { workchain: 0, hash: [9; 32] }),
            other_assets: Vec::new(),
            received: money(received),
            transfers: lines.to_vec(),
            complete: true,
            refunded: money("0"),
            refunds: Vec::new(),
        }
    }

    #[test]
    fn sums_have_to_add_up() {
        let two = [line("1", "1.5"), line("2", "0.5")];
        assert_eq!(itself(&receipt(&two, "2")), Vec::<String>::new());
        assert!(itself(&receipt(&two, "3"))[0].contains("do not add up"));
        let cut = Receipt { complete: false, ..receipt(&two, "3") };
        assert!(itself(&cut).is_empty(), "there may be more than are listed");
        let too_few = Receipt { complete: false, ..receipt(&two, "1") };
        assert!(itself(&too_few)[0].contains("do not add up"));
        let refunded = Receipt { refunded: money("1"), ..receipt(&two, "2") };
        assert!(itself(&refunded)[0].contains("the refunds do not add up"));
    }

    #[test]
    fn nothing_is_counted_twice_or_in_another_coin() {
        let twice = [line("1", "1"), line("1", "1")];
        assert!(itself(&receipt(&twice, "2"))[0].contains("counted twice"));
        let mut odd = receipt(&[line("1", "1")], "1");
        odd.transfers[0].money.decimals = 5;
        assert!(itself(&odd).iter().any(|wrong| wrong.contains("not of the receipt's asset")));
        let mut lying = receipt(&[line("1", "1")], "1");
        lying.transfers[0].money.units = "9000000".to_owned();
        assert!(itself(&lying).iter().any(|wrong| wrong.contains("is not 9000000 units")));
        let coin = Receipt { jetton: None, ..receipt(&[line("1", "1")], "1") };
        assert!(itself(&coin)[0].contains("not the network's own coin"));
    }

    #[test]
    fn a_transaction_the_chain_does_not_know_is_named() {
        let missing = transfer(&line("1", "1"), None, &[]);
        assert!(missing[0].contains("no transaction of 0:0101"), "{missing:?}");
    }
}

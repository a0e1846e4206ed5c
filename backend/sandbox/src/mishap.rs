//! An invoice paid from a wallet of the cast: as it should be, or with one of the mishaps that happen.
//! Each transfer is signed by a wallet and executed on the chain, so nothing is pretended. What the
//! service makes of it is the service's.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tycho_types::cell::HashBytes;
use tycho_types::models::StdAddr;
use utoipa::ToSchema;

use crate::assets::Asset;
use crate::cast::Person;
use crate::chain::{Event, Status, Transaction};
use crate::usdt::{self, Minter};
use crate::wallet::Refused;
use crate::wallet::transfer::{Outgoing, parse_address};
use crate::world::World;
use crate::{cells, faucet};

/// Past an invoice's end by as much as a service waits to be sure, in seconds.
const PAST: i64 = 15;
/// GRAM that pay for a jetton's way, in nano; what is left comes back.
const WAY: u128 = 50_000_000;
/// Too little for the way, and enough to come back.
const TOO_LITTLE: u128 = 8_000_000;
/// Blocks in which a transfer is final, where they are made on demand.
const BLOCKS: u32 = 8;
/// The longest wait for a transfer, where blocks come by themselves.
const PATIENCE: Duration = Duration::from_secs(30);

/// What goes wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mishap {
    /// Nothing: the right sum, in time, with the reference.
    #[default]
    None,
    /// Less than is due.
    Partial,
    /// More than is due.
    Over,
    /// The world's clock passes the invoice's end first.
    Late,
    /// Everything that is due, two times.
    Twice,
    /// The right reference, in the other coin.
    WrongAsset,
    /// A jetton that calls itself USDT, of a master that is not the listed one.
    FakeUsdt,
    /// The right sum, and no comment.
    NoReference,
    /// A transfer that the chain sends back.
    Bounce,
}

impl Mishap {
    /// What a shop has to expect of it for an open invoice, in a sentence or two.
    fn meaning(self) -> &'static str {
        match self {
            Self::None => "The invoice is paid.",
            Self::Partial => "It counts towards the invoice, which stays open for the rest.",
            Self::Over => {
                "The invoice is paid. What is too much stands in its exception: pay it back."
            }
            Self::Late => {
                "The invoice stays expired, with the exception “late”. Accept the money, or pay it back."
            }
            Self::Twice => {
                "The first transfer pays the invoice; the second makes it overpaid. Pay one back."
            }
            Self::WrongAsset => {
                "It pays nothing. It waits in the inbox of unmatched money, with the invoice it names."
            }
            Self::FakeUsdt => {
                "Nothing happens, and rightly so: a jetton is known by its master's address, not by its name."
            }
            Self::NoReference => {
                "It waits in the inbox of unmatched money, with a guess which invoice it was meant for."
            }
            Self::Bounce => {
                "Nothing happens: the chain gave the money back to the payer, less a fee, so none has come."
            }
        }
    }
}

/// An invoice, as far as a wallet has to know it, and how to pay it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Bill {
    /// The shop's address, in any form.
    pub to: String,
    /// What is due.
    pub amount: String,
    pub asset: Asset,
    /// What the comment has to say.
    pub reference: String,
    /// Unix seconds. Being late needs it.
    #[serde(default)]
    pub expires_at: Option<i64>,
    #[serde(default)]
    pub mishap: Mishap,
    /// For `partial` and `over`: what to send instead. By default half, or double.
    #[serde(default)]
    pub send: Option<String>,
}

/// What was done.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Paid {
    pub mishap: Mishap,
    /// What a shop has to expect of it for an open invoice, in words.
    pub meaning: &'static str,
    /// By how much the world's clock was moved first.
    pub moved_seconds: u32,
    /// In the order they were sent; all are final.
    pub transfers: Vec<Sent>,
}

/// A transfer, and the transaction in which it came to the shop, or came to nothing.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Sent {
    pub from: Person,
    pub amount: String,
    /// Whether it is the coin it says it is.
    pub genuine: bool,
    pub asset: Asset,
    pub comment: Option<String>,
    /// The account whose transaction it is, raw.
    pub account: String,
    /// Hex.
    pub hash: String,
    pub lt: String,
    /// The masterchain block that made it final.
    pub block: u32,
    /// The chain sent it back.
    pub bounced: bool,
}

/// A transfer before it is signed.
struct Plan {
    outgoing: Outgoing,
    units: u128,
    asset: Asset,
    genuine: bool,
    comment: Option<String>,
    /// The account in whose transaction it comes to its end.
    lands: StdAddr,
}

impl World {
    /// Pays a bill from somebody's wallet, and waits until everything of it is final.
    pub async fn pay(&self, payer: Person, bill: &Bill) -> Result<Paid, Refused> {
        let (to, _) = parse_address(&bill.to).map_err(refused)?;
        let plans = self.plans(payer, &to, bill)?;
        self.affords(payer, &plans)?;
        let moved_seconds = match bill.mishap {
            Mishap::Late => self.pass(bill)?,
            _ => 0,
        };
        let mut transfers = Vec::new();
        for plan in plans {
            if !plan.genuine {
                let own = self.wallets.account(payer).address.clone();
                let made = faucet::mint(&self.chain, usdt::counterfeit(), &own, plan.units)?;
                self.landed(made.hash, &usdt::counterfeit().wallet_of(&own)).await?;
            }
            transfers.push(self.transfer(payer, plan).await?);
        }
        let (mishap, meaning) = (bill.mishap, bill.mishap.meaning());
        Ok(Paid { mishap, meaning, moved_seconds, transfers })
    }

    /// The transfers that a bill comes to.
    fn plans(&self, payer: Person, to: &StdAddr, bill: &Bill) -> Result<Vec<Plan>, Refused> {
        let own = &self.wallets.account(payer).address;
        let due = bill.asset.units(&bill.amount).map_err(refused)?;
        let note = Some(bill.reference.as_str());
        let pays = |units, asset, note| plan(own, to, units, asset, note);
        Ok(match bill.mishap {
            Mishap::None | Mishap::Late => vec![pays(due, bill.asset, note)],
            Mishap::Partial => vec![pays(other_sum(bill, due)?, bill.asset, note)],
            Mishap::Over => vec![pays(other_sum(bill, due)?, bill.asset, note)],
            Mishap::Twice => vec![pays(due, bill.asset, note), pays(due, bill.asset, note)],
            Mishap::WrongAsset => {
                let other = bill.asset.other();
                vec![pays(in_other_coin(due, bill.asset), other, note)]
            }
            Mishap::NoReference => vec![pays(due, bill.asset, None)],
            Mishap::FakeUsdt => {
                let units =
                    if bill.asset == Asset::Usdt { due } else { in_other_coin(due, bill.asset) };
                vec![Plan { genuine: false, ..jettons(usdt::counterfeit(), own, to, units, note) }]
            }
            Mishap::Bounce => vec![bouncing(pays(due, bill.asset, note), own, to)],
        })
    }

    /// Says at once what a wallet would only find out on the chain.
    fn affords(&self, payer: Person, plans: &[Plan]) -> Result<(), Refused> {
        for asset in [Asset::Gram, Asset::Usdt] {
            let of_it = plans.iter().filter(|plan| plan.asset == asset && plan.genuine);
            let needed = of_it.fold(0u128, |sum, plan| sum.saturating_add(plan.units));
            let held = self.wallets.balance(payer, asset);
            if needed > held {
                let (held, needed) = (asset.decimal(held), asset.decimal(needed));
                return Err(Refused::Payment(format!(
                    "{} holds {held} {asset}, and this takes {needed}; the faucet gives more",
                    payer.first_name()
                )));
            }
        }
        Ok(())
    }

    /// Moves the clock past a bill's end; says by how much.
    fn pass(&self, bill: &Bill) -> Result<u32, Refused> {
        let end = bill.expires_at.ok_or_else(|| refused("being late needs expires_at"))?;
        let ahead = end.saturating_add(PAST).saturating_sub(i64::from(self.clock.now()));
        let seconds = u32::try_from(ahead.max(0))
            .map_err(|_| refused("expires_at is further away than the clock can be moved"))?;
        self.clock.advance(i64::from(seconds) * 1000);
        Ok(seconds)
    }

    async fn transfer(&self, payer: Person, plan: Plan) -> Result<Sent, Refused> {
        let signed = self.wallets.hand_over(payer, plan.outgoing).await?;
        let mut message = HashBytes::ZERO;
        hex::decode_to_slice(&signed.hash, &mut message.0).map_err(refused)?;
        let (landed, block) = self.landed(message, &plan.lands).await?;
        Ok(Sent {
            from: payer,
            amount: plan.asset.decimal(plan.units),
            genuine: plan.genuine,
            asset: plan.asset,
            comment: plan.comment,
            account: cells::ton_address(&landed.account).to_hex(),
            hash: hex::encode(landed.hash.0),
            lt: landed.lt.to_string(),
            block,
            bounced: landed.has_bounced(),
        })
    }

    /// Waits for what a message has led to on an account, until it is final.
    async fn landed(
        &self,
        message: HashBytes,
        at: &StdAddr,
    ) -> Result<(Arc<Transaction>, u32), Refused> {
        let mut events = self.chain.subscribe();
        let on_demand = self.chain.block_time().is_none();
        let waits = async {
            let mut blocks = 0;
            loop {
                if let Some(found) = self.look(&message, at) {
                    return Ok::<_, Refused>(Some(found));
                }
                if !on_demand {
                    while !matches!(events.recv().await, Ok(Event::Block { .. }) | Err(_)) {}
                } else if blocks == BLOCKS {
                    return Ok(None);
                } else {
                    self.chain.produce(1).await.map_err(refused)?;
                    blocks += 1;
                }
            }
        };
        let found = tokio::select! {
            found = waits => found?,
            () = tokio::time::sleep(PATIENCE) => None,
            () = self.tasks().stopping() => None,
        };
        found.ok_or_else(|| refused("the transfer was signed, and has not come to its end"))
    }

    fn look(&self, message: &HashBytes, at: &StdAddr) -> Option<(Arc<Transaction>, u32)> {
        self.chain.read(|ledger| {
            ledger.of_account_since(at, 0).find_map(|transaction| {
                let trace = &transaction.trace;
                let ours = [trace.external_hash, trace.external_hash_norm].contains(message);
                match ledger.status(transaction) {
                    Status::Final { mc_seqno } if ours => Some((transaction.clone(), mc_seqno)),
                    _ => None,
                }
            })
        })
    }
}

fn plan(own: &StdAddr, to: &StdAddr, units: u128, asset: Asset, note: Option<&str>) -> Plan {
    if asset == Asset::Usdt {
        return jettons(usdt::genuine(), own, to, units, note);
    }
    Plan {
        outgoing: Outgoing {
            to: to.clone(),
            bounce: false,
            value: units,
            body: note.map(|note| cells::readable(&cells::comment(note))),
            init: None,
        },
        units,
        asset,
        genuine: true,
        comment: note.map(str::to_owned),
        lands: to.clone(),
    }
}

fn jettons(minter: &Minter, own: &StdAddr, to: &StdAddr, units: u128, note: Option<&str>) -> Plan {
    let payload = note.map(cells::comment);
    let transfer = usdt::Transfer { units, to, change_to: own, forward: 1, payload };
    Plan {
        outgoing: Outgoing {
            to: minter.wallet_of(own),
            bounce: true,
            value: WAY,
            body: Some(cells::readable(&transfer.to_cell())),
            init: None,
        },
        units,
        asset: Asset::Usdt,
        genuine: true,
        comment: note.map(str::to_owned),
        lands: minter.wallet_of(to),
    }
}

/// GRAM goes to the shop's USDT wallet, which takes none; USDT sets out with too little for its way.
/// Both contracts refuse, and the chain sends the message back.
fn bouncing(plan: Plan, own: &StdAddr, to: &StdAddr) -> Plan {
    match plan.asset {
        Asset::Gram => {
            let lands = usdt::wallet_of(to);
            let outgoing = Outgoing { to: lands.clone(), bounce: true, ..plan.outgoing };
            Plan { outgoing, lands, ..plan }
        }
        Asset::Usdt => {
            let outgoing = Outgoing { value: TOO_LITTLE, ..plan.outgoing };
            Plan { outgoing, lands: usdt::wallet_of(own), ..plan }
        }
    }
}

/// What is sent instead of what is due: less, or more.
fn other_sum(bill: &Bill, due: u128) -> Result<u128, Refused> {
    let less = bill.mishap == Mishap::Partial;
    let units = match &bill.send {
        Some(amount) => bill.asset.units(amount).map_err(refused)?,
        None if less => due / 2,
        None => due.saturating_mul(2),
    };
    let fits = if less { units > 0 && units < due } else { units > due };
    let (due, asset) = (bill.asset.decimal(due), bill.asset);
    let word = if less { "between nothing and" } else { "more than" };
    fits.then_some(units)
        .ok_or_else(|| refused(format!("it has to be {word} the {due} {asset} due")))
}

/// The same number in the other coin, as far as that has digits for it, and never nothing.
fn in_other_coin(units: u128, asset: Asset) -> u128 {
    let (from, to) = (asset.decimals(), asset.other().decimals());
    let scaled = match to.checked_sub(from) {
        Some(more) => units.saturating_mul(10u128.pow(more)),
        None => units / 10u128.pow(from - to),
    };
    scaled.max(1)
}

fn refused(error: impl ToString) -> Refused {
    Refused::Payment(error.to_string())
}

//! From a request to a message on the chain; also without any app or person, for tests.

use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};
use tonlib_core::cell::ArcCell;
use utoipa::ToSchema;

use super::account::{Account, AccountInfo, Proof};
use super::transfer::{BadRequest, Outgoing, TransactionRequest, parse_address};
use super::{Refused, Wallets};
use crate::assets::Asset;
use crate::cast::Person;
use crate::chain::{Event, Message};
use crate::{cells, usdt};

/// How long a signature is good for when the request does not say.
const VALID_SECONDS: u32 = 300;
/// Attached to a jetton transfer, beside what is forwarded; the rest comes back.
const JETTON_VALUE: u128 = 50_000_000;
/// A wallet waits so long for its last transfer to get into a block.
const PATIENCE: Duration = Duration::from_secs(30);

/// A signed external message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Signed {
    /// Base64 of a bag of cells.
    pub boc: String,
    /// Its normalized hash (TEP-467), in hex: the name under which the chain knows it.
    pub hash: String,
}

/// The body of `POST /v1/wallets`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Proven {
    pub account: AccountInfo,
    pub proof: Proof,
}

/// A payment, in the words of a person.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Payment {
    /// An address in any form, or somebody of the cast.
    pub to: String,
    pub amount: String,
    pub asset: Asset,
    #[serde(default)]
    pub comment: Option<String>,
    /// GRAM that travel with the notification of a jetton transfer; by default one nano.
    #[serde(default)]
    pub forward_amount: Option<String>,
    /// By default as the address says; a raw address and a person do not bounce.
    #[serde(default)]
    pub bounce: Option<bool>,
    /// Base64 of a bag of cells, instead of a comment.
    #[serde(default)]
    pub payload: Option<String>,
}

impl Payment {
    pub fn new(to: impl Into<String>, amount: impl Into<String>, asset: Asset) -> Self {
        Self {
            to: to.into(),
            amount: amount.into(),
            asset,
            comment: None,
            forward_amount: None,
            bounce: None,
            payload: None,
        }
    }

    #[must_use]
    pub fn with_comment(mut self, comment: impl Into<String>) -> Self {
        self.comment = Some(comment.into());
        self
    }
}

impl Wallets {
    /// What `POST /v1/wallets` takes: the account, and a proof for `domain` over `payload`.
    pub fn prove(
        &self,
        person: Person,
        domain: &str,
        payload: &str,
        timestamp: Option<u64>,
    ) -> Proven {
        let timestamp = timestamp.unwrap_or_else(|| u64::from(self.clock().now()));
        let account = self.account(person);
        Proven { account: account.info(), proof: account.prove(domain, payload, timestamp) }
    }

    /// Signs what an app asks for and, if wanted, puts it on the chain.
    pub async fn sign(
        &self,
        person: Person,
        request: &TransactionRequest,
        broadcast: bool,
    ) -> Result<Signed, Refused> {
        let outgoing = request.check(self.account(person), self.clock().now())?;
        self.sign_messages(person, &outgoing, request.valid_until, broadcast).await
    }

    /// Pays somebody.
    pub async fn send(&self, person: Person, payment: &Payment) -> Result<Signed, Refused> {
        let outgoing = self.outgoing(person, payment)?;
        self.sign_messages(person, &[outgoing], None, true).await
    }

    /// Signs a message that was put together elsewhere, and puts it on the chain.
    pub(crate) async fn hand_over(
        &self,
        person: Person,
        outgoing: Outgoing,
    ) -> Result<Signed, Refused> {
        self.sign_messages(person, &[outgoing], None, true).await
    }

    fn outgoing(&self, person: Person, payment: &Payment) -> Result<Outgoing, Refused> {
        let wrong = |error: &dyn std::fmt::Display| Refused::Payment(error.to_string());
        let (to, asked) = match payment.to.parse::<Person>() {
            Ok(person) => (self.account(person).address.clone(), false),
            Err(_) => parse_address(&payment.to).map_err(|error| wrong(&error))?,
        };
        let units = payment.asset.units(&payment.amount).map_err(|error| wrong(&error))?;
        let body = payload(payment)?;
        let bounce = payment.bounce.unwrap_or(asked);
        if payment.asset == Asset::Gram {
            let body = body.as_ref().map(cells::readable);
            return Ok(Outgoing { to, bounce, value: units, body, init: None });
        }
        let forward = match &payment.forward_amount {
            Some(amount) => Asset::Gram.units(amount).map_err(|error| wrong(&error))?,
            None => 1,
        };
        let own = &self.account(person).address;
        let transfer = usdt::Transfer { units, to: &to, change_to: own, forward, payload: body };
        Ok(Outgoing {
            to: usdt::wallet_of(own),
            bounce: true,
            value: JETTON_VALUE + forward,
            body: Some(cells::readable(&transfer.to_cell())),
            init: None,
        })
    }

    async fn sign_messages(
        &self,
        person: Person,
        outgoing: &[Outgoing],
        valid_until: Option<u32>,
        broadcast: bool,
    ) -> Result<Signed, Refused> {
        let account = self.account(person);
        let messages: Vec<ArcCell> =
            outgoing.iter().map(Outgoing::build).collect::<Result<_, _>>()?;
        let _one_at_a_time = self.inner.signing[&person].lock().await;
        if broadcast {
            self.until_ready(account).await?;
        }
        let chain = &self.inner.chain;
        let deployed = chain.account(&account.address).is_active();
        let expire_at = valid_until.unwrap_or_else(|| self.clock().now() + VALID_SECONDS);
        let message = account
            .external(self.seqno(account), expire_at, !deployed, &messages)
            .map_err(|_| BadRequest::TooBig)?;
        let boc = cells::boc(&message);
        if broadcast {
            chain.send_external(&boc)?;
        }
        let read = Message::parse(&cells::readable(&message))
            .map_err(|error| Refused::Payment(error.to_string()))?;
        let hash = hex::encode(read.normalized_hash().0);
        Ok(Signed { boc: BASE64_STANDARD.encode(boc), hash })
    }

    /// The number the contract expects next.
    fn seqno(&self, account: &Account) -> u32 {
        let answer = self.inner.chain.run_get_method(&account.address, "seqno", &[]);
        let answer = answer.ok().filter(|answer| answer.is_success());
        answer
            .and_then(|answer| answer.stack.last().and_then(|item| item.as_number().cloned()))
            .and_then(|number| u32::try_from(number).ok())
            .unwrap_or(0)
    }

    /// Waits until no transfer of this wallet is on its way into a block.
    async fn until_ready(&self, account: &Account) -> Result<(), Refused> {
        let chain = &self.inner.chain;
        let mut events = chain.subscribe();
        let waits = || {
            chain.read(|ledger| {
                ledger.mempool().iter().any(|waiting| {
                    waiting.message.is_external_in()
                        && waiting.message.destination() == Some(&account.address)
                })
            })
        };
        while waits() {
            if chain.block_time().is_none() {
                return Err(Refused::Busy);
            }
            let block =
                async { while !matches!(events.recv().await, Ok(Event::Block { .. }) | Err(_)) {} };
            tokio::select! {
                () = block => {}
                () = tokio::time::sleep(PATIENCE) => return Err(Refused::Busy),
                () = self.inner.tasks.stopping() => return Err(Refused::Busy),
            }
        }
        Ok(())
    }
}

fn payload(payment: &Payment) -> Result<Option<ArcCell>, Refused> {
    match (&payment.payload, &payment.comment) {
        (Some(_), Some(_)) => {
            Err(Refused::Payment("a payment has a comment or a payload, not both".to_owned()))
        }
        (Some(payload), None) => {
            let cell = cells::read(payload).map_err(|bad| BadRequest::Cell("payload", bad))?;
            Ok(Some(cells::writable(&cell)))
        }
        (None, Some(comment)) => Ok(Some(cells::comment(comment))),
        (None, None) => Ok(None),
    }
}

//! The statements of intents and transfers.

pub mod activity;

use std::str::FromStr;

use ton::{address::Address, comment::Comment, reference::Reference, transfer::Sent};

use super::state::{
    Arrival, End, Intent, Manner, Marks, Memo, Nature, Outcome, Purpose, Reason, Side, Stage,
    Transfer,
};
use crate::{
    base::db::{One, Result, Text, Tx, execute, rows},
    money::rates::{Currency, Fiat, Rate, Worth},
    words::{
        id::{PaymentId, PersonId, TransferId},
        money::{Amount, Asset},
        time::Time,
    },
};

#[derive(sqlx::FromRow)]
pub(super) struct IntentRow {
    id: PaymentId,
    kind: String,
    purpose_id: Option<String>,
    takes_parts: bool,
    shop: Option<End>,
    keeps_worth: bool,
    payer_id: Option<PersonId>,
    payer_name: Option<String>,
    payer_username: Option<String>,
    payer_address: Option<Text<Address>>,
    payee_id: Option<PersonId>,
    payee_name: Option<String>,
    payee_username: Option<String>,
    payee_address: Text<Address>,
    description: Option<String>,
    asset: Asset,
    also: Option<String>,
    amount: Option<Amount>,
    reference: Text<Reference>,
    note: Option<String>,
    memo: Option<String>,
    sent_after: Option<i64>,
    status: Stage,
    request: Option<String>,
    message_hash: Option<String>,
    submitted_at: Option<Time>,
    seen_at: Option<Time>,
    confirmed_at: Option<Time>,
    settled_at: Option<Time>,
    created_at: Time,
    expires_at: Time,
}

impl TryFrom<IntentRow> for Intent {
    type Error = sqlx::Error;

    fn try_from(row: IntentRow) -> Result<Self> {
        let also = row.also.as_deref().unwrap_or_default().split_ascii_whitespace();
        let also: Result<Vec<Asset>, _> = also.map(Asset::from_str).collect();
        Ok(Self {
            id: row.id,
            purpose: Purpose {
                kind: row.kind.into(),
                id: row.purpose_id,
                manner: Manner {
                    takes_parts: row.takes_parts,
                    shop: row.shop,
                    keeps_worth: row.keeps_worth,
                },
            },
            payer: Side {
                person: row.payer_id,
                name: row.payer_name,
                username: row.payer_username,
            },
            payer_address: row.payer_address.map(|a| a.0),
            payee: Side {
                person: row.payee_id,
                name: row.payee_name,
                username: row.payee_username,
            },
            payee_address: row.payee_address.0,
            asset: row.asset,
            also: also.map_err(|error| sqlx::Error::Decode(error.into()))?,
            amount: row.amount,
            reference: row.reference.0,
            note: row.note,
            memo: row.memo.map(|text| Memo {
                text,
                after: row.sent_after.unwrap_or_default().unsigned_abs(),
            }),
            description: row.description,
            request: row.request,
            message_hash: row.message_hash,
            stage: row.status,
            marks: Marks {
                submitted: row.submitted_at,
                seen: row.seen_at,
                confirmed: row.confirmed_at,
                settled: row.settled_at,
            },
            created_at: row.created_at,
            expires_at: row.expires_at,
        })
    }
}

pub(super) fn intents(rows: Vec<IntentRow>) -> Result<Vec<Intent>> {
    rows.into_iter().map(Intent::try_from).collect()
}

pub async fn insert(tx: &mut Tx, intent: &Intent) -> Result<()> {
    let Purpose { kind, id, manner } = &intent.purpose;
    let also: Vec<String> = intent.also.iter().map(Asset::to_string).collect();
    execute!(
        tx,
        "insert into intents
            (id, kind, purpose_id, payer_id, payer_name, payer_username, payer_address, payee_id,
             payee_name, payee_username, payee_address, description, asset, amount, reference, note,
             status, request, created_at, expires_at, also, takes_parts, shop, keeps_worth)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
                 $19, $20, $21, $22, $23, $24)",
        intent.id,
        kind.as_ref(),
        id.as_deref(),
        intent.payer.person,
        intent.payer.name.as_deref(),
        intent.payer.username.as_deref(),
        intent.payer_address.map(Text),
        intent.payee.person,
        intent.payee.name.as_deref(),
        intent.payee.username.as_deref(),
        Text(intent.payee_address),
        intent.description.as_deref(),
        intent.asset,
        intent.amount,
        Text(intent.reference),
        intent.note.as_deref(),
        intent.stage,
        intent.request.as_deref(),
        intent.created_at,
        intent.expires_at,
        (!also.is_empty()).then(|| also.join(" ")),
        manner.takes_parts,
        manner.shop,
        manner.keeps_worth
    )?;
    Ok(())
}

/// Writes the new stage, unless somebody else has changed it since `before` was read.
pub async fn save(tx: &mut Tx, before: &Intent, after: &Intent) -> Result<bool> {
    let touched = execute!(
        tx,
        "update intents set status = $3, message_hash = $4, submitted_at = $5, seen_at = $6,
                confirmed_at = $7, settled_at = $8
          where id = $1 and status = $2
            and coalesce(submitted_at, 0) = coalesce(cast($9 as bigint), 0)",
        after.id,
        before.stage,
        after.stage,
        after.message_hash.as_deref(),
        after.marks.submitted,
        after.marks.seen,
        after.marks.confirmed,
        after.marks.settled,
        before.marks.submitted
    )?;
    Ok(touched == 1)
}

/// Notes the transaction to sign, which needs the intent's reference first.
pub async fn set_request(tx: &mut Tx, id: PaymentId, request: &str) -> Result<()> {
    execute!(tx, "update intents set request = $2 where id = $1", id, request)?;
    Ok(())
}

/// Ends what nobody has signed so far of everything that is paid under a purpose, but for one.
pub async fn expire_unsigned(tx: &mut Tx, purpose_id: &str, but: PaymentId) -> Result<u64> {
    execute!(
        tx,
        "update intents set status = 'expired'
          where purpose_id = $1 and id <> $2 and status = 'created'",
        purpose_id,
        but
    )
}

pub async fn find(tx: &mut Tx, id: PaymentId) -> Result<Option<Intent>> {
    rows!(tx, optional IntentRow, "select * from intents where id = $1", id)?
        .map(Intent::try_from)
        .transpose()
}

pub async fn by_reference(
    tx: &mut Tx,
    payee: Address,
    reference: Reference,
) -> Result<Option<Intent>> {
    rows!(
        tx,
        optional IntentRow,
        "select * from intents where payee_address = $1 and reference = $2",
        Text(payee),
        Text(reference)
    )?
    .map(Intent::try_from)
    .transpose()
}

/// Intents that belong to an invoice or a request, newest first.
pub async fn by_purpose(tx: &mut Tx, purpose_id: &str) -> Result<Vec<Intent>> {
    intents(rows!(
        tx,
        all IntentRow,
        "select * from intents where purpose_id = $1 order by id desc limit 100",
        purpose_id
    )?)
}

/// Intents somebody may be signing or waiting for just now: worth a look at the pending transactions.
/// What was pending before is among them however old it is, so that a hint never stands for ever.
pub async fn live(tx: &mut Tx, since: Time) -> Result<Vec<Intent>> {
    intents(rows!(
        tx,
        all IntentRow,
        "select * from intents
          where status in ('seen', 'confirmed')
             or status in ('created', 'submitted') and created_at >= $1
          order by created_at desc limit 500",
        since
    )?)
}

/// Whom is owed what nobody has paid by a moment of the chain's clock, and whose accounts have not been
/// compared so far.
pub async fn due_payees(tx: &mut Tx, passed: Time) -> Result<Vec<Address>> {
    let rows = rows!(
        tx,
        all One<Text<Address>>,
        "select distinct payee_address from intents
          where status in ('created', 'submitted') and expires_at <= $1
            and exists (select 1 from watched
                         where owner = intents.payee_address and not behind
                           and compared < intents.expires_at)",
        passed
    )?;
    Ok(rows.into_iter().map(|(payee,)| payee.0).collect())
}

/// Whom payments are on their way to, or may be.
pub async fn awaited(tx: &mut Tx, now: Time) -> Result<Vec<Address>> {
    let rows = rows!(
        tx,
        all One<Text<Address>>,
        "select distinct payee_address from intents
          where status in ('created', 'submitted', 'seen', 'confirmed') and expires_at > $1",
        now
    )?;
    Ok(rows.into_iter().map(|(payee,)| payee.0).collect())
}

/// Intents past their deadline that nothing has happened to. Where the payee's account has not been
/// read and compared so far, the money may be there: those wait.
pub async fn due(tx: &mut Tx, now: Time, limit: i64) -> Result<Vec<Intent>> {
    intents(rows!(
        tx,
        all IntentRow,
        "select * from intents
          where status in ('created', 'submitted') and expires_at <= $1
            and not exists (select 1 from watched
                             where owner = intents.payee_address
                               and (behind or compared < intents.expires_at))
          order by expires_at limit $2",
        now,
        limit
    )?)
}

#[derive(sqlx::FromRow)]
pub(super) struct TransferRow {
    id: TransferId,
    account: Text<Address>,
    lt: i64,
    hash: String,
    owner: Text<Address>,
    sender: Option<Text<Address>>,
    asset: Asset,
    units: String,
    comment: Option<String>,
    readable: Option<String>,
    intent_id: Option<PaymentId>,
    reason: Option<Reason>,
    fee: Option<Amount>,
    fiat_value: Option<Amount>,
    fiat_currency: Option<Currency>,
    fiat_rate: Option<Rate>,
    block: i64,
    at: Time,
}

impl TryFrom<TransferRow> for Transfer {
    type Error = sqlx::Error;

    fn try_from(row: TransferRow) -> Result<Self> {
        let decode = |what: &'static str| sqlx::Error::Decode(what.into());
        let hash = hex::decode(&row.hash).ok().and_then(|h| h.try_into().ok());
        Ok(Self {
            id: row.id,
            arrival: Arrival {
                account: row.account.0,
                lt: row.lt.unsigned_abs(),
                hash: hash.ok_or_else(|| decode("a transaction hash of 32 bytes"))?,
                owner: row.owner.0,
                sender: row.sender.map(|a| a.0),
                asset: row.asset,
                units: row.units.parse().map_err(|_| decode("whole units"))?,
                comment: match (row.comment, row.readable) {
                    (Some(text), _) => Comment::Text(text),
                    (None, Some(text)) => Comment::Irregular(text),
                    (None, None) => Comment::None,
                },
                sent: Sent { lt: row.lt.unsigned_abs(), query_id: None },
                nature: match row.reason {
                    Some(Reason::ByProduct) => Nature::ByProduct,
                    Some(Reason::Earlier) => Nature::Earlier,
                    _ => Nature::Plain,
                },
                block: u32::try_from(row.block).map_err(|_| decode("a block number"))?,
                at: row.at,
            },
            outcome: match (row.intent_id, row.reason) {
                (intent, Some(reason)) => Outcome::Unmatched(reason, intent),
                (Some(intent), None) => Outcome::Matched(intent),
                (None, None) => return Err(decode("a transfer with an outcome")),
            },
            fee: row.fee,
            worth: worth(row.fiat_value, row.fiat_currency, row.fiat_rate),
        })
    }
}

fn worth(minor: Option<Amount>, currency: Option<Currency>, rate: Option<Rate>) -> Option<Worth> {
    let value = Fiat { currency: currency?, minor: minor? };
    Some(Worth { value, rate: rate? })
}

pub(super) fn transfers(rows: Vec<TransferRow>) -> Result<Vec<Transfer>> {
    rows.into_iter().map(Transfer::try_from).collect()
}

/// The hash of the transaction by which money came to an account at a logical time, as it was recorded.
pub async fn hash_of(
    tx: &mut Tx,
    account: Address,
    asset: Asset,
    lt: u64,
) -> Result<Option<[u8; 32]>> {
    Ok(recorded(tx, account, asset, lt).await?.map(|(hash, _)| hash))
}

/// An account has one transaction at a logical time, whatever hash it was told with.
async fn recorded(
    tx: &mut Tx,
    account: Address,
    asset: Asset,
    lt: u64,
) -> Result<Option<([u8; 32], String)>> {
    let found = rows!(
        tx,
        optional(String, String),
        "select hash, units from transfers where account = $1 and asset = $2 and lt = $3",
        Text(account),
        asset,
        i64::try_from(lt).unwrap_or(i64::MAX)
    )?;
    Ok(found.and_then(|(hash, units)| Some((hex::decode(hash).ok()?.try_into().ok()?, units))))
}

/// The service once told a recorded transaction with a wrong hash; receipts and links need the right one.
async fn correct_hash(tx: &mut Tx, arrival: &Arrival) -> Result<()> {
    execute!(
        tx,
        "update transfers set hash = $4 where account = $1 and asset = $2 and lt = $3",
        Text(arrival.account),
        arrival.asset,
        i64::try_from(arrival.lt).unwrap_or(i64::MAX),
        hex::encode(arrival.hash)
    )?;
    Ok(())
}

/// Records a transfer. `false` if it was known already: that is how nothing is counted twice.
pub async fn insert_transfer(tx: &mut Tx, transfer: &Transfer, now: Time) -> Result<bool> {
    let arrival = &transfer.arrival;
    if let Some((hash, units)) = recorded(tx, arrival.account, arrival.asset, arrival.lt).await? {
        if units != arrival.units.to_string() {
            metrics::counter!("transfers_contradicted_total").increment(1);
            tracing::error!(
                account = %arrival.account, lt = arrival.lt, %units, now = %arrival.units,
                "the chain service tells another amount than before; what was recorded stays"
            );
        } else if hash != arrival.hash {
            correct_hash(tx, arrival).await?;
        }
        return Ok(false);
    }
    let (intent, reason) = match transfer.outcome {
        Outcome::Matched(intent) => (Some(intent), None),
        Outcome::Unmatched(reason, meant) => (meant, Some(reason)),
    };
    let touched = execute!(
        tx,
        "insert into transfers
            (id, account, lt, hash, owner, sender, asset, units, amount, comment, intent_id, reason,
             block, at, created_at, readable)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
         on conflict (account, asset, lt, hash) do nothing",
        transfer.id,
        Text(arrival.account),
        i64::try_from(arrival.lt).unwrap_or(i64::MAX),
        hex::encode(arrival.hash),
        Text(arrival.owner),
        arrival.sender.map(Text),
        arrival.asset,
        arrival.units.to_string(),
        arrival.amount(),
        arrival.text(),
        intent,
        reason,
        i64::from(arrival.block),
        arrival.at,
        now,
        arrival.readable().filter(|_| arrival.text().is_none())
    )?;
    Ok(touched == 1)
}

pub async fn find_transfer(tx: &mut Tx, id: TransferId) -> Result<Option<Transfer>> {
    rows!(tx, optional TransferRow, "select * from transfers where id = $1", id)?
        .map(Transfer::try_from)
        .transpose()
}

/// Takes a transfer until the transaction ends: whoever else wants to decide about its money waits, and
/// then sees what was decided.
pub async fn hold_transfer(tx: &mut Tx, id: TransferId) -> Result<Option<Transfer>> {
    rows!(tx, optional TransferRow, "update transfers set fee = fee where id = $1 returning *", id)?
        .map(Transfer::try_from)
        .transpose()
}

/// Lets an unmatched transfer pay an intent after all. `false`: it pays one already.
pub async fn match_transfer(tx: &mut Tx, id: TransferId, intent: PaymentId) -> Result<bool> {
    let touched = execute!(
        tx,
        "update transfers set intent_id = $2, reason = null where id = $1 and reason is not null",
        id,
        intent
    )?;
    Ok(touched == 1)
}

/// What has paid an intent first.
pub async fn first_transfer_of(tx: &mut Tx, intent: PaymentId) -> Result<Option<Transfer>> {
    rows!(
        tx,
        optional TransferRow,
        "select * from transfers where intent_id = $1 and reason is null
          order by at, lt, hash limit 1",
        intent
    )?
    .map(Transfer::try_from)
    .transpose()
}

/// The first hundred that have paid an intent, oldest first.
pub async fn transfers_of(tx: &mut Tx, intent: PaymentId) -> Result<Vec<Transfer>> {
    transfers(rows!(
        tx,
        all TransferRow,
        "select * from transfers where intent_id = $1 and reason is null
          order by at, lt, hash limit 100",
        intent
    )?)
}

/// The first hundred that have paid an invoice or a request, whichever of its intents they came by,
/// oldest first. Sums are kept elsewhere: dust cannot make an answer long.
pub async fn transfers_for(tx: &mut Tx, purpose_id: &str) -> Result<Vec<Transfer>> {
    transfers(rows!(
        tx,
        all TransferRow,
        "select t.* from transfers t join intents i on i.id = t.intent_id
          where i.purpose_id = $1 and t.reason is null order by t.at, t.lt, t.hash limit 100",
        purpose_id
    )?)
}

/// Payments made through this service whose network fee is not yet known.
pub async fn without_fee(tx: &mut Tx, since: Time) -> Result<Vec<Transfer>> {
    transfers(rows!(
        tx,
        all TransferRow,
        "select t.* from transfers t join intents i on i.id = t.intent_id
          where t.fee is null and t.reason is null and t.created_at >= $1
          order by t.created_at limit 3",
        since
    )?)
}

pub async fn set_fee(tx: &mut Tx, id: TransferId, fee: Amount) -> Result<()> {
    execute!(tx, "update transfers set fee = $2 where id = $1", id, fee)?;
    Ok(())
}

/// Keeps what a transfer was worth when it settled: once, and for good.
pub async fn set_worth(tx: &mut Tx, id: TransferId, worth: Worth) -> Result<()> {
    execute!(
        tx,
        "update transfers set fiat_value = $2, fiat_currency = $3, fiat_rate = $4
          where id = $1 and fiat_value is null",
        id,
        worth.value.minor,
        worth.value.currency,
        worth.rate
    )?;
    Ok(())
}

/// How many payments of a person wait for a signature.
pub async fn unsigned(tx: &mut Tx, payer: PersonId, now: Time) -> Result<i64> {
    let (count,): (i64,) = rows!(
        tx,
        one One<i64>,
        "select count(*) from intents
          where payer_id = $1 and status = 'created' and expires_at > $2",
        payer,
        now
    )?;
    Ok(count)
}

/// Whether somebody has paid another person who bore the name that is one's now.
pub async fn has_paid_another(
    tx: &mut Tx,
    payer: PersonId,
    username: &str,
    bearer: PersonId,
) -> Result<bool> {
    let (count,): (i64,) = rows!(
        tx,
        one One<i64>,
        "select count(*) from intents
          where payer_id = $1 and lower(payee_username) = $2 and payee_id <> $3
            and status = 'final'",
        payer,
        username.to_lowercase(),
        bearer
    )?;
    Ok(count > 0)
}

/// Whether somebody has paid an address through this service before.
pub async fn has_paid(tx: &mut Tx, payer: PersonId, payee: Address) -> Result<bool> {
    let (count,): (i64,) = rows!(
        tx,
        one One<i64>,
        "select count(*) from intents
          where payer_id = $1 and payee_address = $2 and status = 'final'",
        payer,
        Text(payee)
    )?;
    Ok(count > 0)
}

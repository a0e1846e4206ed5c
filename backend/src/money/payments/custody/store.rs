//! The statements about payments with a memo, and about addresses that many share.

use ton::address::Address;

use crate::{
    base::db::{One, Result, Text, Tx, execute, rows},
    money::payments::{
        Intent, Memo,
        store::{IntentRow, intents},
    },
    words::id::PaymentId,
};

pub async fn set_memo(tx: &mut Tx, id: PaymentId, memo: &Memo) -> Result<()> {
    execute!(
        tx,
        "update intents set memo = $2, sent_after = $3 where id = $1",
        id,
        memo.text.as_str(),
        i64::try_from(memo.after).unwrap_or(i64::MAX)
    )?;
    Ok(())
}

/// The newest payments with a memo from one address to another.
pub async fn with_memo(tx: &mut Tx, payer: Address, payee: Address) -> Result<Vec<Intent>> {
    intents(rows!(
        tx,
        all IntentRow,
        "select * from intents
          where payee_address = $1 and payer_address = $2 and memo is not null
          order by created_at desc, id desc limit 100",
        Text(payee),
        Text(payer)
    )?)
}

/// Whether an address belongs to somebody here: a linked wallet, or one that a merchant is or was paid at.
pub async fn is_ours(tx: &mut Tx, address: Address) -> Result<bool> {
    let (known,): (i64,) = rows!(
        tx,
        one One<i64>,
        "select (select count(*) from wallets where address = $1)
              + (select count(*) from payout_wallets where address = $1)",
        Text(address)
    )?;
    Ok(known > 0)
}

/// How many different memos have reached an address, up to two: it tells its customers apart by them.
pub async fn memos_at(tx: &mut Tx, address: Address) -> Result<i64> {
    let (memos,) = rows!(
        tx,
        one One<i64>,
        "select count(*) from (
            select distinct memo from intents
             where payee_address = $1 and memo is not null and status = 'final' limit 2) as memos",
        Text(address)
    )?;
    Ok(memos)
}

/// How many different people's payments came from an address that none of them holds, up to two: an
/// exchange pays for many.
pub async fn pays_for(tx: &mut Tx, address: Address) -> Result<i64> {
    let (people,) = rows!(
        tx,
        one One<i64>,
        "select count(*) from (
            select distinct i.payer_id from transfers t join intents i on i.id = t.intent_id
             where t.sender = $1 and i.payer_id is not null
               and (i.payer_address is null or i.payer_address <> $1)
             limit 2) as people",
        Text(address)
    )?;
    Ok(people)
}

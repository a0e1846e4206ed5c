//! The statements of changes that wait, and of those who may stop them.

use std::time::Duration;

use ton::address::Address;

use super::state::{Change, ChangeKind, ChangeStatus, Matter, NOTICE};
use crate::{
    base::db::{One, Result, Tx, execute, rows},
    words::{
        id::{ChangeId, MerchantId, PersonId},
        time::Time,
    },
};

#[derive(sqlx::FromRow)]
struct Row {
    id: ChangeId,
    merchant_id: MerchantId,
    kind: ChangeKind,
    subject: String,
    person_id: Option<PersonId>,
    from_value: Option<String>,
    to_value: Option<String>,
    asked_by: String,
    status: ChangeStatus,
    created_at: Time,
    wait_ms: i64,
    due_at: Time,
    ended_at: Option<Time>,
    ended_by: Option<String>,
}

/// What cannot be read is an error: a change must not become another one.
fn read<T: std::str::FromStr>(text: Option<&str>) -> Result<T> {
    text.and_then(|text| text.parse().ok())
        .ok_or_else(|| sqlx::Error::Decode("what a change is about".into()))
}

impl TryFrom<Row> for Change {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> Result<Self> {
        let (from, to) = (row.from_value.as_deref(), row.to_value.as_deref());
        let (subject, person) = (Some(row.subject.as_str()), row.person_id);
        let matter = match row.kind {
            ChangeKind::Payout => {
                Matter::Payout { from: read::<Address>(from)?, to: read::<Address>(to)? }
            }
            ChangeKind::OwnerInvited => {
                Matter::OwnerInvited { invitation: read(subject)?, taken_by: person }
            }
            ChangeKind::OwnerMade => {
                Matter::OwnerMade { person: read(subject)?, from: read(from)? }
            }
            ChangeKind::OwnerLowered => {
                Matter::OwnerLowered { person: read(subject)?, to: read(to)? }
            }
            ChangeKind::OwnerRemoved => Matter::OwnerRemoved { person: read(subject)? },
            ChangeKind::Key => {
                Matter::Key { key: read(subject)?, hint: to.unwrap_or_default().to_owned() }
            }
        };
        Ok(Self {
            id: row.id,
            merchant: row.merchant_id,
            matter,
            asked_by: row.asked_by,
            status: row.status,
            created_at: row.created_at,
            wait: Duration::from_millis(row.wait_ms.unsigned_abs()),
            due_at: row.due_at,
            ended_at: row.ended_at,
            ended_by: row.ended_by,
        })
    }
}

/// What it was and what it becomes, as text.
fn values(matter: &Matter) -> (Option<String>, Option<String>) {
    match matter {
        Matter::Payout { from, to } => (Some(from.to_string()), Some(to.to_string())),
        Matter::OwnerMade { from, .. } => (Some(from.to_string()), None),
        Matter::OwnerLowered { to, .. } => (None, Some(to.to_string())),
        Matter::Key { hint, .. } => (None, Some(hint.clone())),
        Matter::OwnerInvited { .. } | Matter::OwnerRemoved { .. } => (None, None),
    }
}

/// `false`: another one of the same thing waits already.
pub async fn insert(tx: &mut Tx, change: &Change) -> Result<bool> {
    let (from, to) = values(&change.matter);
    let touched = execute!(
        tx,
        "insert into changes
            (id, merchant_id, kind, subject, person_id, from_value, to_value, asked_by, status,
             created_at, wait_ms, due_at, reminded)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, false)
         on conflict do nothing",
        change.id,
        change.merchant,
        change.matter.kind(),
        change.matter.subject(),
        change.matter.person(),
        from,
        to,
        &change.asked_by,
        change.status,
        change.created_at,
        i64::try_from(change.wait.as_millis()).unwrap_or(i64::MAX),
        change.due_at
    )?;
    Ok(touched == 1)
}

/// Writes the new state, unless somebody else was first.
pub async fn save(tx: &mut Tx, before: &Change, after: &Change) -> Result<bool> {
    let touched = execute!(
        tx,
        "update changes set status = $2, ended_at = $3, ended_by = $4 where id = $1 and status = $5",
        after.id,
        after.status,
        after.ended_at,
        after.ended_by.as_deref(),
        before.status
    )?;
    Ok(touched == 1)
}

/// Somebody has taken the invitation that a change waits for.
pub async fn set_person(tx: &mut Tx, id: ChangeId, person: PersonId) -> Result<()> {
    execute!(
        tx,
        "update changes set person_id = $2 where id = $1 and status = 'waiting'",
        id,
        person
    )?;
    Ok(())
}

pub async fn find(tx: &mut Tx, id: ChangeId) -> Result<Option<Change>> {
    let row = rows!(tx, optional Row, "select * from changes where id = $1", id)?;
    row.map(Change::try_from).transpose()
}

/// The newest first.
pub async fn of(tx: &mut Tx, merchant: MerchantId, limit: i64) -> Result<Vec<Change>> {
    let rows = rows!(
        tx,
        all Row,
        "select * from changes where merchant_id = $1 order by id desc limit $2",
        merchant,
        limit
    )?;
    rows.into_iter().map(Change::try_from).collect()
}

/// The newest first.
pub async fn of_kind(
    tx: &mut Tx,
    merchant: MerchantId,
    kind: ChangeKind,
    limit: i64,
) -> Result<Vec<Change>> {
    let rows = rows!(
        tx,
        all Row,
        "select * from changes where merchant_id = $1 and kind = $2 order by id desc limit $3",
        merchant,
        kind,
        limit
    )?;
    rows.into_iter().map(Change::try_from).collect()
}

/// Everything of a merchant that waits, the oldest first.
pub async fn waiting(tx: &mut Tx, merchant: MerchantId) -> Result<Vec<Change>> {
    let rows = rows!(
        tx,
        all Row,
        "select * from changes where merchant_id = $1 and status = 'waiting' order by id",
        merchant
    )?;
    rows.into_iter().map(Change::try_from).collect()
}

/// The last change of this thing.
pub async fn about(tx: &mut Tx, merchant: MerchantId, subject: &str) -> Result<Option<Change>> {
    let row = rows!(
        tx,
        optional Row,
        "select * from changes where subject = $1 and merchant_id = $2 order by id desc limit 1",
        subject,
        merchant
    )?;
    row.map(Change::try_from).transpose()
}

/// When this person becomes an owner of the merchant, if that waits.
pub async fn owner_from(
    tx: &mut Tx,
    merchant: MerchantId,
    person: PersonId,
) -> Result<Option<Time>> {
    let row = rows!(
        tx,
        optional One<Time>,
        "select due_at from changes
          where person_id = $1 and merchant_id = $2 and status = 'waiting'
            and kind in ('owner_invited', 'owner_made') limit 1",
        person,
        merchant
    )?;
    Ok(row.map(|(due_at,)| due_at))
}

pub async fn due(tx: &mut Tx, passed: Time, limit: i64) -> Result<Vec<Change>> {
    let rows = rows!(
        tx,
        all Row,
        "select * from changes where status = 'waiting' and due_at <= $1
          order by due_at, id limit $2",
        passed,
        limit
    )?;
    rows.into_iter().map(Change::try_from).collect()
}

/// Those whose time comes soon, and of which that has not been said.
pub async fn due_soon(tx: &mut Tx, passed: Time, limit: i64) -> Result<Vec<Change>> {
    let rows = rows!(
        tx,
        all Row,
        "select * from changes
          where status = 'waiting' and due_at <= $1 and reminded = false and wait_ms > $2
          order by due_at, id limit $3",
        passed.after(NOTICE),
        i64::try_from(NOTICE.as_millis()).unwrap_or(i64::MAX),
        limit
    )?;
    rows.into_iter().map(Change::try_from).collect()
}

pub async fn set_reminded(tx: &mut Tx, id: ChangeId) -> Result<()> {
    execute!(tx, "update changes set reminded = true where id = $1", id)?;
    Ok(())
}

pub async fn insert_witness(tx: &mut Tx, id: ChangeId, telegram_id: i64) -> Result<()> {
    execute!(
        tx,
        "insert into change_witnesses (change_id, telegram_id) values ($1, $2)
         on conflict do nothing",
        id,
        telegram_id
    )?;
    Ok(())
}

/// Who owned the merchant when a change was asked for, by their Telegram ids.
pub async fn witnesses(tx: &mut Tx, id: ChangeId) -> Result<Vec<i64>> {
    let rows = rows!(
        tx,
        all One<i64>,
        "select telegram_id from change_witnesses where change_id = $1 order by telegram_id",
        id
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Everybody who has ever owned the merchant, as far as a change of it has seen them.
pub async fn once_owners(tx: &mut Tx, merchant: MerchantId) -> Result<Vec<i64>> {
    let rows = rows!(
        tx,
        all One<i64>,
        "select distinct w.telegram_id
           from changes c join change_witnesses w on w.change_id = c.id
          where c.merchant_id = $1 order by w.telegram_id",
        merchant
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Takes somebody out of what is over. What still waits they may stop, whoever has them forgotten.
pub async fn forget_witness(tx: &mut Tx, telegram_id: i64) -> Result<()> {
    execute!(
        tx,
        "delete from change_witnesses
          where telegram_id = $1
            and change_id in (select id from changes where status <> 'waiting')",
        telegram_id
    )?;
    Ok(())
}

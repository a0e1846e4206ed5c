//! The statements of members and invitations.

use crate::{
    base::db::{One, Result, Tx, execute, rows},
    people::identity::Person,
    selling::merchants::{Merchant, role::Role, store as merchants},
    words::{
        id::{InvitationId, MerchantId, PersonId},
        time::Time,
    },
};

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Member {
    pub person_id: PersonId,
    pub telegram_id: i64,
    pub first_name: String,
    pub username: Option<String>,
    pub role: Role,
    pub created_at: Time,
}

/// An offer that can still be taken.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Invitation {
    pub id: InvitationId,
    pub merchant_id: MerchantId,
    pub role: Role,
    pub created_at: Time,
    pub expires_at: Time,
    /// From when it makes an owner of somebody, as long as that waits.
    pub effective_at: Option<Time>,
}

pub async fn claim(tx: &mut Tx, person: PersonId, telegram_id: i64, now: Time) -> Result<()> {
    execute!(
        tx,
        "insert into members (merchant_id, person_id, role, created_at)
         select id, $1, 'owner', $3 from merchants where owner_telegram = $2
         on conflict (merchant_id, person_id) do nothing",
        person,
        telegram_id,
        now
    )?;
    Ok(())
}

pub async fn insert(
    tx: &mut Tx,
    merchant: MerchantId,
    person: PersonId,
    role: Role,
    now: Time,
) -> Result<()> {
    execute!(
        tx,
        "insert into members (merchant_id, person_id, role, created_at) values ($1, $2, $3, $4)
         on conflict (merchant_id, person_id) do nothing",
        merchant,
        person,
        role,
        now
    )?;
    Ok(())
}

/// Owners first, then in the order in which they came.
pub async fn of(tx: &mut Tx, merchant: MerchantId) -> Result<Vec<Member>> {
    rows!(
        tx,
        all Member,
        "select m.person_id, p.telegram_id, p.first_name, p.username, m.role, m.created_at
           from members m join people p on p.id = m.person_id
          where m.merchant_id = $1
          order by case m.role when 'owner' then 0 when 'manager' then 1 else 2 end,
                   m.created_at, m.person_id",
        merchant
    )
}

/// Whoever owns the merchant, as people to tell things to.
pub async fn owners(tx: &mut Tx, merchant: MerchantId) -> Result<Vec<Person>> {
    rows!(
        tx,
        all Person,
        "select p.id, p.telegram_id, p.first_name, p.username, p.language, p.notifications, p.chat
           from members m join people p on p.id = m.person_id
          where m.merchant_id = $1 and m.role = 'owner' order by p.id",
        merchant
    )
}

/// The merchants that this person owns, the oldest first, and how many owners each has.
pub async fn owned(tx: &mut Tx, person: PersonId) -> Result<Vec<(String, i64)>> {
    rows!(
        tx,
        all(String, i64),
        "select s.name, (select count(*) from members o
                          where o.merchant_id = s.id and o.role = 'owner')
           from members m join merchants s on s.id = m.merchant_id
          where m.person_id = $1 and m.role = 'owner' order by s.id",
        person
    )
}

/// A merchant, and what this person is to it.
pub async fn role_of(
    tx: &mut Tx,
    merchant: MerchantId,
    person: PersonId,
) -> Result<Option<(Merchant, Role)>> {
    let role = rows!(
        tx,
        optional One<Role>,
        "select role from members where merchant_id = $1 and person_id = $2",
        merchant,
        person
    )?;
    let Some((role,)) = role else { return Ok(None) };
    Ok(merchants::find(tx, merchant).await?.map(|merchant| (merchant, role)))
}

/// The merchants a person belongs to, the oldest first.
pub async fn merchants_of(tx: &mut Tx, person: PersonId) -> Result<Vec<(Merchant, Role)>> {
    let ids = rows!(
        tx,
        all One<MerchantId>,
        "select merchant_id from members where person_id = $1 order by merchant_id",
        person
    )?;
    let mut found = Vec::with_capacity(ids.len());
    for (id,) in ids {
        found.extend(role_of(tx, id, person).await?);
    }
    Ok(found)
}

pub async fn set_role(
    tx: &mut Tx,
    merchant: MerchantId,
    person: PersonId,
    role: Role,
) -> Result<()> {
    execute!(
        tx,
        "update members set role = $3 where merchant_id = $1 and person_id = $2",
        merchant,
        person,
        role
    )?;
    forget_named_owner(tx, merchant, person).await
}

pub async fn delete(tx: &mut Tx, merchant: MerchantId, person: PersonId) -> Result<()> {
    execute!(
        tx,
        "delete from members where merchant_id = $1 and person_id = $2",
        merchant,
        person
    )?;
    forget_named_owner(tx, merchant, person).await
}

/// Whom the operator once named must not come back as an owner by that.
async fn forget_named_owner(tx: &mut Tx, merchant: MerchantId, person: PersonId) -> Result<()> {
    execute!(
        tx,
        "update merchants set owner_telegram = null
          where id = $1 and owner_telegram = (select telegram_id from people where id = $2)",
        merchant,
        person
    )?;
    Ok(())
}

pub async fn insert_invitation(tx: &mut Tx, invitation: &Invitation, hash: &str) -> Result<()> {
    execute!(
        tx,
        "insert into invitations (id, merchant_id, role, hash, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6)",
        invitation.id,
        invitation.merchant_id,
        invitation.role,
        hash,
        invitation.created_at,
        invitation.expires_at
    )?;
    Ok(())
}

/// Those that can still be taken, the oldest first.
pub async fn invitations(tx: &mut Tx, merchant: MerchantId, now: Time) -> Result<Vec<Invitation>> {
    rows!(
        tx,
        all Invitation,
        "select i.id, i.merchant_id, i.role, i.created_at, i.expires_at, c.due_at as effective_at
           from invitations i
           left join changes c
                  on c.merchant_id = i.merchant_id and c.subject = i.id and c.status = 'waiting'
          where i.merchant_id = $1 and i.ended_at is null and i.expires_at > $2 order by i.id",
        merchant,
        now
    )
}

pub async fn by_hash(tx: &mut Tx, hash: &str, now: Time) -> Result<Option<Invitation>> {
    rows!(
        tx,
        optional Invitation,
        "select i.id, i.merchant_id, i.role, i.created_at, i.expires_at, c.due_at as effective_at
           from invitations i
           left join changes c
                  on c.merchant_id = i.merchant_id and c.subject = i.id and c.status = 'waiting'
          where i.hash = $1 and i.ended_at is null and i.expires_at > $2",
        hash,
        now
    )
}

/// `false`: it had ended before.
pub async fn end_invitation(
    tx: &mut Tx,
    merchant: MerchantId,
    id: InvitationId,
    now: Time,
) -> Result<bool> {
    let touched = execute!(
        tx,
        "update invitations set ended_at = $3
          where id = $2 and merchant_id = $1 and ended_at is null and expires_at > $3",
        merchant,
        id,
        now
    )?;
    Ok(touched == 1)
}

/// Takes a person out of every store, also of those that wait for them by their Telegram id.
pub async fn forget(tx: &mut Tx, person: PersonId) -> Result<()> {
    execute!(
        tx,
        "update merchants set owner_telegram = null
          where owner_telegram = (select telegram_id from people where id = $1)",
        person
    )?;
    execute!(tx, "delete from members where person_id = $1", person)?;
    Ok(())
}

//! The statements of people's activity.

use crate::{
    base::db::{Result, Tx, execute, rows},
    words::{id::PersonId, time::Time},
};

/// Puts a payment into somebody's activity, once for each direction.
pub async fn insert(
    tx: &mut Tx,
    person: PersonId,
    subject: &str,
    direction: &str,
    at: Time,
) -> Result<()> {
    execute!(
        tx,
        "insert into activity (person_id, subject_id, direction, at) values ($1, $2, $3, $4)
         on conflict (person_id, subject_id, direction) do nothing",
        person,
        subject,
        direction,
        at
    )?;
    Ok(())
}

/// One line of somebody's activity.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Line {
    pub subject_id: String,
    pub direction: String,
    pub at: Time,
}

/// A page of activity, newest first, without payments that came to nothing.
pub async fn page(
    tx: &mut Tx,
    person: PersonId,
    direction: Option<&str>,
    before: Option<&Line>,
    limit: i64,
) -> Result<Vec<Line>> {
    rows!(
        tx,
        all Line,
        "select a.subject_id, a.direction, a.at from activity a
           left join intents i on i.id = a.subject_id
          where a.person_id = $1
            and (cast($2 as text) is null or a.direction = $2)
            and (cast($3 as bigint) is null or (a.at, a.subject_id) < ($3, $4))
            and (i.status is null or i.status not in ('expired', 'cancelled'))
          order by a.at desc, a.subject_id desc limit $5",
        person,
        direction,
        before.map(|line| line.at),
        before.map_or("", |line| line.subject_id.as_str()),
        limit
    )
}

/// The lines by which somebody may see a payment.
pub async fn lines(tx: &mut Tx, person: PersonId, subject: &str) -> Result<Vec<Line>> {
    rows!(
        tx,
        all Line,
        "select subject_id, direction, at from activity where person_id = $1 and subject_id = $2
          order by direction desc",
        person,
        subject
    )
}

/// Takes a person out of every payment: their activity, and what they are called on either side.
pub async fn forget(tx: &mut Tx, person: PersonId) -> Result<()> {
    execute!(tx, "delete from activity where person_id = $1", person)?;
    execute!(
        tx,
        "update intents set payer_id = null, payer_name = null, payer_username = null, note = null,
                memo = null
          where payer_id = $1",
        person
    )?;
    execute!(
        tx,
        "update intents set payee_id = null, payee_name = null, payee_username = null
          where payee_id = $1",
        person
    )?;
    Ok(())
}

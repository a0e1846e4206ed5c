//! `/v1/audit_log`: what people and keys did, newest first. It is the feed, read by hand.

use axum::{Json, extract::State};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::super::{Merchant, members, store, view::Deed};
use crate::{
    base::{
        app::App,
        events::{self, store::Event},
        web::{
            extract::Query,
            problem::{Kind, Problem, Refusals, Result},
        },
    },
    words::page::{Page, PageQuery},
};

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(read))
}

/// Read who did what, newest first
///
/// These are the events of your feed that a person or a key has caused; nobody can take one out.
/// `starting_after` is the `seq` of the last line you have.
#[utoipa::path(
    get, path = "/v1/audit_log", tag = "Members", security(("key" = [])),
    params(PageQuery),
    responses((status = 200, body = Page<Deed>), Refusals)
)]
async fn read(
    State(app): State<App>,
    merchant: Merchant,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Deed>>> {
    let no_seq = |_: &str| {
        Problem::new(Kind::BadRequest, "starting_after is the seq of a line, a whole number.")
    };
    let mut list = page.open(&app.db, no_seq).await?;
    let (account, before) = (merchant.id.to_string(), list.after.unwrap_or(i64::MAX));
    let found = events::store::by_hands(&mut list.tx, &account, before, list.probe).await?;
    let people = members::store::of(&mut list.tx, merchant.id).await?;
    let keys = store::keys_of(&mut list.tx, merchant.id).await?;
    let name = |hand: &str| {
        let person = people.iter().find(|member| member.person_id.to_string() == hand);
        let key = || keys.iter().find(|key| key.id.to_string() == hand);
        person.map(|p| p.first_name.clone()).or_else(|| key().and_then(|key| key.name.clone()))
    };
    let livemode = app.livemode();
    let deed = |event: Event| {
        let by = event.hand.clone().unwrap_or_default();
        Deed { by_name: name(&by), by, event: event.view(livemode) }
    };
    Ok(Json(list.page(found).map(deed)))
}

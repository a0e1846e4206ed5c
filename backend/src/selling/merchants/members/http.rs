//! Routes for the people of a merchant: `/v1/members`, and `/v1/invitations` for whoever was invited.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Asking, Done, Error, MOST, store,
    view::{InvitationView, MemberView, MembersView, NewInvitationView, OfferView},
};
use crate::{
    base::{
        app::App,
        db::Tx,
        web::{
            extract::{Body, Path},
            problem::{Kind, Problem, Refusals, Result},
        },
    },
    people::identity::http::Caller,
    selling::merchants::{
        changes::view::ChangeView,
        http::{acting::Acting, as_member},
        role::Role,
        view::StoreView,
    },
    words::id::{InvitationId, PersonId},
};

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, invite))
        .routes(routes!(leave))
        .routes(routes!(change, remove))
        .routes(routes!(look))
        .routes(routes!(accept))
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NoMember(id) => Self::not_found(format_args!("member {id}")),
            Error::NoInvitation(id) => Self::not_found(format_args!("open invitation {id}")),
            Error::Over => Self::new(
                Kind::InvitationOver,
                "Nothing was changed. Ask whoever sent you the link for a new one.",
            ),
            Error::Already(role) => Self::new(
                Kind::MemberAlready,
                format!("You are its {role}. The invitation was not used up."),
            ),
            Error::NoOwner => Self::not_found("owner of that Telegram id"),
            Error::LastOwner => Self::new(
                Kind::LastOwner,
                "Nothing was changed. Make somebody else an owner first.",
            ),
            Error::TooMany => Self::new(
                Kind::TooManyMembers,
                format!(
                    "A store has {MOST} members and open invitations at most. Nobody was invited."
                ),
            ),
            Error::Change(error) => error.into(),
            Error::Db(error) => error.into(),
        }
    }
}

/// List the people of your store
#[utoipa::path(
    get, path = "/v1/members", tag = "Members", security(("key" = [])),
    responses((status = 200, body = MembersView), Refusals)
)]
async fn list(State(app): State<App>, acting: Acting) -> Result<Json<MembersView>> {
    let mut tx = app.db.snapshot().await?;
    let members = store::of(&mut tx, acting.merchant.id).await?;
    let open = store::invitations(&mut tx, acting.merchant.id, app.time()).await?;
    Ok(Json(MembersView {
        data: members.iter().map(|member| MemberView::new(member, acting.hand.person())).collect(),
        invitations: open.iter().map(InvitationView::from).collect(),
    }))
}

/// What somebody is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RoleBody {
    role: Role,
}

/// Invite somebody to your store
///
/// The link works once, for a week. Nobody gives more than they may do themselves, and no key makes an
/// owner: an owner does, as a person with a session and a linked wallet. Every owner is told of it at once,
/// and any of them can stop it until `effective_at`.
#[utoipa::path(
    post, path = "/v1/members", tag = "Members", security(("key" = [])),
    request_body = RoleBody,
    responses((status = 201, body = NewInvitationView), Refusals)
)]
async fn invite(
    State(app): State<App>,
    acting: Acting,
    Body(body): Body<RoleBody>,
) -> Result<(StatusCode, Json<NewInvitationView>)> {
    may_give(&acting, body.role)?;
    let mut tx = app.db.begin().await?;
    decides(&mut tx, &acting, [body.role]).await?;
    let by = acting.hand.to_string();
    let asking = asking(&app, &by);
    let (invitation, token) =
        super::invite(&mut tx, &acting.merchant, body.role, asking, acting.now(&app)).await?;
    tx.commit().await?;
    let link = app.deep_link(format_args!("join_{token}"));
    let about = InvitationView::from(&invitation);
    Ok((StatusCode::CREATED, Json(NewInvitationView { link, about })))
}

fn may_give(acting: &Acting, role: Role) -> Result<()> {
    if acting.grant.covers(&role.grant()) {
        return Ok(());
    }
    let detail = format!("You may do less than this store's {role}. Nothing was changed.");
    Err(Problem::new(Kind::RoleMissing, detail))
}

/// Whoever makes owners, or fewer of them, does it in person.
async fn decides<const N: usize>(tx: &mut Tx, acting: &Acting, about: [Role; N]) -> Result<()> {
    if about.iter().any(|role| role.grant().is_guarded()) {
        acting.in_person(tx).await?;
    }
    Ok(())
}

fn asking<'a>(app: &App, by: &'a str) -> Asking<'a> {
    Asking { by, wait: app.settings.payout_delay }
}

/// What became of it: nothing more to say, or the change that waits.
fn answer(acting: &Acting, done: &Done) -> Response {
    match done {
        Done::AtOnce => StatusCode::NO_CONTENT.into_response(),
        Done::Waits(change) => {
            (StatusCode::ACCEPTED, Json(ChangeView::new(&acting.merchant, change))).into_response()
        }
    }
}

/// Give a member another role
///
/// It holds at once. Where somebody becomes an owner, or an owner becomes less, it waits until `due_at`:
/// every owner is told, and any of them can stop it. Only an owner with a session and a linked wallet asks
/// for that, no key.
#[utoipa::path(
    patch, path = "/v1/members/{id}", tag = "Members", security(("key" = [])),
    params(("id" = String, Path)), request_body = RoleBody,
    responses(
        (status = 204),
        (status = 202, body = ChangeView, description = "It is about an owner, so it waits."),
        Refusals
    )
)]
async fn change(
    State(app): State<App>,
    acting: Acting,
    Path(id): Path<PersonId>,
    Body(body): Body<RoleBody>,
) -> Result<Response> {
    may_give(&acting, body.role)?;
    let mut tx = app.db.begin().await?;
    if let Some((_, known)) = store::role_of(&mut tx, acting.merchant.id, id).await? {
        may_give(&acting, known)?;
        decides(&mut tx, &acting, [known, body.role]).await?;
    }
    let by = acting.hand.to_string();
    let (asking, now) = (asking(&app, &by), acting.now(&app));
    let done = super::change(&mut tx, &acting.merchant, id, body.role, asking, now).await?;
    tx.commit().await?;
    Ok(answer(&acting, &done))
}

/// Whom to remove: a member, or an invitation.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(untagged)]
enum Whom {
    Member(PersonId),
    Invitation(InvitationId),
}

/// Remove a member, or take an invitation back
///
/// It holds at once. Where an owner is to go it waits until `due_at`: every owner is told, and any of them,
/// also the one who is to go, can stop it. Only an owner with a session and a linked wallet asks for that, no
/// key. Nobody takes back an invitation to more than they may do themselves.
#[utoipa::path(
    delete, path = "/v1/members/{id}", tag = "Members", security(("key" = [])),
    params(("id" = String, Path, description = "`usr_…` or `ivt_…`")),
    responses(
        (status = 204),
        (status = 202, body = ChangeView, description = "It is about an owner, so it waits."),
        Refusals
    )
)]
async fn remove(
    State(app): State<App>,
    acting: Acting,
    Path(whom): Path<Whom>,
) -> Result<Response> {
    let (by, now) = (acting.hand.to_string(), acting.now(&app));
    let mut tx = app.db.begin().await?;
    let done = match whom {
        Whom::Invitation(id) => {
            let open = store::invitations(&mut tx, acting.merchant.id, now.at).await?;
            if let Some(invitation) = open.iter().find(|open| open.id == id) {
                may_give(&acting, invitation.role)?;
            }
            super::take_back(&mut tx, &acting.merchant, id, now).await?;
            Done::AtOnce
        }
        Whom::Member(id) => {
            if let Some((_, known)) = store::role_of(&mut tx, acting.merchant.id, id).await? {
                may_give(&acting, known)?;
                decides(&mut tx, &acting, [known]).await?;
            }
            super::remove(&mut tx, &acting.merchant, id, asking(&app, &by), now).await?
        }
    };
    tx.commit().await?;
    Ok(answer(&acting, &done))
}

/// Leave a store
///
/// At once; an owner leaves when the owners have had their time to stop it, for it could be a thief with
/// the owner's phone.
#[utoipa::path(
    post, path = "/v1/members/leave", tag = "Members", security(("key" = [])),
    responses(
        (status = 204),
        (status = 202, body = ChangeView, description = "You are an owner, so it waits."),
        Refusals
    )
)]
async fn leave(State(app): State<App>, acting: Acting) -> Result<Response> {
    let me = acting.hand.person().ok_or_else(|| {
        Problem::new(
            Kind::PersonNeeded,
            "A key belongs to nobody; revoke it at DELETE /v1/keys/{id}.",
        )
    })?;
    let by = me.to_string();
    let mut tx = app.db.begin().await?;
    let (asking, now) = (asking(&app, &by), acting.now(&app));
    let done = super::remove(&mut tx, &acting.merchant, me, asking, now).await?;
    tx.commit().await?;
    Ok(answer(&acting, &done))
}

/// What came with an invitation's link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TokenBody {
    /// What stands behind `join_` in the link.
    token: String,
}

/// Look at an invitation before you take it
#[utoipa::path(
    post, path = "/v1/invitations/look", tag = "Members", security(("session" = [])),
    request_body = TokenBody,
    responses((status = 200, body = OfferView), Refusals)
)]
async fn look(
    State(app): State<App>,
    caller: Caller,
    Body(body): Body<TokenBody>,
) -> Result<Json<OfferView>> {
    let mut tx = app.db.snapshot().await?;
    let invitation = super::offered(&mut tx, &body.token, caller.now(&app)).await?;
    let merchant = crate::selling::merchants::store::find(&mut tx, invitation.merchant_id).await?;
    let name = merchant.ok_or(Error::Over)?.name;
    Ok(Json(OfferView {
        name,
        role: invitation.role,
        expires_at: invitation.expires_at,
        effective_at: invitation.effective_at,
    }))
}

/// Take an invitation
///
/// You belong to the store from now on: name it in `Remit-Account` to act for it. If you are to be an owner
/// you read along as support until `owner_from`.
#[utoipa::path(
    post, path = "/v1/invitations/accept", tag = "Members", security(("session" = [])),
    request_body = TokenBody,
    responses((status = 200, body = StoreView), Refusals)
)]
async fn accept(
    State(app): State<App>,
    caller: Caller,
    Body(body): Body<TokenBody>,
) -> Result<Json<StoreView>> {
    let mut tx = app.db.begin().await?;
    let wait = app.settings.payout_delay;
    let (person, now) = (&caller.person, caller.now(&app));
    let (id, role) = super::accept(&mut tx, person, &body.token, wait, now).await?;
    let merchant = crate::selling::merchants::store::find(&mut tx, id).await?.ok_or(Error::Over)?;
    let view = as_member(&mut tx, &merchant, caller.person.id, role).await?;
    tx.commit().await?;
    Ok(Json(view))
}

//! People and their phones.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::{DONE, Done, Json, Path, Problem, Query, Refused, Wait};
use crate::cast::Person;
use crate::telegram::{ButtonRef, ChatView, Names, PhoneRefused, Tapped, launch_params};
use crate::world::World;

type Answer<T> = Result<axum::Json<T>, Refused>;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct LaunchQuery {
    /// The `startapp` of the link that opens the Mini App.
    start_param: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct LaunchAnswer {
    /// What the Mini App finds in `Telegram.WebApp.initData`.
    init_data: String,
    /// The fragment of its address; the phone adds its theme.
    launch: String,
}

/// What Telegram hands to the Mini App when this person opens it now.
#[utoipa::path(
    get, path = "/sandbox/people/{person}/init_data", tag = "sandbox",
    params(("person" = Person, Path), LaunchQuery),
    responses((status = 200, body = LaunchAnswer), (status = "4XX", body = Problem)),
)]
pub(super) async fn init_data(
    State(world): State<World>,
    Path(person): Path<Person>,
    Query(query): Query<LaunchQuery>,
) -> Answer<LaunchAnswer> {
    let start_param = query.start_param.as_deref().filter(|param| !param.is_empty());
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if start_param.is_some_and(|param| param.len() > 512 || !param.bytes().all(allowed)) {
        return Err(Refused::bad_request(
            "a start parameter is at most 512 letters, digits, _ and -",
        ));
    }
    let init_data = world.telegram.init_data(person, start_param);
    let launch = launch_params(&init_data, start_param);
    Ok(axum::Json(LaunchAnswer { init_data, launch }))
}

/// The person's chat with the bot.
#[utoipa::path(
    get, path = "/sandbox/people/{person}/chat", tag = "sandbox",
    params(("person" = Person, Path), Wait),
    responses((status = 200, body = ChatView), (status = "4XX", body = Problem)),
)]
pub(super) async fn chat(
    State(world): State<World>,
    Path(person): Path<Person>,
    Query(query): Query<Wait>,
) -> axum::Json<ChatView> {
    axum::Json(match query.asked() {
        Some((after, wait)) => world.telegram.chat_after(person, after, wait).await,
        None => world.telegram.chat(person),
    })
}

#[derive(Deserialize, ToSchema)]
pub(super) struct StartBody {
    /// The parameter of a `t.me/…?start=` link.
    param: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Written {
    message_id: i64,
}

/// Presses Start. Lifts a block.
#[utoipa::path(
    post, path = "/sandbox/people/{person}/start", tag = "sandbox",
    params(("person" = Person, Path)), request_body = Option<StartBody>,
    responses((status = 200, body = Written), (status = "4XX", body = Problem)),
)]
pub(super) async fn start(
    State(world): State<World>,
    Path(person): Path<Person>,
    body: Option<axum::Json<StartBody>>,
) -> Answer<Written> {
    let param = body.and_then(|body| body.0.param).filter(|param| !param.is_empty());
    if param.as_ref().is_some_and(|param| param.len() > 64) {
        return Err(Refused::bad_request("a start parameter is at most 64 characters"));
    }
    let message_id = world.telegram.start(person, param.as_deref());
    Ok(axum::Json(Written { message_id }))
}

#[derive(Deserialize, ToSchema)]
pub(super) struct SayBody {
    text: String,
}

/// Writes to the bot.
#[utoipa::path(
    post, path = "/sandbox/people/{person}/say", tag = "sandbox",
    params(("person" = Person, Path)), request_body = SayBody,
    responses((status = 200, body = Written), (status = "4XX", body = Problem)),
)]
pub(super) async fn say(
    State(world): State<World>,
    Path(person): Path<Person>,
    Json(body): Json<SayBody>,
) -> Answer<Written> {
    let message_id = world.telegram.say(person, &body.text)?;
    Ok(axum::Json(Written { message_id }))
}

#[derive(Deserialize, ToSchema)]
pub(super) struct TapBody {
    message_id: i64,
    button: ButtonRef,
}

/// Taps a button and waits for what comes of it.
#[utoipa::path(
    post, path = "/sandbox/people/{person}/tap", tag = "sandbox",
    params(("person" = Person, Path)), request_body = TapBody,
    responses((status = 200, body = Tapped), (status = "4XX", body = Problem)),
)]
pub(super) async fn tap(
    State(world): State<World>,
    Path(person): Path<Person>,
    Json(body): Json<TapBody>,
) -> Answer<Tapped> {
    Ok(axum::Json(world.telegram.tap(person, body.message_id, &body.button).await?))
}

/// Blocks the bot.
#[utoipa::path(
    post, path = "/sandbox/people/{person}/block", tag = "sandbox",
    params(("person" = Person, Path)),
    responses((status = 200, body = Done), (status = "4XX", body = Problem)),
)]
pub(super) async fn block(
    State(world): State<World>,
    Path(person): Path<Person>,
) -> axum::Json<Done> {
    world.telegram.block(person);
    DONE
}

/// Lifts a block.
#[utoipa::path(
    post, path = "/sandbox/people/{person}/unblock", tag = "sandbox",
    params(("person" = Person, Path)),
    responses((status = 200, body = Done), (status = "4XX", body = Problem)),
)]
pub(super) async fn unblock(
    State(world): State<World>,
    Path(person): Path<Person>,
) -> axum::Json<Done> {
    world.telegram.unblock(person);
    DONE
}

/// Allows the bot to write, as a Mini App may ask for.
#[utoipa::path(
    post, path = "/sandbox/people/{person}/allow", tag = "sandbox",
    params(("person" = Person, Path)),
    responses((status = 200, body = Done), (status = "4XX", body = Problem)),
)]
pub(super) async fn allow(
    State(world): State<World>,
    Path(person): Path<Person>,
) -> axum::Json<Done> {
    world.telegram.allow_writing(person);
    DONE
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NamesBody {
    /// Left out: it stays.
    first_name: Option<String>,
    /// Without `@`. Left out: it stays; empty: the person has none any more.
    username: Option<String>,
}

/// Gives somebody other names in Telegram. A username that is somebody else's is taken from them.
#[utoipa::path(
    post, path = "/sandbox/people/{person}/names", tag = "sandbox",
    params(("person" = Person, Path)), request_body = NamesBody,
    responses((status = 200, body = Names), (status = "4XX", body = Problem)),
)]
pub(super) async fn rename(
    State(world): State<World>,
    Path(person): Path<Person>,
    Json(body): Json<NamesBody>,
) -> Answer<Names> {
    let before = world.telegram.names(person);
    let first_name = body.first_name.unwrap_or(before.first_name);
    let username = match body.username.as_deref().map(|name| name.trim_start_matches('@')) {
        None => before.username,
        Some("") => None,
        Some(name) => Some(name.to_owned()),
    };
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let fits = |name: &String| name.len() <= 32 && name.bytes().all(allowed);
    if first_name.is_empty() || !username.as_ref().is_none_or(fits) {
        return Err(Refused::bad_request(
            "a first name is not empty, and a username has at most 32 letters, digits and _",
        ));
    }
    world.telegram.rename(person, Names { first_name, username });
    Ok(axum::Json(world.telegram.names(person)))
}

#[derive(Deserialize, ToSchema)]
pub(super) struct InlineBody {
    query: String,
}

#[derive(Serialize, ToSchema)]
pub(super) struct InlineAnswer {
    /// Inline query results, as the bot gave them.
    #[schema(value_type = Vec<Object>)]
    results: Vec<Value>,
}

/// Types `@bot query` and waits for what the bot offers.
#[utoipa::path(
    post, path = "/sandbox/people/{person}/inline", tag = "sandbox",
    params(("person" = Person, Path)), request_body = InlineBody,
    responses((status = 200, body = InlineAnswer), (status = "4XX", body = Problem)),
)]
pub(super) async fn inline(
    State(world): State<World>,
    Path(person): Path<Person>,
    Json(body): Json<InlineBody>,
) -> Answer<InlineAnswer> {
    let results = world.telegram.inline_query(person, &body.query).await?;
    Ok(axum::Json(InlineAnswer { results }))
}

#[derive(Deserialize, ToSchema)]
pub(super) struct InlineSendBody {
    query: String,
    /// One of the results the bot offered.
    #[schema(value_type = Object)]
    result: Value,
    to: Person,
}

/// Sends one of the bot's results to somebody.
#[utoipa::path(
    post, path = "/sandbox/people/{person}/inline/send", tag = "sandbox",
    params(("person" = Person, Path)), request_body = InlineSendBody,
    responses((status = 200, body = Written), (status = "4XX", body = Problem)),
)]
pub(super) async fn inline_send(
    State(world): State<World>,
    Path(person): Path<Person>,
    Json(body): Json<InlineSendBody>,
) -> Answer<Written> {
    let telegram = &world.telegram;
    let message_id = telegram.send_inline_result(person, body.to, &body.query, &body.result)?;
    Ok(axum::Json(Written { message_id }))
}

#[derive(Deserialize, ToSchema)]
pub(super) struct ShareBody {
    /// What `savePreparedInlineMessage` answered.
    id: String,
    to: Person,
}

/// Sends a message that the bot has prepared, as `shareMessage` of a Mini App does.
#[utoipa::path(
    post, path = "/sandbox/people/{person}/share", tag = "sandbox",
    params(("person" = Person, Path)), request_body = ShareBody,
    responses((status = 200, body = Written), (status = "4XX", body = Problem)),
)]
pub(super) async fn share(
    State(world): State<World>,
    Path(person): Path<Person>,
    Json(body): Json<ShareBody>,
) -> Answer<Written> {
    let message_id = world.telegram.share(person, body.to, &body.id)?;
    Ok(axum::Json(Written { message_id }))
}

impl From<PhoneRefused> for Refused {
    fn from(refused: PhoneRefused) -> Self {
        let status = match refused {
            PhoneRefused::NoSuchMessage
            | PhoneRefused::NoSuchButton
            | PhoneRefused::NoSuchInvoice
            | PhoneRefused::NoSuchCard => StatusCode::NOT_FOUND,
            PhoneRefused::Blocked => StatusCode::CONFLICT,
            PhoneRefused::NoAnswer => StatusCode::REQUEST_TIMEOUT,
            PhoneRefused::Empty | PhoneRefused::BadCard(_) => StatusCode::BAD_REQUEST,
        };
        Self { status, error: refused.to_string() }
    }
}

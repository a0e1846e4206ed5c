//! The chain, its clock, its money, and troubles on demand.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use tycho_types::cell::HashBytes;
use utoipa::{IntoParams, ToSchema};

use super::{DONE, Done, Json, Path, Problem, Query, Refused};
use crate::assets::Asset;
use crate::cast::{Person, WalletVersion};
use crate::chain::Chain;
use crate::movement::{self, Details};
use crate::telegram::transcript::Entry;
use crate::telegram::{BOT_USERNAME, TelegramFaults};
use crate::world::World;
use crate::{cells, toncenter, usdt};

type Answer<T> = Result<axum::Json<T>, Refused>;

/// Blocks that can be made in one go.
const MOST_BLOCKS: u32 = 10_000;

/// The world at a glance.
#[derive(Serialize, ToSchema)]
pub(super) struct Info {
    network: i32,
    head: Head,
    /// 0 when blocks are made only on demand.
    block_time_ms: u64,
    bot: Bot,
    usdt: Usdt,
    service_url: Option<String>,
    shop: Option<ShopInfo>,
    cast: Vec<Member>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Head {
    seqno: u32,
    /// Unix seconds on the chain's clock.
    time: u32,
}

#[derive(Serialize, ToSchema)]
struct Bot {
    username: &'static str,
    token: String,
}

#[derive(Serialize, ToSchema)]
struct Usdt {
    /// Raw, in lower case.
    master: String,
    friendly: String,
    decimals: u32,
}

#[derive(Serialize, ToSchema)]
struct ShopInfo {
    name: String,
    /// The API key of the shop.
    key: String,
    person: Person,
}

#[derive(Serialize, ToSchema)]
struct Member {
    person: Person,
    name: String,
    /// Without `@`; empty if there is none.
    username: String,
    telegram_id: i64,
    color: &'static str,
    wallet: MemberWallet,
}

#[derive(Serialize, ToSchema)]
struct MemberWallet {
    version: WalletVersion,
    /// User-friendly, non-bounceable.
    address: String,
    raw: String,
}

/// What there is in this world.
#[utoipa::path(
    get, path = "/sandbox/info", tag = "sandbox", responses((status = 200, body = Info)),
)]
pub(super) async fn info(State(world): State<World>) -> axum::Json<Info> {
    let member = |person: Person| {
        let account = world.wallets.account(person);
        let names = world.telegram.names(person);
        Member {
            person,
            name: names.first_name,
            username: names.username.unwrap_or_default(),
            telegram_id: person.telegram_id(),
            color: person.color(),
            wallet: MemberWallet {
                version: person.wallet_version(),
                address: account.friendly(),
                raw: account.raw(),
            },
        }
    };
    let block_time = world.chain.block_time().unwrap_or_default();
    let master = cells::ton_address(&usdt::master());
    axum::Json(Info {
        network: world.network(),
        head: head(&world.chain),
        block_time_ms: u64::try_from(block_time.as_millis()).unwrap_or(u64::MAX),
        bot: Bot { username: BOT_USERNAME, token: world.bot_token().to_owned() },
        usdt: Usdt {
            master: master.to_hex(),
            friendly: master.to_base64_url_flags(false, false),
            decimals: Asset::Usdt.decimals(),
        },
        service_url: Some(world.service_url().to_owned()).filter(|url| !url.is_empty()),
        shop: world.shop().map(|shop| ShopInfo {
            name: shop.name,
            key: shop.key,
            person: crate::cast::SHOP.1,
        }),
        cast: Person::ALL.into_iter().map(member).collect(),
    })
}

fn head(chain: &Chain) -> Head {
    let head = chain.head();
    Head { seqno: head.seqno, time: head.utime }
}

#[derive(Deserialize, ToSchema)]
pub(super) struct FaucetBody {
    /// An address in any form, or somebody of the cast.
    to: String,
    amount: String,
    asset: Asset,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Given {
    /// Hash of the message that brings the money, in hex.
    hash: String,
    lt: String,
}

/// Gives money to anybody, in one of the next blocks.
#[utoipa::path(
    post, path = "/sandbox/faucet", tag = "sandbox", request_body = FaucetBody,
    responses((status = 200, body = Given), (status = "4XX", body = Problem)),
)]
pub(super) async fn faucet(
    State(world): State<World>,
    Json(body): Json<FaucetBody>,
) -> Answer<Given> {
    let given = world.give(&body.to, &body.amount, body.asset).map_err(Refused::bad_request)?;
    Ok(axum::Json(Given { hash: hex::encode(given.hash.0), lt: given.lt.to_string() }))
}

#[derive(Deserialize, ToSchema)]
pub(super) struct BlocksBody {
    count: u32,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Produced {
    head: Head,
}

/// Makes blocks now.
#[utoipa::path(
    post, path = "/sandbox/blocks", tag = "sandbox", request_body = BlocksBody,
    responses((status = 200, body = Produced), (status = "4XX", body = Problem)),
)]
pub(super) async fn blocks(
    State(world): State<World>,
    Json(body): Json<BlocksBody>,
) -> Answer<Produced> {
    if body.count > MOST_BLOCKS {
        return Err(Refused::bad_request(format!("at most {MOST_BLOCKS} blocks at once")));
    }
    world.chain.produce(body.count).await.map_err(Refused::bad_request)?;
    Ok(axum::Json(Produced { head: head(&world.chain) }))
}

#[derive(Deserialize, ToSchema)]
pub(super) struct ClockBody {
    advance_seconds: u32,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Time {
    /// Unix seconds.
    time: u32,
}

/// Moves the clock of the whole world forward.
#[utoipa::path(
    post, path = "/sandbox/clock", tag = "sandbox", request_body = ClockBody,
    responses((status = 200, body = Time), (status = "4XX", body = Problem)),
)]
pub(super) async fn clock(
    State(world): State<World>,
    Json(body): Json<ClockBody>,
) -> axum::Json<Time> {
    world.clock.advance(i64::from(body.advance_seconds) * 1000);
    axum::Json(Time { time: world.clock.now() })
}

/// Troubles of the chain's indexer and of Telegram; what is not named is off.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[derive(Default)]
pub(super) struct AllFaults {
    #[schema(value_type = Object)]
    chain: toncenter::Settings,
    telegram: TelegramFaults,
}

/// The troubles that are on.
#[utoipa::path(
    get, path = "/sandbox/faults", tag = "sandbox", responses((status = 200, body = AllFaults)),
)]
pub(super) async fn faults(State(world): State<World>) -> axum::Json<AllFaults> {
    let (chain, telegram) = (world.indexer_faults.get(), world.telegram.faults());
    axum::Json(AllFaults { chain, telegram })
}

/// Turns troubles on and off.
#[utoipa::path(
    put, path = "/sandbox/faults", tag = "sandbox", request_body = AllFaults,
    responses((status = 200, body = AllFaults), (status = "4XX", body = Problem)),
)]
pub(super) async fn set_faults(
    State(world): State<World>,
    Json(faults): Json<AllFaults>,
) -> axum::Json<AllFaults> {
    world.indexer_faults.set(faults.chain);
    world.telegram.set_faults(faults.telegram.clone());
    axum::Json(faults)
}

/// One transaction in full, by its own hash or the one it had while pending.
#[utoipa::path(
    get, path = "/sandbox/transactions/{hash}", tag = "sandbox",
    params(("hash" = String, Path, description = "64 hex digits")),
    responses((status = 200, body = Details), (status = "4XX", body = Problem)),
)]
pub(super) async fn transaction(
    State(world): State<World>,
    Path(text): Path<String>,
) -> Answer<Details> {
    let mut hash = HashBytes::ZERO;
    hex::decode_to_slice(&text, &mut hash.0)
        .map_err(|_| Refused::bad_request("a hash is 64 hex digits"))?;
    let known = world.movements.find(&world.chain, &hash);
    let (transaction, status) =
        known.ok_or_else(|| Refused::not_found("there is no such transaction"))?;
    Ok(axum::Json(movement::details(&transaction, status, &world.chain, &world.wallets)))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct TranscriptQuery {
    /// Only what came after this number.
    after: Option<u64>,
}

/// What the bot and Telegram said to each other, in order.
#[utoipa::path(
    get, path = "/sandbox/transcript", tag = "sandbox", params(TranscriptQuery),
    responses((status = 200, body = Vec<Entry>)),
)]
pub(super) async fn transcript(
    State(world): State<World>,
    Query(query): Query<TranscriptQuery>,
) -> axum::Json<Vec<Entry>> {
    let after = query.after.unwrap_or(0);
    let mut entries = world.telegram.transcript();
    entries.retain(|entry| entry.n > after);
    axum::Json(entries)
}

/// Starts over: the same people, with new keys, on a new chain.
#[utoipa::path(
    post, path = "/sandbox/reset", tag = "sandbox", responses((status = 200, body = Done)),
)]
pub(super) async fn reset(State(world): State<World>) -> axum::Json<Done> {
    world.request_reset();
    DONE
}

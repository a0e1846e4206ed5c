//! A Telegram of our own: a Bot API server on one side, four people's phones on the other.
//!
//! [`api`] reads calls and answers them; [`methods`], [`profile`], [`inline`] and [`stars`] carry them out,
//! [`names`] are what people are called,
//! [`updates`] is the queue back to the bot, [`people`] is what people do on their phones, and
//! [`init_data`] signs what a Mini App gets when it opens.

pub mod api;
pub mod chat;
pub mod init_data;
mod inline;
pub mod markup;
mod methods;
mod names;
mod params;
mod people;
mod profile;
mod stars;
pub mod transcript;
mod updates;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ed25519_dalek::SigningKey;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::{oneshot, watch};
use utoipa::ToSchema;

use self::chat::Message;
use self::inline::Prepared;
use self::names::Renamed;
use self::profile::Profile;
use self::stars::Stars;
use self::transcript::Transcript;
use self::updates::{Settings, Update, Updates};
use crate::cast::Person;
use crate::clock::Clock;
use crate::feed::Feed;
use crate::keep::Keep;
use crate::tasks::Tasks;

pub use self::init_data::launch_params;
pub use self::names::Names;
pub use self::people::{ButtonRef, ChatView, Refused as PhoneRefused, Tapped};
pub use self::stars::{StarPaid, StarSheet};

/// The Telegram id of the bot, which is also the first half of its token.
pub const BOT_ID: i64 = 8_000_000_001;
pub const BOT_NAME: &str = "Remit";
pub const BOT_USERNAME: &str = "remit_sandbox_bot";

/// Time limit for one delivery to a webhook.
const WEBHOOK_TIMEOUT: Duration = Duration::from_secs(30);

/// A handle; clones are the same Telegram.
#[derive(Clone)]
pub struct Telegram {
    inner: Arc<Inner>,
}

struct Inner {
    token: String,
    /// Telegram's own key, with which it signs `initData` for third parties.
    signer: SigningKey,
    clock: Clock,
    keep: Keep,
    feed: Feed,
    tasks: Tasks,
    state: Mutex<State>,
    /// Counts changes to the queue of updates; wakes polls and the webhook.
    nudge: watch::Sender<u64>,
    /// The newest chat revision; wakes phones.
    revision: watch::Sender<u64>,
}

#[derive(Default)]
struct State {
    last_id: i64,
    chats: BTreeMap<Person, Chat>,
    messages: BTreeMap<i64, Message>,
    updates: Updates,
    profile: Profile,
    prepared: HashMap<String, Prepared>,
    stars: Stars,
    renamed: Renamed,
    /// Callback, inline and checkout queries the bot has yet to answer.
    queries: HashMap<String, oneshot::Sender<Value>>,
    transcript: Transcript,
    faults: TelegramFaults,
    /// The update that the duplicating fault has already delivered once.
    repeated: Option<i64>,
}

/// What holds for one person's chat beside its messages.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Chat {
    /// The person pressed Start, or allowed the bot to write.
    may_write: bool,
    blocked: bool,
    revision: u64,
    /// Until when "typing…" shows.
    #[serde(skip)]
    typing_until: u32,
}

/// Troubles to come, for tests of how the bot copes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TelegramFaults {
    /// So many of the next messages and edits are answered with 429.
    pub rate_limit_next: u32,
    /// Seconds that those answers tell the bot to wait.
    pub retry_after: u32,
    /// To these people every message is answered with 403, as if they had blocked the bot.
    pub blocked: BTreeSet<Person>,
    /// Every update comes twice, with the same `update_id`.
    pub duplicate_updates: bool,
    /// Every call is answered with 502.
    pub down: bool,
}

/// Why a call was refused, in Telegram's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub code: u16,
    pub description: String,
    /// Seconds, for 429.
    pub retry_after: Option<u32>,
}

impl Refusal {
    pub fn new(code: u16, description: impl Into<String>) -> Self {
        Self { code, description: description.into(), retry_after: None }
    }

    pub fn bad_request(why: impl AsRef<str>) -> Self {
        Self::new(400, format!("Bad Request: {}", why.as_ref()))
    }
}

/// What a Telegram is made of.
pub struct Setup {
    pub token: String,
    pub signer: SigningKey,
    pub clock: Clock,
    pub keep: Keep,
    pub feed: Feed,
    pub tasks: Tasks,
}

impl Telegram {
    /// Reads back what was kept and starts the webhook's postman.
    pub async fn open(setup: Setup) -> anyhow::Result<Self> {
        let Setup { token, signer, clock, keep, feed, tasks } = setup;
        let state = recall(&keep).await?;
        let revision = state.chats.values().map(|chat| chat.revision).max().unwrap_or(0);
        let client = reqwest::Client::builder().timeout(WEBHOOK_TIMEOUT).build()?;
        let inner = Inner {
            token,
            signer,
            clock,
            keep,
            feed,
            tasks,
            state: Mutex::new(state),
            nudge: watch::channel(0).0,
            revision: watch::channel(revision).0,
        };
        let telegram = Self { inner: Arc::new(inner) };
        telegram.tasks().spawn(telegram.clone().deliver_forever(client));
        Ok(telegram)
    }

    pub fn token(&self) -> &str {
        &self.inner.token
    }

    /// The public key of the `signature` field, as Telegram publishes its own.
    pub fn verifying_key(&self) -> [u8; 32] {
        self.inner.signer.verifying_key().to_bytes()
    }

    pub fn faults(&self) -> TelegramFaults {
        self.state().faults.clone()
    }

    pub fn set_faults(&self, faults: TelegramFaults) {
        self.state().faults = faults;
    }

    /// Every call and update so far, oldest first.
    pub fn transcript(&self) -> Vec<transcript::Entry> {
        self.state().transcript.entries()
    }

    /// Forgets the transcript, so that a test sees only what it causes.
    pub fn clear_transcript(&self) {
        self.state().transcript = Transcript::default();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self) -> &Keep {
        &self.inner.keep
    }

    fn tasks(&self) -> &Tasks {
        &self.inner.tasks
    }

    fn now(&self) -> u32 {
        self.inner.clock.now()
    }

    fn nudge(&self) {
        self.inner.nudge.send_modify(|count| *count += 1);
    }

    fn nudges(&self) -> watch::Receiver<u64> {
        self.inner.nudge.subscribe()
    }

    fn next_id(&self, state: &mut State) -> i64 {
        state.last_id += 1;
        self.keep().put("bot", "last_id", &state.last_id);
        state.last_id
    }

    /// Keeps a message and shows it on the phone.
    fn show(&self, state: &mut State, message: Message) {
        self.keep().put("message", format!("{:015}", message.id), &message);
        let person = message.person;
        state.messages.insert(message.id, message);
        self.touch(state, person);
    }

    /// Marks a chat as changed and wakes whoever looks at it.
    fn touch(&self, state: &mut State, person: Person) {
        let revision = *self.inner.revision.borrow() + 1;
        let chat = state.chats.entry(person).or_default();
        chat.revision = revision;
        self.keep().put("chat", person.handle(), chat);
        self.inner.revision.send_replace(revision);
        self.inner.feed.publish("chat", json!({ "person": person, "revision": revision }));
    }
}

async fn recall(keep: &Keep) -> anyhow::Result<State> {
    let settings: Option<Settings> = keep.one("bot", "updates").await?;
    let waiting: Vec<(String, Update)> = keep.all("update").await?;
    let mut updates = Updates::default();
    updates.settings = settings.unwrap_or_default();
    updates.waiting = waiting.into_iter().map(|(_, update)| update).collect();
    let mut chats = BTreeMap::new();
    for (handle, chat) in keep.all::<Chat>("chat").await? {
        chats.insert(handle.parse()?, chat);
    }
    let messages = keep.all::<Message>("message").await?;
    Ok(State {
        last_id: keep.one("bot", "last_id").await?.unwrap_or(0),
        chats,
        messages: messages.into_iter().map(|(_, message)| (message.id, message)).collect(),
        updates,
        profile: keep.one("bot", "profile").await?.unwrap_or_default(),
        stars: keep.one("bot", "stars").await?.unwrap_or_default(),
        renamed: keep.one("bot", "renamed").await?.unwrap_or_default(),
        prepared: keep.all("prepared").await?.into_iter().collect(),
        ..State::default()
    })
}

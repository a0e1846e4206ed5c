//! The outbox against the sandbox's Telegram, which limits, blocks and refuses as the real one does.

use std::{
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use clap::Parser;
use sandbox::{World, cast::Person, telegram::TelegramFaults, world::Options};
use serde_json::{Value, json};

use super::*;
use crate::{
    base::{
        app::Parts,
        config::{Cli, Secret, Service},
        db::{execute, rows, tests::memory},
        events::{self, Audience, kind},
        tasks::Supervisor,
    },
    people::{
        identity::{self, Chat, Seen},
        wallets,
    },
    words::{
        dice::Dice,
        time::{Clock, Time},
    },
};

const NOW: i64 = 1_795_000_000_000;

/// A Telegram, and a service that tells people things in it.
pub struct Stage {
    pub world: World,
    pub app: App,
    now: Arc<AtomicI64>,
}

impl Stage {
    /// Alice has pressed Start; Bob has not.
    pub async fn open() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut Service)) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let world = World::start(Options {
            listener,
            data: None,
            fresh: false,
            clock: sandbox::clock::Clock::manual(NOW),
            block_time: None,
            seed: Some([7; 32]),
            bot_token: None,
            service_url: "http://localhost:8080".into(),
            assets: None,
        })
        .await
        .unwrap();
        let cli = Cli::parse_from(["remit", "sandbox"]);
        let (mut settings, _) = Service::draft(&cli.settings, &cli.verb(), &|_| None);
        settings.telegram_url = world.url().to_owned();
        settings.bot_token = Secret::new(world.bot_token());
        change(&mut settings);
        let http = reqwest::Client::builder().build().unwrap();
        let chain = format!("{}/api/v3", world.url());
        let pace = ton::toncenter::Pace::Unlimited;
        let now = Arc::new(AtomicI64::new(NOW));
        let clock = now.clone();
        let app = App::new(Parts {
            settings,
            db: memory().await,
            chain: ton::toncenter::Client::new(http.clone(), &chain, None, pace).unwrap(),
            http,
            clock: Clock::new(move || Time::from_millis(clock.load(Ordering::Relaxed))),
            dice: Dice::seeded([7; 32]),
            tasks: Supervisor::default(),
        });
        world.telegram.start(Person::Alice, None);
        let stage = Self { world, app, now };
        stage.meets(Person::Alice).await;
        stage.meets(Person::Bob).await;
        stage
    }

    async fn meets(&self, person: Person) {
        let mut tx = self.app.db.begin().await.unwrap();
        let seen = Seen {
            telegram_id: person.telegram_id(),
            first_name: person.first_name(),
            username: None,
            language: None,
            chat: Chat::Open,
            at: self.app.time(),
        };
        identity::meet(&mut tx, seen, self.app.now()).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Something has happened to somebody. Each event is a millisecond younger than the one before.
    async fn happens(&self, person: Person, kind: &'static str, data: &Value) {
        self.now.fetch_add(1, Ordering::Relaxed);
        let mut tx = self.app.db.begin().await.unwrap();
        let known = identity::store::by_telegram(&mut tx, person.telegram_id()).await.unwrap();
        let account = known.unwrap().id.to_string();
        let audience = Audience { account, chats: vec![person.telegram_id()] };
        events::append(&mut tx, &audience, kind, data, self.app.now());
        tx.commit().await.unwrap();
    }

    /// One turn of the loop: everything that may go now goes.
    async fn round(&self) -> Vec<Ending> {
        let bot = self.app.telegram();
        let waiting = look(&self.app).await.unwrap();
        let (chats, _) = Round::default().take_up(waiting, AT_ONCE);
        let mut endings = Vec::new();
        for chat in chats {
            endings.push(chat::tell(&self.app, &bot, chat).await.unwrap().ending);
        }
        endings
    }

    fn reads(&self, person: Person) -> Vec<String> {
        let chat = self.world.telegram.chat(person);
        let json = serde_json::to_value(&chat.messages).unwrap();
        let messages = json.as_array().unwrap().iter().filter(|m| m["from"] == "bot");
        messages.map(|m| m["text"].as_str().unwrap().to_owned()).collect()
    }

    async fn states(&self) -> Vec<(String, Option<String>)> {
        let mut tx = self.app.db.snapshot().await.unwrap();
        rows!(
            &mut tx,
            all(String, Option<String>),
            "select state, note from deliveries order by created_at, seq"
        )
        .unwrap()
    }

    fn passes(&self, time: Duration) {
        self.now.fetch_add(i64::try_from(time.as_millis()).unwrap(), Ordering::Relaxed);
    }
}

fn received(amount: u64) -> Value {
    json!({
        "id": "pay_01m7q5cqg0fzzvzzzzzzzzzzzz",
        "direction": "in",
        "purpose": { "kind": "send", "id": null, "description": null },
        "money": gram(amount),
        "from": { "kind": "person", "name": "Bob" },
        "to": { "kind": "person", "name": "Alice" },
        "note": "Dinner",
        "settlement": { "block": 48112, "fee": null, "received": gram(amount) }
    })
}

fn gram(amount: u64) -> Value {
    json!({
        "amount": amount.to_string(),
        "asset": "GRAM",
        "units": format!("{amount}000000000"),
        "decimals": 9
    })
}

#[tokio::test]
async fn news_is_told_once_with_a_button_to_its_receipt() {
    let stage = Stage::open().await;
    stage.happens(Person::Alice, kind::PAYMENT_RECEIVED, &received(5)).await;
    assert!(matches!(stage.round().await[..], [Ending::Sent]));
    assert!(stage.round().await.is_empty());
    let text = "You received 5 GRAM from Bob\n“Dinner” · final in block 48\u{a0}112";
    assert_eq!(stage.reads(Person::Alice), [text]);
    let chat = serde_json::to_value(stage.world.telegram.chat(Person::Alice)).unwrap();
    let button = &chat["messages"].as_array().unwrap().last().unwrap()["buttons"][0][0];
    assert_eq!(button["web_app"], "http://localhost:8080/?startapp=pay_01m7q5cqg0fzzvzzzzzzzzzzzz");
}

#[tokio::test]
async fn a_crowd_of_payments_is_summed_up_and_a_warning_never_is() {
    let stage = Stage::open().await;
    for amount in 1..=7 {
        stage.happens(Person::Alice, kind::PAYMENT_RECEIVED, &received(amount)).await;
    }
    let wallet = json!({ "address": "UQ", "by_you": false });
    stage.happens(Person::Alice, kind::WALLET_LINKED, &wallet).await;
    stage.round().await;
    stage.round().await;
    let told = stage.reads(Person::Alice);
    assert_eq!(told[0], "+7 more payments\nReceived 28 GRAM");
    assert!(told[1].starts_with("Somebody else has linked your wallet UQ"), "{told:?}");
    assert_eq!(told.len(), 2);
    assert!(stage.states().await.iter().all(|(state, _)| state == "delivered"));
}

#[tokio::test]
async fn when_telegram_asks_to_wait_everybody_waits_and_order_is_kept() {
    let stage = Stage::open().await;
    stage.happens(Person::Alice, kind::PAYMENT_RECEIVED, &received(1)).await;
    let faults = TelegramFaults { rate_limit_next: 1, retry_after: 7, ..Default::default() };
    stage.world.telegram.set_faults(faults);
    let wait = Duration::from_secs(7);
    assert!(matches!(stage.round().await[..], [Ending::Wait(time)] if time == wait));
    stage.happens(Person::Alice, kind::PAYMENT_RECEIVED, &received(2)).await;
    assert!(stage.round().await.is_empty(), "the second must not overtake the first");
    stage.passes(wait);
    stage.round().await;
    stage.round().await;
    let told = stage.reads(Person::Alice);
    assert!(told[0].contains("1 GRAM") && told[1].contains("2 GRAM"), "{told:?}");
}

#[tokio::test]
async fn who_blocks_the_bot_is_left_alone() {
    let stage = Stage::open().await;
    stage.world.telegram.block(Person::Alice);
    stage.happens(Person::Alice, kind::PAYMENT_RECEIVED, &received(1)).await;
    stage.happens(Person::Alice, kind::PAYMENT_RECEIVED, &received(2)).await;
    stage.round().await;
    let dead = ("dead".to_owned(), Some("the bot is blocked".to_owned()));
    assert_eq!(stage.states().await, [dead.clone(), dead]);
    let mut tx = stage.app.db.snapshot().await.unwrap();
    let alice = identity::store::by_telegram(&mut tx, Person::Alice.telegram_id()).await.unwrap();
    assert_eq!(alice.unwrap().chat, Chat::Blocked);
}

#[tokio::test]
async fn who_never_came_is_not_counted_as_having_blocked_us() {
    let stage = Stage::open().await;
    stage.happens(Person::Bob, kind::PAYMENT_RECEIVED, &received(1)).await;
    stage.round().await;
    assert_eq!(stage.states().await[0].1.as_deref(), Some("the chat was never opened"));
    let mut tx = stage.app.db.snapshot().await.unwrap();
    let bob = identity::store::by_telegram(&mut tx, Person::Bob.telegram_id()).await.unwrap();
    assert_eq!(bob.unwrap().chat, Chat::Open);
}

#[tokio::test]
async fn a_message_in_dead_hands_is_told_when_its_lease_is_over() {
    let stage = Stage::open().await;
    stage.happens(Person::Alice, kind::PAYMENT_RECEIVED, &received(1)).await;
    let until = stage.app.time().after(Duration::from_secs(60));
    let mut tx = stage.app.db.begin().await.unwrap();
    execute!(&mut tx, "update deliveries set lease_until = $1", until).unwrap();
    tx.commit().await.unwrap();
    assert!(stage.round().await.is_empty());
    stage.passes(Duration::from_secs(60));
    assert!(matches!(stage.round().await[..], [Ending::Sent]));
}

#[tokio::test]
async fn what_telegram_cannot_parse_goes_out_plain() {
    let stage = Stage::open().await;
    let message = json!({ "html": "<b>one &amp; <u>two", "buttons": [] }).to_string();
    let mut tx = stage.app.db.begin().await.unwrap();
    let chat = Person::Alice.telegram_id();
    bot::store::reply(&mut tx, 1, chat, &message, stage.app.now()).await.unwrap();
    tx.commit().await.unwrap();
    stage.round().await;
    assert_eq!(stage.reads(Person::Alice), ["one & two"]);
}

#[tokio::test]
async fn what_cannot_be_told_is_put_aside_and_holds_up_nothing() {
    let stage = Stage::open().await;
    stage.happens(Person::Alice, kind::INVOICE_CREATED, &json!({})).await;
    stage.happens(Person::Alice, kind::PAYMENT_RECEIVED, &received(3)).await;
    stage.round().await;
    stage.round().await;
    assert_eq!(stage.states().await[0].1.as_deref(), Some("nothing to tell"));
    assert_eq!(stage.reads(Person::Alice).len(), 1);
}

/// What the wallets domain writes into its events is what this module reads.
#[tokio::test]
async fn a_linked_wallet_is_told_as_the_domain_announces_it() {
    let stage = Stage::open().await;
    let mut tx = stage.app.db.begin().await.unwrap();
    let alice = identity::store::by_telegram(&mut tx, Person::Alice.telegram_id()).await.unwrap();
    let proven = wallets::Proven {
        address: ton::address::Address::new(0, [3; 32]),
        version: "v5r1".into(),
        public_key: [4; 32],
    };
    wallets::link(&mut tx, &stage.app.assets, &alice.unwrap(), proven, stage.app.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    stage.round().await;
    let told = stage.reads(Person::Alice);
    assert!(told[0].starts_with("Wallet UQADAw…") && told[0].contains("not you"), "{told:?}");
}

#[tokio::test]
async fn the_loop_tells_news_as_soon_as_it_is_committed_and_stops_when_asked() {
    let stage = Stage::open().await;
    let own = stage.app.clone();
    stage
        .app
        .tasks
        .run("deliver", Duration::from_secs(60), move |stop, beat| run(own.clone(), stop, beat));
    let seen = stage.world.telegram.chat(Person::Alice).revision;
    stage.happens(Person::Alice, kind::PAYMENT_RECEIVED, &received(5)).await;
    let chat = stage.world.telegram.chat_after(Person::Alice, seen, Duration::from_secs(10)).await;
    assert_eq!(chat.messages.len(), 2);
    stage.app.tasks.soft.cancel();
    stage.app.tasks.finish().await;
    assert_eq!(stage.states().await, [("delivered".to_owned(), None)]);
}

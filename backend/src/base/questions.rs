//! What people ask of the chain: who holds what, where somebody's jettons lie.
//!
//! The chain service grants few questions, and the watcher, which reads money, needs them most. So the
//! same question is asked once, however many wait for its answer; an answer stands until the next
//! block; and each caller may ask so many new ones only. The watcher does not come here.

use std::{
    collections::HashMap,
    hash::Hash,
    num::NonZeroU32,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared, WeakShared},
};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock as _};
use ton::{
    address::Address,
    toncenter::{
        AccountState, Client, Error as ChainError, JettonMaster, JettonWallet, WalletState,
    },
};

use crate::{
    base::web::{
        client,
        problem::{Kind, Problem},
    },
    words::time::{Clock, Time},
};

/// How long somebody who waits for an answer waits for a turn at the chain service.
const PATIENCE: Duration = Duration::from_secs(3);
/// The longest an answer stands, should no block be seen.
const LONGEST: Duration = Duration::from_secs(10);
/// Answers of one kind that are remembered; at a few hundred bytes each.
const REMEMBERED: usize = 20_000;
/// A table of callers larger than this is cleared of those who have been quiet.
const MANY: usize = 10_000;

/// New questions of somebody we know: how many at once, and seconds until there is one more.
const KNOWN: (u32, u64) = (40, 1);
/// The same of whoever comes from one address.
const STRANGER: (u32, u64) = (10, 3);

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asker {
    name: String,
    is_known: bool,
}

impl Asker {
    /// Somebody we know by an id.
    pub fn known(id: impl ToString) -> Self {
        Self { name: id.to_string(), is_known: true }
    }
}

impl From<&client::Client> for Asker {
    fn from(client: &client::Client) -> Self {
        Self { name: client.name.clone(), is_known: false }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// This caller has asked too much.
    #[error("too many questions about the chain; the next one in {0:?}")]
    TooMany(Duration),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Chain(error) => Self::chain(error),
            Error::TooMany(wait) => {
                let seconds = wait.as_secs() + 1;
                let detail = format!(
                    "You have asked the chain very often just now. No money has moved, and nothing \
                     was changed. Wait {seconds} s and try again."
                );
                let problem = Self::new(Kind::TooManyRequests, detail);
                Self { retry_after: Some(seconds), ..problem }
            }
        }
    }
}

/// An answer, and when it was read.
#[derive(Debug, Clone)]
pub struct Read<T> {
    pub found: T,
    pub at: Time,
}

pub struct Questions {
    chain: Client,
    clock: Clock,
    /// The newest block that the watcher has seen.
    head: AtomicU32,
    states: Answers<Vec<Address>, Vec<AccountState>>,
    jettons: Answers<(Vec<Address>, Vec<Address>), Vec<JettonWallet>>,
    wallets: Answers<Address, Vec<WalletState>>,
    /// Of a master and an owner. It never changes.
    accounts: Answers<(Address, Address), Address>,
    budgets: Budgets,
}

impl Questions {
    pub fn new(chain: Client, clock: Clock) -> Self {
        Self {
            chain,
            clock,
            head: AtomicU32::new(0),
            states: Answers::default(),
            jettons: Answers::default(),
            wallets: Answers::default(),
            accounts: Answers { for_ever: true, ..Answers::default() },
            budgets: Budgets::default(),
        }
    }

    /// There is a new block: what was read before it no longer stands.
    pub fn block(&self, seqno: u32) {
        self.head.store(seqno, Ordering::Relaxed);
    }

    pub async fn account_states(
        &self,
        asker: &Asker,
        of: &[Address],
    ) -> Result<Read<Vec<AccountState>>, Error> {
        let key = sorted(of);
        let ask = |chain: Client, of: Vec<Address>| async move { chain.account_states(&of).await };
        self.put(&self.states, asker, key, ask).await
    }

    /// Existing jetton wallets of these owners, for these masters.
    pub async fn jetton_wallets(
        &self,
        asker: &Asker,
        owners: &[Address],
        masters: &[Address],
    ) -> Result<Read<Vec<JettonWallet>>, Error> {
        if masters.is_empty() {
            return Ok(Read { found: Vec::new(), at: self.clock.now() });
        }
        let key = (sorted(owners), sorted(masters));
        let ask = |chain: Client, (owners, masters): (Vec<Address>, Vec<Address>)| async move {
            chain.jetton_wallets(&owners, &masters).await
        };
        self.put(&self.jettons, asker, key, ask).await
    }

    pub async fn wallet_state(
        &self,
        asker: &Asker,
        of: Address,
    ) -> Result<Option<WalletState>, Error> {
        let ask = |chain: Client, of: Address| async move { chain.wallet_states(&[of]).await };
        Ok(self.put(&self.wallets, asker, of, ask).await?.found.into_iter().next())
    }

    /// The key a deployed wallet answers to now. Who owns a wallet is decided by it, so it is asked each
    /// time.
    pub async fn public_key(&self, asker: &Asker, wallet: Address) -> Result<[u8; 32], Error> {
        self.budgets.charge(asker)?;
        Ok(self.chain_for(asker).public_key(&wallet).await?)
    }

    /// The logical time of an account's last transaction, zero before the first. What has happened since
    /// an answer of before decides whose money is whose, so it is asked each time.
    pub async fn last_transaction(&self, asker: &Asker, of: Address) -> Result<u64, Error> {
        self.budgets.charge(asker)?;
        let states = self.chain_for(asker).account_states(&[of]).await?;
        let state = states.iter().find(|state| state.address == of);
        Ok(state.and_then(|state| state.last_transaction_lt).unwrap_or_default())
    }

    /// What a master says of its jetton. Who may be answered from memory asks [`crate::base::vouched`].
    pub async fn jetton_master(
        &self,
        asker: &Asker,
        master: &Address,
    ) -> Result<Option<JettonMaster>, Error> {
        self.budgets.charge(asker)?;
        Ok(self.chain_for(asker).jetton_master(master).await?)
    }

    /// Where an owner's jettons lie, by an allow-listed master.
    pub async fn jetton_account(
        &self,
        asker: &Asker,
        master: Address,
        owner: Address,
    ) -> Result<Address, Error> {
        let ask = |chain: Client, (master, owner): (Address, Address)| async move {
            chain.jetton_wallet_address(&master, &owner).await
        };
        Ok(self.put(&self.accounts, asker, (master, owner), ask).await?.found)
    }

    /// The same as far as it is known already.
    pub fn known_account(&self, master: Address, owner: Address) -> Option<Address> {
        match self.accounts.known().get(&(master, owner)) {
            Some(Known::Answered(account, _)) => Some(*account),
            _ => None,
        }
    }

    /// The same anew, for whoever waits for their own turn, such as the watcher.
    pub async fn account_by(
        &self,
        chain: &Client,
        master: Address,
        owner: Address,
    ) -> Result<Address, ChainError> {
        let account = chain.jetton_wallet_address(&master, &owner).await?;
        self.accounts.learn((master, owner), account, self.moment());
        Ok(account)
    }

    fn moment(&self) -> Moment {
        Moment { head: self.head.load(Ordering::Relaxed), at: self.clock.now() }
    }

    /// Counts what costs as much as a new question.
    pub fn charge(&self, asker: &Asker) -> Result<(), Error> {
        self.budgets.charge(asker)
    }

    fn chain_for(&self, asker: &Asker) -> Client {
        self.chain.impatient(PATIENCE, &asker.name)
    }

    /// Puts a question, unless its answer still stands or somebody is asking it this moment.
    async fn put<K, V, F>(
        &self,
        answers: &Answers<K, V>,
        asker: &Asker,
        key: K,
        ask: impl FnOnce(Client, K) -> F,
    ) -> Result<Read<V>, Error>
    where
        K: Clone + Eq + Hash,
        V: Clone + Send + Sync + 'static,
        F: Future<Output = Result<V, ChainError>> + Send + 'static,
    {
        let moment = self.moment();
        let question = || {
            self.budgets.charge(asker)?;
            Ok(ask(self.chain_for(asker), key.clone()).boxed())
        };
        let asking = match answers.look(key.clone(), moment, question)? {
            Looked::Stands(found, at) => return Ok(Read { found, at }),
            Looked::Asking(asking) => asking,
        };
        let found = asking.await?;
        answers.learn(key, found.clone(), moment);
        Ok(Read { found, at: moment.at })
    }
}

fn sorted(of: &[Address]) -> Vec<Address> {
    let mut of = of.to_vec();
    of.sort_unstable();
    of.dedup();
    of
}

/// When something was asked: at which block, and at what time.
#[derive(Debug, Clone, Copy)]
struct Moment {
    head: u32,
    at: Time,
}

type Asking<V> = Shared<BoxFuture<'static, Result<V, ChainError>>>;

/// Everything that is known, or being asked, about one kind of question.
struct Answers<K, V> {
    known: Mutex<HashMap<K, Known<V>>>,
    /// Whether an answer stands although there are new blocks.
    for_ever: bool,
}

enum Known<V> {
    /// By somebody who still waits; when nobody does any more, the question is forgotten.
    Asking(WeakShared<BoxFuture<'static, Result<V, ChainError>>>),
    Answered(V, Moment),
}

enum Looked<V> {
    Stands(V, Time),
    Asking(Asking<V>),
}

impl<K, V> Default for Answers<K, V> {
    fn default() -> Self {
        Self { known: Mutex::default(), for_ever: false }
    }
}

impl<K: Eq + Hash, V: Clone> Answers<K, V> {
    /// What is known, or whoever asks it already, or else a new question.
    fn look(
        &self,
        key: K,
        now: Moment,
        question: impl FnOnce() -> Result<BoxFuture<'static, Result<V, ChainError>>, Error>,
    ) -> Result<Looked<V>, Error> {
        let mut known = self.known();
        match known.get(&key) {
            Some(Known::Answered(found, then)) if self.stands(*then, now) => {
                return Ok(Looked::Stands(found.clone(), then.at));
            }
            Some(Known::Asking(asking)) => {
                // One that has failed is asked anew.
                let alive = asking.upgrade();
                let alive = alive.filter(|one| one.peek().is_none_or(Result::is_ok));
                if let Some(asking) = alive {
                    return Ok(Looked::Asking(asking));
                }
            }
            _ => {}
        }
        let asking = question()?.shared();
        if let Some(weak) = asking.downgrade() {
            make_room(&mut known);
            known.insert(key, Known::Asking(weak));
        }
        Ok(Looked::Asking(asking))
    }

    fn learn(&self, key: K, found: V, moment: Moment) {
        let mut known = self.known();
        make_room(&mut known);
        known.insert(key, Known::Answered(found, moment));
    }

    fn stands(&self, then: Moment, now: Moment) -> bool {
        self.for_ever || then.head == now.head && now.at.since(then.at) < LONGEST
    }

    fn known(&self) -> MutexGuard<'_, HashMap<K, Known<V>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Anybody may ask about anybody: what is remembered must have an end.
fn make_room<K: Eq + Hash, V>(known: &mut HashMap<K, V>) {
    if known.len() >= REMEMBERED {
        let mut stays = false;
        known.retain(|_, _| {
            stays = !stays;
            stays
        });
    }
}

/// How many new questions each caller may put.
struct Budgets {
    known: DefaultKeyedRateLimiter<String>,
    strangers: DefaultKeyedRateLimiter<String>,
}

impl Default for Budgets {
    fn default() -> Self {
        let table = |(at_once, seconds): (u32, u64)| {
            let quota = Quota::with_period(Duration::from_secs(seconds));
            let quota = quota.unwrap_or(Quota::per_second(NonZeroU32::MIN));
            RateLimiter::keyed(
                quota.allow_burst(NonZeroU32::new(at_once).unwrap_or(NonZeroU32::MIN)),
            )
        };
        Self { known: table(KNOWN), strangers: table(STRANGER) }
    }
}

impl Budgets {
    fn charge(&self, asker: &Asker) -> Result<(), Error> {
        let table = if asker.is_known { &self.known } else { &self.strangers };
        if table.len() > MANY {
            table.retain_recent();
        }
        let now = governor::clock::DefaultClock::default().now();
        table.check_key(&asker.name).map_err(|early| {
            metrics::counter!("questions_refused_total").increment(1);
            Error::TooMany(early.wait_time_from(now))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, atomic::AtomicUsize};

    use futures_util::future::join_all;

    use super::*;

    fn asker(name: &str, is_known: bool) -> Asker {
        Asker { name: name.to_owned(), is_known }
    }

    fn questions() -> Questions {
        let http = reqwest::Client::builder().build().unwrap();
        let pace = ton::toncenter::Pace::Unlimited;
        let chain = Client::new(http, "http://127.0.0.1:1/api/v3", None, pace).unwrap();
        Questions::new(chain, Clock::new(|| Time::from_millis(1_795_000_000_000)))
    }

    #[derive(Default)]
    struct Bench {
        answers: Answers<u8, u8>,
        asked: Arc<AtomicUsize>,
    }

    impl Bench {
        async fn asks(&self, questions: &Questions, of: u8, who: &Asker) -> Result<u8, Error> {
            let asked = self.asked.clone();
            let ask = |_, key: u8| async move {
                tokio::task::yield_now().await;
                asked.fetch_add(1, Ordering::Relaxed);
                if key == 0 { Err(ChainError::Unavailable("down".into())) } else { Ok(key) }
            };
            Ok(questions.put(&self.answers, who, of, ask).await?.found)
        }

        fn asked(&self) -> usize {
            self.asked.load(Ordering::Relaxed)
        }
    }

    #[tokio::test]
    async fn one_question_is_asked_once_in_a_block_however_many_want_to_know() {
        let (questions, bench) = (questions(), Bench::default());
        let alice = asker("alice", true);
        let all = (0..200).map(|_| bench.asks(&questions, 7, &alice));
        assert!(join_all(all).await.into_iter().all(|answer| answer == Ok(7)));
        assert_eq!(bench.asked(), 1);
        questions.block(1);
        bench.asks(&questions, 7, &alice).await.unwrap();
        assert_eq!(bench.asked(), 2, "a new block is a new question");
    }

    #[tokio::test]
    async fn a_failure_is_remembered_by_nobody() {
        let (questions, bench) = (questions(), Bench::default());
        for n in 1..=3 {
            assert!(bench.asks(&questions, 0, &asker("alice", true)).await.is_err());
            assert_eq!(bench.asked(), n);
        }
    }

    #[tokio::test]
    async fn a_stranger_has_few_questions_and_takes_nobody_elses() {
        let (questions, bench) = (questions(), Bench::default());
        let flood = asker("192.0.2.1", false);
        let mut answered = 0;
        for of in 1..=100 {
            match bench.asks(&questions, of, &flood).await {
                Ok(_) => answered += 1,
                Err(error) => assert!(matches!(error, Error::TooMany(_))),
            }
        }
        assert!((10..=12).contains(&answered), "{answered}");
        bench.asks(&questions, 1, &flood).await.expect("what is known costs nothing");
        bench.asks(&questions, 200, &asker("192.0.2.2", false)).await.unwrap();
        bench.asks(&questions, 201, &asker("192.0.2.1", true)).await.unwrap();
    }
}

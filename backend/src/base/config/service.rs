//! From what was given to what the service runs with. Everything that is wrong is said at once, each
//! with what to do about it.

use std::{
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use ton::{address::Address, network::Network, toncenter::Pace};
use url::Url;

use super::{
    ChainPace, Currencies, Deposits, Jettons, MAINNET_USDT, Opening, Percent, Proxies, Secret,
    Settings, Switch, TELEGRAM, TONCENTER, Verb, secret::from_environment,
};
use crate::{
    base::db,
    money::{
        payments::custody::Deposit,
        rates::{Rules, Setup, Sources},
    },
    words::money::Assets,
};

/// Telegram delivers to webhooks on these ports only.
const WEBHOOK_PORTS: [u16; 4] = [443, 80, 88, 8443];

/// On this machine a look costs next to nothing, and people are watching.
pub const SANDBOX_POLL: Duration = Duration::from_millis(40);
const LIVE_POLL: Duration = Duration::from_secs(1);

/// What the service runs with.
#[derive(Clone)]
pub struct Service {
    pub listen: SocketAddr,
    pub metrics_listen: Option<SocketAddr>,
    pub data: PathBuf,
    pub database_url: String,
    /// No slash at the end.
    pub public_url: String,
    /// Reverse proxies on other machines that say for whom they speak.
    pub trusted_proxies: Proxies,
    /// In the sandbox it is filled in once the simulated Telegram has made its bot.
    pub bot_token: Secret,
    pub old_bot_token: Option<Secret>,
    pub telegram_url: String,
    /// Ends in `/api/v3`.
    pub chain_url: String,
    pub chain_key: Option<Secret>,
    /// How often the chain service may be asked.
    pub chain_pace: Pace,
    pub network: Network,
    pub assets: Assets,
    /// The simulated world, if the service lives in one.
    pub world_url: Option<String>,
    /// Telegram calls us; otherwise we ask it.
    pub use_webhook: bool,
    /// How often to look at the chain.
    pub poll: Duration,
    /// What prices in fiat stand on.
    pub rates: Setup,
    /// Who may open a store.
    pub stores: Opening,
    /// How long a store's new wallet waits.
    pub payout_delay: Duration,
    /// Whether shops may take Telegram Stars: they come to whoever owns the bot.
    pub stars: bool,
    /// Addresses of exchanges and services, where a payment needs a memo.
    pub deposits: Vec<Deposit>,
}

/// Secrets and the database's password stay out.
impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service")
            .field("listen", &self.listen)
            .field("data", &self.data)
            .field("public_url", &self.public_url)
            .field("telegram_url", &self.telegram_url)
            .field("chain_url", &self.chain_url)
            .field("network", &self.network)
            .field("use_webhook", &self.use_webhook)
            .finish_non_exhaustive()
    }
}

/// One setting that must be mended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// The variable's name.
    pub setting: &'static str,
    /// What is wrong, and what to do.
    pub what: String,
}

/// All of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Troubles(pub Vec<Trouble>);

impl fmt::Display for Troubles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("some settings are missing or wrong:")?;
        self.0.iter().try_for_each(|Trouble { setting, what }| write!(f, "\n  {setting}: {what}"))
    }
}

impl std::error::Error for Troubles {}

impl Service {
    /// What `verb` runs with, or everything that keeps it from running.
    pub fn resolve(settings: &Settings, verb: &Verb) -> Result<Self, Troubles> {
        let (service, troubles) = Self::draft(settings, verb, &|name| std::env::var(name).ok());
        if troubles.is_empty() { Ok(service) } else { Err(Troubles(troubles)) }
    }

    /// The service as far as it is known, with what is wrong beside it.
    pub fn draft(
        settings: &Settings,
        verb: &Verb,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> (Self, Vec<Trouble>) {
        let mut troubles = Vec::new();
        let mut secret = |name| {
            from_environment(name, variable).unwrap_or_else(|error| {
                troubles.push(Trouble { setting: name, what: error.to_string() });
                None
            })
        };
        let (token, old, key) =
            (secret("REMIT_BOT_TOKEN"), secret("REMIT_BOT_TOKEN_OLD"), secret("REMIT_CHAIN_KEY"));
        let service = if is_simulated(verb) {
            Self::in_the_sandbox(settings)
        } else {
            let network = settings.network.unwrap_or(match (verb, &token) {
                // Whoever has no bot can only mean the sandbox's database.
                (Verb::Merchant(_) | Verb::Migrate | Verb::Backup(_) | Verb::Restore(_), None) => {
                    Network::SANDBOX
                }
                _ => Network::MAINNET,
            });
            Self::outside(settings, network, token, old, key)
        };
        service.examine(settings, verb, &mut troubles);
        (service, troubles)
    }

    /// Everything on this machine. A real bot's token is of no use here and is not taken.
    fn in_the_sandbox(settings: &Settings) -> Self {
        let world = format!("http://127.0.0.1:{}", settings.world_listen.port());
        let public = format!("http://localhost:{}", settings.listen.port());
        Self {
            listen: settings.listen,
            metrics_listen: settings.metrics_listen.0,
            data: settings.data.clone(),
            database_url: database(settings),
            public_url: trimmed(settings.public_url.as_deref().unwrap_or(&public)),
            trusted_proxies: settings.trusted_proxies.clone().unwrap_or_default(),
            bot_token: Secret::new(""),
            old_bot_token: None,
            telegram_url: world.clone(),
            chain_url: format!("{world}/api/v3"),
            chain_key: None,
            chain_pace: settings.chain_pace.map_or(Pace::Unlimited, |ChainPace(pace)| pace),
            network: Network::SANDBOX,
            assets: Assets::new([]),
            world_url: Some(format!("http://localhost:{}", settings.world_listen.port())),
            use_webhook: false,
            poll: settings.poll.unwrap_or(SANDBOX_POLL),
            rates: rates(settings, true),
            stores: settings.stores,
            payout_delay: settings.payout_delay,
            stars: settings.stars != Some(Switch::Off),
            deposits: deposits(settings),
        }
    }

    fn outside(
        settings: &Settings,
        network: Network,
        token: Option<Secret>,
        old: Option<Secret>,
        key: Option<Secret>,
    ) -> Self {
        let public_url = trimmed(settings.public_url.as_deref().unwrap_or_default());
        let telegram_url = trimmed(settings.telegram_url.as_deref().unwrap_or(TELEGRAM));
        let usual = if network.is_sandbox() { SANDBOX_POLL } else { LIVE_POLL };
        let chain_url = trimmed(settings.chain_url.as_deref().unwrap_or(TONCENTER));
        let granted = Pace::usual(&chain_url, key.is_some());
        Self {
            listen: settings.listen,
            metrics_listen: settings.metrics_listen.0,
            data: settings.data.clone(),
            database_url: database(settings),
            use_webhook: takes_webhooks(&public_url),
            public_url,
            trusted_proxies: settings.trusted_proxies.clone().unwrap_or_default(),
            bot_token: token.unwrap_or_else(|| Secret::new("")),
            old_bot_token: old,
            chain_url,
            chain_key: key,
            chain_pace: settings.chain_pace.map_or(granted, |ChainPace(pace)| pace),
            network,
            assets: Assets::new(jettons(settings, network)),
            world_url: network.is_sandbox().then(|| telegram_url.clone()),
            telegram_url,
            poll: settings.poll.unwrap_or(usual),
            rates: rates(settings, network.is_sandbox()),
            stores: settings.stores,
            payout_delay: settings.payout_delay,
            stars: settings.stars.map_or(network.is_sandbox(), |switch| switch == Switch::On),
            deposits: deposits(settings),
        }
    }

    /// The deposit address that the operator has named so.
    pub fn deposit(&self, address: Address) -> Option<&Deposit> {
        self.deposits.iter().find(|deposit| deposit.address == address)
    }

    /// The domains a wallet's proof may name: that of the manifest, with its port if it has one.
    pub fn proof_domains(&self) -> Vec<String> {
        let url = web_address(&self.public_url);
        let domain = url.as_ref().and_then(|url| match (url.host_str()?, url.port()) {
            (host, None) => Some(host.to_owned()),
            (host, Some(port)) => Some(format!("{host}:{port}")),
        });
        domain.into_iter().collect()
    }

    fn examine(&self, settings: &Settings, verb: &Verb, troubles: &mut Vec<Trouble>) {
        let mut say = |setting, what: &str| troubles.push(Trouble { setting, what: what.into() });
        if settings.fresh && !is_simulated(verb) {
            say("--fresh", "only the sandbox begins anew; leave it out");
        }
        if is_simulated(verb) && settings.network.is_some_and(|network| !network.is_sandbox()) {
            say(
                "REMIT_NETWORK",
                "the sandbox's network is -217; leave it unset, or use `remit serve`",
            );
        }
        if let Err(error) = self.database_url.parse::<db::Address>() {
            say("DATABASE_URL", &error.to_string());
        }
        let Setup { sources, rules, .. } = &self.rates;
        if !sources.is_empty() && sources.len() < rules.agreeing {
            let (given, needed) = (sources.len(), rules.agreeing);
            say(
                "REMIT_RATES",
                &format!("names {given}, and {needed} must agree. Name more sources, or none"),
            );
        }
        if !matches!(verb, Verb::Serve | Verb::Doctor) {
            return;
        }
        if self.bot_token.reveal().is_empty() {
            say("REMIT_BOT_TOKEN", "not set. Make a bot with @BotFather and put its token here");
        } else if !is_token(self.bot_token.reveal()) {
            say("REMIT_BOT_TOKEN", "not a token. It looks like 123456789:AA… ; copy it once more");
        }
        if let Some(what) = wrong_public_url(&self.public_url, self.telegram_url == TELEGRAM) {
            say("REMIT_PUBLIC_URL", what);
        }
        for (setting, url) in
            [("REMIT_TELEGRAM_URL", &self.telegram_url), ("REMIT_CHAIN_URL", &self.chain_url)]
        {
            if web_address(url).is_none() {
                say(setting, "not an http(s) address");
            }
        }
        if self.network == Network::TESTNET && self.chain_url == TONCENTER {
            say("REMIT_CHAIN_URL", "set https://testnet.toncenter.com/api/v3 for the test network");
        }
    }
}

fn is_simulated(verb: &Verb) -> bool {
    matches!(verb, Verb::Sandbox | Verb::World | Verb::Openapi)
}

fn database(settings: &Settings) -> String {
    match &settings.database_url {
        Some(url) => url.reveal().to_owned(),
        None => sqlite_in(&settings.data),
    }
}

/// The database's address when nobody has named one.
fn sqlite_in(data: &Path) -> String {
    format!("sqlite:{}", data.join("remit.sqlite").display())
}

fn jettons(settings: &Settings, network: Network) -> Vec<crate::words::money::Listed> {
    match &settings.jettons {
        Some(Jettons(listed)) => listed.clone(),
        None if network == Network::MAINNET => {
            let Jettons(listed) = MAINNET_USDT.parse().expect("a test reads the built-in list");
            listed
        }
        None => Vec::new(),
    }
}

/// What was said of rates; the sandbox fills in its own sources where none are named.
fn rates(settings: &Settings, in_a_sandbox: bool) -> Setup {
    let usual = if in_a_sandbox { "USD,EUR" } else { "USD" };
    let Percent(deviation_bps) = settings.rates_deviation;
    let Sources(sources) = settings.rates.clone().unwrap_or_default();
    let Currencies(currencies) = settings
        .fiat
        .clone()
        .unwrap_or_else(|| usual.parse().expect("a test reads the built-in currencies"));
    let every = if in_a_sandbox { Duration::from_secs(1) } else { Duration::from_secs(60) };
    Setup {
        sources,
        currencies,
        rules: Rules {
            deviation_bps,
            age: settings.rates_age,
            agreeing: usize::from(settings.rates_agreeing),
        },
        every: settings.rates_every.unwrap_or(every),
    }
}

fn deposits(settings: &Settings) -> Vec<Deposit> {
    let Deposits(named) = settings.deposits.clone().unwrap_or_default();
    named
}

fn trimmed(url: &str) -> String {
    url.trim().trim_end_matches('/').to_owned()
}

fn web_address(text: &str) -> Option<Url> {
    let url: Url = text.parse().ok()?;
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
}

fn takes_webhooks(public_url: &str) -> bool {
    web_address(public_url).is_some_and(|url| {
        let port = url.port_or_known_default();
        url.scheme() == "https" && port.is_some_and(|port| WEBHOOK_PORTS.contains(&port))
    })
}

/// `123456789:AA…`: the bot's id and 35 characters or so.
fn is_token(text: &str) -> bool {
    text.split_once(':').is_some_and(|(id, secret)| {
        !id.is_empty()
            && id.bytes().all(|b| b.is_ascii_digit())
            && secret.len() >= 4
            && secret.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b))
    })
}

fn wrong_public_url(text: &str, real_telegram: bool) -> Option<&'static str> {
    if text.is_empty() {
        return Some("not set. Give the https address under which people reach this service");
    }
    let Some(url) = web_address(text) else {
        return Some("not an address. It looks like https://pay.example.org");
    };
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Some("must be a bare origin such as https://pay.example.org, without a path");
    }
    if real_telegram && url.scheme() != "https" {
        return Some("must begin with https: Telegram opens nothing else");
    }
    let named = matches!(url.host(), Some(url::Host::Domain(name)) if name.contains('.'));
    if real_telegram && !named {
        return Some(
            "must be a domain name: wallets and Telegram refuse bare numbers and localhost",
        );
    }
    None
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::base::config::Cli;

    const TOKEN: &str = "123456789:AAFq_abcdefghijklmnopqrstuvwxyz-0123";

    fn draft(line: &str, secrets: &[(&str, &str)]) -> (Service, Vec<Trouble>) {
        let cli = Cli::parse_from(std::iter::once("remit").chain(line.split_whitespace()));
        Service::draft(&cli.settings, &cli.verb(), &|name| {
            secrets.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    fn live(line: &str) -> (Service, Vec<Trouble>) {
        draft(line, &[("REMIT_BOT_TOKEN", TOKEN)])
    }

    #[test]
    fn the_sandbox_needs_nothing_and_takes_no_real_bot() {
        let (service, troubles) = live("");
        assert_eq!(troubles, []);
        assert_eq!(service.network, Network::SANDBOX);
        assert_eq!(service.bot_token.reveal(), "");
        assert_eq!(service.public_url, "http://localhost:8080");
        assert_eq!(service.chain_url, "http://127.0.0.1:8081/api/v3");
        assert_eq!(service.world_url.as_deref(), Some("http://localhost:8081"));
        assert_eq!(service.database_url, "sqlite:./data/remit.sqlite");
        assert_eq!(service.proof_domains(), ["localhost:8080"]);
    }

    #[test]
    fn serving_without_settings_says_all_that_is_missing() {
        let (_, troubles) = draft("serve", &[]);
        let named: Vec<_> = troubles.iter().map(|t| t.setting).collect();
        assert_eq!(named, ["REMIT_BOT_TOKEN", "REMIT_PUBLIC_URL"]);
        let text = Troubles(troubles).to_string();
        assert!(text.contains("@BotFather"), "{text}");
    }

    #[test]
    fn a_domain_and_a_token_are_enough_to_go_live() {
        let (service, troubles) = live("serve --public-url https://pay.example.org/");
        assert_eq!(troubles, []);
        assert_eq!(service.network, Network::MAINNET);
        assert_eq!(service.public_url, "https://pay.example.org");
        assert_eq!(service.proof_domains(), ["pay.example.org"]);
        assert!(service.use_webhook && service.world_url.is_none());
        assert!(service.assets.by_code("USDT").is_some());
    }

    #[test]
    fn the_chain_is_asked_as_often_as_is_granted() {
        let per_second = |times: u32| Pace::PerSecond(times.try_into().unwrap());
        let key = [("REMIT_BOT_TOKEN", TOKEN), ("REMIT_CHAIN_KEY", "key")];
        for (more, secrets, pace) in [
            ("", &key[..1], per_second(1)),
            ("", &key[..], per_second(10)),
            ("--chain-pace 25", &key[..], per_second(25)),
            ("--chain-pace off", &key[..1], Pace::Unlimited),
            ("--chain-url http://127.0.0.1:8081/api/v3", &key[..1], Pace::Unlimited),
        ] {
            let (service, _) = draft(&format!("serve {more}"), secrets);
            assert_eq!(service.chain_pace, pace, "{more}");
        }
        for wrong in ["0", "-1", "fast", "1.5", "10001"] {
            assert!(wrong.parse::<ChainPace>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn stars_are_taken_in_the_sandbox_and_elsewhere_only_by_the_operators_word() {
        for (line, on) in [
            ("", true),
            ("--stars off", false),
            ("serve --public-url https://pay.example.org", false),
            ("serve --public-url https://pay.example.org --stars on", true),
            ("serve --network -217", true),
        ] {
            assert_eq!(live(line).0.stars, on, "{line}");
        }
    }

    #[test]
    fn a_port_that_telegram_does_not_call_means_polling() {
        let (service, _) = live("serve --public-url https://pay.example.org:4443");
        assert!(!service.use_webhook);
    }

    #[test]
    fn an_address_telegram_would_refuse_is_refused_here() {
        for url in [
            "http://pay.example.org",
            "https://1.2.3.4",
            "https://localhost",
            "pay",
            "https://a.org/x",
        ] {
            let (_, troubles) = live(&format!("serve --public-url {url}"));
            assert_eq!(troubles.len(), 1, "{url}: {troubles:?}");
        }
    }

    #[test]
    fn a_service_beside_a_simulated_world_may_speak_http() {
        let (service, troubles) = live(
            "serve --network -217 --public-url http://localhost:8080 \
             --telegram-url http://127.0.0.1:8081/ --chain-url http://127.0.0.1:8081/api/v3",
        );
        assert_eq!(troubles, []);
        assert_eq!(service.world_url.as_deref(), Some("http://127.0.0.1:8081"));
    }

    #[test]
    fn rates_need_as_many_sources_as_must_agree() {
        let one = "a=https://a.example/{asset}#/p";
        let two = format!("{one} b=https://b.example/{{asset}}");
        let rates = |sources: &str, more: &str| {
            let mut cli = Cli::parse_from(
                format!("remit serve --public-url https://pay.example.org {more}")
                    .split_whitespace(),
            );
            cli.settings.rates = Some(sources.parse().unwrap());
            let token = |name: &str| (name == "REMIT_BOT_TOKEN").then(|| TOKEN.to_owned());
            Service::draft(&cli.settings, &cli.verb(), &token)
        };
        for (sources, more, good) in [
            ("", "", true),
            (one, "", false),
            (&two, "", true),
            (&two, "--rates-agreeing 3", false),
        ] {
            let (_, troubles) = rates(sources, more);
            let named: Vec<_> = troubles.iter().map(|trouble| trouble.setting).collect();
            assert_eq!(named.is_empty(), good, "{sources} {more}: {troubles:?}");
            assert!(good || named == ["REMIT_RATES"]);
        }
        let (service, _) = rates(&two, "--rates-deviation 0.5 --rates-age 5m --fiat EUR");
        assert_eq!(service.rates.rules.deviation_bps, 50);
        assert_eq!(service.rates.rules.age, Duration::from_secs(300));
        assert_eq!(service.rates.currencies[0].code(), "EUR");
        let (service, _) = live("");
        assert!(service.rates.sources.is_empty() && service.rates.currencies.len() == 2);
    }

    #[test]
    fn a_database_nobody_knows_is_refused_by_every_verb_without_its_password() {
        for verb in
            ["", "serve --public-url https://pay.example.org", "migrate", "restore", "doctor"]
        {
            let line = format!("{verb} --database mysql://me:hidden@db/shop");
            let (_, troubles) = live(&line);
            let trouble = troubles.iter().find(|trouble| trouble.setting == "DATABASE_URL");
            let what = &trouble.unwrap().what;
            assert!(what.contains("mysql:") && !what.contains("hidden"), "{what}");
        }
        let (_, troubles) = live("migrate --database postgres://me:hidden@db/shop");
        assert_eq!(troubles, []);
    }

    #[test]
    fn only_the_sandbox_begins_anew() {
        let (_, troubles) = live("serve --fresh --public-url https://pay.example.org");
        assert_eq!(troubles[0].setting, "--fresh");
    }

    #[test]
    fn a_service_shows_no_secret() {
        let line =
            "serve --public-url https://pay.example.org --database postgres://me:hidden@db/x";
        let (service, _) =
            draft(line, &[("REMIT_BOT_TOKEN", TOKEN), ("REMIT_CHAIN_KEY", "hidden")]);
        let shown = format!("{service:?} {:?}", service.bot_token);
        assert!(!shown.contains("hidden") && !shown.contains("AAFq"), "{shown}");
    }
}

//! The settings: one flat list of flags and environment variables. The doc comments here are the
//! manual, `remit --help`. [`service`] turns what was given into what the service runs with.

mod parse;
mod secret;
mod service;

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::{Args, Parser, Subcommand, ValueEnum};
use ton::network::Network;

use crate::money::rates::Sources;

pub use parse::{ChainPace, Currencies, Deposits, Jettons, MetricsListen, Percent, Proxies};
pub use secret::Secret;
pub use service::{SANDBOX_POLL, Service, Trouble, Troubles};

/// Where the coin's first stablecoin lives on the real network.
pub const MAINNET_USDT: &str = "USDT=EQCxE6mUtQJKFnGfaROTKOt1lZbDiiX1kCixRv7Nw2Id_sDs:6:Tether USD";
pub const TELEGRAM: &str = "https://api.telegram.org";
pub const TONCENTER: &str = "https://toncenter.com/api/v3";
pub const TONCENTER_TESTNET: &str = "https://testnet.toncenter.com/api/v3";

const SECRETS: &str = "\
Secrets come by the environment only, never as flags. Each may also be a file: put _FILE behind the name.
  REMIT_BOT_TOKEN      What @BotFather gave you. `remit serve` needs it
  REMIT_BOT_TOKEN_OLD  The token before, for the hour after you have changed it
  REMIT_CHAIN_KEY      The chain service's API key, if you have one

A source of rates is written name=https://…#/pointer|names, and there must be two at least:
  {asset} and {fiat} stand for the pair, in the address and in the JSON pointer (RFC 6901) to the
  number in its answer. Behind | stands what the source calls things, - for what it does not know.
    An exchange's price, as {\"data\":{\"amount\":\"2.5\"}}:
      spot=https://api.example/v2/prices/{asset}-{fiat}/spot#/data/amount|GRAM=TON
    A list of coins, as {\"the-coin\":{\"usd\":2.5}}:
      list=https://api.example/price?ids={asset}&in={fiat}#/{asset}/{fiat}|GRAM=the-coin,USD=usd
    A market's last trade, as {\"result\":{\"list\":[{\"last\":\"2.5\"}]}}:
      market=https://api.example/tickers?symbol={asset}{fiat}#/result/list/0/last|USDT=-
  Take prices in the currency itself: one in a stablecoin is another price. A key in an address is a
  secret: give it by the environment.

Without a command and without settings, `remit` opens the sandbox at http://localhost:8081.";

/// Payments on TON, inside Telegram, from wallet to wallet.
#[derive(Debug, Clone, Parser)]
#[command(name = "remit", version, after_help = SECRETS, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    pub verb: Option<Verb>,
    #[command(flatten)]
    pub settings: Settings,
}

impl Cli {
    /// What to do. Without a word it is the sandbox.
    pub fn verb(&self) -> Verb {
        self.verb.clone().unwrap_or(Verb::Sandbox)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Verb {
    /// Run everything here: a simulated chain, Telegram and wallets, and the service on them
    Sandbox,
    /// Run the simulated chain, Telegram and wallets only
    World,
    /// Run the service only, with a real bot and a real chain
    Serve,
    /// Bring the database up to date and stop
    Migrate,
    /// Copy the database into a new file, also while the service runs
    Backup(Backup),
    /// Put a copy in the database's place, so that no event's number is given out twice
    Restore(Restore),
    /// Print the OpenAPI description of the HTTP API
    Openapi,
    /// Look at the settings and say in plain words what is missing
    Doctor,
    /// Say how far the chain has been read, and which accounts are waited for
    Status,
    /// Have an address read again from a moment on; what is known already stays as it is
    Rescan(Rescan),
    /// Make merchants and their API keys
    #[command(subcommand)]
    Merchant(MerchantVerb),
    /// Pass a merchant's events on to a server on this machine, as signed webhooks
    Listen(Listen),
    /// Make an event happen in the sandbox, such as invoice.paid
    Trigger(Trigger),
    /// Pay an invoice in the sandbox, as it should be or with one thing wrong
    Pay(Pay),
    /// Check a receipt: its signature, and that the chain says what it says
    VerifyReceipt(VerifyReceipt),
}

#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Rescan {
    /// Whose accounts: the address a store or a person is paid at
    #[arg(long, value_name = "ADDRESS", allow_hyphen_values = true)]
    pub address: String,
    /// From when on, in UTC: 2026-11-28, or 2026-11-28T10:00:00Z
    #[arg(long, value_name = "MOMENT")]
    pub since: String,
}

/// The chain service's key: `REMIT_CHAIN_KEY`, or the file that `REMIT_CHAIN_KEY_FILE` names.
pub fn chain_key() -> anyhow::Result<Option<Secret>> {
    Ok(secret::from_environment("REMIT_CHAIN_KEY", &|name| std::env::var(name).ok())?)
}

/// Who may open a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Opening {
    Anybody,
    Operator,
}

/// A service, and a merchant's key to it.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Access {
    /// The merchant's API key, sk_…
    #[arg(long, env = "REMIT_API_KEY", hide_env_values = true, value_name = "KEY")]
    pub api_key: Secret,
    /// Where the service answers
    #[arg(long, env = "REMIT_SERVICE_URL", default_value = "http://localhost:8080")]
    #[arg(hide_env_values = true, value_name = "URL")]
    pub service: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Backup {
    /// The new file. One that is there already is left alone
    #[arg(long, value_name = "FILE")]
    pub to: PathBuf,
}

#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Restore {
    /// The copy. It stays as it is, and the database that it replaces is kept aside [default: what is
    /// in place already, such as a Postgres after pg_restore]
    #[arg(long, value_name = "FILE")]
    pub from: Option<PathBuf>,
}

#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Listen {
    #[command(flatten)]
    pub access: Access,
    /// Where to send the events, such as http://localhost:3000/hooks
    #[arg(long, value_name = "URL")]
    pub forward_to: String,
    /// Only these types, by commas [default: all]
    #[arg(long, value_delimiter = ',', value_name = "TYPES")]
    pub types: Vec<String>,
    /// Begin after this event's number [default: only what is new]
    #[arg(long, value_name = "SEQ")]
    pub after: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Trigger {
    #[command(flatten)]
    pub access: Access,
    /// The event's type
    #[arg(value_name = "TYPE")]
    pub kind: String,
    /// The sandbox's world, whose wallets pay and whose clock moves
    #[arg(long, env = "REMIT_WORLD_URL", default_value = "http://localhost:8081")]
    #[arg(hide_env_values = true, value_name = "URL")]
    pub world: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Pay {
    /// The invoice's id, inv_…
    pub invoice: String,
    /// Whose wallet pays: alice, bob, carol or olga
    #[arg(long, default_value = "alice", value_name = "PERSON")]
    pub from: String,
    #[command(flatten)]
    pub mishap: Mishap,
    /// The merchant's API key, to look into its feed [default: the key of the sandbox's own shop]
    #[arg(long, env = "REMIT_API_KEY", hide_env_values = true, value_name = "KEY")]
    pub api_key: Option<Secret>,
    /// Where the service answers
    #[arg(long, env = "REMIT_SERVICE_URL", default_value = "http://localhost:8080")]
    #[arg(hide_env_values = true, value_name = "URL")]
    pub service: String,
    /// The sandbox's world, whose wallets pay and whose clock moves
    #[arg(long, env = "REMIT_WORLD_URL", default_value = "http://localhost:8081")]
    #[arg(hide_env_values = true, value_name = "URL")]
    pub world: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Args)]
#[command(
    after_help = "Ends with 0 if the receipt is valid, 1 if it is not, 2 if it could not be checked."
)]
pub struct VerifyReceipt {
    /// A file, an address such as https://pay.example/v1/receipts/inv_…, or - for what comes in
    #[arg(value_name = "RECEIPT")]
    pub source: String,
    /// The key it must be signed with, in base64
    #[arg(long, value_name = "KEY", conflicts_with = "from")]
    pub key: Option<String>,
    /// The service it must be signed by: its keys are fetched [default: where the receipt is fetched]
    #[arg(long, value_name = "URL")]
    pub from: Option<String>,
    /// The chain service to ask, toncenter v3 [default: the public one of the receipt's network]
    #[arg(long, value_name = "URL")]
    pub chain: Option<String>,
}

/// What goes wrong with a payment: one of these, or nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
#[group(id = "mishap", multiple = false)]
#[command(next_help_heading = "What goes wrong (one of these, or nothing)")]
pub struct Mishap {
    /// Send less than is due
    #[arg(long, value_name = "AMOUNT")]
    pub partial: Option<String>,
    /// Send more than is due
    #[arg(long, value_name = "AMOUNT")]
    pub over: Option<String>,
    /// Move the sandbox's clock past the invoice's end, then pay
    #[arg(long)]
    pub late: bool,
    /// Pay everything, two times
    #[arg(long)]
    pub twice: bool,
    /// Pay in another asset, with the right reference
    #[arg(long)]
    pub wrong_asset: bool,
    /// Pay with a jetton that only calls itself USDT
    #[arg(long)]
    pub fake_usdt: bool,
    /// Send the right sum without a comment
    #[arg(long)]
    pub no_reference: bool,
    /// Send a transfer that the chain sends back
    #[arg(long)]
    pub bounce: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum MerchantVerb {
    /// Make a merchant, and its first API key, which is shown once
    Add {
        /// The name that payers see
        #[arg(long)]
        name: String,
        /// The wallet that is paid
        #[arg(long)]
        address: String,
        /// The owner's Telegram id: the bot tells them of payments
        #[arg(long, value_name = "ID")]
        owner_telegram: Option<i64>,
    },
    /// Make another API key for a merchant, or revoke one
    Key {
        /// The merchant's id, acc_…
        merchant: String,
        /// Write it as CryptoBot's are, for a library that looks at its token
        #[arg(long, conflicts_with = "revoke")]
        cryptobot: bool,
        /// Revoke this key, key_…, instead of making one
        #[arg(long, value_name = "KEY")]
        revoke: Option<String>,
    },
    /// Make somebody an owner of a merchant, at once: the way back for one that has lost its owners
    Owner {
        /// The merchant's id, acc_…
        #[arg(long)]
        merchant: String,
        /// The person's Telegram id
        #[arg(long, value_name = "ID")]
        telegram_id: i64,
        /// Take this person's ownership away instead, at once, if another owner stays
        #[arg(long)]
        remove: bool,
    },
    /// List the merchants, their owners and their keys
    List,
}

/// What can be set. Whatever is left out has a sensible value for the verb.
#[derive(Debug, Clone, Parser)]
pub struct Settings {
    /// Where the service listens
    #[arg(long, env = "REMIT_LISTEN", default_value = "127.0.0.1:8080", global = true)]
    #[arg(value_name = "ADDRESS", hide_env_values = true, help_heading = "Settings")]
    pub listen: SocketAddr,

    /// Where the simulated world listens
    #[arg(long, env = "REMIT_WORLD_LISTEN", default_value = "127.0.0.1:8081", global = true)]
    #[arg(value_name = "ADDRESS", hide_env_values = true, help_heading = "Settings")]
    pub world_listen: SocketAddr,

    /// Where Prometheus finds the metrics; `off` for nowhere. Keep it private
    #[arg(long, env = "REMIT_METRICS_LISTEN", default_value = "127.0.0.1:9464", global = true)]
    #[arg(value_name = "ADDRESS", hide_env_values = true, help_heading = "Settings")]
    pub metrics_listen: MetricsListen,

    /// The folder of everything that is kept
    #[arg(long, env = "REMIT_DATA", default_value = "./data", global = true)]
    #[arg(value_name = "FOLDER", hide_env_values = true, help_heading = "Settings")]
    pub data: PathBuf,

    /// `postgres://…` or `sqlite:…` [default: SQLite in the data folder]
    #[arg(long = "database", env = "DATABASE_URL", global = true)]
    #[arg(value_name = "URL", hide_env_values = true, help_heading = "Settings")]
    pub database_url: Option<Secret>,

    /// Where people reach the service from outside, https [sandbox: http://localhost:8080]
    #[arg(long, env = "REMIT_PUBLIC_URL", global = true)]
    #[arg(value_name = "URL", hide_env_values = true, help_heading = "Settings")]
    pub public_url: Option<String>,

    /// Reverse proxies on other machines, whose X-Forwarded-For is believed: addresses or networks such
    /// as 10.0.0.0/8, by commas. One on this machine always is
    #[arg(long, env = "REMIT_TRUSTED_PROXIES", global = true)]
    #[arg(value_name = "LIST", hide_env_values = true, help_heading = "Settings")]
    pub trusted_proxies: Option<Proxies>,

    /// The Bot API server [default: https://api.telegram.org]
    #[arg(long, env = "REMIT_TELEGRAM_URL", global = true)]
    #[arg(value_name = "URL", hide_env_values = true, help_heading = "Settings")]
    pub telegram_url: Option<String>,

    /// The chain service, toncenter v3 [default: https://toncenter.com/api/v3]
    #[arg(long, env = "REMIT_CHAIN_URL", global = true)]
    #[arg(value_name = "URL", hide_env_values = true, help_heading = "Settings")]
    pub chain_url: Option<String>,

    /// Questions a second that the chain service grants, or `off` where it sets no limit [default: 1, with
    /// REMIT_CHAIN_KEY 10; off for one on this machine]
    #[arg(long, env = "REMIT_CHAIN_PACE", global = true)]
    #[arg(value_name = "NUMBER", hide_env_values = true, help_heading = "Settings")]
    pub chain_pace: Option<ChainPace>,

    /// The network's global id: -239 is the real one, -3 the test network [sandbox: -217]
    #[arg(long, env = "REMIT_NETWORK", global = true, allow_hyphen_values = true)]
    #[arg(value_name = "ID", hide_env_values = true, help_heading = "Settings")]
    pub network: Option<Network>,

    /// Accepted jettons: CODE=master:decimals[:Name], by commas [default: USDT on the real network]
    #[arg(long, env = "REMIT_JETTONS", global = true)]
    #[arg(value_name = "LIST", hide_env_values = true, help_heading = "Settings")]
    pub jettons: Option<Jettons>,

    /// Whether shops may take Telegram Stars for digital goods. Telegram credits them to the bot, so they
    /// come to whoever owns it and not to the shop [default: off; sandbox: on]
    #[arg(long, env = "REMIT_STARS", global = true)]
    #[arg(value_name = "ON|OFF", hide_env_values = true, help_heading = "Settings")]
    pub stars: Option<Switch>,

    /// Deposit addresses of exchanges and services, where a payment needs a memo: Name=address, by commas.
    /// Whoever is about to pay one is told so
    #[arg(long, env = "REMIT_DEPOSIT_ADDRESSES", global = true)]
    #[arg(value_name = "LIST", hide_env_values = true, help_heading = "Settings")]
    pub deposits: Option<Deposits>,

    /// How often to look at the chain, such as 500ms or 2s [default: 1s; sandbox: 40ms]
    #[arg(long, env = "REMIT_POLL", global = true, value_parser = parse::duration)]
    #[arg(value_name = "TIME", hide_env_values = true, help_heading = "Settings")]
    pub poll: Option<Duration>,

    /// Sources of rates for prices in fiat, by spaces; see below [sandbox: its own two]
    #[arg(long, env = "REMIT_RATES", global = true)]
    #[arg(value_name = "SOURCES", hide_env_values = true, help_heading = "Settings")]
    pub rates: Option<Sources>,

    /// Currencies that rates are known in, by commas. Money is reported in the first [default:
    /// USD; sandbox: USD,EUR]
    #[arg(long, env = "REMIT_FIAT", global = true)]
    #[arg(value_name = "CODES", hide_env_values = true, help_heading = "Settings")]
    pub fiat: Option<Currencies>,

    /// How many sources must agree, at least 2
    #[arg(long, env = "REMIT_RATES_AGREEING", default_value = "2", global = true)]
    #[arg(value_name = "COUNT", hide_env_values = true, help_heading = "Settings")]
    #[arg(value_parser = clap::value_parser!(u8).range(2..))]
    pub rates_agreeing: u8,

    /// How far a source may be from the median, in percent, such as 2 or 0.5
    #[arg(long, env = "REMIT_RATES_DEVIATION", default_value = "2", global = true)]
    #[arg(value_name = "PERCENT", hide_env_values = true, help_heading = "Settings")]
    pub rates_deviation: Percent,

    /// How old what a source said may be
    #[arg(long, env = "REMIT_RATES_AGE", default_value = "10m", global = true)]
    #[arg(value_name = "TIME", hide_env_values = true, help_heading = "Settings")]
    #[arg(value_parser = parse::duration)]
    pub rates_age: Duration,

    /// Who may open a store in the app: anybody, or only you with `remit merchant add`
    #[arg(long, env = "REMIT_STORES", default_value = "anybody", global = true)]
    #[arg(value_name = "WHO", hide_env_values = true, help_heading = "Settings")]
    pub stores: Opening,

    /// How long a store's new wallet waits, while its owners can stop it; so does whatever decides who they are
    #[arg(long, env = "REMIT_PAYOUT_DELAY", default_value = "48h", global = true)]
    #[arg(value_parser = parse::duration)]
    #[arg(value_name = "TIME", hide_env_values = true, help_heading = "Settings")]
    pub payout_delay: Duration,

    /// How often the sources are asked [default: 1m; sandbox: 1s]
    #[arg(long, env = "REMIT_RATES_EVERY", global = true, value_parser = parse::duration)]
    #[arg(value_name = "TIME", hide_env_values = true, help_heading = "Settings")]
    pub rates_every: Option<Duration>,

    /// What to log: a level, or `remit=debug,sqlx=warn`
    #[arg(long, env = "REMIT_LOG", default_value = "info", global = true)]
    #[arg(value_name = "FILTER", hide_env_values = true, help_heading = "Settings")]
    pub log: String,

    /// How to log: for people or for programs
    #[arg(long, env = "REMIT_LOG_FORMAT", default_value = "text", global = true)]
    #[arg(value_name = "FORMAT", hide_env_values = true, help_heading = "Settings")]
    pub log_format: LogFormat,

    /// Begin with an empty sandbox: forget its chain, its chats and its database
    #[arg(long, global = true, help_heading = "Settings")]
    pub fresh: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    On,
    Off,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn without_a_word_it_is_the_sandbox() {
        let cli = Cli::parse_from(["remit", "--fresh"]);
        assert_eq!(cli.verb(), Verb::Sandbox);
        assert!(cli.settings.fresh);
    }

    #[test]
    fn settings_may_stand_behind_the_verb() {
        let cli = Cli::parse_from(["remit", "serve", "--network", "-3", "--poll", "500ms"]);
        assert_eq!(cli.verb(), Verb::Serve);
        assert_eq!(cli.settings.network, Some(Network::TESTNET));
        assert_eq!(cli.settings.poll, Some(Duration::from_millis(500)));
    }

    #[test]
    fn no_secret_can_be_given_as_a_flag() {
        for flag in ["--bot-token=1:x", "--bot-token-old=1:x", "--chain-key=x"] {
            assert!(Cli::try_parse_from(["remit", flag]).is_err(), "{flag}");
        }
    }

    #[test]
    fn every_setting_is_explained() {
        let command = Cli::command();
        let silent: Vec<_> =
            command.get_arguments().filter(|arg| arg.get_help().is_none()).collect();
        assert!(silent.is_empty(), "{silent:?}");
    }
}

//! `remit doctor`: looks at the settings and at the world around them, and says in plain words what is
//! right, what is not, and what to do about it.

use std::{fmt::Write, path::Path, process::ExitCode, time::Duration};

use clap::CommandFactory;
use teloxide::{Bot, requests::Requester};
use ton::toncenter::{self, Pace};

use crate::{
    base::{
        config::{Cli, Service, Settings, Trouble, Verb},
        db::Db,
        vouched::{self, Word},
    },
    money::rates::Setup,
    run::serve,
    shells::{
        bot::Failure,
        http,
        watch::report::{self, BehindView},
    },
    words::{
        money::Assets,
        time::{Clock, Time},
    },
};

/// Beyond this our clock or the chain service is not to be trusted.
const CLOCKS_APART: Duration = Duration::from_secs(30);
const PATIENCE: Duration = Duration::from_secs(10);

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Check {
    what: &'static str,
    finding: Finding,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Finding {
    Good(String),
    /// It need not be wrong, but somebody should know.
    Note(String),
    Bad {
        found: String,
        mend: String,
    },
}

impl Check {
    fn good(what: &'static str, found: impl Into<String>) -> Self {
        Self { what, finding: Finding::Good(found.into()) }
    }

    fn note(what: &'static str, found: impl Into<String>) -> Self {
        Self { what, finding: Finding::Note(found.into()) }
    }

    fn bad(what: &'static str, found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { what, finding: Finding::Bad { found: found.into(), mend: mend.into() } }
    }
}

/// Looks at everything and prints what it found. Fails if something must be mended.
pub async fn run(settings: &Settings) -> ExitCode {
    let (service, troubles) =
        Service::draft(settings, &Verb::Doctor, &|name| std::env::var(name).ok());
    let checks = examine(&service, &troubles).await;
    print!("{}", render(&checks));
    if checks.iter().any(|check| matches!(check.finding, Finding::Bad { .. })) {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

async fn examine(service: &Service, troubles: &[Trouble]) -> Vec<Check> {
    let mut checks = vec![look_at_settings(service, troubles)];
    checks.extend(troubles.iter().map(|trouble| {
        let (found, mend) = trouble.what.split_once(". ").unwrap_or((&trouble.what, ""));
        Check::bad(trouble.setting, found, mend)
    }));
    checks.extend(unknown_settings(
        std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()),
    ));
    checks.push(data_folder(&service.data));
    if troubles.iter().all(|trouble| trouble.setting != "DATABASE_URL") {
        checks.extend(database(service).await);
    }
    checks.push(pages());
    checks.push(stars(service.stars));
    let Ok(client) = serve::client() else {
        checks.push(Check::bad("network", "no HTTP client can be made", "Reinstall Remit."));
        return checks;
    };
    let is_fine = |setting| troubles.iter().all(|trouble| trouble.setting != setting);
    if is_fine("REMIT_BOT_TOKEN") && is_fine("REMIT_TELEGRAM_URL") {
        checks.push(telegram(service, &client).await);
    }
    if is_fine("REMIT_PUBLIC_URL") {
        checks.push(public_url(service, &client).await);
    }
    if is_fine("REMIT_RATES") {
        checks.extend(rates(service, &client).await);
    }
    if is_fine("REMIT_CHAIN_URL") {
        checks.extend(chain(service, client).await);
    }
    checks
}

fn look_at_settings(service: &Service, troubles: &[Trouble]) -> Check {
    let network = service.network;
    match troubles.len() {
        0 => Check::good("settings", format!("complete, for network {network}")),
        1 => Check::note("settings", format!("for network {network}; one needs mending:")),
        n => Check::note("settings", format!("for network {network}; {n} need mending:")),
    }
}

/// Names that look like settings and are none: a misspelled one would be passed over in silence.
fn unknown_settings(names: impl Iterator<Item = String>) -> Option<Check> {
    let command = Cli::command();
    let subcommands = command.get_subcommands().flat_map(|verb| verb.get_arguments());
    let known: Vec<String> = command
        .get_arguments()
        .chain(subcommands)
        .filter_map(|argument| argument.get_env()?.to_str().map(str::to_owned))
        .chain(SECRETS.map(str::to_owned))
        .collect();
    let is_known = |name: &String| {
        let plain = name.strip_suffix("_FILE").unwrap_or(name);
        known.iter().any(|known| known == name || (SECRETS.contains(&plain) && known == plain))
    };
    let mut strange: Vec<_> =
        names.filter(|name| name.starts_with("REMIT_") && !is_known(name)).collect();
    strange.sort();
    let found = format!(
        "{} in the environment: no setting has this name, so it does nothing. `remit --help` lists them",
        strange.join(", ")
    );
    (!strange.is_empty()).then(|| Check::note("settings", found))
}

/// Those that are no flags.
const SECRETS: [&str; 3] = ["REMIT_BOT_TOKEN", "REMIT_BOT_TOKEN_OLD", "REMIT_CHAIN_KEY"];

fn data_folder(data: &Path) -> Check {
    let (what, path) = ("data folder", data.display());
    let probe = data.join(".remit-doctor");
    let written = std::fs::create_dir_all(data).and_then(|()| std::fs::write(&probe, b"probe"));
    // A probe that stays behind does no harm.
    let _ = std::fs::remove_file(&probe);
    match written {
        Ok(()) => Check::good(what, format!("{path} can be written")),
        Err(error) => Check::bad(
            what,
            format!("{path} cannot be written: {error}"),
            "Give this user the folder, or name another in REMIT_DATA.",
        ),
    }
}

async fn database(service: &Service) -> Vec<Check> {
    let what = "database";
    match tokio::time::timeout(PATIENCE, Db::open(&service.database_url)).await {
        Ok(Ok(db)) => {
            let mut checks =
                vec![Check::good(what, format!("{} opens and is up to date", db.engine()))];
            checks.extend(accounts(&db, &service.assets).await);
            db.close().await;
            checks
        }
        Ok(Err(error)) => vec![Check::bad(
            what,
            format!("it does not open. {error}"),
            "Look at DATABASE_URL: is the server up, are name and password right?",
        )],
        Err(_) => {
            vec![Check::bad(what, "it does not answer", "Look at DATABASE_URL: is the host right?")]
        }
    }
}

/// Names the accounts whose money is late. One that nobody has read yet is no trouble.
async fn accounts(db: &Db, assets: &Assets) -> Vec<Check> {
    let what = "accounts";
    let now = Clock::system().now();
    let behind = async { report::long_behind(&mut db.snapshot().await?, assets, now).await };
    match behind.await {
        Ok(behind) if behind.is_empty() => {
            vec![Check::good(what, "every one has been read to its end")]
        }
        Ok(behind) => {
            let told = |it: &BehindView| {
                let mend = "Its money is late, and none is lost. Look at the chain service; `remit rescan \
                            --address … --since …` reads the account again by hand.";
                Check::bad(what, report::told(it), mend)
            };
            behind.iter().map(told).collect()
        }
        Err(error) => vec![Check::note(what, format!("they could not be looked at: {error}"))],
    }
}

fn pages() -> Check {
    match http::embedded("index.html") {
        Some(_) => Check::good("pages", "the Mini App is built in"),
        None => Check::bad(
            "pages",
            "this build has no Mini App in it",
            "Run `npm ci && npm run build` in frontend, then build Remit again.",
        ),
    }
}

fn stars(on: bool) -> Check {
    if on {
        return Check::note(
            "Stars",
            "taken for digital goods; Telegram credits them to the bot's owner",
        );
    }
    Check::good("Stars", "not taken; REMIT_STARS=on lets shops sell digital goods inside Telegram")
}

async fn telegram(service: &Service, client: &reqwest::Client) -> Check {
    let what = "bot";
    let Ok(url) = service.telegram_url.parse() else {
        return Check::bad(what, "REMIT_TELEGRAM_URL is no address", "Leave it unset.");
    };
    let bot = Bot::with_client(service.bot_token.reveal(), client.clone()).set_api_url(url);
    let answer = tokio::time::timeout(PATIENCE, bot.get_me().into_future()).await;
    match answer.map(|answer| answer.map_err(Failure::from)) {
        Ok(Ok(me)) => Check::good(what, format!("it is @{}", me.username())),
        Ok(Err(Failure::Token)) => Check::bad(
            what,
            "Telegram does not know this token",
            "Copy REMIT_BOT_TOKEN from @BotFather once more; a revoked one cannot come back.",
        ),
        Ok(Err(failure)) => Check::bad(what, failure.to_string(), REACH_TELEGRAM),
        Err(_) => Check::bad(what, "Telegram does not answer", REACH_TELEGRAM),
    }
}

const REACH_TELEGRAM: &str = "Check that this machine reaches api.telegram.org, port 443.";

/// The service may not run yet, and not every machine can call itself from outside.
async fn public_url(service: &Service, client: &reqwest::Client) -> Check {
    let (what, url) = ("public address", &service.public_url);
    let answer = client.get(format!("{url}/health/live")).timeout(PATIENCE).send().await;
    match answer {
        Ok(answer) if answer.status().is_success() => Check::good(what, format!("{url} answers")),
        Ok(answer) => Check::note(
            what,
            format!(
                "{url} answers {}, but not as Remit does. If `remit serve` runs, point the proxy at {}.",
                answer.status().as_u16(),
                service.listen
            ),
        ),
        Err(error) if is_certificate(&error) => Check::bad(
            what,
            format!("{url} answers with a certificate that cannot be trusted"),
            "Renew it, or give your proxy the whole chain of certificates; Telegram refuses it too.",
        ),
        Err(_) => Check::note(
            what,
            format!(
                "nobody answers at {url} yet. Start `remit serve`, and point your proxy at {}.",
                service.listen
            ),
        ),
    }
}

/// Whether somebody answers, but not as who they say they are.
fn is_certificate(error: &reqwest::Error) -> bool {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        if error.to_string().to_ascii_lowercase().contains("certificate") {
            return true;
        }
        cause = error.source();
    }
    false
}

async fn chain(service: &Service, http: reqwest::Client) -> Vec<Check> {
    let what = "chain";
    let key = service.chain_key.as_ref().map(|key| key.reveal());
    let pace = service.chain_pace;
    let client = match toncenter::Client::new(http, &service.chain_url, key, pace) {
        Ok(client) => client,
        Err(error) => {
            return vec![Check::bad(what, error.to_string(), "Look at REMIT_CHAIN_URL.")];
        }
    };
    let reach = "Check REMIT_CHAIN_URL, REMIT_CHAIN_KEY and the way to the internet.";
    let network = match client.network().await {
        Ok(network) => network,
        Err(error) => return vec![Check::bad(what, error.to_string(), reach)],
    };
    let right = if network == service.network {
        Check::good(what, format!("the chain service watches network {network}"))
    } else {
        Check::bad(
            what,
            format!("the chain service watches network {network}, not {}", service.network),
            format!("Set REMIT_NETWORK={network}, or another REMIT_CHAIN_URL."),
        )
    };
    let seconds = match client.masterchain_info().await {
        Ok(info) => info.last.gen_utime.and_then(|time| u32::try_from(time).ok()),
        Err(error) => return vec![right, Check::bad(what, error.to_string(), reach)],
    };
    let same_network = matches!(right.finding, Finding::Good(_));
    let mut checks = vec![right, clocks(seconds.map(Time::from_seconds), Clock::system().now())];
    // Another network has other jettons: that says nothing of these.
    if same_network {
        checks.extend(jettons(service, &client).await);
    }
    let slow = Pace::usual(&service.chain_url, false);
    if service.chain_key.is_none() && pace == slow && pace != Pace::Unlimited {
        let found =
            "without REMIT_CHAIN_KEY the chain is asked once a second only; a free key allows ten";
        checks.push(Check::note(what, found));
    }
    checks
}

/// Holds each listed jetton against the chain: wrong decimals would be a thousand times the price.
async fn jettons(service: &Service, client: &toncenter::Client) -> Vec<Check> {
    let what = "REMIT_JETTONS";
    let reach = "Check REMIT_CHAIN_URL and REMIT_CHAIN_KEY, then look again.";
    let words = match vouched::ask(client, &service.assets).await {
        Ok(words) => words,
        Err(error) => return vec![Check::bad(what, error.to_string(), reach)],
    };
    let words = words.into_iter().map(|(listed, word)| match word {
        Word::Right => Check::good(
            what,
            format!("{} is on the chain, with {} decimals", listed.code, listed.decimals),
        ),
        Word::Doubtful(found) => Check::note(what, found),
        Word::Wrong(found) => Check::bad(what, found, vouched::MEND),
    });
    words.collect()
}

/// Asks each source of rates once, for the first pair that it knows.
async fn rates(service: &Service, client: &reqwest::Client) -> Vec<Check> {
    let what = "rates";
    let Setup { sources, currencies, .. } = &service.rates;
    if sources.is_empty() {
        let found = "REMIT_RATES names no source, so prices in fiat are refused";
        return vec![Check::note(what, found)];
    }
    let pairs = || {
        let of = |listed| currencies.iter().map(move |currency| (listed, *currency));
        service.assets.iter().flat_map(of)
    };
    let mut checks = Vec::new();
    for source in sources {
        let name = &source.name;
        let known = pairs().find_map(|(listed, currency)| {
            let question = source.question(&listed.code, currency.code())?;
            Some((question, &listed.code, currency))
        });
        checks.push(match known {
            None => Check::note(what, format!("{name} knows none of the accepted assets")),
            Some((question, asset, currency)) => match question.ask(client).await {
                Ok(rate) => Check::good(what, format!("{name} says 1 {asset} = {rate} {currency}")),
                Err(failure) => Check::bad(
                    what,
                    format!("{name} was asked for {asset} in {currency}: {failure}"),
                    "Look at its address, pointer and names in REMIT_RATES; see `remit --help`.",
                ),
            },
        });
    }
    checks
}

fn clocks(chain: Option<Time>, ours: Time) -> Check {
    let what = "clock";
    let Some(chain) = chain else {
        return Check::note(what, "the chain service does not say what time it is");
    };
    let (ahead, behind) = (ours.since(chain), chain.since(ours));
    if ahead.max(behind) <= CLOCKS_APART {
        return Check::good(what, "ours and the chain's agree");
    }
    let found = if ahead > behind {
        format!("the chain's newest block is {} s old", ahead.as_secs())
    } else {
        format!("our clock is {} s behind the chain's", behind.as_secs())
    };
    Check::bad(
        what,
        found,
        "Set this machine's clock by NTP. If it is right, the chain service lags: wait, or choose another.",
    )
}

/// One line per check, and a last one that sums up.
fn render(checks: &[Check]) -> String {
    let mut text = String::new();
    let mut line = |mark, what: &str, found: &str| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{mark} {what}: {found}");
    };
    let mut bad = 0;
    for Check { what, finding } in checks {
        match finding {
            Finding::Good(found) => line("✓", what, found),
            Finding::Note(found) => line("–", what, found),
            Finding::Bad { found, mend } => {
                bad += 1;
                line("✗", what, format!("{found}\n    {mend}").trim_end());
            }
        }
    }
    text.push_str(&match bad {
        0 => "\nAll is well.\n".to_owned(),
        1 => "\nOne thing must be mended.\n".to_owned(),
        n => format!("\n{n} things must be mended.\n"),
    });
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_check_is_a_line_and_each_trouble_says_what_to_do() {
        let checks = [
            Check::good("bot", "it is @shop_bot"),
            Check::note("public address", "nobody answers yet"),
            Check::bad("REMIT_PUBLIC_URL", "not set", "Give the https address."),
        ];
        assert_eq!(
            render(&checks),
            "✓ bot: it is @shop_bot\n\
             – public address: nobody answers yet\n\
             ✗ REMIT_PUBLIC_URL: not set\n    Give the https address.\n\n\
             One thing must be mended.\n"
        );
    }

    #[test]
    fn a_misspelled_setting_is_named() {
        let look = |names: &[&str]| unknown_settings(names.iter().map(|name| (*name).to_owned()));
        for name in [
            "REMIT_PUBLIC_URL",
            "REMIT_BOT_TOKEN",
            "REMIT_BOT_TOKEN_FILE",
            "REMIT_CHAIN_KEY_FILE",
            "REMIT_API_KEY",
            "REMIT_JETTONS",
            "REMITTANCE",
            "PATH",
        ] {
            assert_eq!(look(&[name]), None, "{name}");
        }
        let found = look(&["REMIT_PUBLICURL", "REMIT_BOT_TOKN", "REMIT_JETTONS_FILE"]).unwrap();
        let Finding::Note(found) = found.finding else { unreachable!() };
        assert!(
            found.starts_with("REMIT_BOT_TOKN, REMIT_JETTONS_FILE, REMIT_PUBLICURL in"),
            "{found}"
        );
    }

    #[test]
    fn clocks_may_differ_by_half_a_minute() {
        let ours = Time::from_seconds(1_000_000);
        for (chain, fine) in
            [(1_000_000, true), (999_970, true), (999_969, false), (1_000_031, false)]
        {
            let check = clocks(Some(Time::from_seconds(chain)), ours);
            assert_eq!(matches!(check.finding, Finding::Good(_)), fine, "{chain}: {check:?}");
        }
    }

    #[test]
    fn a_folder_that_can_be_written_is_left_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        assert!(matches!(data_folder(&data).finding, Finding::Good(_)));
        assert_eq!(std::fs::read_dir(&data).unwrap().count(), 0);
    }

    #[test]
    fn a_file_is_no_folder() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(matches!(data_folder(&file.path().join("x")).finding, Finding::Bad { .. }));
    }
}

//! A source of rates as it is written in the settings, and how it is asked.
//!
//! ```text
//! name=https://prices.example/v2/{asset}-{fiat}/spot#/data/amount|GRAM=TON,USD=usd
//!      └─ where to ask, per pair ──────────────────┘└─ where in ─┘└─ what it calls
//!                                                     the answer     things
//! ```

use std::{fmt, str::FromStr, time::Duration};

use serde_json::value::RawValue;
use url::{Host, Url};

use super::rate::{BadRate, Rate};

/// How long an answer may take altogether.
const PATIENCE: Duration = Duration::from_secs(5);
/// How large an answer may be, in bytes.
const LARGEST: usize = 256 * 1024;
/// What a name may be, of a source or in its words.
const LONGEST: usize = 64;

/// One service that tells rates over HTTP.
#[derive(Clone, PartialEq, Eq)]
pub struct Source {
    pub name: String,
    /// With `{asset}` and `{fiat}`. It may hold a key, so it is shown nowhere.
    url: String,
    /// A JSON pointer (RFC 6901) to the number, with the same words in it.
    pointer: String,
    /// What the source calls our assets and currencies; `-` for what it does not know.
    names: Vec<(String, String)>,
}

/// Only the name: the address may hold a key.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Source").field(&self.name).finish_non_exhaustive()
    }
}

/// Where to ask for a pair, and where in the answer to look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    url: Url,
    pointer: String,
}

/// Why an answer gave no rate, in words that hold no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    #[error("it cannot be reached")]
    Unreachable,
    #[error("it took longer than {} s", PATIENCE.as_secs())]
    Slow,
    #[error("it answered {0}")]
    Status(u16),
    #[error("its answer is larger than {} KiB", LARGEST / 1024)]
    TooLarge,
    #[error("its answer is not JSON with something at {0:?}")]
    NotThere(String),
    #[error("what it gave {0}")]
    NoRate(#[from] BadRate),
}

impl Source {
    /// What to ask for a pair; `None` if the source does not know it.
    pub fn question(&self, asset: &str, currency: &str) -> Option<Question> {
        let (asset, fiat) = (self.word(asset)?, self.word(currency)?);
        let fill = |text: &str| text.replace("{asset}", asset).replace("{fiat}", fiat);
        Some(Question { url: fill(&self.url).parse().ok()?, pointer: fill(&self.pointer) })
    }

    fn word<'a>(&'a self, ours: &'a str) -> Option<&'a str> {
        let named = self.names.iter().find(|(name, _)| name == ours);
        let word = named.map_or(ours, |(_, theirs)| theirs);
        (word != "-").then_some(word)
    }
}

impl Question {
    /// Asks, and reads the rate out of the answer. The client must follow no redirects.
    pub async fn ask(&self, http: &reqwest::Client) -> Result<Rate, Failure> {
        match tokio::time::timeout(PATIENCE, self.fetch(http)).await {
            Ok(answer) => read(&answer?, &self.pointer),
            Err(_) => Err(Failure::Slow),
        }
    }

    async fn fetch(&self, http: &reqwest::Client) -> Result<Vec<u8>, Failure> {
        let request = http.get(self.url.clone()).header("accept", "application/json");
        let mut response = request.send().await.map_err(|_| Failure::Unreachable)?;
        if response.status() != reqwest::StatusCode::OK {
            return Err(Failure::Status(response.status().as_u16()));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|_| Failure::Unreachable)? {
            if body.len() + chunk.len() > LARGEST {
                return Err(Failure::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

/// The number at a pointer, whether it stands there as a number or as text. Its digits are taken as
/// they are written: no float comes between.
fn read(body: &[u8], pointer: &str) -> Result<Rate, Failure> {
    let missing = || Failure::NotThere(pointer.to_owned());
    let mut found: &RawValue = serde_json::from_slice(body).map_err(|_| missing())?;
    for token in pointer.split('/').skip(1) {
        found = step(found, &token.replace("~1", "/").replace("~0", "~")).ok_or_else(missing)?;
    }
    let text = found.get();
    let rate = match serde_json::from_str::<String>(text) {
        Ok(text) => text.parse(),
        Err(_) => text.parse(),
    };
    Ok(rate?)
}

fn step<'a>(value: &'a RawValue, token: &str) -> Option<&'a RawValue> {
    use std::collections::HashMap;
    let text = value.get();
    if text.starts_with('{') {
        return serde_json::from_str::<HashMap<String, &RawValue>>(text).ok()?.remove(token);
    }
    let list = serde_json::from_str::<Vec<&RawValue>>(text).ok()?;
    list.get(token.parse::<usize>().ok()?).copied()
}

impl FromStr for Source {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, rest) =
            text.split_once('=').ok_or("a source is written name=https://…#/pointer")?;
        if !is_word(name) {
            return Err(format!(
                "{name:?} cannot be a source's name: letters, digits, . _ and - can"
            ));
        }
        let (address, names) = rest.split_once('|').unwrap_or((rest, ""));
        let (url, pointer) = address.split_once('#').unwrap_or((address, ""));
        if !pointer.is_empty() && !pointer.starts_with('/') {
            return Err(format!("{name}: what follows # is a JSON pointer and begins with /"));
        }
        if !url.contains("{asset}") && !pointer.contains("{asset}") {
            return Err(format!(
                "{name}: nothing in it says {{asset}}, so it would tell one rate for all"
            ));
        }
        let source = Self {
            name: name.to_owned(),
            url: url.to_owned(),
            pointer: pointer.to_owned(),
            names: words(name, names)?,
        };
        let filled = url.replace("{asset}", "A").replace("{fiat}", "F");
        let safe = filled.parse::<Url>().is_ok_and(|url| is_safe(&url));
        if safe && !filled.contains(['{', '}']) {
            Ok(source)
        } else {
            Err(format!("{name}: not an https:// address with {{asset}} and {{fiat}} in it"))
        }
    }
}

/// Rates decide about money, so they come over https, or from this machine.
fn is_safe(url: &Url) -> bool {
    let here = match url.host() {
        Some(Host::Domain(host)) => host == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && here)
}

fn is_word(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
    (1..=LONGEST).contains(&text.len()) && text.bytes().all(allowed)
}

fn words(source: &str, text: &str) -> Result<Vec<(String, String)>, String> {
    let entries = text.split(',').filter(|entry| !entry.is_empty());
    entries
        .map(|entry| match entry.split_once('=') {
            Some((ours, theirs)) if is_word(ours) && is_word(theirs) => {
                Ok((ours.to_owned(), theirs.to_owned()))
            }
            _ => Err(format!("{source}: behind | stand names such as GRAM=the-coin, by commas")),
        })
        .collect()
}

/// Sources by white space, each under a name of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sources(pub Vec<Source>);

impl FromStr for Sources {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut sources: Vec<Source> = Vec::new();
        for entry in text.split_whitespace() {
            let source: Source = entry.parse()?;
            if sources.iter().any(|known| known.name == source.name) {
                return Err(format!("two sources are called {}", source.name));
            }
            sources.push(source);
        }
        Ok(Self(sources))
    }
}

#[cfg(test)]
mod tests {
    use axum::{Router, http::StatusCode, response::Redirect, routing::get};

    use super::*;

    fn source(text: &str) -> Source {
        text.parse().unwrap()
    }

    #[test]
    fn a_source_is_asked_in_its_own_words() {
        let list = source(
            "list=https://api.example/price?ids={asset}&in={fiat}#/{asset}/{fiat}|GRAM=the-coin,USD=usd",
        );
        let question = list.question("GRAM", "USD").unwrap();
        assert_eq!(question.url.as_str(), "https://api.example/price?ids=the-coin&in=usd");
        assert_eq!(question.pointer, "/the-coin/usd");
        assert_eq!(list.question("USDT", "EUR").unwrap().pointer, "/USDT/EUR");
        let market = source("m=https://api.example/{asset}{fiat}#/last|USDT=-");
        assert!(market.question("USDT", "USD").is_none());
        assert!(market.question("GRAM", "USD").is_some());
    }

    #[test]
    fn a_wrong_source_says_what_is_wrong() {
        for (text, word) in [
            ("https://api.example/{asset}", "name="),
            ("sp:ot=https://api.example/{asset}", "cannot be a source's name"),
            ("spot", "name="),
            ("sp ot=https://api.example/{asset}", "name="),
            ("spot=https://api.example/price", "{asset}"),
            ("spot=http://api.example/{asset}", "https"),
            ("spot=ftp://api.example/{asset}", "https"),
            ("spot=https://api.example/{asset}/{currency}", "https"),
            ("spot=https://api.example/{asset}#price", "begins with /"),
            ("spot=https://api.example/{asset}#/p|GRAM", "names such as"),
            ("spot=https://api.example/{asset}#/p|GRAM=a/b", "names such as"),
            ("a=https://a.example/{asset} a=https://b.example/{asset}", "two sources"),
        ] {
            let error = text.parse::<Sources>().unwrap_err();
            assert!(error.contains(word), "{text}: {error}");
        }
        assert_eq!("  \n".parse(), Ok(Sources::default()));
        for good in [
            "a=http://127.0.0.1:1/{asset}",
            "a=http://localhost:1/{asset}",
            "a=http://[::1]/{asset}",
        ] {
            assert!(good.parse::<Source>().is_ok(), "{good}");
        }
    }

    #[test]
    fn a_source_shows_no_address() {
        let shown = format!("{:?}", source("spot=https://api.example/{asset}?key=hidden"));
        assert!(!shown.contains("hidden") && shown.contains("spot"), "{shown}");
    }

    fn found(body: &str, pointer: &str) -> Result<String, Failure> {
        read(body.as_bytes(), pointer).map(|rate| rate.to_string())
    }

    #[test]
    fn digits_are_read_as_they_are_written() {
        for (body, pointer, rate) in [
            (r#"{"data":{"amount":"2.31"}}"#, "/data/amount", "2.31"),
            (
                r#"{"the-coin":{"usd": 2.310000000000000142}}"#,
                "/the-coin/usd",
                "2.310000000000000142",
            ),
            (r#"{"result":{"list":[{"last":"1"},{"last":"7.5"}]}}"#, "/result/list/1/last", "7.5"),
            (r#"{"a/b":{"m~n":3}}"#, "/a~1b/m~0n", "3"),
            (r#"{"":0.1}"#, "/", "0.1"),
            ("  2.5 ", "", "2.5"),
            (r#""\u0032.5""#, "", "2.5"),
        ] {
            assert_eq!(found(body, pointer), Ok(rate.to_owned()), "{body}");
        }
    }

    #[test]
    fn what_is_no_rate_is_none() {
        for (body, pointer) in [
            ("", ""),
            ("<html>", "/p"),
            (r#"{"p":1"#, "/p"),
            (r#"{"p":1}"#, "/q"),
            (r#"{"p":[1]}"#, "/p/1"),
            (r#"{"p":[1]}"#, "/p/-1"),
            (r#"{"p":1}"#, "/p/q"),
            (r#"{"p":"\xff"}"#, "/p"),
        ] {
            assert!(matches!(found(body, pointer), Err(Failure::NotThere(_))), "{body} {pointer}");
        }
        for (body, bad) in [
            ("null", BadRate::NotANumber),
            ("true", BadRate::NotANumber),
            ("{}", BadRate::NotANumber),
            ("[]", BadRate::NotANumber),
            (r#""""#, BadRate::NotANumber),
            (r#""NaN""#, BadRate::NotANumber),
            ("-2.5", BadRate::NotANumber),
            ("2.5e3", BadRate::NotANumber),
            ("1E400", BadRate::NotANumber),
            ("0", BadRate::Zero),
            ("0.000", BadRate::Zero),
            ("99999999999999999999999", BadRate::TooLong),
        ] {
            assert_eq!(found(body, ""), Err(Failure::NoRate(bad)), "{body}");
        }
        let deep = "[".repeat(10_000);
        assert!(found(&deep, "/0").is_err());
    }

    /// Asks a server of our own that behaves in every bad way.
    async fn asked(path: &str) -> Result<String, Failure> {
        let router = Router::new()
            .route("/good", get(|| async { r#"{"price":"2.5"}"# }))
            .route("/broken", get(|| async { (StatusCode::BAD_GATEWAY, r#"{"price":"2.5"}"#) }))
            .route("/empty", get(|| async { (StatusCode::NO_CONTENT, "") }))
            .route("/moved", get(|| async { Redirect::temporary("/good") }))
            .route(
                "/large",
                get(|| async { format!(r#"{{"x":"{}","price":"2.5"}}"#, "x".repeat(LARGEST)) }),
            )
            .route("/silent", get(std::future::pending::<()>))
            .route(
                "/drips",
                get(|| async {
                    let drop = futures_util::stream::repeat_with(|| Ok::<_, std::io::Error>(" "));
                    let slowly = futures_util::StreamExt::then(drop, |drop| async {
                        tokio::time::sleep(Duration::from_millis(100)).await;
                        drop
                    });
                    axum::body::Body::from_stream(slowly)
                }),
            );
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let http = crate::run::serve::client().unwrap();
        let asking = source(&format!("s={base}/{{asset}}#/price")).question(path, "USD").unwrap();
        tokio::select! {
            answer = asking.ask(&http) => answer.map(|rate| rate.to_string()),
            served = axum::serve(listener, router).into_future() => panic!("{served:?}"),
        }
    }

    #[tokio::test]
    async fn bad_answers_are_told_apart() {
        assert_eq!(asked("good").await, Ok("2.5".to_owned()));
        assert_eq!(asked("broken").await, Err(Failure::Status(502)));
        assert_eq!(asked("empty").await, Err(Failure::Status(204)));
        assert_eq!(asked("moved").await, Err(Failure::Status(307)));
        assert_eq!(asked("large").await, Err(Failure::TooLarge));
        let nobody = source("s=http://127.0.0.1:1/{asset}").question("GRAM", "USD").unwrap();
        let http = crate::run::serve::client().unwrap();
        assert_eq!(nobody.ask(&http).await, Err(Failure::Unreachable));
    }

    #[tokio::test]
    async fn nobody_is_waited_for_long() {
        let (silent, drips) = tokio::join!(asked("silent"), asked("drips"));
        assert_eq!((silent, drips), (Err(Failure::Slow), Err(Failure::Slow)));
    }
}

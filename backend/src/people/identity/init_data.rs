//! Telegram's signature on who opened the Mini App.
//!
//! Source: core.telegram.org/bots/webapps, "Validating data received via the Mini App". The pairs are
//! decoded once, sorted, joined with newlines without `hash` (a `signature` stays in), and signed with
//! HMAC-SHA256 under HMAC-SHA256("WebAppData", bot token).

use std::time::Duration;

use hmac::{Hmac, Mac};
use serde::Deserialize;
use sha2::Sha256;

use crate::words::time::Time;

/// Telegram never renews init data while the app stays open, so it is exchanged for a session soon.
pub(super) const MAX_AGE: Duration = Duration::from_secs(3600);
/// How far the two clocks may differ.
pub(super) const SKEW: Duration = Duration::from_secs(60);
const MAX_BYTES: usize = 8 * 1024;
/// Telegram promises at most 52 significant bits.
const MAX_USER_ID: i64 = 1 << 52;

/// What Telegram vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InitData {
    pub user: User,
    /// Chosen by whoever made the link: an opaque id, never an authority.
    pub start_param: Option<String>,
    pub auth_date: Time,
    /// Names this init data and nothing else, however it is written: the hash of Telegram's hash.
    pub seal: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct User {
    pub id: i64,
    pub first_name: String,
    #[serde(default)]
    pub last_name: Option<String>,
    #[serde(default)]
    pub username: Option<String>,
    #[serde(default)]
    pub language_code: Option<String>,
    #[serde(default)]
    pub allows_write_to_pm: bool,
    #[serde(default)]
    pub is_bot: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("is longer than Telegram makes it")]
    TooLong,
    #[error("is not of the form Telegram gives it")]
    Malformed,
    #[error("names a field twice")]
    Duplicate,
    #[error("was not signed for this bot")]
    Signature,
    #[error("is too old; open the app again from Telegram")]
    Stale,
    #[error("is from the future; check this server's clock")]
    Future,
}

/// Checks init data against any of the bot tokens (two while a token is being changed).
pub fn verify(raw: &str, tokens: &[&str], now: Time) -> Result<InitData, Error> {
    if raw.len() > MAX_BYTES {
        return Err(Error::TooLong);
    }
    let mut pairs: Vec<(String, String)> =
        url::form_urlencoded::parse(raw.as_bytes()).into_owned().collect();
    pairs.sort();
    if pairs.windows(2).any(|pair| pair[0].0 == pair[1].0) {
        return Err(Error::Duplicate);
    }
    let field = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, v)| v.as_str());

    let hash = field("hash").and_then(|hex| hex::decode(hex).ok()).ok_or(Error::Malformed)?;
    let signed = pairs
        .iter()
        .filter(|(key, _)| key != "hash")
        .map(|(key, value)| format!("{key}={value}"))
        .collect::<Vec<_>>()
        .join("\n");
    if !tokens.iter().any(|token| is_signed(&signed, token, &hash)) {
        return Err(Error::Signature);
    }

    let auth_date = field("auth_date").ok_or(Error::Malformed)?;
    let digits_only = !auth_date.is_empty() && auth_date.bytes().all(|b| b.is_ascii_digit());
    let seconds: u32 = auth_date.parse().ok().filter(|_| digits_only).ok_or(Error::Malformed)?;
    let auth_date = Time::from_seconds(seconds);
    if auth_date > now.after(SKEW) {
        return Err(Error::Future);
    }
    if now.since(auth_date) > MAX_AGE {
        return Err(Error::Stale);
    }
    let user: User =
        field("user").and_then(|json| serde_json::from_str(json).ok()).ok_or(Error::Malformed)?;
    if !(1..MAX_USER_ID).contains(&user.id) || user.is_bot {
        return Err(Error::Malformed);
    }
    let start_param = field("start_param").map(str::to_owned);
    Ok(InitData { user, start_param, auth_date, seal: super::hash(&hex::encode(&hash)) })
}

/// Compares in constant time.
fn is_signed(text: &str, token: &str, hash: &[u8]) -> bool {
    let mac = |key: &[u8], message: &[u8]| {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
        mac.update(message);
        mac
    };
    let secret = mac(b"WebAppData", token.as_bytes()).finalize().into_bytes();
    mac(&secret, text.as_bytes()).verify_slice(hash).is_ok()
}

#[cfg(test)]
pub mod tests {
    use super::*;

    const TOKEN: &str = "123456:TEST";

    /// Signs pairs the way Telegram does, written apart from the code under test.
    pub fn sign(pairs: &[(&str, &str)], token: &str) -> String {
        let mut sorted = pairs.to_vec();
        sorted.sort_unstable();
        let text: Vec<String> = sorted.iter().map(|(k, v)| format!("{k}={v}")).collect();
        let hmac = |key: &[u8], data: &[u8]| {
            Hmac::<Sha256>::new_from_slice(key).unwrap().chain_update(data).finalize().into_bytes()
        };
        let hash = hmac(&hmac(b"WebAppData", token.as_bytes()), text.join("\n").as_bytes());
        url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .append_pair("hash", &hex::encode(hash))
            .finish()
    }

    fn now() -> Time {
        Time::from_seconds(1_795_000_000)
    }

    const USER: &str = r#"{"id":1001,"first_name":"A & \"B\" +","username":"alice"}"#;

    fn plain() -> Vec<(&'static str, &'static str)> {
        vec![
            ("auth_date", "1794999990"),
            ("query_id", "AA=="),
            ("signature", "x_-"),
            ("user", USER),
        ]
    }

    #[test]
    fn what_telegram_signed_is_believed() {
        let data = verify(&sign(&plain(), TOKEN), &["1:old", TOKEN], now()).unwrap();
        assert_eq!((data.user.id, data.user.first_name.as_str()), (1001, "A & \"B\" +"));
    }

    /// From the documentation of the Telegram Mini Apps community (a token long since revoked).
    #[test]
    fn a_published_example_holds() {
        let raw = "query_id=AAHdF6IQAAAAAN0XohDhrOrc&user=%7B%22id%22%3A279058397%2C%22first_name%22%3A%22Vladislav%22%2C%22last_name%22%3A%22Kibenko%22%2C%22username%22%3A%22vdkfrost%22%2C%22language_code%22%3A%22ru%22%2C%22is_premium%22%3Atrue%7D&auth_date=1662771648&hash=c501b71e775f74ce10e377dea85a7ea24ecd640b223ea86dfe453e0eaed2e2b2";
        let token = "5768337691:AAH5YkoiEuPk8-FZa32hStHTqXiLPtAEhx8";
        let data = verify(raw, &[token], Time::from_seconds(1_662_771_700)).unwrap();
        assert_eq!(data.user.username.as_deref(), Some("vdkfrost"));
    }

    #[test]
    fn however_it_is_written_it_has_the_same_seal() {
        let raw = sign(&plain(), TOKEN);
        let (rest, hash) = raw.split_once("&hash=").unwrap();
        let seal = |raw: &str| verify(raw, &[TOKEN], now()).unwrap().seal;
        let other = format!("hash={}&{}", hash.to_uppercase(), rest.replace('+', "%20"));
        assert_eq!(seal(&raw), seal(&other));
        let mut pairs = plain();
        pairs[1].1 = "BB==";
        assert_ne!(seal(&raw), seal(&sign(&pairs, TOKEN)));
    }

    #[test]
    fn another_bots_signature_is_refused() {
        assert_eq!(verify(&sign(&plain(), "9:X"), &[TOKEN], now()), Err(Error::Signature));
    }

    #[test]
    fn a_changed_field_is_refused() {
        let raw = sign(&plain(), TOKEN).replace("1001", "1002");
        assert_eq!(verify(&raw, &[TOKEN], now()), Err(Error::Signature));
    }

    #[test]
    fn a_field_named_twice_is_refused() {
        let raw = sign(&plain(), TOKEN) + "&user=%7B%7D";
        assert_eq!(verify(&raw, &[TOKEN], now()), Err(Error::Duplicate));
    }

    #[test]
    fn odd_but_signed_data_is_refused() {
        let cases = [
            ("auth_date", "1795000061", Error::Future),
            ("auth_date", "1794996399", Error::Stale),
            ("auth_date", "1794999990abc", Error::Malformed),
            ("auth_date", "+1794999990", Error::Malformed),
            ("auth_date", "9223372036854775807", Error::Malformed),
            ("user", "{}", Error::Malformed),
            ("user", r#"{"id":"1001","first_name":"A"}"#, Error::Malformed),
            ("user", r#"{"id":1.5,"first_name":"A"}"#, Error::Malformed),
            ("user", r#"{"id":0,"first_name":"A"}"#, Error::Malformed),
            ("user", r#"{"id":4503599627370496,"first_name":"A"}"#, Error::Malformed),
            ("user", r#"{"id":7,"first_name":"A","is_bot":true}"#, Error::Malformed),
        ];
        for (name, value, error) in cases {
            let pairs: Vec<_> = plain()
                .into_iter()
                .map(|(k, v)| if k == name { (k, value) } else { (k, v) })
                .collect();
            assert_eq!(verify(&sign(&pairs, TOKEN), &[TOKEN], now()), Err(error), "{name}={value}");
        }
        for junk in ["", "hash=", "hash=zz", "hash=00", &"a".repeat(9000)] {
            assert!(verify(junk, &[TOKEN], now()).is_err());
        }
    }

    proptest::proptest! {
        #[test]
        fn no_input_panics(raw in ".{0,400}") {
            let _ = verify(&raw, &[TOKEN], now());
        }
    }
}

//! What Telegram hands to a Mini App when it opens: signed facts about who is looking.
//! Rules: core.telegram.org/bots/webapps, "Validating data received via the Mini App".

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer, SigningKey};
use hmac::{Hmac, Mac};
use serde::Serialize;
use sha2::Sha256;

use super::Names;
use crate::cast::Person;

/// Everything that goes into one launch.
pub struct Launch<'a> {
    pub person: Person,
    pub names: Names,
    /// Whether the bot may write to the person.
    pub may_write: bool,
    /// Unix seconds.
    pub auth_date: u32,
    /// The `startapp` value of a direct link. Such a launch has a chat instance and no query.
    pub start_param: Option<&'a str>,
    /// Any number; Telegram's is opaque too.
    pub chat_instance: i64,
    pub query_id: &'a str,
}

/// The keys Telegram signs with: the bot's own secret, and Telegram's for third parties.
pub struct Signers<'a> {
    pub bot_token: &'a str,
    pub telegram: &'a SigningKey,
}

/// The raw `initData` string, percent-encoded once, as `Telegram.WebApp.initData` holds it.
pub fn sign(launch: &Launch<'_>, signers: &Signers<'_>) -> String {
    let mut fields = fields(launch);
    let signature = third_party_signature(&fields, signers);
    fields.push(("signature", signature));
    let hash = bot_hash(&fields, signers.bot_token);
    fields.push(("hash", hash));
    fields
        .iter()
        .map(|(key, value)| format!("{key}={}", percent_encode(value)))
        .collect::<Vec<_>>()
        .join("&")
}

/// The fragment a Telegram client puts behind the Mini App's address; the client adds its theme.
pub fn launch_params(init_data: &str, start_param: Option<&str>) -> String {
    let mut params = format!(
        "tgWebAppData={}&tgWebAppVersion=9.1&tgWebAppPlatform=web",
        percent_encode(init_data)
    );
    if let Some(start_param) = start_param {
        params.push_str("&tgWebAppStartParam=");
        params.push_str(&percent_encode(start_param));
    }
    params
}

type Fields = Vec<(&'static str, String)>;

fn fields(launch: &Launch<'_>) -> Fields {
    let mut fields = vec![("user", user_json(launch))];
    match launch.start_param {
        Some(start_param) => {
            fields.push(("chat_instance", launch.chat_instance.to_string()));
            fields.push(("chat_type", "sender".to_owned()));
            fields.push(("start_param", start_param.to_owned()));
        }
        None => fields.push(("query_id", launch.query_id.to_owned())),
    }
    fields.push(("auth_date", launch.auth_date.to_string()));
    fields
}

/// In the order in which Telegram writes them.
#[derive(Serialize)]
struct WebAppUser<'a> {
    id: i64,
    first_name: &'a str,
    last_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<&'a str>,
    language_code: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    allows_write_to_pm: bool,
}

/// Telegram writes its JSON with escaped slashes; a validator must not re-serialise it.
fn user_json(launch: &Launch<'_>) -> String {
    let user = WebAppUser {
        id: launch.person.telegram_id(),
        first_name: &launch.names.first_name,
        last_name: "",
        username: launch.names.username.as_deref(),
        language_code: "en",
        allows_write_to_pm: launch.may_write,
    };
    let json = serde_json::to_string(&user).expect("numbers and texts are JSON");
    json.replace('/', "\\/")
}

fn data_check_string(fields: &Fields) -> String {
    let mut lines: Vec<_> = fields.iter().map(|(key, value)| format!("{key}={value}")).collect();
    lines.sort();
    lines.join("\n")
}

fn bot_hash(fields: &Fields, bot_token: &str) -> String {
    let secret = hmac(b"WebAppData", bot_token.as_bytes());
    hex::encode(hmac(&secret, data_check_string(fields).as_bytes()))
}

fn third_party_signature(fields: &Fields, signers: &Signers<'_>) -> String {
    let bot_id = signers.bot_token.split(':').next().unwrap_or_default();
    let message = format!("{bot_id}:WebAppData\n{}", data_check_string(fields));
    BASE64_URL_SAFE_NO_PAD.encode(signers.telegram.sign(message.as_bytes()).to_bytes())
}

fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// As `encodeURIComponent` does, but for five marks that need no encoding either way.
pub fn percent_encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::{Signature, Verifier};

    const TOKEN: &str = "8000000001:AAE-golden-token-of-the-sandbox-xyz";

    fn golden(start_param: Option<&str>) -> String {
        let launch = Launch {
            person: Person::Alice,
            names: Names { first_name: "Alice".into(), username: Some("alice".into()) },
            may_write: true,
            auth_date: 1_790_000_000,
            start_param,
            chat_instance: -3_788_475_317_572_404_878,
            query_id: "AAHdF6IQAAAAAN0XohDhrOrc",
        };
        let telegram = SigningKey::from_bytes(&[7; 32]);
        sign(&launch, &Signers { bot_token: TOKEN, telegram: &telegram })
    }

    /// Written down from an implementation in another language, Python's `hmac` and `cryptography`.
    #[test]
    fn the_hash_is_the_one_telegrams_rules_give() {
        let hash = golden(Some("inv_42")).rsplit_once("hash=").unwrap().1.to_owned();
        assert_eq!(hash, "1c11c489474019fb31415207926e3da073cc54609d5d8ea36dea051e7baa9894");
        let hash = golden(None).rsplit_once("hash=").unwrap().1.to_owned();
        assert_eq!(hash, "c81a446679d45ee3dbde5a2f1ac019c6867e1f04fca28409a3045518c17b6232");
    }

    #[test]
    fn the_signature_covers_everything_but_itself_and_the_hash() {
        let raw = golden(Some("inv_42"));
        let pairs: Vec<(String, String)> =
            url::form_urlencoded::parse(raw.as_bytes()).into_owned().collect();
        let mut lines: Vec<_> = pairs
            .iter()
            .filter(|(key, _)| key != "hash" && key != "signature")
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        lines.sort();
        let message = format!("8000000001:WebAppData\n{}", lines.join("\n"));
        let signature = &pairs.iter().find(|(key, _)| key == "signature").unwrap().1;
        let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap();
        let signature = Signature::from_slice(&signature).unwrap();
        let telegram = SigningKey::from_bytes(&[7; 32]).verifying_key();
        telegram.verify(message.as_bytes(), &signature).unwrap();
    }

    #[test]
    fn a_direct_link_has_a_chat_instance_and_a_menu_launch_has_a_query() {
        let link = golden(Some("inv_42"));
        assert!(link.contains("&chat_instance=-3788475317572404878&chat_type=sender"));
        assert!(link.contains("&start_param=inv_42&"));
        assert!(!link.contains("query_id"));

        let menu = golden(None);
        assert!(menu.contains("&query_id=AAHdF6IQAAAAAN0XohDhrOrc&"));
        assert!(!menu.contains("chat_instance"));
    }

    #[test]
    fn the_launch_carries_the_init_data_encoded_twice() {
        let params = launch_params("user=%7B%7D&hash=00", Some("inv_1"));
        assert_eq!(
            params,
            "tgWebAppData=user%3D%257B%257D%26hash%3D00&tgWebAppVersion=9.1\
             &tgWebAppPlatform=web&tgWebAppStartParam=inv_1"
        );
    }
}

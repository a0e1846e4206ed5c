//! A connection between an app and a wallet: two keys, and what has passed between them.
//! Crypto: NaCl's box, the nonce in front (TON Connect, spec/session.md).

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use crypto_box::aead::{Aead, AeadCore, OsRng};
use crypto_box::{Nonce, PublicKey, SalsaBox, SecretKey};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::manifest::App;
use crate::bridge::Client;
use crate::cast::Person;

const NONCE_BYTES: usize = 24;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Session {
    pub person: Person,
    pub app: App,
    /// Unix seconds.
    pub connected_at: u32,
    /// The app's end.
    pub peer: Client,
    secret: [u8; 32],
    /// The last message taken from the bridge.
    pub cursor: u64,
    /// The last event sent to the app; ids of events must grow.
    pub last_event: u64,
    /// The last request of the app; a lower id is a repetition.
    pub last_request: Option<u64>,
}

/// A message that was not sealed for this session, or not by its app.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the message is not from this session's app")]
pub struct NotOurs;

impl Session {
    /// A new end for talking to the app's end `peer`.
    pub fn begin(person: Person, app: App, peer: Client, now: u32) -> Self {
        let secret = SecretKey::generate(&mut OsRng).to_bytes();
        Self {
            person,
            app,
            connected_at: now,
            peer,
            secret,
            cursor: 0,
            last_event: 0,
            last_request: None,
        }
    }

    /// The wallet's end, by which the bridge knows it.
    pub fn client(&self) -> Client {
        *SecretKey::from(self.secret).public_key().as_bytes()
    }

    /// How the session is named in the wallet's memory.
    pub fn name(&self) -> String {
        hex::encode(self.client())
    }

    pub fn next_event(&mut self) -> u64 {
        self.last_event += 1;
        self.last_event
    }

    /// Seals a message for the app, ready for the bridge.
    pub fn seal(&self, message: &Value) -> String {
        let nonce = SalsaBox::generate_nonce(&mut OsRng);
        let sealed = self
            .channel()
            .encrypt(&nonce, message.to_string().as_bytes())
            .expect("a message is far below the limit of the cipher");
        BASE64_STANDARD.encode([nonce.as_slice(), &sealed].concat())
    }

    /// Opens what the bridge delivered.
    pub fn open(&self, message: &str) -> Result<Value, NotOurs> {
        let bytes = BASE64_STANDARD.decode(message).map_err(|_| NotOurs)?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_BYTES).ok_or(NotOurs)?;
        let opened =
            self.channel().decrypt(Nonce::from_slice(nonce), sealed).map_err(|_| NotOurs)?;
        serde_json::from_slice(&opened).map_err(|_| NotOurs)
    }

    fn channel(&self) -> SalsaBox {
        SalsaBox::new(&PublicKey::from(self.peer), &SecretKey::from(self.secret))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn app() -> App {
        App { name: "A".into(), url: "https://a.example".into(), icon: String::new() }
    }

    fn pair() -> (Session, Session) {
        let mut app_end = Session::begin(Person::Alice, app(), [0; 32], 0);
        let wallet = Session::begin(Person::Alice, app(), app_end.client(), 0);
        app_end.peer = wallet.client();
        (app_end, wallet)
    }

    #[test]
    fn what_one_end_seals_the_other_opens() {
        let (app, wallet) = pair();
        let message = json!({ "method": "disconnect", "id": "1" });
        assert_eq!(wallet.open(&app.seal(&message)), Ok(message.clone()));
        assert_eq!(app.open(&wallet.seal(&message)), Ok(message));
    }

    #[test]
    fn nobody_else_can_seal_or_open() {
        let (app, wallet) = pair();
        let (stranger, _) = pair();
        let message = json!({});
        assert_eq!(stranger.open(&app.seal(&message)), Err(NotOurs));
        assert_eq!(wallet.open(&stranger.seal(&message)), Err(NotOurs));
        assert_eq!(wallet.open("AAAA"), Err(NotOurs));
    }

    /// Made with `nacl.box` of PyNaCl: secret keys 0x11… (wallet) and 0x22… (app), nonce 0x33….
    #[test]
    fn the_box_is_nacls() {
        let peer = *SecretKey::from([0x22; 32]).public_key().as_bytes();
        let mut wallet = Session::begin(Person::Alice, app(), peer, 0);
        wallet.secret = [0x11; 32];
        let sealed = "MzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzarPFFVPVrI/CJqEYRAafvE0+p/2c089rgs8=";
        assert_eq!(wallet.open(sealed), Ok(json!({ "id": "7" })));
    }
}

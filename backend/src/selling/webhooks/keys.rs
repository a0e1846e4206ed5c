//! What deliveries are signed with, by Standard Webhooks 1.0: a secret that the merchant shares (`v1`,
//! HMAC-SHA256) and a key pair of which the merchant gets the public half (`v1a`, ed25519).

use std::fmt;

use base64::{Engine, prelude::BASE64_STANDARD};
use ed25519_dalek::{Signer, SigningKey};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::words::dice::Dice;

const SECRET: &str = "whsec_";
const PRIVATE: &str = "whsk_";
const PUBLIC: &str = "whpk_";

/// One generation of keys. Neither half that signs shows itself in a log.
#[derive(Clone)]
pub struct Keys {
    secret: [u8; 32],
    signing: SigningKey,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({}, ***)", self.public_key())
    }
}

impl Keys {
    pub fn roll(dice: &Dice) -> Self {
        Self { secret: dice.bytes(), signing: SigningKey::from_bytes(&dice.bytes()) }
    }

    /// From what is stored; `None` if it is not that.
    pub fn read(secret: &str, private_key: &str) -> Option<Self> {
        let bytes = |text: &str, prefix| -> Option<[u8; 32]> {
            BASE64_STANDARD.decode(text.strip_prefix(prefix)?).ok()?.try_into().ok()
        };
        let signing = SigningKey::from_bytes(&bytes(private_key, PRIVATE)?);
        Some(Self { secret: bytes(secret, SECRET)?, signing })
    }

    /// `whsec_…`, which whoever verifies must know.
    pub fn secret(&self) -> String {
        format!("{SECRET}{}", BASE64_STANDARD.encode(self.secret))
    }

    /// `whsk_…`, which nobody else needs.
    pub fn private_key(&self) -> String {
        format!("{PRIVATE}{}", BASE64_STANDARD.encode(self.signing.to_bytes()))
    }

    /// `whpk_…`, which everybody may know.
    pub fn public_key(&self) -> String {
        format!("{PUBLIC}{}", BASE64_STANDARD.encode(self.signing.verifying_key().to_bytes()))
    }
}

/// The value of `webhook-signature`: both signatures of each generation in force. `seconds` is the time
/// of the attempt.
pub fn signature<'a>(
    keys: impl IntoIterator<Item = &'a Keys>,
    id: &str,
    seconds: u64,
    body: &str,
) -> String {
    let content = format!("{id}.{seconds}.{body}");
    let signed = keys.into_iter().flat_map(|keys| {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&keys.secret).expect("HMAC takes a key of any length");
        mac.update(content.as_bytes());
        let ed25519 = keys.signing.sign(content.as_bytes());
        [
            format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes())),
            format!("v1a,{}", BASE64_STANDARD.encode(ed25519.to_bytes())),
        ]
    });
    signed.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Signature, VerifyingKey};

    use super::*;

    #[test]
    fn keys_survive_their_own_text_and_do_not_show_themselves() {
        let keys = Keys::roll(&Dice::seeded([1; 32]));
        let (secret, private) = (keys.secret(), keys.private_key());
        let again = Keys::read(&secret, &private).unwrap();
        assert_eq!((again.secret(), again.private_key()), (secret.clone(), private.clone()));
        let shown = format!("{keys:?}");
        assert!(shown.contains(&keys.public_key()), "{shown}");
        assert!(!shown.contains(&secret[6..]) && !shown.contains(&private[5..]), "{shown}");
        assert!(Keys::read(&private, &secret).is_none());
    }

    /// The vector of the Standard Webhooks libraries.
    #[test]
    fn the_secret_signs_as_the_standard_says() {
        let mut secret = [0; 32];
        let known = BASE64_STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        // HMAC pads a key with zeros, so 24 bytes and eight zeros are the same key.
        secret[..24].copy_from_slice(&known);
        let keys = Keys { secret, signing: SigningKey::from_bytes(&[7; 32]) };
        let id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
        let header = signature([&keys], id, 1_614_265_330, r#"{"test": 2432232314}"#);
        let v1 = header.split(' ').next().unwrap();
        assert_eq!(v1, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn every_generation_signs_twice() {
        let dice = Dice::seeded([2; 32]);
        let (old, new) = (Keys::roll(&dice), Keys::roll(&dice));
        let header = signature([&new, &old], "evt_1", 5, "{}");
        let kinds: Vec<_> = header.split(' ').map(|part| part.split(',').next().unwrap()).collect();
        assert_eq!(kinds, ["v1", "v1a", "v1", "v1a"]);
        for (place, keys) in [(1, &new), (3, &old)] {
            let public = BASE64_STANDARD.decode(&keys.public_key()[PUBLIC.len()..]).unwrap();
            let public = VerifyingKey::from_bytes(&public.try_into().unwrap()).unwrap();
            let part = header.split(' ').nth(place).unwrap().strip_prefix("v1a,").unwrap();
            let signature = Signature::from_slice(&BASE64_STANDARD.decode(part).unwrap()).unwrap();
            assert!(public.verify_strict(b"evt_1.5.{}", &signature).is_ok());
        }
    }
}

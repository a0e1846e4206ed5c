//! `ton_proof` against proofs that independent libraries made for every wallet version, and
//! against proofs that were tampered with.
#![allow(clippy::unwrap_used, reason = "also around the tests themselves")]

use ed25519_dalek::{Signer, SigningKey};
use serde_json::Value;
use ton::{
    Address, Network,
    proof::{
        Account, Domain, Expected, NeedsChainKey, Outcome, Proof, ProofError, Submission, Verified,
        digest, verify,
    },
    wallet_code::WalletKind,
};
use tycho_types::{
    boc::Boc,
    cell::{Cell, CellBuilder},
    models::StateInit,
};

const NOW: u64 = 1_790_000_000;
const SITE: &str = "pay.example.test";
const NONCE: &str = "fixed-nonce-0001";

fn vectors(name: &str) -> Vec<Value> {
    let file: Value = serde_json::from_str(include_str!("fixtures/ton-proof.json")).unwrap();
    file[name].as_array().unwrap().clone()
}

fn submission(vector: &Value) -> Submission {
    let text = |name: &str| vector[name].as_str().unwrap().to_owned();
    Submission {
        account: Account {
            address: text("address"),
            chain: "-239".into(),
            public_key: Some(text("publicKey")),
            wallet_state_init: text("walletStateInit"),
        },
        proof: serde_json::from_value(vector["proof"].clone()).unwrap(),
    }
}

fn check_at(now_seconds: u64, submission: &Submission) -> Result<Outcome, ProofError> {
    let domains = [SITE.to_owned(), "remit.example:8443".to_owned()];
    let network = Network::MAINNET;
    verify(submission, &Expected { network, domains: &domains, payload: NONCE, now_seconds })
}

fn check(submission: &Submission) -> Result<Outcome, ProofError> {
    check_at(NOW, submission)
}

fn pending(submission: &Submission) -> NeedsChainKey {
    match check(submission) {
        Ok(Outcome::NeedsChainKey(pending)) => pending,
        other => panic!("expected to be asked for the key, got {other:?}"),
    }
}

fn key_of(vector: &Value) -> [u8; 32] {
    hex::decode(vector["publicKey"].as_str().unwrap()).unwrap().try_into().unwrap()
}

/// The owner of the generated wallets.
fn alice() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

/// A proof by `key` for a wallet with this code, data and claimed site.
fn signed(key: &SigningKey, init: &Cell, site: &str, timestamp: u64) -> Submission {
    let address = Address::new(0, init.repr_hash().0);
    let signature = key.sign(&digest(&address, site, timestamp, NONCE)).to_bytes();
    Submission {
        account: Account {
            address: address.to_string(),
            chain: "-239".into(),
            public_key: Some(hex::encode(key.verifying_key().as_bytes())),
            wallet_state_init: Boc::encode_base64(init),
        },
        proof: Proof {
            timestamp,
            domain: Domain { length_bytes: site.len() as u64, value: site.into() },
            payload: NONCE.into(),
            signature: base64(&signature),
        },
    }
}

fn base64(bytes: &[u8]) -> String {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    STANDARD.encode(bytes)
}

/// The code of a known wallet with other data, or any code.
fn state_init(code: Cell, data: Cell) -> Cell {
    CellBuilder::build_from(StateInit { code: Some(code), data: Some(data), ..Default::default() })
        .unwrap()
}

fn v4_code() -> Cell {
    let vectors = vectors("ton_proof_generated");
    let v4 = vectors.iter().find(|vector| vector["version"] == "WalletV4R2").unwrap();
    let init = Boc::decode_base64(v4["walletStateInit"].as_str().unwrap()).unwrap();
    init.parse::<StateInit>().unwrap().code.unwrap()
}

fn v4_data(key: &[u8; 32]) -> Cell {
    let mut data = CellBuilder::new();
    data.store_zeros(64).unwrap();
    data.store_raw(key, 256).unwrap();
    data.store_bit_zero().unwrap();
    data.build().unwrap()
}

fn alices_v4() -> Cell {
    state_init(v4_code(), v4_data(alice().verifying_key().as_bytes()))
}

fn honest() -> Submission {
    signed(&alice(), &alices_v4(), SITE, NOW)
}

#[test]
fn every_wallet_version_proves_its_address() {
    let mut kinds = Vec::new();
    for vector in vectors("ton_proof_generated") {
        let submission = submission(&vector);
        let expected_key = key_of(&vector);
        let verified = match check(&submission) {
            Ok(Outcome::Verified(verified)) => verified,
            Ok(Outcome::NeedsChainKey(pending)) => pending.finish(expected_key).unwrap(),
            Err(error) => panic!("{}: {error}", vector["version"]),
        };
        assert_eq!(verified.address.to_string(), vector["address"].as_str().unwrap());
        assert_eq!(verified.public_key, expected_key);
        kinds.push(verified.wallet.name());
    }
    let expected = "v1r1 v1r2 v1r3 v2r1 v2r2 v3r1 v3r2 v4r1 v4r2 v5beta v5r1 tg v4r2";
    assert_eq!(kinds.join(" "), expected);
}

#[test]
fn the_signed_bytes_are_those_of_other_libraries() {
    for vector in vectors("ton_proof_generated") {
        let Submission { account, proof } = submission(&vector);
        let address = account.address.parse().unwrap();
        let digest = digest(&address, &proof.domain.value, proof.timestamp, &proof.payload);
        assert_eq!(hex::encode(digest), vector["signed_hash_hex"].as_str().unwrap());
    }
}

#[test]
fn a_rotated_key_counts_and_the_first_one_no_longer_does() {
    let [after, stale] = &vectors("ton_proof_wallettg_rotation")[..] else { panic!("two vectors") };
    let (present, first) = (key_of(after), key_of(stale));
    assert_eq!(pending(&submission(after)).wallet, WalletKind::Tg);
    let verified = pending(&submission(after)).finish(present).unwrap();
    assert_eq!(verified.public_key, present);
    assert_eq!(pending(&submission(after)).finish(first), Err(ProofError::PublicKey));
    assert_eq!(pending(&submission(after)).finish_undeployed(), Err(ProofError::PublicKey));
    assert_eq!(pending(&submission(stale)).finish(present), Err(ProofError::PublicKey));
}

#[test]
fn a_telegram_wallet_that_is_not_deployed_has_its_first_key() {
    let vectors = vectors("ton_proof_generated");
    let tg = vectors.iter().find(|vector| vector["version"] == "WalletTg").unwrap();
    let verified = pending(&submission(tg)).finish_undeployed().unwrap();
    assert_eq!(verified.public_key, key_of(tg));
}

#[test]
fn unknown_code_is_believed_only_by_the_chain() {
    let code = CellBuilder::build_from(0xc0de_u32).unwrap();
    let mallory = SigningKey::from_bytes(&[9; 32]);
    let init = state_init(code, v4_data(mallory.verifying_key().as_bytes()));
    let submission = signed(&mallory, &init, SITE, NOW);
    let chain_key = *mallory.verifying_key().as_bytes();

    assert_eq!(pending(&submission).wallet, WalletKind::Unknown);
    assert_eq!(pending(&submission).finish_undeployed(), Err(ProofError::NotDeployed));
    assert!(pending(&submission).finish(chain_key).is_ok());
    let other = *alice().verifying_key().as_bytes();
    assert_eq!(pending(&submission).finish(other), Err(ProofError::PublicKey));
}

#[test]
fn the_claimed_key_may_be_absent_but_not_wrong() {
    let mut submission = honest();
    submission.account.public_key = None;
    assert!(matches!(check(&submission), Ok(Outcome::Verified(Verified { .. }))));
    for claimed in ["", "00", &"0".repeat(64), &"zz".repeat(32)] {
        submission.account.public_key = Some((*claimed).to_owned());
        assert_eq!(check(&submission), Err(ProofError::PublicKey), "{claimed:?}");
    }
}

#[test]
fn somebody_elses_address_cannot_be_claimed_with_an_own_key() {
    let mallory = SigningKey::from_bytes(&[9; 32]);
    let init = state_init(v4_code(), v4_data(mallory.verifying_key().as_bytes()));
    let alices = Address::new(0, alices_v4().repr_hash().0);
    let mut submission = signed(&mallory, &init, SITE, NOW);
    submission.account.address = alices.to_string();
    let digest = digest(&alices, SITE, NOW, NONCE);
    submission.proof.signature = base64(&mallory.sign(&digest).to_bytes());
    assert_eq!(check(&submission), Err(ProofError::OtherAddress));

    submission.account.wallet_state_init = Boc::encode_base64(alices_v4());
    assert_eq!(check(&submission), Err(ProofError::PublicKey));
    submission.account.public_key = None;
    assert_eq!(check(&submission), Err(ProofError::Signature));
}

#[test]
fn each_altered_part_is_noticed() {
    type Alter = fn(&mut Submission);
    let cases: [(Alter, ProofError); 18] = [
        (|s| s.account.address = s.account.address.replace("0:", "-1:"), ProofError::Signature),
        (|s| s.account.address = s.account.address.replace("0:", "1:"), ProofError::Address),
        (|s| s.account.address = alices_friendly(), ProofError::Address),
        (|s| s.account.address.clear(), ProofError::Address),
        (|s| s.account.chain = "-3".into(), ProofError::Network),
        (|s| s.account.chain = "-0239".into(), ProofError::Network),
        (|s| s.proof.payload.push('x'), ProofError::Payload),
        (|s| s.proof.domain.value = "evil.example".into(), ProofError::Domain),
        (|s| s.proof.domain.value = "PAY.example.test".into(), ProofError::Domain),
        (|s| s.proof.domain.length_bytes += 1, ProofError::Domain),
        (|s| s.proof.timestamp += 1, ProofError::Signature),
        (
            |s| s.account.wallet_state_init = "te6cckEBAQEAAgAAAEysuc0=".into(),
            ProofError::OtherAddress,
        ),
        (|s| s.account.wallet_state_init.truncate(100), ProofError::StateInit),
        (|s| s.account.wallet_state_init.clear(), ProofError::StateInit),
        (|s| s.account.wallet_state_init = "A".repeat(100_000), ProofError::StateInit),
        (|s| s.proof.signature = base64(&[1; 64]), ProofError::Signature),
        (|s| s.proof.signature = base64(&[1; 63]), ProofError::Signature),
        (|s| s.proof.signature = "not base64!".into(), ProofError::Signature),
    ];
    assert!(check(&honest()).is_ok());
    for (number, (alter, error)) in cases.into_iter().enumerate() {
        let mut submission = honest();
        alter(&mut submission);
        assert_eq!(check(&submission), Err(error), "case {number}");
    }
}

fn alices_friendly() -> String {
    Address::new(0, alices_v4().repr_hash().0).friendly(false)
}

#[test]
fn a_proof_lives_a_quarter_of_an_hour() {
    let submission = honest();
    assert!(check_at(NOW + 900, &submission).is_ok());
    assert_eq!(check_at(NOW + 901, &submission), Err(ProofError::Expired));
    assert!(check_at(NOW - 60, &submission).is_ok());
    assert_eq!(check_at(NOW - 61, &submission), Err(ProofError::FromTheFuture));
    assert_eq!(
        check(&signed(&alice(), &alices_v4(), SITE, u64::MAX)),
        Err(ProofError::FromTheFuture)
    );
}

#[test]
fn a_longer_domain_does_not_pass_for_a_shorter_one() {
    let evil = "pay.example.test.evil.io";
    let mut submission = signed(&alice(), &alices_v4(), evil, NOW);
    assert_eq!(check(&submission), Err(ProofError::Domain));
    // The same signed bytes, cut elsewhere: the tail of the name poses as the timestamp.
    submission.proof.domain.value = SITE.into();
    submission.proof.timestamp = u64::from_le_bytes(*b".evil.io");
    assert_eq!(check(&submission), Err(ProofError::Domain));
    assert_eq!(submission.proof.domain.length_bytes, evil.len() as u64);
}

#[test]
fn a_key_that_signs_everything_proves_nothing() {
    let mut identity = [0; 32];
    identity[0] = 1;
    let mut submission = honest();
    let init = state_init(v4_code(), v4_data(&identity));
    submission.account.address = Address::new(0, init.repr_hash().0).to_string();
    submission.account.public_key = Some(hex::encode(identity));
    submission.account.wallet_state_init = Boc::encode_base64(&init);
    let forged = [identity, [0; 32]].concat();
    submission.proof.signature = base64(&forged);
    assert_eq!(check(&submission), Err(ProofError::PublicKey));
}

#[test]
fn the_timestamp_may_be_a_string_and_the_signature_url_safe() {
    let mut json = serde_json::to_value(honest()).unwrap();
    assert!(json["account"]["walletStateInit"].is_string());
    assert!(json["proof"]["domain"]["lengthBytes"].is_number());
    json["proof"]["timestamp"] = NOW.to_string().into();
    let url_safe = json["proof"]["signature"].as_str().unwrap();
    let url_safe = url_safe.replace('+', "-").replace('/', "_").replace('=', "");
    json["proof"]["signature"] = url_safe.into();
    json["account"]["walletName"] = "a property of tomorrow".into();
    let submission: Submission = serde_json::from_value(json).unwrap();
    assert!(check(&submission).is_ok());
}

#[test]
fn known_code_with_too_little_data_is_refused() {
    let init = state_init(v4_code(), CellBuilder::build_from(1_u32).unwrap());
    assert_eq!(check(&signed(&alice(), &init, SITE, NOW)), Err(ProofError::StateInit));
}

#[test]
fn a_state_init_with_something_behind_it_is_refused() {
    let mut longer = CellBuilder::new();
    longer.store_slice(alices_v4().as_slice().unwrap()).unwrap();
    longer.store_bit_zero().unwrap();
    let init = longer.build().unwrap();
    assert_eq!(check(&signed(&alice(), &init, SITE, NOW)), Err(ProofError::StateInit));
}

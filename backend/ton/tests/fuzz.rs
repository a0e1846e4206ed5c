//! Every parser of foreign bytes, fed with broken variants of honest input. Each must come back,
//! quickly, and keep the promise written next to it.
//!
//! A moment each by default; `FUZZ_SECONDS=60 cargo test -p ton --test fuzz` looks longer. The
//! sequence is always the same, so what was found once is found again.
#![allow(clippy::unwrap_used, reason = "also around the tests themselves")]

mod harness;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ton::{
    Address, Comment, Network, Reference,
    boc::{Limits, gate, gate_base64},
    comment, jetton,
    message::{JettonTransfer, jetton_transfer},
    proof::{Expected, NeedsChainKey, Outcome, Submission, verify},
    reference,
    toncenter::{Trace, Transaction},
    transfer::{OwnJettonWallet, Verdict, received_gram, received_jetton},
};
use tycho_types::{
    boc::Boc,
    cell::{Cell, CellBuilder},
};

use harness::fuzz;

fn owned(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

fn account(n: u8) -> Address {
    Address::new(0, [n; 32])
}

fn decode(boc: &str) -> Cell {
    gate_base64(boc, &Limits::CHAIN).unwrap()
}

/// Bodies without a checksum, so that changed bytes still get past the gate.
fn bodies() -> Vec<Vec<u8>> {
    let transfer = JettonTransfer {
        sender_jetton_wallet: account(1),
        to: account(2),
        units: u128::from(u64::MAX) * 1000,
        response_to: account(3),
        comment: Some("K7Q2-M9XC-4T0R Dinner"),
        forward_units: 1,
        attached_units: 1,
        query_id: 7,
    };
    let transfer = decode(&jetton_transfer(transfer).unwrap().payload.unwrap());
    let mut bodies: Vec<_> = ["", "Dinner", "Жар-птица", &"long ".repeat(100)]
        .iter()
        .map(|text| Boc::encode(decode(&comment::encode(text))))
        .collect();
    let reference = "K7TQ-9F2M-3XWA-0V5R-8N1D";
    let le = reference.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    let be = reference.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>();
    for bytes in [
        reference.as_bytes().to_vec(),
        [&[0; 4], reference.as_bytes(), &[0; 3]].concat(),
        [&[0; 4], &le[..]].concat(),
        [&[0, 0, 0, 0, 0xfe, 0xff], &be[..]].concat(),
    ] {
        let mut builder = CellBuilder::new();
        builder.store_raw(&bytes, u16::try_from(bytes.len() * 8).unwrap()).unwrap();
        bodies.push(Boc::encode(builder.build().unwrap()));
    }
    let transfer = Boc::encode(transfer);
    let op = transfer.windows(4).position(|bytes| bytes == [0x0f, 0x8a, 0x7e, 0xa5]).unwrap();
    for code in [jetton::OP_INTERNAL_TRANSFER, jetton::OP_TRANSFER_NOTIFICATION] {
        let mut body = transfer.clone();
        body[op..op + 4].copy_from_slice(&code.to_be_bytes());
        bodies.push(body);
    }
    bodies.push(transfer);
    bodies
}

fn submissions() -> Vec<Submission> {
    let file: serde_json::Value =
        serde_json::from_str(include_str!("fixtures/ton-proof.json")).unwrap();
    let vectors = file["ton_proof_generated"].as_array().unwrap();
    let submission = |vector: &serde_json::Value| {
        serde_json::json!({
            "account": {
                "address": vector["address"], "chain": "-239", "publicKey": vector["publicKey"],
                "walletStateInit": vector["walletStateInit"],
            },
            "proof": vector["proof"],
        })
    };
    vectors.iter().map(|vector| serde_json::from_value(submission(vector)).unwrap()).collect()
}

fn depth_and_cells(cell: &Cell) -> (usize, usize) {
    let stats = cell.compute_unique_stats(usize::MAX).unwrap();
    (usize::from(cell.repr_depth()), usize::try_from(stats.cell_count).unwrap())
}

#[test]
fn what_passes_the_gate_is_within_its_limits() {
    let mut corpus = bodies();
    corpus.extend(
        submissions()
            .iter()
            .map(|submission| STANDARD.decode(&submission.account.wallet_state_init).unwrap()),
    );
    fuzz(&corpus, |bytes| {
        for limits in [Limits::WALLET, Limits::CHAIN, Limits { bytes: 200, cells: 2, depth: 1 }] {
            let Ok(cell) = gate(bytes, &limits) else { continue };
            let (depth, cells) = depth_and_cells(&cell);
            assert!(bytes.len() <= limits.bytes && depth <= limits.depth && cells <= limits.cells);
            assert_eq!(gate(&Boc::encode(&cell), &limits).unwrap(), cell);
        }
    });
}

#[test]
fn a_body_is_read_without_harm() {
    fuzz(&bodies(), |bytes| {
        let Ok(body) = gate(bytes, &Limits::CHAIN) else { return };
        match comment::decode(&body) {
            Comment::Text(text) => {
                assert!(!text.is_empty() && text.len() <= comment::LONGEST);
                assert_eq!(comment::decode(&decode(&comment::encode(&text))), Comment::Text(text));
            }
            // Two bytes of UTF-16 may be three of UTF-8.
            irregular @ Comment::Irregular(_) => {
                let text = irregular.readable().unwrap();
                assert!(irregular.text().is_none() && !text.contains('\0'));
                assert!(
                    text.chars().any(char::is_alphanumeric) && text.len() <= comment::LONGEST * 2
                );
            }
            _ => {}
        }
        let Some(message) = jetton::read(&body) else { return };
        let (jetton::Message::Transfer { units, .. }
        | jetton::Message::InternalTransfer { units, .. }
        | jetton::Message::TransferNotification { units, .. }) = message;
        assert!(units < 1 << 120);
    });
}

#[test]
fn an_address_that_parses_has_one_canonical_text() {
    let texts = [true, false].map(|bounceable| account(7).friendly(bounceable));
    let corpus = owned(&[
        &account(7).to_string(),
        "-1:3333333333333333333333333333333333333333333333333333333333333333",
        &texts[0],
        &texts[1],
    ]);
    fuzz(&corpus, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        if let Ok(parsed) = Address::parse(&text) {
            assert_eq!(parsed.address.to_string().parse(), Ok(parsed.address));
            assert_eq!(parsed.address.friendly(true).parse(), Ok(parsed.address));
        }
    });
}

#[test]
fn a_reference_is_found_whole_or_not_at_all() {
    let known = [Reference::new([0; 10]), Reference::new([0xa5; 10])];
    let texts = known.map(|reference| reference::compose(reference, Some("Dinner ２０")));
    fuzz(&owned(&[&texts[0], &texts[1], "Ｋ７Ｑ２", "\u{200b}K7Q2—M9XC"]), |bytes| {
        let text = String::from_utf8_lossy(bytes);
        if let Some((found, note)) = Reference::split(&text) {
            assert_eq!(found.to_string().parse(), Ok(found));
            assert!(text.contains(note));
        }
    });
}

#[test]
fn a_proof_that_is_accepted_is_still_the_same_wallets() {
    let honest = submissions();
    let wallets: Vec<Address> =
        honest.iter().map(|submission| submission.account.address.parse().unwrap()).collect();
    let corpus: Vec<_> = honest.iter().map(|s| serde_json::to_vec(s).unwrap()).collect();
    let domains = ["pay.example.test".to_owned()];
    let (network, payload) = (Network::MAINNET, "fixed-nonce-0001");
    let expected = Expected { network, domains: &domains, payload, now_seconds: 1_790_000_000 };
    let key = hex::decode(honest[0].account.public_key.as_ref().unwrap()).unwrap();
    let key: [u8; 32] = key.try_into().unwrap();
    fuzz(&corpus, |bytes| {
        let Ok(submission) = serde_json::from_slice::<Submission>(bytes) else { return };
        let verified = match verify(&submission, &expected) {
            Ok(Outcome::Verified(verified)) => Some(verified),
            Ok(Outcome::NeedsChainKey(pending)) => NeedsChainKey::finish(pending, key).ok(),
            Err(_) => None,
        };
        if let Some(verified) = verified {
            assert!(wallets.contains(&verified.address));
            assert_eq!(verified.public_key, key);
        }
    });
}

#[test]
fn an_indexers_answer_is_read_without_harm() {
    let hash = STANDARD.encode([7; 32]);
    let body = |n: usize| STANDARD.encode(&bodies()[n]);
    let message = |n| {
        serde_json::json!({
            "hash": hash, "source": account(1), "destination": account(2), "value": "1500000000",
            "value_extra_currencies": { "100": "5" }, "bounced": false,
            "message_content": { "body": body(n) }
        })
    };
    let transaction = |n| {
        serde_json::json!({
            "account": account(2), "hash": hash, "lt": "7", "now": 1_790_000_000,
            "mc_block_seqno": 4711, "finality": 2, "prev_trans_hash": hash, "prev_trans_lt": "6",
            "description": {
                "type": "ord", "aborted": false, "credit_ph": { "credit": "1500000000" },
                "compute_ph": { "success": true, "exit_code": 0 }, "action": { "success": true },
                "bounce": { "type": "nofunds" }
            },
            "in_msg": message(n), "out_msgs": [message(n + 1)]
        })
    };
    let trace = serde_json::json!({
        "trace_id": hash, "transactions_order": [hash], "transactions": { hash.clone(): transaction(1) }
    });
    let corpus: Vec<_> = [transaction(1), transaction(4), trace]
        .iter()
        .map(|json| serde_json::to_vec(json).unwrap())
        .collect();
    let wallet = OwnJettonWallet { address: account(2), owner: account(3) };
    fuzz(&corpus, |bytes| {
        let transactions = match serde_json::from_slice::<Trace>(bytes) {
            Ok(trace) => trace.transactions().cloned().collect(),
            Err(_) => Vec::from_iter(serde_json::from_slice::<Transaction>(bytes)),
        };
        for tx in transactions {
            for verdict in [received_gram(&tx), received_jetton(&tx, &wallet)] {
                let Verdict::Received(received) = verdict else { continue };
                assert!(received.units > 0 && received.account == tx.account);
                assert!(tx.in_msg.as_ref().is_some_and(|message| !message.bounced));
            }
        }
    });
}

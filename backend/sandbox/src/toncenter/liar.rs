//! An indexer of two replicas on its worst day: one is behind, rows come late, in part or not at all, and
//! now and then it says what is not so. The same seed gives the same lies for the same questions.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};

use crate::chain::{Chain, Status, Transaction, address};

/// How far the second replica can be behind, in masterchain blocks.
const BEHIND: u32 = 20;
/// Answers are small here.
const LARGEST: usize = 64 << 20;

/// `asked` counts the questions, so that no two are answered by the same dice.
pub(super) async fn answer(
    (seed, asked): (u64, u64),
    chain: &Chain,
    request: Request,
    next: Next,
) -> Response {
    let mut dice = StdRng::seed_from_u64(seed.wrapping_mul(1_000_003).wrapping_add(asked));
    match dice.random_range(0..100) {
        0..4 => return (StatusCode::BAD_GATEWAY, "<html>502</html>").into_response(),
        4..6 => {
            return (StatusCode::TOO_MANY_REQUESTS, "{\"code\":429}").into_response();
        }
        _ => {}
    }
    let path = request.uri().path().rsplit('/').next().unwrap_or_default().to_owned();
    let (parts, body) = next.run(request).await.into_parts();
    let Ok(bytes) = to_bytes(body, LARGEST).await else {
        return StatusCode::BAD_GATEWAY.into_response();
    };
    let Ok(mut said) = serde_json::from_slice::<Value>(&bytes) else {
        return Response::from_parts(parts, Body::from(bytes));
    };
    let head = chain.head().seqno;
    let behind = u32::try_from(seed).unwrap_or_default() % BEHIND + 1;
    let shown = if dice.random_bool(0.5) { head } else { head.saturating_sub(behind).max(1) };
    match path.as_str() {
        "masterchainInfo" => {
            said["last"]["seqno"] = json!(shown);
            said["last"]["gen_utime"] = json!(chain.read(|it| it.utime(shown)).to_string());
        }
        "transactions" => {
            if let Some(rows) = said["transactions"].as_array_mut() {
                rows.retain(|row| {
                    row["mc_block_seqno"].as_u64().is_none_or(|at| at <= shown.into())
                });
                distort(rows, head, &mut dice);
            }
        }
        "accountStates" => {
            for state in said["accounts"].as_array_mut().into_iter().flatten() {
                // A state may be older than the rows are, and plausible; or impossible.
                if dice.random_bool(0.1) && state["last_transaction_lt"] != json!("0") {
                    state["last_transaction_lt"] = json!("1");
                } else if shown < head {
                    age(state, chain, shown);
                }
            }
        }
        _ => {}
    }
    let mut text = said.to_string();
    if dice.random_bool(0.03) {
        text.truncate(text.len() / 2);
    }
    let mut response = (parts.status, text).into_response();
    let kind = header::HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

/// Says of the head alone that it is of a later time.
pub(super) async fn hurry(seconds: u32, request: Request, next: Next) -> Response {
    let is_head = request.uri().path().ends_with("/masterchainInfo");
    let (parts, body) = next.run(request).await.into_parts();
    let Ok(bytes) = to_bytes(body, LARGEST).await else {
        return StatusCode::BAD_GATEWAY.into_response();
    };
    let Ok(mut said) = serde_json::from_slice::<Value>(&bytes) else {
        return Response::from_parts(parts, Body::from(bytes));
    };
    if is_head {
        let time = said["last"]["gen_utime"].as_str().and_then(|time| time.parse::<u32>().ok());
        said["last"]["gen_utime"] = json!((time.unwrap_or_default() + seconds).to_string());
    }
    (parts.status, axum::Json(said)).into_response()
}

/// Shows an account's last transaction as of an earlier block; before its first, there is no account.
fn age(state: &mut Value, chain: &Chain, shown: u32) {
    let Some(address) = state["address"].as_str().and_then(address::parse) else { return };
    let last = chain.read(|ledger| {
        let seen = |row: &Transaction| match ledger.status(row) {
            Status::Final { mc_seqno } => mc_seqno <= shown,
            Status::Pending | Status::Confirmed => false,
        };
        let last = ledger.of_account_since(&address, 0).rev().find(|row| seen(row));
        last.map(|row| (row.lt, row.hash))
    });
    let (lt, hash) = last.unwrap_or_default();
    state["last_transaction_lt"] = json!(lt.to_string());
    state["last_transaction_hash"] = json!(STANDARD.encode(hash.0));
    if lt == 0 {
        state["status"] = json!("nonexist");
    }
}

/// Leaves rows out, at the ends as well, and says of the others what is not so.
fn distort(rows: &mut Vec<Value>, head: u32, dice: &mut StdRng) {
    if rows.is_empty() {
        return;
    }
    let one = dice.random_range(0..rows.len());
    match dice.random_range(0..100) {
        0..10 => {
            rows.remove(one);
        }
        10..16 => rows.truncate(one),
        16..20 => {
            rows.drain(..one);
        }
        20..26 => rows[one]["in_msg"]["message_content"] = Value::Null,
        26..29 => rows[one]["hash"] = json!(hash(dice)),
        29..33 => {
            let row = rows[one].as_object_mut();
            row.map(|row| (row.remove("prev_trans_hash"), row.remove("prev_trans_lt")));
        }
        33..37 => {
            // A transaction of a block that does not come to be.
            let mut phantom = rows[rows.len() - 1].clone();
            let lt: u64 = phantom["lt"].as_str().and_then(|lt| lt.parse().ok()).unwrap_or_default();
            phantom["prev_trans_lt"] = phantom["lt"].clone();
            phantom["prev_trans_hash"] = phantom["hash"].clone();
            phantom["lt"] = json!((lt + 1).to_string());
            phantom["hash"] = json!(hash(dice));
            phantom["mc_block_seqno"] = json!(head + 2);
            rows.push(phantom);
        }
        37..40 => {
            let again = rows[one].clone();
            rows.push(again);
        }
        _ => {}
    }
}

fn hash(dice: &mut StdRng) -> String {
    STANDARD.encode(dice.random::<[u8; 32]>())
}

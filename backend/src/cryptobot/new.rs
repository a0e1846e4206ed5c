//! `createInvoice`: what is asked for, and what of it is accepted.

use std::time::Duration;

use super::{
    Button, Card,
    params::{Params, bad},
    view::CurrencyType,
};
use crate::{
    app::App,
    invoices::{
        Goods, NewInvoice, Price, Terms, Tolerance,
        new::{Returns, check_return, paid_message},
    },
    money::Asset,
    payments::http::{accepted, positive},
    problem::{Kind, Problem, Result},
    rates::{Currency, Fiat},
};

pub const PARAMETERS: [&str; 15] = [
    "currency_type",
    "asset",
    "fiat",
    "accepted_assets",
    "amount",
    "description",
    "hidden_message",
    "paid_btn_name",
    "paid_btn_url",
    "payload",
    "allow_comments",
    "allow_anonymous",
    "expires_in",
    "swap_to",
    "swap_amount",
];

/// In characters.
const DESCRIPTION: usize = 1024;
/// In bytes.
const PAYLOAD: usize = 4096;
/// 31 days, in seconds: how long an invoice may live, and lives if nobody says.
const LONGEST: i64 = 2_678_400;
/// A price in fiat is reckoned when the invoice is made, so it must not be a free choice for a month.
const FIAT_LIFETIME: i64 = 3600;

/// Checks everything that was said.
pub fn read(params: &Params, app: &App) -> Result<(NewInvoice, Card)> {
    params.holds_only(&PARAMETERS)?;
    if params.text("swap_to").or_else(|| params.text("swap_amount")).is_some() {
        return Err(Problem::new(
            Kind::Unsupported,
            "swap_to: what is paid goes straight to your wallet, and nobody could swap it on the way. \
             Nothing was created. Leave it out.",
        ));
    }
    let (assets, price, lifetime) = price(params, app)?;
    let (asset, also) = assets.split_first().ok_or_else(|| bad("accepted_assets names none."))?;
    let lifetime = params.number("expires_in", 1..=LONGEST)?.unwrap_or(lifetime);
    let description = params.text("description").map(description).transpose()?;
    let (button, return_url) = button(params, app)?.unzip();
    let terms = Terms {
        asset: *asset,
        also: also.to_vec(),
        price,
        goods: Goods::Physical,
        stars: None,
        tolerance: Tolerance::default(),
        description: description.as_deref().and_then(one_line),
        external_id: None,
        metadata: "{}".to_owned(),
        return_url: return_url.clone(),
        paid_message: hidden_message(params)?,
        webhook_url: None,
    };
    let card = Card {
        description,
        payload: params.text("payload").map(payload).transpose()?,
        button: button.zip(return_url),
        allow_comments: params.flag("allow_comments", true)?,
        allow_anonymous: params.flag("allow_anonymous", true)?,
    };
    let lifetime = Duration::from_secs(lifetime.unsigned_abs());
    Ok((NewInvoice { terms, expires_at: app.time().after(lifetime) }, card))
}

/// What is to be paid, in which assets, and how long such a price lives.
fn price(params: &Params, app: &App) -> Result<(Vec<Asset>, Price, i64)> {
    let amount = params.needed("amount")?;
    let kind = params.word("currency_type", CurrencyType::ALL)?;
    match kind.unwrap_or(CurrencyType::Crypto) {
        CurrencyType::Crypto => {
            if params.text("fiat").is_some() || params.text("accepted_assets").is_some() {
                return Err(bad("fiat and accepted_assets go with currency_type=fiat."));
            }
            let listed = accepted(app, params.needed("asset")?)?;
            Ok((vec![listed.asset], Price::Asset(positive(amount, listed)?), LONGEST))
        }
        CurrencyType::Fiat => {
            if params.text("asset").is_some() {
                return Err(bad("asset goes with currency_type=crypto; say accepted_assets."));
            }
            let currency = params.needed("fiat")?.parse::<Currency>();
            let currency = currency.map_err(|error| bad(&format!("fiat: {error}.")))?;
            let wrong = |why: &dyn std::fmt::Display| {
                Problem::new(Kind::AmountInvalid, format!("amount {why}. Nothing was created."))
            };
            let fiat = Fiat::parse(amount, currency).map_err(|error| wrong(&error))?;
            if fiat.minor.is_zero() {
                return Err(wrong(&"must be above zero"));
            }
            Ok((payable(params, app)?, Price::Fiat(fiat), FIAT_LIFETIME))
        }
    }
}

/// The assets that a price in fiat can be paid in: those that are named, or else all there are. The
/// first is the one it is made out in: what keeps its worth, where there is such a thing.
fn payable(params: &Params, app: &App) -> Result<Vec<Asset>> {
    let mut assets = Vec::new();
    for code in params.words("accepted_assets") {
        assets.push(accepted(app, code)?.asset);
    }
    if assets.is_empty() {
        assets.extend(app.assets.iter().map(|listed| listed.asset));
        let stable = accepted(app, "USDT").ok().map(|listed| listed.asset);
        assets.sort_by_key(|asset| Some(*asset) != stable);
    }
    let mut named = std::collections::HashSet::new();
    assets.retain(|asset| named.insert(*asset));
    Ok(assets)
}

fn description(text: &str) -> Result<String> {
    let odd = |c: char| c.is_control() && !c.is_ascii_whitespace();
    match text.chars().count() > DESCRIPTION || text.chars().any(odd) {
        true => Err(bad(&format!("description has {DESCRIPTION} characters at most."))),
        false => Ok(text.to_owned()),
    }
}

/// The same text on one line, as it stands on our own pages.
fn one_line(text: &str) -> Option<String> {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!line.is_empty()).then_some(line)
}

fn payload(text: &str) -> Result<String> {
    match text.len() > PAYLOAD {
        true => Err(bad(&format!("payload has {PAYLOAD} bytes at most."))),
        false => Ok(text.to_owned()),
    }
}

fn hidden_message(params: &Params) -> Result<Option<String>> {
    let message = params.text("hidden_message").map(|text| text.replace("\r\n", "\n"));
    message.map(paid_message).transpose().map_err(|problem| Problem {
        detail: problem.detail.replace("paid_message", "hidden_message"),
        ..problem
    })
}

/// The button that is shown when all is paid: its name and where it leads, or neither.
fn button(params: &Params, app: &App) -> Result<Option<(Button, String)>> {
    let name = params.word("paid_btn_name", Button::ALL)?;
    let (name, url) = match (name, params.text("paid_btn_url")) {
        (None, None) => return Ok(None),
        (Some(name), Some(url)) => (name, url),
        _ => return Err(bad("paid_btn_name and paid_btn_url go together.")),
    };
    let returns = if app.network.is_sandbox() { Returns::Localhost } else { Returns::Https };
    check_return(url, returns).map_err(|problem| Problem {
        detail: problem.detail.replace("return_url", "paid_btn_url"),
        ..problem
    })?;
    Ok(Some((name, url.to_owned())))
}

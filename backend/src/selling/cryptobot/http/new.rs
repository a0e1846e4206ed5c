//! `createInvoice`: what is asked for, and what of it is accepted.

use std::time::Duration;

use super::{
    super::{
        Button, Card,
        view::{self, CurrencyType},
    },
    params::{Params, bad, decimal},
};
use crate::{
    base::{
        app::App,
        web::problem::{Kind, Problem, Result},
    },
    money::rates::{Currency, Fiat},
    selling::invoices::{
        Goods, NewInvoice, Price, Terms, Tolerance,
        new::{Returns, check_return, paid_message},
    },
    words::money::{Amount, Asset, BadAmount, Listed},
};

pub const PARAMETERS: [&str; 16] = [
    "currency_type",
    "asset",
    "fiat",
    "accepted_assets",
    // What one of their clients calls it.
    "accept_asset",
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
/// How long an invoice in fiat lives if nobody says.
const FIAT_LIFETIME: i64 = 3600;
/// However long it lives: whoever may wait for a better rate has a choice for nothing.
const RATE_LIFE: u32 = 3600;

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
        rate_life: matches!(price, Price::Fiat(_)).then_some(RATE_LIFE),
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
    let amount = decimal(amount).ok_or_else(|| wrong(&BadAmount::NotANumber))?;
    let kind = params.word("currency_type", CurrencyType::ALL)?;
    match kind.unwrap_or(CurrencyType::Crypto) {
        CurrencyType::Crypto => {
            if params.text("fiat").is_some() || accepted_assets(params).next().is_some() {
                return Err(bad("fiat and accepted_assets go with currency_type=fiat."));
            }
            let listed = asset(app, params.needed("asset")?)?;
            let amount = Amount::parse(&amount, listed.decimals).map_err(|error| wrong(&error))?;
            above_zero(amount)?;
            Ok((vec![listed.asset], Price::Asset(amount), LONGEST))
        }
        CurrencyType::Fiat => {
            let currency = params.needed("fiat")?.parse::<Currency>();
            let currency = currency.map_err(|error| bad(&format!("fiat: {error}.")))?;
            let fiat = Fiat::parse(&amount, currency).map_err(|error| wrong(&error))?;
            above_zero(fiat.minor)?;
            Ok((payable(params, app)?, Price::Fiat(fiat), FIAT_LIFETIME))
        }
    }
}

/// Digits are never dropped: whoever sent too many is told to round, so that both know the price.
fn wrong(why: &BadAmount) -> Problem {
    let mend = match why {
        BadAmount::TooPrecise { .. } => " Round it before you send it.",
        _ => "",
    };
    Problem::new(Kind::AmountInvalid, format!("amount {why}. Nothing was created.{mend}"))
}

fn above_zero(amount: Amount) -> Result<()> {
    match amount.is_zero() {
        false => Ok(()),
        true => {
            let detail = "amount must be above zero. Nothing was created.";
            Err(Problem::new(Kind::AmountInvalid, detail))
        }
    }
}

/// An accepted asset by the code it has on this path, where the coin is `TON`.
pub fn asset<'a>(app: &'a App, code: &str) -> Result<&'a Listed> {
    app.assets.by_code(code).ok_or_else(|| unsupported(app))
}

fn unsupported(app: &App) -> Problem {
    let codes = app.assets.iter().map(|listed| view::code(&app.assets, listed.asset));
    let codes: Vec<_> = codes.collect();
    Problem::new(Kind::AssetUnknown, format!("Use one of: {}.", codes.join(", ")))
}

/// Their document says `accepted_assets`, one of their clients `accept_asset`.
fn accepted_assets(params: &Params) -> impl Iterator<Item = &str> {
    params.words("accepted_assets").chain(params.words("accept_asset"))
}

/// The assets that a price in fiat can be paid in: of those that are named the ones we have, as "accepted"
/// allows fewer; or else all there are. The first is the one it is made out in: the one named as `asset`,
/// or what keeps its worth, where there is such a thing.
fn payable(params: &Params, app: &App) -> Result<Vec<Asset>> {
    let named: Vec<&str> = accepted_assets(params).collect();
    let own = params.text("asset").map(|code| asset(app, code)).transpose()?;
    let own = own.map(|listed| listed.asset);
    let known = named.iter().filter_map(|code| app.assets.by_code(code));
    let mut assets: Vec<Asset> = known.map(|listed| listed.asset).collect();
    match (named.is_empty(), own) {
        (false, _) if assets.is_empty() => return Err(unsupported(app)),
        (false, own) => assets.sort_by_key(|asset| Some(*asset) != own),
        (true, Some(own)) => assets.push(own),
        (true, None) => {
            assets.extend(app.assets.iter().map(|listed| listed.asset));
            let stable = app.assets.by_code("USDT").map(|listed| listed.asset);
            assets.sort_by_key(|asset| Some(*asset) != stable);
        }
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

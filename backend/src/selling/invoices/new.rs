//! What a merchant sends to make an invoice, and what of it is accepted.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::{Host, Url};
use utoipa::ToSchema;

use super::{Goods, NewInvoice, Price, Terms, Tolerance, held};
use crate::{
    base::web::problem::{Kind, Problem, Result},
    money::{
        payments::new::positive,
        rates::{Fiat, FiatPrice},
        stars::Stars,
    },
    selling::webhooks::{
        self,
        guard::{Reach, is_spelled_out},
    },
    words::{
        money::{Amount, Asset, Listed},
        time::Time,
    },
};

/// In characters.
const DESCRIPTION: usize = 500;
const EXTERNAL_ID: usize = 255;
const RETURN_URL: usize = 2048;
const PAID_MESSAGE: usize = 2048;
/// In bytes of JSON.
const METADATA: usize = 4096;

const DEFAULT_LIFETIME: u64 = 900;
const SHORTEST: u64 = 60;
/// 31 days.
const LONGEST: u64 = 2_678_400;

/// An invoice to be made.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvoiceRequest {
    /// Decimal, exact, above zero. This, or `fiat`, or `open_amount`.
    #[schema(example = "1.5")]
    pub amount: Option<String>,
    /// A price in fiat instead: the amount is reckoned now, at a rate that several sources agree on, and held
    /// for `rate_expires_in`. Whoever comes to pay later pays at the rate of then. Without such a rate
    /// nothing is created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fiat: Option<FiatPrice>,
    /// With `fiat`: how many seconds a rate is held, 300 to 86400. Default 900. So long you give the payer
    /// the choice whether the rate is a good one, so no longer than they need.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 900)]
    pub rate_expires_in: Option<u32>,
    /// Let whoever pays decide how much: a donation, a tip, a stall. Whatever comes pays it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_amount: Option<bool>,
    /// With `open_amount`: the least that pays it, decimal, in `asset`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "0.5")]
    pub min_amount: Option<String>,
    /// The asset it is made out in: `amount` and `min_amount` are of it.
    #[schema(example = "GRAM")]
    pub asset: String,
    /// Every asset it may be paid in; `asset` is always one of them. What is due in each is reckoned
    /// now, at rates that several sources agree on; it stays as it is, or with `fiat` for
    /// `rate_expires_in`, and without `fiat` expires_in is at most 86400 with it. Without such rates nothing
    /// is created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(["GRAM", "USDT"]))]
    pub accepted_assets: Option<Vec<String>>,
    /// What is sold: `physical`, `service` or `digital`. Default `physical`. Inside Telegram digital goods
    /// are paid in Stars only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goods_kind: Option<Goods>,
    /// For `digital` goods: the price in Telegram Stars, 1 to 10000, beside the one above. Without it
    /// the invoice cannot be paid inside Telegram.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 250)]
    pub stars: Option<u32>,
    /// What it is for: the customer reads it. At most 500 characters.
    #[schema(example = "Order 1042: two books")]
    pub description: Option<String>,
    /// Your own name for it. The same name with the same terms gives the same invoice again.
    #[schema(example = "order-1042")]
    pub external_id: Option<String>,
    /// A JSON object that is kept and given back, 4 KiB at most. Customers never see it.
    #[schema(value_type = Option<Object>)]
    pub metadata: Option<Map<String, Value>>,
    /// Where the pay page leads in the end: an https address.
    pub return_url: Option<String>,
    /// Shown to whoever has paid, and to nobody before: a code, a link, thanks. At most 2048 characters,
    /// line breaks too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_message: Option<String>,
    /// How much may be missing, in hundredths of a percent of the amount: 0 to 500. Default 0. Some
    /// wallets and exchanges take their fee from what they send.
    #[schema(example = 0)]
    pub tolerance_bps: Option<u16>,
    /// An address that is sent this invoice's events, beside your webhook endpoints. Make the secret it
    /// is signed with once, by `POST /v1/webhook_secret`.
    pub webhook_url: Option<String>,
    /// Seconds (not milliseconds) until it expires, 60 to 2678400. Default 900.
    #[schema(example = 900)]
    pub expires_in: Option<u64>,
}

/// Where a merchant's shop may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returns {
    Https,
    /// Also to a shop under development, `http://localhost`.
    Localhost,
}

impl InvoiceRequest {
    /// Checks everything that was said. `listed` is the asset it names, `accepted` are all that may pay.
    pub fn accept(
        self,
        listed: &Listed,
        accepted: &[&Listed],
        returns: Returns,
        now: Time,
    ) -> Result<NewInvoice> {
        let price = self.price(listed)?;
        let mut also: Vec<Asset> = Vec::new();
        for asset in accepted.iter().map(|listed| listed.asset) {
            if asset != listed.asset && !also.contains(&asset) {
                also.push(asset);
            }
        }
        let lifetime = self.expires_in.unwrap_or(DEFAULT_LIFETIME);
        if !(SHORTEST..=LONGEST).contains(&lifetime) {
            return Err(bad(format!(
                "expires_in is {SHORTEST} to {LONGEST} seconds: 900 is a quarter of an hour."
            )));
        }
        self.check_rate_life()?;
        let fixed = match price {
            Price::Asset(_) | Price::Open { least: Some(_) } => !also.is_empty(),
            Price::Fiat(_) | Price::Open { least: None } => false,
        };
        if fixed && lifetime > u64::from(held::LONGEST) {
            return Err(bad(format!(
                "What is due in the other accepted_assets is fixed for as long as the invoice lives, and \
                 whoever pays may choose the one that has fallen: expires_in is at most {} seconds with \
                 them. Give the price in `fiat` for a longer one, or accept one asset.",
                held::LONGEST
            )));
        }
        let tolerance = Tolerance::new(self.tolerance_bps.unwrap_or_default());
        let tolerance =
            tolerance.ok_or_else(|| bad(format!("tolerance_bps is 0 to {}.", Tolerance::MOST)))?;
        if let Some(url) = &self.return_url {
            check_return(url, returns)?;
        }
        let reach = match returns {
            Returns::Https => Reach::Public,
            Returns::Localhost => Reach::Sandbox,
        };
        let hook = |url: String| webhooks::new::address("webhook_url", &url, reach);
        let goods = self.goods_kind.unwrap_or(Goods::Physical);
        if self.stars.is_some() && matches!(price, Price::Open { .. }) {
            let detail = "An open amount has no price in Stars: leave one of the two out.";
            return Err(bad(detail.to_owned()));
        }
        let terms = Terms {
            asset: listed.asset,
            also,
            price,
            rate_life: self.rate_expires_in,
            goods,
            stars: self.stars.map(|count| stars(count, goods)).transpose()?,
            tolerance,
            description: text("description", self.description, DESCRIPTION)?,
            external_id: text("external_id", self.external_id, EXTERNAL_ID)?,
            metadata: metadata(&self.metadata.unwrap_or_default())?,
            return_url: self.return_url,
            paid_message: self.paid_message.map(paid_message).transpose()?,
            webhook_url: self.webhook_url.map(hook).transpose()?,
        };
        Ok(NewInvoice { terms, expires_at: now.after(Duration::from_secs(lifetime)) })
    }

    fn price(&self, listed: &Listed) -> Result<Price> {
        let open = self.open_amount == Some(true);
        let refused = |why: &str| Err(bad(why.to_owned()));
        match (&self.amount, &self.fiat) {
            (_, Some(_)) if open => refused(
                "With open_amount the payer names the sum, so there is no price in fiat; leave `fiat` out.",
            ),
            (Some(_), _) if open => refused(
                "With open_amount the payer names the sum; leave `amount` out, or give the least as `min_amount`.",
            ),
            (None, None) if open && self.tolerance_bps.is_some_and(|bps| bps > 0) => {
                refused("With open_amount the least is `min_amount`, so leave tolerance_bps out.")
            }
            (None, None) if open => Ok(Price::Open { least: self.least(listed)? }),
            _ if self.min_amount.is_some() => refused("min_amount goes with open_amount."),
            (Some(amount), None) => Ok(Price::Asset(positive(amount, listed)?)),
            (None, Some(price)) => Ok(Price::Fiat(fiat(price)?)),
            _ => refused("Give `amount`, `fiat` or `open_amount`, one of them."),
        }
    }

    fn check_rate_life(&self) -> Result<()> {
        let (shortest, longest) = (held::SHORTEST, held::LONGEST);
        match self.rate_expires_in {
            Some(_) if self.fiat.is_none() => {
                Err(bad("rate_expires_in goes with `fiat`.".to_owned()))
            }
            Some(seconds) if !(shortest..=longest).contains(&seconds) => {
                Err(bad(format!("rate_expires_in is {shortest} to {longest} seconds.")))
            }
            _ => Ok(()),
        }
    }

    fn least(&self, listed: &Listed) -> Result<Option<Amount>> {
        let least = self.min_amount.as_deref().map(|text| positive(text, listed)).transpose();
        least.map_err(|unclear| {
            let problem = Problem::from(unclear);
            Problem { detail: format!("min_{}", problem.detail), ..problem }
        })
    }
}

fn bad(detail: String) -> Problem {
    Problem::new(Kind::BadRequest, format!("{detail} Nothing was created."))
}

/// A price that Telegram takes, for goods that are paid so.
fn stars(count: u32, goods: Goods) -> Result<Stars> {
    if goods != Goods::Digital {
        return Err(bad("stars is for goods_kind `digital` only.".to_owned()));
    }
    Stars::new(count).ok_or_else(|| bad(format!("stars is a whole number, 1 to {}.", Stars::MOST)))
}

/// A price above zero in a currency there is.
fn fiat(price: &FiatPrice) -> Result<Fiat> {
    let currency =
        price.currency.parse().map_err(|error| bad(format!("fiat.currency: {error}.")))?;
    let wrong = |why: &dyn std::fmt::Display| {
        Problem::new(Kind::AmountInvalid, format!("fiat.amount {why}. Nothing was created."))
    };
    let fiat = Fiat::parse(&price.amount, currency).map_err(|error| wrong(&error))?;
    if fiat.minor.is_zero() { Err(wrong(&"must be above zero")) } else { Ok(fiat) }
}

/// One line of text that says something.
fn text(field: &str, text: Option<String>, longest: usize) -> Result<Option<String>> {
    let Some(text) = text else { return Ok(None) };
    let length = text.chars().count();
    if text.trim().is_empty() || length > longest || text.chars().any(char::is_control) {
        return Err(bad(format!("{field} has 1 to {longest} characters on one line.")));
    }
    Ok(Some(text))
}

fn metadata(metadata: &Map<String, Value>) -> Result<String> {
    let text = serde_json::to_string(metadata).map_err(Problem::internal)?;
    if text.len() > METADATA {
        return Err(bad(format!("metadata has {METADATA} bytes of JSON at most.")));
    }
    Ok(text)
}

/// What the shop says once it is paid.
pub fn paid_message(text: String) -> Result<String> {
    let length = text.chars().count();
    let odd = |c: char| c.is_control() && c != '\n';
    match text.trim().is_empty() || length > PAID_MESSAGE || text.chars().any(odd) {
        true => Err(bad(format!("paid_message has 1 to {PAID_MESSAGE} characters."))),
        false => Ok(text),
    }
}

/// A link on our page must not run a script or leave the customer unprotected.
pub fn check_return(text: &str, returns: Returns) -> Result<()> {
    let safe = |url: &Url| match url.scheme() {
        "https" => true,
        "http" => returns == Returns::Localhost && is_localhost(url),
        _ => false,
    };
    let fits = text.len() <= RETURN_URL && is_spelled_out(text);
    match Url::parse(text) {
        Ok(url) if safe(&url) && fits && url.username().is_empty() => Ok(()),
        _ => Err(bad("return_url is an https:// address without a user name.".to_owned())),
    }
}

fn is_localhost(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::words::money::Assets;

    const NOW: Time = Time::from_millis(1_795_000_000_000);

    /// A good invoice with one field set to something else.
    fn with(field: &str, value: Value) -> Result<NewInvoice> {
        let mut body = json!({ "amount": "1.5", "asset": "GRAM" });
        body[field] = value;
        let request: InvoiceRequest = serde_json::from_value(body).unwrap();
        let assets = Assets::new([]);
        request.accept(assets.by_code("GRAM").unwrap(), &[], Returns::Https, NOW)
    }

    #[test]
    fn what_is_left_out_has_a_default() {
        let new = with("amount", json!("1.5")).unwrap();
        assert_eq!(new.terms.price, Price::Asset(Amount::new(1_500_000_000).unwrap()));
        assert_eq!(new.terms.metadata, "{}");
        assert_eq!(new.expires_at, NOW.after(Duration::from_secs(900)));
    }

    #[test]
    fn limits_are_kept_on_both_sides() {
        let long = |n: usize| json!("я".repeat(n));
        let fat = |n: usize| json!({ "k": "v".repeat(n) });
        let address = |n: usize| json!(format!("https://shop.test/{}", "a".repeat(n - 18)));
        for (field, good, wrong) in [
            ("amount", json!("0.000000001"), json!("0")),
            ("amount", json!("9223372036.854775807"), json!("9223372036.854775808")),
            ("amount", json!("1"), json!("-1")),
            ("amount", json!("1"), json!("1e3")),
            ("amount", json!("1.000000000"), json!("1.0000000001")),
            ("description", long(500), long(501)),
            ("description", json!("Two books"), json!("Two\nbooks")),
            ("external_id", long(255), long(256)),
            ("external_id", json!("order 1"), json!("")),
            ("metadata", fat(4096 - 8), fat(4096 - 7)),
            ("return_url", address(2048), address(2049)),
            ("tolerance_bps", json!(500), json!(501)),
            ("webhook_url", json!("https://shop.test/hook"), json!("https://10.0.0.1/hook")),
            ("expires_in", json!(60), json!(59)),
            ("expires_in", json!(2_678_400), json!(2_678_401)),
        ] {
            assert!(with(field, good).is_ok(), "{field}");
            let refused = with(field, wrong).unwrap_err();
            assert!(refused.kind.status() == 400 && !refused.detail.is_empty(), "{field}");
        }
    }

    #[test]
    fn a_price_is_in_the_asset_or_in_fiat() {
        let ask = |body: Value| {
            let request: InvoiceRequest = serde_json::from_value(body).unwrap();
            let assets = Assets::new([]);
            request.accept(assets.by_code("GRAM").unwrap(), &[], Returns::Https, NOW)
        };
        let priced = |amount: &str, currency: &str| {
            ask(json!({ "asset": "GRAM", "fiat": { "amount": amount, "currency": currency } }))
        };
        let Price::Fiat(fiat) = priced("5", "USD").unwrap().terms.price else { unreachable!() };
        assert_eq!(fiat.to_string(), "5.00 USD");
        for (amount, currency, kind) in [
            ("5.001", "USD", Kind::AmountInvalid),
            ("5.1", "JPY", Kind::AmountInvalid),
            ("0", "USD", Kind::AmountInvalid),
            ("0.00", "USD", Kind::AmountInvalid),
            ("-5", "USD", Kind::AmountInvalid),
            ("5,00", "USD", Kind::AmountInvalid),
            ("1e2", "USD", Kind::AmountInvalid),
            ("5", "usd", Kind::BadRequest),
            ("5", "GRAM", Kind::BadRequest),
        ] {
            assert_eq!(priced(amount, currency).unwrap_err().kind, kind, "{amount} {currency}");
        }
        let both =
            json!({ "asset": "GRAM", "amount": "1", "fiat": { "amount": "1", "currency": "USD" } });
        for body in [both, json!({ "asset": "GRAM" })] {
            assert_eq!(ask(body).unwrap_err().kind, Kind::BadRequest);
        }
    }

    #[test]
    fn an_open_amount_goes_with_no_price() {
        let ask = |more: Value| {
            let mut body = json!({ "asset": "GRAM", "open_amount": true });
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let request: InvoiceRequest = serde_json::from_value(body).unwrap();
            let assets = Assets::new([]);
            request.accept(assets.by_code("GRAM").unwrap(), &[], Returns::Https, NOW)
        };
        assert_eq!(ask(json!({})).unwrap().terms.price, Price::Open { least: None });
        let least = Amount::new(500_000_000).ok();
        assert_eq!(ask(json!({ "min_amount": "0.5" })).unwrap().terms.price, Price::Open { least });
        for (wrong, kind) in [
            (json!({ "amount": "1" }), Kind::BadRequest),
            (json!({ "fiat": { "amount": "5", "currency": "USD" } }), Kind::BadRequest),
            (json!({ "tolerance_bps": 1 }), Kind::BadRequest),
            (json!({ "open_amount": false }), Kind::BadRequest),
            (json!({ "open_amount": false, "amount": "1", "min_amount": "1" }), Kind::BadRequest),
            (json!({ "min_amount": "0" }), Kind::AmountInvalid),
            (json!({ "min_amount": "1e3" }), Kind::AmountInvalid),
        ] {
            assert_eq!(ask(wrong.clone()).unwrap_err().kind, kind, "{wrong}");
        }
        let zero = ask(json!({ "min_amount": "0" })).unwrap_err().detail;
        assert!(zero.starts_with("min_amount must be above zero"), "{zero}");
    }

    #[test]
    fn only_digital_goods_have_a_price_in_stars() {
        let ask = |goods: Option<&str>, stars: Value| {
            let mut body = json!({ "amount": "1", "asset": "GRAM", "stars": stars });
            if let Some(goods) = goods {
                body["goods_kind"] = json!(goods);
            }
            let request: InvoiceRequest = serde_json::from_value(body).ok()?;
            let assets = Assets::new([]);
            request.accept(assets.by_code("GRAM").unwrap(), &[], Returns::Https, NOW).ok()
        };
        for good in [1, 250, 10_000] {
            let terms = ask(Some("digital"), json!(good)).unwrap().terms;
            assert_eq!((terms.goods, terms.stars), (Goods::Digital, Stars::new(good)));
        }
        for bad in [json!(0), json!(10_001), json!(-1), json!(2.5), json!("250")] {
            assert!(ask(Some("digital"), bad.clone()).is_none(), "{bad}");
        }
        for goods in [None, Some("physical"), Some("service"), Some("virtual")] {
            assert!(ask(goods, json!(250)).is_none(), "{goods:?}");
        }
    }

    #[test]
    fn a_request_without_fiat_is_spelled_as_ever() {
        let body = json!({ "amount": "1", "asset": "GRAM" });
        let request: InvoiceRequest = serde_json::from_value(body).unwrap();
        let spelled = serde_json::to_string(&request).unwrap();
        for newer in [
            "fiat",
            "rate_expires_in",
            "open_amount",
            "min_amount",
            "accepted_assets",
            "goods_kind",
            "stars",
        ] {
            assert!(!spelled.contains(newer), "{newer}: or stored keys would not fit");
        }
    }

    #[test]
    fn a_return_leads_to_a_safe_place_only() {
        for bad in [
            "javascript:alert(1)",
            "http://shop.test",
            "http://localhost:3000",
            "https://me:secret@shop.test",
            "//shop.test",
            "https:evil.test",
            "https:/evil.test",
            "https:\\\\evil.test",
            "https://shop.test\t/",
            "shop.test",
            "data:text/html,x",
            "",
        ] {
            assert!(check_return(bad, Returns::Https).is_err(), "{bad}");
        }
        assert!(check_return("https://shop.test/done?order=1", Returns::Https).is_ok());
        for good in ["http://localhost:3000/done", "http://shop.localhost", "http://127.0.0.1:1"] {
            assert!(check_return(good, Returns::Localhost).is_ok(), "{good}");
        }
        assert!(check_return("http://localhost.evil.test", Returns::Localhost).is_err());
    }

    #[test]
    fn unknown_fields_and_other_shapes_are_refused() {
        for body in [
            json!({ "amount": "1", "asset": "GRAM", "descripton": "typo" }),
            json!({ "amount": 1.5, "asset": "GRAM" }),
            json!({ "amount": "1", "asset": "GRAM", "metadata": [1] }),
            json!({ "amount": "1", "asset": "GRAM", "expires_in": -1 }),
            json!({ "amount": "1" }),
        ] {
            assert!(serde_json::from_value::<InvoiceRequest>(body.clone()).is_err(), "{body}");
        }
    }
}

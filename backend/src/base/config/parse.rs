//! How single settings are written: lists of jettons and of proxies, times, an address that may be
//! `off`.

use std::{
    net::{IpAddr, SocketAddr},
    num::NonZeroU32,
    str::FromStr,
    time::Duration,
};

use ipnet::IpNet;
use ton::{address::Address, toncenter::Pace};

use crate::{
    money::{payments::custody::Deposit, rates::Currency},
    words::money::{Amount, Asset, Listed, TICKER},
};

/// An address to listen at, or `off`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MetricsListen(pub Option<SocketAddr>);

impl FromStr for MetricsListen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "off" {
            return Ok(Self(None));
        }
        let address = text.parse().map_err(|_| "an address such as 127.0.0.1:9464, or `off`")?;
        Ok(Self(Some(address)))
    }
}

/// Questions a second that the chain service grants, or `off`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainPace(pub Pace);

impl FromStr for ChainPace {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "off" {
            return Ok(Self(Pace::Unlimited));
        }
        let times: Option<NonZeroU32> = text.parse().ok();
        let times = times.filter(|times| times.get() <= 10_000);
        times
            .map(|times| Self(Pace::PerSecond(times)))
            .ok_or_else(|| "questions a second, 1 to 10000, or `off`".to_owned())
    }
}

/// Reverse proxies of ours on other machines: addresses or networks, by commas.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proxies(Vec<IpNet>);

impl Proxies {
    /// Whether this address may say for whom it speaks. This machine always may.
    pub fn trust(&self, ip: IpAddr) -> bool {
        ip.is_loopback() || self.0.iter().any(|network| network.contains(&ip))
    }
}

impl FromStr for Proxies {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        entries.map(proxies).collect::<Result<_, _>>().map(Self)
    }
}

fn proxies(entry: &str) -> Result<IpNet, String> {
    let one = || entry.parse::<IpAddr>().ok().map(IpNet::from);
    let network = entry.parse().ok().or_else(one).ok_or_else(|| {
        format!("{entry} is neither an address such as 10.0.0.2 nor a network such as 10.0.0.0/8")
    })?;
    match network.prefix_len() {
        0 => Err(format!("{entry} is everybody: name the proxies only")),
        _ => Ok(network),
    }
}

/// Currencies by their ISO 4217 codes, by commas; at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Currencies(pub Vec<Currency>);

impl FromStr for Currencies {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut currencies: Vec<Currency> = Vec::new();
        for code in text.split(',').map(str::trim) {
            let currency = code.parse().map_err(|error| format!("{error}"))?;
            if !currencies.contains(&currency) {
                currencies.push(currency);
            }
        }
        Ok(Self(currencies))
    }
}

/// A share in hundredths of a percent, written in percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Percent(pub u16);

impl FromStr for Percent {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bps = Amount::parse(text, 2).map_err(|error| format!("{text} {error}"))?;
        match u16::try_from(bps.units()) {
            Ok(bps @ 1..=5_000) => Ok(Self(bps)),
            _ => Err("a share from 0.01 to 50 percent".to_owned()),
        }
    }
}

/// `CODE=master:decimals[:Name],…`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jettons(pub Vec<Listed>);

impl FromStr for Jettons {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut listed: Vec<Listed> = Vec::new();
        for entry in text.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
            let jetton = jetton(entry)?;
            if listed.iter().any(|l| l.code == jetton.code || l.asset == jetton.asset) {
                return Err(format!("{} stands twice in the list", jetton.code));
            }
            listed.push(jetton);
        }
        Ok(Self(listed))
    }
}

fn jetton(entry: &str) -> Result<Listed, String> {
    let (code, rest) =
        entry.split_once('=').ok_or("a jetton is written CODE=master:decimals[:Name]")?;
    let fits = (2..=16).contains(&code.len())
        && code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    if !fits || code == TICKER || code == "TON" {
        return Err(format!("{code} cannot be a jetton's code: it has capital letters, like USDT"));
    }
    // A raw address has a colon of its own, behind its workchain.
    let raw = rest.starts_with("0:") || rest.starts_with("-1:");
    let end = rest.match_indices(':').nth(usize::from(raw)).map(|(at, _)| at);
    let (master, rest) = end.map_or((rest, ""), |at| (&rest[..at], &rest[at + 1..]));
    let (decimals, name) = rest.split_once(':').unwrap_or((rest, code));
    let master = Address::parse(master)
        .map_err(|error| format!("the master of {code} is not an address: {error}"))?;
    let decimals = decimals
        .parse()
        .ok()
        .filter(|decimals| *decimals <= 18)
        .ok_or_else(|| format!("{code} needs its decimals behind the master, 0 to 18"))?;
    Ok(Listed {
        asset: Asset::Jetton(master.address),
        code: code.to_owned(),
        name: name.to_owned(),
        decimals,
    })
}

/// `Name=address,…`
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deposits(pub Vec<Deposit>);

impl FromStr for Deposits {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        entries.map(deposit).collect::<Result<_, _>>().map(Self)
    }
}

fn deposit(entry: &str) -> Result<Deposit, String> {
    let (name, address) =
        entry.split_once('=').ok_or("a deposit address is written Name=address")?;
    let address = Address::read(address)
        .map_err(|error| format!("what stands for {name} is not an address: {error}"))?;
    match name.trim() {
        "" => Err("a deposit address needs a name before the =".to_owned()),
        name => Ok(Deposit { name: name.to_owned(), address: address.address }),
    }
}

/// `250ms`, `2s`, `5m`, `48h`; a plain number is seconds.
pub fn duration(text: &str) -> Result<Duration, String> {
    let at = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(at);
    let number: u64 = number.parse().map_err(|_| "a time such as 500ms or 2s")?;
    let time = match unit {
        "ms" => Duration::from_millis(number),
        "" | "s" => Duration::from_secs(number),
        "m" => Duration::from_secs(number.saturating_mul(60)),
        "h" => Duration::from_secs(number.saturating_mul(3600)),
        _ => return Err("a time such as 500ms, 2s, 1m or 48h".to_owned()),
    };
    if time.is_zero() { Err("a time longer than nothing".to_owned()) } else { Ok(time) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::config::MAINNET_USDT;

    #[test]
    fn the_built_in_list_is_well_formed() {
        let Jettons(listed) = MAINNET_USDT.parse().unwrap();
        assert_eq!(listed[0].code, "USDT");
        assert_eq!(listed[0].name, "Tether USD");
        assert_eq!(listed[0].decimals, 6);
    }

    #[test]
    fn a_master_may_be_written_raw_and_the_name_left_out() {
        let raw = format!("0:{}", "ab".repeat(32));
        let Jettons(listed) =
            format!("ABC={raw}:9, DEF=0:{}:0:D e:f", "cd".repeat(32)).parse().unwrap();
        assert_eq!(listed[0].asset.to_string(), raw);
        assert_eq!((listed[0].name.as_str(), listed[0].decimals), ("ABC", 9));
        assert_eq!((listed[1].name.as_str(), listed[1].decimals), ("D e:f", 0));
    }

    #[test]
    fn no_list_is_an_empty_list() {
        assert_eq!("".parse::<Jettons>().unwrap().0, []);
    }

    #[test]
    fn a_wrong_list_says_what_is_wrong() {
        let master = format!("0:{}", "ab".repeat(32));
        for (text, word) in [
            ("USDT".to_owned(), "CODE=master"),
            (format!("usdt={master}:6"), "capital"),
            (format!("GRAM={master}:9"), "capital"),
            ("USDT=nonsense:6".to_owned(), "not an address"),
            (format!("USDT={master}"), "decimals"),
            (format!("USDT={master}:99"), "decimals"),
            (format!("AA={master}:6,BB={master}:6"), "twice"),
        ] {
            let error = text.parse::<Jettons>().unwrap_err();
            assert!(error.contains(word), "{text}: {error}");
        }
    }

    #[test]
    fn deposit_addresses_have_names() {
        let (one, two) = ("ab".repeat(32), "cd".repeat(32));
        let Deposits(named) =
            format!("Big Exchange=0:{one}, Other = 0:{two}\u{200b},").parse().unwrap();
        assert_eq!(
            named.iter().map(|d| d.name.as_str()).collect::<Vec<_>>(),
            ["Big Exchange", "Other"]
        );
        assert_eq!(named[1].address.to_string(), format!("0:{two}"));
        for (text, word) in [
            ("nonsense", "Name=address"),
            ("X=nonsense", "not an address"),
            (&format!("=0:{one}"), "needs a name"),
        ] {
            let error = text.parse::<Deposits>().unwrap_err();
            assert!(error.contains(word), "{text}: {error}");
        }
    }

    #[test]
    fn times_are_read_with_their_unit() {
        assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(duration("2"), duration("2s"));
        assert_eq!(duration("1m"), Ok(Duration::from_secs(60)));
        for junk in ["", "s", "-1s", "0", "0ms", "1.5s", "99999999999999999999s"] {
            assert!(duration(junk).is_err(), "{junk:?}");
        }
    }

    #[test]
    fn proxies_are_addresses_or_networks() {
        let ours: Proxies = "10.0.0.0/8, 2001:db8::7,".parse().unwrap();
        for (ip, trusted) in [
            ("10.9.9.9", true),
            ("11.0.0.1", false),
            ("2001:db8::7", true),
            ("2001:db8::8", false),
            ("127.0.0.1", true),
            ("::1", true),
        ] {
            assert_eq!(ours.trust(ip.parse().unwrap()), trusted, "{ip}");
        }
        assert_eq!("".parse(), Ok(Proxies::default()));
        for (text, word) in
            [("proxy.local", "neither"), ("10.0.0.0/33", "neither"), ("::/0", "everybody")]
        {
            let error = text.parse::<Proxies>().unwrap_err();
            assert!(error.contains(word), "{text}: {error}");
        }
    }

    #[test]
    fn shares_and_currencies_are_read_exactly() {
        assert_eq!("2".parse(), Ok(Percent(200)));
        assert_eq!("0.05".parse(), Ok(Percent(5)));
        for junk in ["", "0", "-1", "51", "2%", "0.005", "x"] {
            assert!(junk.parse::<Percent>().is_err(), "{junk:?}");
        }
        let Currencies(both) = "USD, EUR,USD".parse().unwrap();
        assert_eq!(both.iter().map(|c| c.code()).collect::<Vec<_>>(), ["USD", "EUR"]);
        for junk in ["", "usd", "USD,", "GRAM"] {
            assert!(junk.parse::<Currencies>().is_err(), "{junk:?}");
        }
    }

    #[test]
    fn metrics_can_be_switched_off() {
        assert_eq!("off".parse(), Ok(MetricsListen(None)));
        assert!("9464".parse::<MetricsListen>().is_err());
    }
}

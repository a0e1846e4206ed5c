//! What somebody types, pastes or scans to say whom they pay. Pure.
//!
//! A link is understood as a whole or refused: whatever it asks for and we would not do must not be
//! dropped in silence. Its sums are smallest units of the asset.

use ton::address::{Address, BadAddress, Form, Parsed, bare, is_invisible};

use crate::words::time::Time;

/// Whom a text means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meant {
    /// A Telegram username, without `@`.
    Name(String),
    Account(Link),
}

/// An address, with whatever a link asks for beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub address: Address,
    /// It is written for the test network.
    pub testnet: bool,
    /// Smallest units of `jetton`, or of the coin.
    pub units: Option<u64>,
    pub jetton: Option<Address>,
    pub memo: Option<String>,
    pub good_until: Option<Time>,
}

/// Why a text means nobody who can be paid here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unread {
    #[error("There is nothing to read here")]
    Empty,
    #[error("{0}. Check it letter by letter, or paste it again")]
    Address(#[from] BadAddress),
    #[error(
        "There is a character in it that cannot be seen; type it by hand, or copy it from another place"
    )]
    Invisible,
    #[error("Names ending in .ton are not looked up here. Ask for the address")]
    Dns,
    #[error("This is {0} of this service, not an address. Open it to pay it")]
    Ours(&'static str),
    #[error("This is a Telegram link that names nobody. Ask for a username, or for an address")]
    Telegram,
    #[error(
        "This is a web address and no payment link that is read here. Open it in a browser, or ask for a TON address"
    )]
    Web,
    #[error("This is an address of another network. Ask for a TON address")]
    OtherNetwork,
    #[error("This is a link of another kind. Ask for a TON address")]
    OtherLink,
    #[error(
        "The link asks for a call of a contract (“{0}”), which is not done here. Open it in your wallet"
    )]
    Contract(String),
    #[error("The link asks for “{0}”, which is not understood here. Open it in your wallet")]
    Unknown(String),
    #[error("The link says “{0}” twice. Ask for another one")]
    Twice(String),
    #[error("What the link says of “{0}” cannot be read. Ask for another one")]
    Value(&'static str),
    #[error(
        "The comment in the link holds a “+”, which some wallets read as a space. Enter address and comment by hand"
    )]
    Plus,
    #[error(
        "The link goes on behind a “#”, and that part is not understood here. Open it in your wallet"
    )]
    Fragment,
}

const TRANSFERS: [&str; 3] =
    ["ton://transfer/", "tonkeeper://transfer/", "https://app.tonkeeper.com/transfer/"];
/// What stands behind t.me/ and is no name.
const NO_NAMES: [&str; 18] = [
    "addemoji",
    "addlist",
    "addstickers",
    "addtheme",
    "bg",
    "boost",
    "confirmphone",
    "contact",
    "giftcode",
    "invoice",
    "iv",
    "joinchat",
    "login",
    "proxy",
    "setlanguage",
    "share",
    "socks",
    "telegrampassport",
];
/// With these a friendly address begins. A name that looks so has to be written with `@`.
const ADDRESSES: [&str; 8] = ["EQ", "UQ", "kQ", "0Q", "Ef", "Uf", "kf", "0f"];
const NAME: std::ops::RangeInclusive<usize> = 3..=32;

/// Reads what somebody gave to say whom they pay.
pub fn read(text: &str) -> Result<Meant, Unread> {
    let text = bare(text);
    if text.is_empty() {
        return Err(Unread::Empty);
    }
    if text.chars().any(is_invisible) {
        return Err(Unread::Invisible);
    }
    if let Some(name) = text.strip_prefix('@') {
        // Whoever is called strangely is unknown, and that is said as such.
        return Ok(Meant::Name(bare(name).to_owned()));
    }
    if let Some(thing) = ours(text) {
        return Err(Unread::Ours(thing));
    }
    let small = text.to_ascii_lowercase();
    if let Some(rest) = TRANSFERS.iter().find_map(|start| after(text, &small, start)) {
        return transfer(rest).map(Meant::Account);
    }
    if let Some(rest) = after(text, &small, "ton:").filter(|rest| !rest.starts_with("//")) {
        return transfer(rest).map(Meant::Account);
    }
    if let Some(path) = telegram_path(text, &small) {
        return telegram(path).map(Meant::Name);
    }
    if small.starts_with("http://") || small.starts_with("https://") {
        return Err(web(text));
    }
    if small.contains("://") {
        return Err(Unread::OtherLink);
    }
    plain(text, &small)
}

/// An address with or without a query, a name without `@`, or what else it may be.
fn plain(text: &str, small: &str) -> Result<Meant, Unread> {
    let (head, _) = text.split_once(['?', '#']).unwrap_or((text, ""));
    match Address::parse(head) {
        Ok(_) => return transfer(text).map(Meant::Account),
        Err(error) if ADDRESSES.iter().any(|start| text.starts_with(start)) => {
            return Err(error.into());
        }
        Err(_) => {}
    }
    if small.ends_with(".ton") {
        return Err(Unread::Dns);
    }
    if is_of_another_network(text, small) {
        return Err(Unread::OtherNetwork);
    }
    if is_name(text) {
        return Ok(Meant::Name(text.to_owned()));
    }
    match small.split_once(':') {
        Some((scheme, _))
            if !scheme.is_empty() && scheme.bytes().all(|b| b.is_ascii_alphabetic()) =>
        {
            Err(Unread::OtherLink)
        }
        _ => Err(Address::parse(head).err().unwrap_or(BadAddress::Shape).into()),
    }
}

/// What stands behind a beginning, however that is written.
fn after<'a>(text: &'a str, small: &str, start: &str) -> Option<&'a str> {
    small.starts_with(start).then(|| &text[start.len()..])
}

/// An object of this service by its id alone.
fn ours(id: &str) -> Option<&'static str> {
    let (kind, rest) = id.split_once('_')?;
    let fits = (1..=60).contains(&rest.len()) && rest.bytes().all(|b| b.is_ascii_alphanumeric());
    match kind {
        "inv" if fits => Some("an invoice"),
        "req" if fits => Some("a request"),
        "pay" if fits => Some("a payment"),
        _ => None,
    }
}

fn web(text: &str) -> Unread {
    let path = text.split(['?', '#']).next().unwrap_or_default();
    let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    ours(last).map_or(Unread::Web, Unread::Ours)
}

/// What stands behind `t.me/`, or a name before `.t.me`.
fn telegram_path<'a>(text: &'a str, small: &str) -> Option<&'a str> {
    let scheme = ["https://", "http://"].into_iter().find(|start| small.starts_with(start));
    let at = scheme.map_or(0, str::len);
    let (text, small) = (&text[at..], &small[at..]);
    let hosts = ["t.me/", "telegram.me/", "telegram.dog/", "www.t.me/"];
    let path = hosts.iter().find_map(|host| after(text, small, host));
    let before = small.trim_end_matches('/').strip_suffix(".t.me");
    path.or_else(|| before.filter(|name| is_name(name)).map(|name| &text[..name.len()]))
        .or_else(|| scheme.is_none().then(|| after(text, small, "tg://resolve?domain=")).flatten())
}

fn telegram(path: &str) -> Result<String, Unread> {
    let (name, query) = path.split_once(['?', '&', '#']).unwrap_or((path, ""));
    let started = query.split(['&', '#']).filter_map(|pair| pair.split_once('='));
    let thing = started.filter(|(key, _)| matches!(*key, "startapp" | "start"));
    if let Some(thing) = thing.map(|(_, value)| value).find_map(ours) {
        return Err(Unread::Ours(thing));
    }
    let name = name.trim_end_matches('/');
    let small = name.to_ascii_lowercase();
    if is_name(name) && query.is_empty() && !NO_NAMES.contains(&small.as_str()) {
        Ok(name.to_owned())
    } else {
        Err(Unread::Telegram)
    }
}

fn is_name(text: &str) -> bool {
    NAME.contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
}

fn is_of_another_network(text: &str, small: &str) -> bool {
    let hex = |text: &str| text.bytes().all(|b| b.is_ascii_hexdigit());
    let alphanumeric = text.bytes().all(|b| b.is_ascii_alphanumeric());
    small.strip_prefix("0x").is_some_and(|rest| rest.len() == 40 && hex(rest))
        || (text.starts_with('T') && text.len() == 34 && alphanumeric)
        || (small.starts_with("bc1") && small.len() >= 26 && alphanumeric)
}

fn transfer(rest: &str) -> Result<Link, Unread> {
    if rest.contains('#') {
        return Err(Unread::Fragment);
    }
    let (address, query) = rest.split_once('?').unwrap_or((rest, ""));
    let address = decoded(address).ok_or(BadAddress::Shape)?;
    let Parsed { address, form } = Address::read(&address)?;
    let mut link = Link {
        address,
        testnet: matches!(form, Form::Friendly { testnet: true, .. }),
        units: None,
        jetton: None,
        memo: None,
        good_until: None,
    };
    let mut said: Vec<&'static str> = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = decoded(name).ok_or(Unread::Value("a name"))?;
        let what = link.take(&name, value)?;
        if said.contains(&what) {
            return Err(Unread::Twice(name));
        }
        said.push(what);
    }
    Ok(link)
}

impl Link {
    /// Takes one thing that a link says; answers what it was about.
    fn take(&mut self, name: &str, value: &str) -> Result<&'static str, Unread> {
        match name.to_ascii_lowercase().as_str() {
            "amount" => {
                let units =
                    number(value).filter(|units| (1..=i64::MAX.unsigned_abs()).contains(units));
                self.units = Some(units.ok_or(Unread::Value("amount"))?);
                Ok("amount")
            }
            "jetton" => {
                let master = decoded(value).and_then(|text| Address::read(&text).ok());
                self.jetton = Some(master.ok_or(Unread::Value("jetton"))?.address);
                Ok("jetton")
            }
            "exp" => {
                let seconds = number(value).and_then(|seconds| u32::try_from(seconds).ok());
                self.good_until = Some(Time::from_seconds(seconds.ok_or(Unread::Value("exp"))?));
                Ok("exp")
            }
            "text" | "memo" | "comment" => {
                if value.contains('+') {
                    return Err(Unread::Plus);
                }
                let text = decoded(value).ok_or(Unread::Value("comment"))?;
                self.memo = Some(text).filter(|text| !text.is_empty());
                Ok("comment")
            }
            "bin" | "init" | "stateinit" | "payload" => Err(Unread::Contract(name.to_owned())),
            _ => Err(Unread::Unknown(name.chars().take(32).collect())),
        }
    }

    /// Whether it asks for anything beside the address.
    pub fn asks(&self) -> bool {
        self.units.is_some()
            || self.jetton.is_some()
            || self.memo.is_some()
            || self.good_until.is_some()
    }
}

/// Digits and nothing else.
fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// Percent-encoding taken off. `None`: it is broken, or no text comes of it.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        if *first != b'%' {
            bytes.push(*first);
            rest = tail;
            continue;
        }
        let (pair, tail) = tail.split_at_checked(2)?;
        let mut byte = [0];
        hex::decode_to_slice(pair, &mut byte).ok()?;
        bytes.extend(byte);
        rest = tail;
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRIENDLY: &str = "UQDk2VTvn04SUKJrW7rXahzdF8_Qi6utb0wj43InCu9vdmcU";
    const RAW: &str = "0:e4d954ef9f4e1250a26b5bbad76a1cdd17cfd08babad6f4c23e372270aef6f76";
    const MASTER: &str = "EQDk2VTvn04SUKJrW7rXahzdF8_Qi6utb0wj43InCu9vdjrR";

    fn plain_link() -> Link {
        let address = RAW.parse().unwrap();
        let (units, jetton, memo, good_until) = (None, None, None, None);
        Link { address, testnet: false, units, jetton, memo, good_until }
    }

    fn account(text: &str) -> Link {
        match read(text) {
            Ok(Meant::Account(link)) => link,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn an_address_is_read_in_every_wrapping() {
        for text in [
            FRIENDLY.to_owned(),
            RAW.to_owned(),
            format!("\u{feff} {FRIENDLY}\u{200b}\n"),
            format!("ton://transfer/{FRIENDLY}"),
            format!("TON://TRANSFER/{FRIENDLY}"),
            format!("Ton://Transfer/{RAW}"),
            format!("ton:{FRIENDLY}"),
            format!("TON:{RAW}"),
            format!("tonkeeper://transfer/{FRIENDLY}"),
            format!("https://app.tonkeeper.com/transfer/{FRIENDLY}"),
            format!("HTTPS://App.Tonkeeper.com/transfer/{FRIENDLY}?"),
            format!("ton://transfer/{}", FRIENDLY.replace('_', "%5F")),
            format!("ton://transfer/{}", FRIENDLY.replace('_', "/")),
        ] {
            assert_eq!(account(&text), plain_link(), "{text}");
        }
    }

    #[test]
    fn what_a_link_asks_for_is_taken_whole() {
        let memo = |text: &str| Link { memo: Some(text.into()), ..plain_link() };
        for (query, expected) in [
            ("amount=80&memo=4000111222", Link { units: Some(80), ..memo("4000111222") }),
            ("comment=4000111222", memo("4000111222")),
            ("Text=4000111222", memo("4000111222")),
            ("TEXT=a%20b%2Bc", memo("a b+c")),
            ("text=%D0%9F", memo("П")),
            ("text=", plain_link()),
            (
                "amount=1000000000&exp=1600000000",
                Link {
                    units: Some(1_000_000_000),
                    good_until: Some(Time::from_seconds(1_600_000_000)),
                    ..plain_link()
                },
            ),
            (
                &format!("amount=5000000&jetton={MASTER}"),
                Link { units: Some(5_000_000), jetton: Some(RAW.parse().unwrap()), ..plain_link() },
            ),
            (
                &format!("&jetton={RAW}&"),
                Link { jetton: Some(RAW.parse().unwrap()), ..plain_link() },
            ),
        ] {
            for start in ["ton://transfer/", "ton:", ""] {
                assert_eq!(
                    account(&format!("{start}{FRIENDLY}?{query}")),
                    expected,
                    "{start} {query}"
                );
            }
        }
    }

    #[test]
    fn what_is_not_understood_is_refused_with_its_name() {
        for (query, why) in [
            ("bin=te6cc", Unread::Contract("bin".into())),
            ("amount=1&INIT=te6cc", Unread::Contract("INIT".into())),
            ("amount=1&fee=2", Unread::Unknown("fee".into())),
            ("amount", Unread::Value("amount")),
            ("amount=", Unread::Value("amount")),
            ("amount=0", Unread::Value("amount")),
            ("amount=-1", Unread::Value("amount")),
            ("amount=1.5", Unread::Value("amount")),
            ("amount=1e9", Unread::Value("amount")),
            ("amount=9223372036854775808", Unread::Value("amount")),
            ("amount=1&Amount=1", Unread::Twice("Amount".into())),
            ("text=1&memo=1", Unread::Twice("memo".into())),
            ("exp=soon", Unread::Value("exp")),
            ("exp=1795000000000", Unread::Value("exp")),
            ("exp=99999999999999999999", Unread::Value("exp")),
            ("jetton=USDT", Unread::Value("jetton")),
            ("text=%zz", Unread::Value("comment")),
            ("text=%ff", Unread::Value("comment")),
            ("text=a+b", Unread::Plus),
            ("amount=1#text=7", Unread::Fragment),
        ] {
            let text = format!("ton://transfer/{FRIENDLY}?{query}");
            assert_eq!(read(&text), Err(why), "{query}");
        }
    }

    #[test]
    fn names_are_read_however_they_are_written() {
        for text in [
            "@bob",
            "bob",
            " @bob\u{200b}",
            "https://t.me/bob",
            "http://t.me/bob/",
            "t.me/bob",
            "HTTPS://T.ME/bob",
            "telegram.me/bob",
            "https://bob.t.me",
            "tg://resolve?domain=bob",
        ] {
            assert_eq!(read(text), Ok(Meant::Name("bob".into())), "{text}");
        }
    }

    #[test]
    fn the_rest_is_called_by_its_name() {
        for (text, why) in [
            ("", Unread::Empty),
            (" \u{feff} ", Unread::Empty),
            ("alice.ton", Unread::Dns),
            ("ALICE.TON", Unread::Dns),
            ("inv_01m7q5cqg0fzzvzzzzzzzzzzzz", Unread::Ours("an invoice")),
            ("https://pay.example/pay/inv_01m7q5cqg0fzzvzzzzzzzzzzzz", Unread::Ours("an invoice")),
            (
                "https://t.me/remit_bot?startapp=req_01m7q5cqg0fzzvzzzzzzzzzzzz",
                Unread::Ours("a request"),
            ),
            (
                "https://t.me/remit_bot/app?startapp=inv_01m7q5cqg0fzzvzzzzzzzzzzzz",
                Unread::Ours("an invoice"),
            ),
            ("https://t.me/+AbCdEf", Unread::Telegram),
            ("https://t.me/joinchat/AbCdEf", Unread::Telegram),
            ("https://t.me/share/url?url=x", Unread::Telegram),
            ("https://t.me/some_bot?start=x", Unread::Telegram),
            ("https://ton.org", Unread::Web),
            ("https://app.tonkeeper.com/dapp/x", Unread::Web),
            ("bitcoin:bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", Unread::OtherLink),
            ("tc://?v=2&id=x", Unread::OtherLink),
            ("ton://stake/x", Unread::OtherLink),
            ("0x52908400098527886E0F7030069857D2E4169EE7", Unread::OtherNetwork),
            ("TQn9Y2khEsLJW1ChVWFMSMeRDow5KcbLSE", Unread::OtherNetwork),
            ("EQabc", Unread::Address(BadAddress::Shape)),
            ("bo", Unread::Address(BadAddress::Shape)),
            ("ton://transfer/", Unread::Address(BadAddress::Shape)),
            ("ton://transfer/bob", Unread::Address(BadAddress::Shape)),
        ] {
            assert_eq!(read(text), Err(why), "{text}");
        }
        let broken = FRIENDLY.replace('k', "l");
        assert_eq!(read(&broken), Err(Unread::Address(BadAddress::Checksum)));
        let inside = format!("{}\u{200b}{}", &FRIENDLY[..9], &FRIENDLY[9..]);
        assert_eq!(read(&inside), Err(Unread::Invisible));
        assert_eq!(read("b\u{202e}ob"), Err(Unread::Invisible));
    }

    #[test]
    fn an_address_of_the_test_network_is_marked_as_such() {
        let address: Address = RAW.parse().unwrap();
        let mut bytes = base64::Engine::decode(
            &base64::engine::general_purpose::URL_SAFE_NO_PAD,
            address.friendly(false),
        )
        .unwrap();
        assert!(!account(FRIENDLY).testnet);
        bytes[0] |= 0x80;
        let crc = bytes[..34].iter().fold(0u16, |crc, byte| {
            (0..8).fold(crc ^ (u16::from(*byte) << 8), |crc, _| {
                if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 }
            })
        });
        bytes[34..].copy_from_slice(&crc.to_be_bytes());
        let marked =
            base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, bytes);
        assert!(account(&marked).testnet);
    }
}

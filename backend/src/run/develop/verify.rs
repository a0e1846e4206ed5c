//! `remit verify-receipt`: is this receipt signed by whom it says, and does the chain say the same? It
//! believes neither the receipt nor the service: the key is the caller's or that of a service the caller
//! has named, and every transaction is looked up.

use std::{fmt::Display, io::Read, process::ExitCode};

use anyhow::{Context, bail, ensure};
use reqwest::{Client, Url};
use ton::{
    address::Address,
    network::Network,
    toncenter::{self, Pace, TransactionQuery},
};

use crate::{
    base::config::{self, Secret, TONCENTER, TONCENTER_TESTNET, VerifyReceipt},
    money::payments::view::friendly,
    run::serve,
    selling::receipts::{
        canonical::LONGEST,
        check,
        keys::PublicKey,
        receipt::{NoReceipt, Presented, Receipt, ReceiptTransfer},
        view::ReceiptKeys,
    },
};

const VALID: u8 = 0;
const NOT_VALID: u8 = 1;
const NOT_CHECKED: u8 = 2;

/// Says what holds and what does not, line by line. Ends with 0 for a valid receipt, 1 for one that is
/// not, 2 where that could not be found out.
pub async fn run(args: &VerifyReceipt) -> ExitCode {
    let mut report = Report::default();
    if let Err(error) = verify(args, &mut report).await {
        report.unchecked(format!("{error:#}"));
    }
    report.end().into()
}

/// What has been found so far.
#[derive(Default)]
struct Report {
    wrong: usize,
    unchecked: usize,
}

impl Report {
    fn good(what: impl Display) {
        println!("ok         {what}");
    }

    fn wrong(&mut self, what: impl Display) {
        self.wrong += 1;
        println!("WRONG      {what}");
    }

    fn unchecked(&mut self, what: impl Display) {
        self.unchecked += 1;
        println!("UNCHECKED  {what}");
    }

    /// All differences of one thing; none is good.
    fn differences(&mut self, of: &str, wrong: &[String]) {
        match wrong {
            [] => Self::good(of),
            wrong => wrong.iter().for_each(|why| self.wrong(format!("{of}: {why}"))),
        }
    }

    fn end(&self) -> u8 {
        match (self.wrong, self.unchecked) {
            (0, 0) => {
                println!("The receipt is valid.");
                VALID
            }
            (0, _) => {
                println!("The receipt could not be checked.");
                NOT_CHECKED
            }
            (count, _) => {
                let noun = if count == 1 { "thing is" } else { "things are" };
                println!("The receipt is NOT valid: {count} {noun} wrong.");
                NOT_VALID
            }
        }
    }
}

async fn verify(args: &VerifyReceipt, report: &mut Report) -> anyhow::Result<()> {
    let http = serve::client()?;
    let (text, origin) = fetch(&http, &args.source).await?;
    let presented = match Presented::read(&text) {
        Ok(presented) => presented,
        Err(error @ NoReceipt::Version(_)) => bail!(error),
        Err(error) => {
            report.wrong(error);
            return Ok(());
        }
    };
    let receipt = &presented.signed.receipt;
    println!("{}", title(receipt));
    if let Err(error) = signature(args, &http, origin, &presented, report).await {
        report.unchecked(format!("signature: {error:#}"));
    }
    report.differences("sums", &check::itself(receipt));
    if let Err(error) = chain(args, &http, receipt, report).await {
        report.unchecked(format!("chain: {error:#}"));
    }
    for other in &receipt.other_assets {
        println!(
            "It was paid in {0} as well: that has a receipt of its own, ?asset={0}.",
            plain(other)
        );
    }
    println!("Names, the invoice and the worth in fiat are the service's word alone.");
    Ok(())
}

fn title(receipt: &Receipt) -> String {
    let Receipt { id, received, network, service, issued_at, .. } = receipt;
    let of = receipt.merchant.as_ref().map(|name| format!(" of {}", plain(name)));
    let master = receipt.jetton.map(|master| format!(", jetton {}", master.friendly(true)));
    let back = match receipt.refunded.units.as_str() {
        "0" => String::new(),
        _ => format!(", {} of it paid back", plain(&receipt.refunded.to_string())),
    };
    format!(
        "Receipt for {}{}: {}{} received on network {network}{back}.\nIt says that {} has issued it at {issued_at}.",
        plain(id),
        of.unwrap_or_default(),
        plain(&received.to_string()),
        master.unwrap_or_default(),
        plain(service),
    )
}

/// A receipt is foreign text: it must not move the cursor of a terminal.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// The text, and the service it came from if it was fetched.
async fn fetch(http: &Client, source: &str) -> anyhow::Result<(String, Option<Url>)> {
    if let Some(mut url) = web(source) {
        // Whoever has the page's address means the receipt.
        if let Some(id) = url.path().strip_prefix("/receipt/") {
            let path = format!("/v1/receipts/{id}");
            url.set_path(&path);
        }
        return Ok((get(http, url.clone()).await?, Some(url)));
    }
    let mut text = String::new();
    let limit = u64::try_from(LONGEST).unwrap_or(u64::MAX).saturating_add(1);
    match source {
        "-" => std::io::stdin().take(limit).read_to_string(&mut text)?,
        path => std::fs::File::open(path)
            .and_then(|file| file.take(limit).read_to_string(&mut text))
            .with_context(|| format!("{path} cannot be read"))?,
    };
    Ok((text, None))
}

fn web(text: &str) -> Option<Url> {
    text.parse().ok().filter(|url: &Url| matches!(url.scheme(), "http" | "https"))
}

async fn get(http: &Client, url: Url) -> anyhow::Result<String> {
    let answer = http.get(url.clone()).send().await;
    let mut answer = answer.with_context(|| format!("{url} does not answer"))?;
    let mut bytes = Vec::new();
    while let Some(some) = answer.chunk().await.with_context(|| format!("{url} breaks off"))? {
        ensure!(bytes.len() + some.len() <= LONGEST, "{url} answers more than any receipt is long");
        bytes.extend_from_slice(&some);
    }
    ensure!(answer.status().is_success(), "{url} answers {}", answer.status());
    String::from_utf8(bytes).with_context(|| format!("{url} answers no text"))
}

/// Whether the key that the caller trusts has signed. Whose the receipt says it is counts for nothing.
async fn signature(
    args: &VerifyReceipt,
    http: &Client,
    origin: Option<Url>,
    presented: &Presented,
    report: &mut Report,
) -> anyhow::Result<()> {
    let signature = &presented.signed.signature;
    let (key, whose) = match (&args.key, &args.from, origin) {
        (Some(key), ..) => {
            let key = PublicKey::parse(key).context("--key is no ed25519 key in base64")?;
            (Some(key), "the given key".to_owned())
        }
        (None, Some(from), _) => {
            let url = web(from).context("--from is no address such as https://pay.example")?;
            (known(http, &url, &signature.key).await?, url.origin().ascii_serialization())
        }
        (None, None, Some(url)) => {
            (known(http, &url, &signature.key).await?, url.origin().ascii_serialization())
        }
        (None, None, None) => bail!(
            "whose key must it be? Give --from with the service's address, or --key. What the \
             receipt itself says of its service proves nothing"
        ),
    };
    match key {
        None => report.wrong(format!("signature: {whose} has no key {}", plain(&signature.key))),
        Some(key) if presented.is_signed_by(&key) => {
            Report::good(format!("signature by {} of {whose}", key.id()));
        }
        Some(key) => report.wrong(format!(
            "signature: it is not by {} of {whose}, or the receipt was changed afterwards",
            key.id()
        )),
    }
    Ok(())
}

/// A service's key of this name.
async fn known(http: &Client, service: &Url, id: &str) -> anyhow::Result<Option<PublicKey>> {
    let mut url = service.join("/.well-known/remit-receipts.json")?;
    url.set_query(None);
    let keys: ReceiptKeys = serde_json::from_str(&get(http, url.clone()).await?)
        .with_context(|| format!("{url} lists no keys"))?;
    let Some(key) = keys.keys.into_iter().find(|key| key.id == id) else { return Ok(None) };
    let key = PublicKey::parse(&key.public_key);
    Ok(Some(key.with_context(|| format!("{url} lists a key that is none"))?))
}

/// Whether the chain says the same of every transfer.
async fn chain(
    args: &VerifyReceipt,
    http: &Client,
    receipt: &Receipt,
    report: &mut Report,
) -> anyhow::Result<()> {
    let base = match (&args.chain, receipt.network) {
        (Some(url), _) => url.as_str(),
        (None, Network::MAINNET) => TONCENTER,
        (None, Network::TESTNET) => TONCENTER_TESTNET,
        (None, network) => bail!(
            "no public service knows network {network}. Give --chain; a sandbox's is \
             http://localhost:8081/api/v3"
        ),
    };
    let key = config::chain_key()?;
    let pace = Pace::usual(base, key.is_some());
    let key = key.as_ref().map(Secret::reveal);
    let chain = toncenter::Client::new(http.clone(), base, key, pace)?;
    let found = chain.network().await?;
    ensure!(
        found == receipt.network,
        "{base} is network {found}, and the receipt is of network {}: it says nothing about it",
        receipt.network
    );
    for line in receipt.lines() {
        let mut wrong = on_chain(&chain, receipt, line).await?;
        wrong.iter_mut().for_each(|why| *why = plain(why));
        let sender = line.from.map_or_else(|| "nobody named".to_owned(), friendly);
        let of = format!(
            "transfer of {} from {sender} to {}, block {}, lt {}",
            plain(&line.money.to_string()),
            friendly(line.to),
            line.block,
            plain(&line.lt)
        );
        report.differences(&of, &wrong);
    }
    Ok(())
}

async fn on_chain(
    chain: &toncenter::Client,
    receipt: &Receipt,
    line: &ReceiptTransfer,
) -> anyhow::Result<Vec<String>> {
    let mut wrong = Vec::new();
    if let Some(master) = receipt.jetton {
        match chain.jetton_wallet_address(&master, &line.to).await {
            Ok(own) if own == line.account => {}
            Ok(own) => wrong.push(not_the_wallet(line, master, Some(own))),
            Err(toncenter::Error::GetMethod { .. }) => {
                wrong.push(not_the_wallet(line, master, None))
            }
            Err(error) => return Err(error.into()),
        }
    }
    let Ok(lt) = line.lt.parse::<u64>() else {
        wrong.push("its lt is no number".to_owned());
        return Ok(wrong);
    };
    let accounts = [line.account];
    let query = TransactionQuery {
        start_lt: Some(lt),
        end_lt: Some(lt),
        ..TransactionQuery::of(&accounts)
    };
    let found = chain.transactions(&query).await?;
    wrong.extend(check::transfer(line, receipt.jetton, &found));
    Ok(wrong)
}

fn not_the_wallet(line: &ReceiptTransfer, master: Address, own: Option<Address>) -> String {
    let says = match own {
        Some(own) => format!("the master {master} says {own}"),
        None => format!("{master} is no jetton's master"),
    };
    format!("{} is not the payee's wallet of this jetton: {says}", line.account)
}

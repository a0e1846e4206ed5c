//! Cards: an invoice, a request or a payment as a message with the button that opens it.

use std::str::FromStr;

use super::text::{
    Message, Standing, Words,
    notice::{any_of, bold, show_name, shown},
    show,
};
use crate::{
    app::App,
    db::Tx,
    id::{InvoiceId, PaymentId, RequestId},
    identity::Person,
    invoices::{self, Goods, InvoiceStatus},
    page::PageQuery,
    payments::{
        self, Stage,
        http::activity,
        view::{Direction, PaymentView, Viewer},
    },
    problem::Problem,
    requests::{self, RequestStatus},
};

const NOTE: usize = 200;
/// Lines in `/history`.
const LINES: u32 = 5;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Invoices(#[from] invoices::Error),
    #[error(transparent)]
    Requests(#[from] requests::Error),
    #[error("{}", .0.detail)]
    Problem(Problem),
    #[error(transparent)]
    Db(#[from] sqlx::Error),
}

/// The card for what a deep link names. Payments are shown to their two sides only.
pub async fn card(
    tx: &mut Tx,
    app: &App,
    words: &dyn Words,
    person: &Person,
    link: &str,
) -> Result<Message, Error> {
    let card = if let Ok(id) = InvoiceId::from_str(link) {
        invoice(tx, app, words, id).await?
    } else if let Ok(id) = RequestId::from_str(link) {
        request(tx, app, words, id).await?
    } else if let Ok(id) = PaymentId::from_str(link) {
        seen_by(tx, app, person, id).await?.map(|view| payment(words, &view))
    } else {
        None
    };
    Ok(card.unwrap_or_else(|| Message::new(words.unknown_link()).with(words.open_app(), None)))
}

async fn invoice(
    tx: &mut Tx,
    app: &App,
    words: &dyn Words,
    id: InvoiceId,
) -> Result<Option<Message>, Error> {
    let whole = match invoices::whole(tx, id).await {
        Ok(whole) => whole,
        Err(invoices::Error::NotFound(_)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let view = invoices::view::public(&app.assets, &whole);
    let standing = match view.status {
        InvoiceStatus::Open => Standing::Open,
        InvoiceStatus::Processing => Standing::OnItsWay,
        InvoiceStatus::Paid => Standing::Paid,
        InvoiceStatus::Expired | InvoiceStatus::Void => Standing::Over,
    };
    let (who, open) = (show_name(words, &view.shop.name), standing == Standing::Open);
    let sums = view.accepted.iter().map(|a| if open { &a.remaining } else { &a.money });
    let title = match (view.goods_kind, &view.stars) {
        // Inside Telegram digital goods have one price.
        (Goods::Digital, Some(stars)) => words.asks_for(&who, &shown(&stars.price)),
        (Goods::Digital, None) => {
            let html = format!("{}\n{}", bold(&words.asks_outside(&who)), words.outside_hint());
            return Ok(Some(Message::new(html).with(words.open(), Some(&view.id))));
        }
        _ if !view.open_amount => words.asks_for(&who, &any_of(words, sums)),
        _ if standing == Standing::Paid => words.asks_for(&who, &shown(&view.received)),
        _ => words.asks_for_any(&who),
    };
    let mut card = asking(words, &title, view.description.as_deref(), standing, &view.id);
    if let (Some(least), Standing::Open) = (&view.min_amount, standing) {
        card.html.push_str(&format!("\n{}", words.at_least(&shown(least))));
    }
    Ok(Some(card))
}

async fn request(
    tx: &mut Tx,
    app: &App,
    words: &dyn Words,
    id: RequestId,
) -> Result<Option<Message>, Error> {
    let (request, owner) = match requests::find(tx, id).await {
        Ok(found) => found,
        Err(requests::Error::NotFound(_)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let who = show_name(words, &owner.first_name);
    let title = match request.amount {
        Some(amount) => words.asks_for(&who, &shown(&app.assets.money(request.asset, amount))),
        None => words.asks_for_any(&who),
    };
    let standing = match request.status(app.time()) {
        RequestStatus::Open => Standing::Open,
        RequestStatus::Closed => Standing::Over,
    };
    Ok(Some(asking(words, &title, request.note.as_deref(), standing, &id.to_string())))
}

fn asking(
    words: &dyn Words,
    title: &str,
    note: Option<&str>,
    standing: Standing,
    id: &str,
) -> Message {
    let note = note.map(|note| show(note, NOTE)).filter(|note| !note.is_empty());
    let mut html = bold(title);
    if let Some(note) = note {
        html.push_str(&format!("\n{}", words.quote(&note)));
    }
    if standing == Standing::Open {
        return Message::new(html).with(words.pay(), Some(id));
    }
    html.push_str(&format!("\n{}", words.standing(standing)));
    Message::new(html).with(words.open(), Some(id))
}

/// A payment as this person may see it; nothing if it is none of theirs.
async fn seen_by(
    tx: &mut Tx,
    app: &App,
    person: &Person,
    id: PaymentId,
) -> Result<Option<PaymentView>, Error> {
    let lines = payments::store::activity::lines(tx, person.id, &id.to_string()).await?;
    let Some(line) = lines.first() else { return Ok(None) };
    let Some(intent) = payments::store::find(tx, id).await? else { return Ok(None) };
    let transfer = payments::store::first_transfer_of(tx, id).await?;
    let direction = if line.direction == "in" { Direction::In } else { Direction::Out };
    let viewer = Viewer { person: Some(person.id), direction };
    Ok(Some(payments::view::intent(&app.assets, &intent, transfer.as_ref(), viewer)))
}

fn payment(words: &dyn Words, view: &PaymentView) -> Message {
    let party = other_side(words, view);
    let title = match (view.status, view.direction) {
        (Stage::Final, Direction::In) => words.received(&shown(&view.money), Some(&party)),
        (Stage::Final, Direction::Out) => words.sent(&shown(&view.money), &party),
        _ => line(words, view),
    };
    let mut html = bold(&title);
    if let Some(note) = view.note.as_deref().or(view.purpose.description.as_deref()) {
        html.push_str(&format!("\n{}", words.quote(&show(note, NOTE))));
    }
    Message::new(html).with(words.view_receipt(), Some(&view.id))
}

fn line(words: &dyn Words, view: &PaymentView) -> String {
    let incoming = view.direction == Direction::In;
    let party = other_side(words, view);
    words.history_line(incoming, &shown(&view.money), &party, standing(view.status))
}

fn other_side(words: &dyn Words, view: &PaymentView) -> String {
    let party = match view.direction {
        Direction::In => view.from.as_ref(),
        Direction::Out => Some(&view.to),
    };
    show_name(words, party.map_or("", |party| &party.name))
}

fn standing(stage: Stage) -> Standing {
    match stage {
        Stage::Created => Standing::Open,
        Stage::Submitted | Stage::Seen | Stage::Confirmed => Standing::OnItsWay,
        Stage::Final => Standing::Paid,
        Stage::Expired | Stage::Cancelled => Standing::Over,
    }
}

/// The last few payments, newest first.
pub async fn history(
    tx: &mut Tx,
    app: &App,
    words: &dyn Words,
    person: &Person,
) -> Result<Message, Error> {
    let page = PageQuery { limit: Some(LINES), starting_after: None };
    let page = activity(tx, app, person.id, None, &page).await.map_err(Error::Problem)?;
    if page.data.is_empty() {
        return Ok(Message::new(words.no_history()).with(words.open_app(), None));
    }
    let mut html = bold(words.history());
    for view in &page.data {
        html.push_str(&format!("\n{}", line(words, view)));
    }
    Ok(Message::new(html).with(words.see_all(), None))
}

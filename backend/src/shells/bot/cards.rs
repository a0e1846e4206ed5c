//! Cards: something that can be paid, or a payment, as a message with the button that opens it.

use std::str::FromStr;

use super::text::{
    Message, Words,
    notice::{any_of, bold, show_name, shown},
    show,
};
use crate::{
    base::{app::App, db::Tx, web::problem::Problem},
    money::payments::{
        self, Stage,
        card::{Card, Standing, Sum},
        http::activity,
        view::{Direction, PaymentView, Viewer},
    },
    people::identity::Person,
    subjects,
    words::{id::PaymentId, page::PageQuery},
};

const NOTE: usize = 200;
/// Lines in `/history`.
const LINES: u32 = 5;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Subjects(#[from] subjects::Error),
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
    if let Some(card) = subjects::card(tx, app, link, app.time()).await? {
        return Ok(asking(words, &card));
    }
    let seen = match PaymentId::from_str(link) {
        Ok(id) => seen_by(tx, app, person, id).await?,
        Err(_) => None,
    };
    let card = seen.map(|view| payment(words, &view));
    Ok(card.unwrap_or_else(|| Message::new(words.unknown_link()).with(words.open_app(), None)))
}

fn asking(words: &dyn Words, card: &Card) -> Message {
    let (who, is_open) = (show_name(words, &card.who), card.standing == Standing::Open);
    let title = match &card.sum {
        Sum::OneOf(sums) => words.asks_for(&who, &any_of(words, sums.iter())),
        Sum::Any => words.asks_for_any(&who),
        Sum::Outside => {
            let html = format!("{}\n{}", bold(&words.asks_outside(&who)), words.outside_hint());
            return Message::new(html).with(words.open(), Some(&card.id));
        }
    };
    let note = card.note.as_deref().map(|note| show(note, NOTE));
    let mut html = bold(&title);
    if let Some(note) = note.filter(|note| !note.is_empty()) {
        html.push_str(&format!("\n{}", words.quote(&note)));
    }
    if !is_open {
        html.push_str(&format!("\n{}", words.standing(card.standing)));
    }
    if let Some(least) = card.least.as_ref().filter(|_| is_open) {
        html.push_str(&format!("\n{}", words.at_least(&shown(least))));
    }
    let button = if is_open { words.pay() } else { words.open() };
    Message::new(html).with(button, Some(&card.id))
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

//! Telegram's own page for paying an invoice in Stars, asked for once and then kept.

use std::time::Duration;

use axum::{Json, extract::State};
use serde::Serialize;
use teloxide::{
    RequestError, payloads::CreateInvoiceLinkSetters, requests::Requester, types::LabeledPrice,
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::super::{Failure, client};
use crate::{
    base::{
        app::App,
        web::{
            extract::Path,
            problem::{Failures, Kind, Problem, Result},
        },
    },
    money::stars::{self, CODE},
    selling::invoices::{
        self,
        http::refusals::stars_off,
        stars::{Offer, offer},
    },
    words::{id::InvoiceId, money::Money},
};

/// In characters: Telegram's limits.
const TITLE: usize = 32;
const DESCRIPTION: usize = 255;
/// Somebody waits for it.
const CALL: Duration = Duration::from_secs(8);

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(pay_in_stars))
}

/// Where an invoice is paid in Stars.
#[derive(Debug, Serialize, ToSchema)]
struct StarsAnswer {
    /// Opens Telegram's payment sheet: a Mini App hands it to `openInvoice`, a page links to it.
    #[schema(example = "https://t.me/$AbCdEf")]
    link: String,
    /// What it costs there.
    money: Money,
}

/// Pay an invoice in Telegram Stars
///
/// For digital goods with a price in Stars. Everybody gets the same link, and asking again gives it again.
/// Before Telegram takes the Stars it asks this service whether the invoice may still be paid.
#[utoipa::path(
    post, path = "/v1/public/invoices/{id}/stars", tag = "Invoices",
    params(("id" = String, Path)),
    responses((status = 200, body = StarsAnswer), Failures)
)]
async fn pay_in_stars(
    State(app): State<App>,
    Path(id): Path<InvoiceId>,
) -> Result<Json<StarsAnswer>> {
    if !app.settings.stars {
        return Err(stars_off());
    }
    let mut tx = app.db.snapshot().await?;
    let whole = invoices::whole(&mut tx, id).await?;
    drop(tx);
    let offer = offer(&whole, app.now())?;
    let money = stars::money(offer.price.amount());
    if let Some(link) = offer.link {
        return Ok(Json(StarsAnswer { link, money }));
    }
    let link = ask(&app, &offer).await?;
    let mut tx = app.db.begin().await?;
    let link = invoices::store::keep_link(&mut tx, id, &link).await?;
    tx.commit().await?;
    Ok(Json(StarsAnswer { link, money }))
}

async fn ask(app: &App, offer: &Offer) -> Result<String> {
    let title = first(&offer.shop, TITLE);
    let said = offer.description.as_deref().unwrap_or(&offer.shop);
    let price = LabeledPrice::new(&title, offer.price.count());
    let call = client(app)
        .create_invoice_link(
            &title,
            first(said, DESCRIPTION),
            offer.invoice.to_string(),
            CODE,
            [price],
        )
        // Telegram's way to say that it takes Stars and needs no bank.
        .provider_token("");
    match tokio::time::timeout(CALL, call.into_future()).await {
        Ok(Ok(link)) => Ok(link),
        Ok(Err(error)) => Err(unreachable(error)),
        Err(_) => Err(away("it did not answer in time")),
    }
}

fn unreachable(error: RequestError) -> Problem {
    match Failure::from(error) {
        Failure::Refused(why) => Problem::internal(format_args!("Telegram makes no link: {why}")),
        failure => away(failure),
    }
}

fn away(why: impl std::fmt::Display) -> Problem {
    tracing::warn!(%why, "Telegram gave no link for paying in Stars");
    Problem {
        retry_after: Some(2),
        ..Problem::new(Kind::TelegramUnreachable, "Nothing was taken. Try again in a few seconds.")
    }
}

fn first(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}

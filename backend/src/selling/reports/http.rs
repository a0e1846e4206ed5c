//! Routes for whoever keeps the books: `/v1/reports`, as JSON and as CSV.

use axum::{
    Json,
    body::Body,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use futures_util::stream;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Filter, LineKind,
    csv::{DecimalSign, Separator, Shape},
    days::{Day, Offset, Span},
    store,
    view::{self, LineView, SummaryView},
};
use crate::{
    base::{
        app::App,
        db,
        web::{
            extract::Query,
            problem::{Kind, Problem, Refusals, Result},
        },
    },
    money::payments::new::accepted,
    selling::{invoices::InvoiceStatus, merchants::Merchant, refunds::RefundStatus},
    words::{
        id::{MerchantId, TransferId},
        page::{Page, PageQuery},
        time::Time,
    },
};

/// Lines that are read at once for a table; only so many are held.
const PAGE: i64 = 2000;
/// In characters.
const LONGEST_TEXT: usize = 100;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(lines))
        .routes(routes!(lines_csv))
        .routes(routes!(summary))
        .routes(routes!(summary_csv))
}

/// Which lines.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ReportQuery {
    /// The first day, `2026-11-01`. Default: thirty days up to `to`.
    from: Option<String>,
    /// The last day, included. Default: today.
    to: Option<String>,
    /// How far your midnight is from that of UTC: `+03:00`. Default `+00:00`.
    utc_offset: Option<String>,
    /// Only this asset.
    asset: Option<String>,
    kind: Option<LineKind>,
    /// Only lines whose invoice or refund is `paid`, `expired`, `succeeded` …
    status: Option<String>,
    /// Only lines whose worth is known in this currency.
    fiat: Option<String>,
    /// Text in the description, the external_id or the reference; Latin letters in either case.
    q: Option<String>,
}

/// How a table is written.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct TableQuery {
    /// What parts the cells: `comma` (default), `semicolon` or `tab`. Spreadsheets in regions that write 1,5
    /// expect a semicolon.
    #[param(inline)]
    separator: Option<Separator>,
    /// What stands before a fraction: `point`, or `comma`. With `semicolon` it is a comma if nothing is said.
    #[param(inline)]
    decimal: Option<DecimalSign>,
    /// Whether a byte order mark stands in front, by which spreadsheets know UTF-8. Default true.
    bom: Option<bool>,
}

impl TableQuery {
    fn shape(&self) -> Shape {
        let separator = self.separator.unwrap_or(Separator::Comma);
        let usual = match separator {
            Separator::Semicolon => DecimalSign::Comma,
            Separator::Comma | Separator::Tab => DecimalSign::Point,
        };
        let decimal = self.decimal.unwrap_or(usual);
        Shape { separator, decimal, marked: self.bom.unwrap_or(true) }
    }
}

fn bad(detail: impl Into<String>) -> Problem {
    Problem::new(Kind::BadRequest, detail)
}

impl ReportQuery {
    fn accept(self, app: &App) -> Result<Filter> {
        let day = |name: &str, text: Option<String>| {
            let day = text.map(|text| text.parse::<Day>()).transpose();
            day.map_err(|()| bad(format!("{name} is a day such as 2026-11-18.")))
        };
        let offset = self.utc_offset.map_or(Ok(Offset::default()), |text| text.parse());
        let offset = offset.map_err(|()| bad("utc_offset is written like +03:00 or -05:30."))?;
        let span = Span::new(day("from", self.from)?, day("to", self.to)?, offset, app.time());
        let currency = self.fiat.map(|code| code.parse()).transpose();
        let text = self.q.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        if text.as_ref().is_some_and(|text| text.chars().count() > LONGEST_TEXT) {
            return Err(bad(format!("q has {LONGEST_TEXT} characters at most.")));
        }
        Ok(Filter {
            span: span.ok_or_else(|| bad("from is later than to."))?,
            asset: self
                .asset
                .map(|code| accepted(&app.assets, &code).map(|a| a.asset))
                .transpose()?,
            kind: self.kind,
            status: self.status.map(status).transpose()?,
            currency: currency.map_err(|error| bad(format!("fiat: {error}.")))?,
            text,
        })
    }
}

fn status(word: String) -> Result<String> {
    let invoices = InvoiceStatus::ALL.iter().map(|status| status.as_str());
    let all: Vec<_> = invoices.chain(RefundStatus::ALL.iter().map(|s| s.as_str())).collect();
    match all.contains(&word.as_str()) {
        true => Ok(word),
        false => Err(bad(format!("status is one of: {}.", all.join(", ")))),
    }
}

/// List what came in and what went back, newest first
///
/// Each line is a transfer on the chain: a payment of an invoice, or money that a refund sent back.
#[utoipa::path(
    get, path = "/v1/reports/lines", tag = "Reports", security(("key" = [])),
    params(PageQuery, ReportQuery),
    responses((status = 200, body = Page<LineView>), Refusals)
)]
async fn lines(
    State(app): State<App>,
    merchant: Merchant,
    Query(page): Query<PageQuery>,
    Query(query): Query<ReportQuery>,
) -> Result<Json<Page<LineView>>> {
    let filter = query.accept(&app)?;
    let missing = |id: &str| Problem::not_found(format_args!("payment {id}"));
    let mut list = page.open::<TransferId>(&app.db, missing).await?;
    let after = match list.after {
        None => None,
        Some(id) => {
            let at = store::at(&mut list.tx, id).await?;
            Some((at.ok_or_else(|| missing(&id.to_string()))?, id))
        }
    };
    let found = store::lines(&mut list.tx, merchant.id, &filter, after, list.probe).await?;
    Ok(Json(list.page(found).map(|line| view::line(&app.assets, &line))))
}

/// The same lines as a table
///
/// CSV by RFC 4180, UTF-8 with a byte order mark, all of them, newest first. For a spreadsheet in a region
/// that writes 1,5 ask for `separator=semicolon`. What people have written is disarmed: a cell that
/// a spreadsheet would take for a formula begins with an apostrophe.
#[utoipa::path(
    get, path = "/v1/reports/lines.csv", tag = "Reports", security(("key" = [])),
    params(ReportQuery, TableQuery),
    responses((status = 200, content_type = "text/csv", body = String), Refusals)
)]
async fn lines_csv(
    State(app): State<App>,
    merchant: Merchant,
    Query(query): Query<ReportQuery>,
    Query(table): Query<TableQuery>,
) -> Result<Response> {
    let filter = query.accept(&app)?;
    let span = filter.span;
    let reader = Reader { app, merchant: merchant.id, filter, shape: table.shape() };
    let begin = Some((reader, Place::Beginning));
    let pages = stream::try_unfold(begin, |state| async move {
        let Some((reader, place)) = state else { return Ok::<_, sqlx::Error>(None) };
        let (text, next) = reader.page(place).await?;
        Ok(Some((text, next.map(|next| (reader, next)))))
    });
    Ok(attachment("lines", span, Body::from_stream(pages)))
}

/// Reads a table page by page.
struct Reader {
    app: App,
    merchant: MerchantId,
    filter: Filter,
    shape: Shape,
}

enum Place {
    Beginning,
    After(Time, TransferId),
}

impl Reader {
    /// A page, and where the next one begins if there is one. What comes meanwhile is newer than all of it.
    async fn page(&self, place: Place) -> db::Result<(String, Option<Place>)> {
        let (mut text, after) = match place {
            Place::Beginning => (self.shape.head(&view::LINE_HEADER), None),
            Place::After(at, id) => (String::new(), Some((at, id))),
        };
        let mut tx = self.app.db.snapshot().await?;
        let found = store::lines(&mut tx, self.merchant, &self.filter, after, PAGE).await?;
        drop(tx);
        for line in &found {
            view::write_line(self.shape, &mut text, &view::line(&self.app.assets, line));
        }
        let full = found.len() >= usize::try_from(PAGE).unwrap_or(usize::MAX);
        let last = found.last().filter(|_| full);
        Ok((text, last.map(|line| Place::After(line.at, line.id))))
    }
}

fn attachment(name: &str, span: Span, body: Body) -> Response {
    let file = format!("attachment; filename=\"{name}_{}_{}.csv\"", span.first, span.last);
    let kind = "text/csv; charset=utf-8; header=present".to_owned();
    ([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, file)], body).into_response()
}

/// What came in and what went back, by day
///
/// One sum for each day, kind, asset and fiat currency in which there was something; and the same over
/// all days. `status` and `q` narrow it as they narrow the lines.
#[utoipa::path(
    get, path = "/v1/reports/summary", tag = "Reports", security(("key" = [])),
    params(ReportQuery),
    responses((status = 200, body = SummaryView), Refusals)
)]
async fn summary(
    State(app): State<App>,
    merchant: Merchant,
    Query(query): Query<ReportQuery>,
) -> Result<Json<SummaryView>> {
    Ok(Json(summed(&app, &merchant, &query.accept(&app)?).await?))
}

/// The same sums as a table
#[utoipa::path(
    get, path = "/v1/reports/summary.csv", tag = "Reports", security(("key" = [])),
    params(ReportQuery, TableQuery),
    responses((status = 200, content_type = "text/csv", body = String), Refusals)
)]
async fn summary_csv(
    State(app): State<App>,
    merchant: Merchant,
    Query(query): Query<ReportQuery>,
    Query(table): Query<TableQuery>,
) -> Result<Response> {
    let filter = query.accept(&app)?;
    let summary = summed(&app, &merchant, &filter).await?;
    Ok(attachment("summary", filter.span, Body::from(view::table(table.shape(), &summary))))
}

async fn summed(app: &App, merchant: &Merchant, filter: &Filter) -> Result<SummaryView> {
    let mut tx = app.db.snapshot().await?;
    let summary = super::summary(&mut tx, merchant.id, filter).await?;
    Ok(view::summary(&app.assets, filter.span, &summary))
}

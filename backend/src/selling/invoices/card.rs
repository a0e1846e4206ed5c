//! An invoice as a message shows it to whoever has its link.

use super::{Error, Goods, InvoiceStatus, view, whole};
use crate::{
    base::db::Tx,
    money::payments::card::{Card, Standing, Sum},
    words::{id::InvoiceId, money::Assets},
};

/// `None`: there is no such invoice.
pub async fn card(tx: &mut Tx, assets: &Assets, id: InvoiceId) -> Result<Option<Card>, Error> {
    let whole = match whole(tx, id).await {
        Ok(whole) => whole,
        Err(Error::NotFound(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    let view = view::public(assets, &whole);
    let standing = match view.status {
        InvoiceStatus::Open => Standing::Open,
        InvoiceStatus::Processing => Standing::OnItsWay,
        InvoiceStatus::Paid => Standing::Paid,
        InvoiceStatus::Expired | InvoiceStatus::Void => Standing::Over,
    };
    let is_open = standing == Standing::Open;
    let sum = match (view.goods_kind, view.stars) {
        // Inside Telegram digital goods have one price.
        (Goods::Digital, Some(stars)) => Sum::OneOf(vec![stars.price]),
        (Goods::Digital, None) => Sum::Outside,
        _ if !view.open_amount => {
            let each = |a: view::AcceptedAsset| if is_open { a.remaining } else { a.money };
            Sum::OneOf(view.accepted.into_iter().map(each).collect())
        }
        _ if standing == Standing::Paid => Sum::OneOf(vec![view.received]),
        _ => Sum::Any,
    };
    Ok(Some(Card {
        id: view.id,
        who: view.shop.name,
        sum,
        least: view.min_amount,
        note: view.description,
        standing,
    }))
}

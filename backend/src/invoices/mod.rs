pub mod http {
    pub fn router() -> utoipa_axum::router::OpenApiRouter<crate::app::App> {
        utoipa_axum::router::OpenApiRouter::new()
    }
}
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Db(#[from] sqlx::Error),
}
pub async fn credit(
    _tx: &mut crate::db::Tx,
    _a: &crate::money::Assets,
    _i: crate::id::InvoiceId,
    _r: &crate::payments::Recorded,
    _n: crate::events::Now<'_>,
) -> Result<(), Error> {
    Ok(())
}
pub async fn notice(
    _tx: &mut crate::db::Tx,
    _a: &crate::money::Assets,
    _i: crate::id::InvoiceId,
    _r: crate::payments::Stage,
    _n: crate::events::Now<'_>,
) -> Result<(), Error> {
    Ok(())
}
pub async fn expire_due(
    _tx: &mut crate::db::Tx,
    _a: &crate::money::Assets,
    _i: crate::time::Time,
    _n: crate::events::Now<'_>,
) -> Result<(), Error> {
    Ok(())
}

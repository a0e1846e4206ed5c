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
    _i: crate::id::RequestId,
    _r: &crate::payments::Recorded,
    _n: crate::events::Now<'_>,
) -> Result<(), Error> {
    Ok(())
}

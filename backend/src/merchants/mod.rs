pub mod http {
    pub fn router() -> utoipa_axum::router::OpenApiRouter<crate::app::App> {
        utoipa_axum::router::OpenApiRouter::new()
    }
}
pub async fn of_address(
    _tx: &mut crate::db::Tx,
    _a: ton::address::Address,
) -> crate::db::Result<Vec<crate::events::Audience>> {
    Ok(vec![])
}

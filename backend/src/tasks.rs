#[derive(Clone)]
pub struct Supervisor {
    pub soft: tokio_util::sync::CancellationToken,
}
#[derive(serde::Serialize)]
pub struct TaskHealth {
    pub ok: bool,
}
impl Supervisor {
    pub fn health(&self) -> Vec<TaskHealth> {
        vec![]
    }
}
#[derive(Clone)]
pub struct Heartbeat;
impl Heartbeat {
    pub fn beat(&self) {}
}

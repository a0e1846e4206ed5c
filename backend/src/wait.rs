//! Long-polling: look, and if there is nothing new, look again when something may have happened.

use std::{future::Future, time::Duration};

use serde::Deserialize;
use utoipa::IntoParams;

use crate::{app::App, problem::Result};

/// The longest a caller may wait, in seconds.
pub const LONGEST: u64 = 50;
/// Another process may have written: look again this often even when nobody here was woken.
const ANYWAY: Duration = Duration::from_secs(1);

/// How a caller waits for a change of one object.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WaitQuery {
    /// Seconds to wait for a change, at most 50. Without it the answer comes at once.
    pub wait: Option<u64>,
    /// The status already known: the answer comes as soon as it is another one.
    pub after: Option<String>,
}

/// What a look found, and whether it is worth answering at once.
pub struct Look<T> {
    pub found: T,
    pub news: bool,
}

/// Looks until there is news, the time is up, or the service stops; answers what it saw last.
pub async fn until<T, F, Fut>(app: &App, wait: Option<u64>, mut look: F) -> Result<T>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<Look<T>>>,
{
    let deadline =
        tokio::time::Instant::now() + Duration::from_secs(wait.unwrap_or(0).min(LONGEST));
    let mut woken = app.db.watch();
    loop {
        woken.mark_unchanged();
        let Look { found, news } = look().await?;
        let now = tokio::time::Instant::now();
        if news || now >= deadline || app.stop.is_cancelled() {
            return Ok(found);
        }
        tokio::select! {
            _ = woken.changed() => {}
            () = tokio::time::sleep_until(deadline.min(now + ANYWAY)) => {}
            () = app.stop.cancelled() => {}
        }
    }
}

//! Why a call to Telegram failed, by what can be done about it. Never carries the token, a name or a
//! text: errors of the HTTP client contain the address they asked, and that contains the token.

use std::time::Duration;

use teloxide::{ApiError, RequestError};

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    #[error("Telegram asks us to wait {} s", .0.as_secs())]
    SlowDown(Duration),
    /// The person has blocked the bot, is gone, or has never written to it.
    #[error("the chat cannot be written to")]
    Gone { blocked: bool },
    #[error("Telegram cannot read the message's markup")]
    Markup,
    #[error("Telegram does not know the bot's token; check REMIT_BOT_TOKEN")]
    Token,
    /// Somebody else receives this bot's updates.
    #[error("another process receives this bot's updates")]
    Contested,
    #[error("Telegram refused: {0}")]
    Refused(String),
    #[error("Telegram cannot be reached: {0}")]
    Unreachable(&'static str),
}

impl From<RequestError> for Failure {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::Api(error) => error.into(),
            RequestError::RetryAfter(seconds) => Self::SlowDown(seconds.duration()),
            RequestError::MigrateToChatId(_) => Self::Gone { blocked: false },
            RequestError::Network(error) if error.is_timeout() => Self::Unreachable("timed out"),
            RequestError::Network(error) if error.is_connect() => {
                Self::Unreachable("no connection")
            }
            RequestError::Network(_) => Self::Unreachable("the connection broke"),
            RequestError::InvalidJson { .. } => Self::Unreachable("the answer is not Telegram's"),
            RequestError::Io(_) => Self::Unreachable("an input or output error"),
        }
    }
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        match error {
            ApiError::BotBlocked | ApiError::UserDeactivated => Self::Gone { blocked: true },
            ApiError::ChatNotFound
            | ApiError::UserNotFound
            | ApiError::CantInitiateConversation
            | ApiError::CantTalkWithBots => Self::Gone { blocked: false },
            ApiError::CantParseEntities(_) => Self::Markup,
            ApiError::InvalidToken => Self::Token,
            ApiError::TerminatedByOtherGetUpdates | ApiError::CantGetUpdates => Self::Contested,
            ApiError::Unknown(text) => Self::unknown(&text),
            // The rest has a fixed text of its own.
            other => Self::Refused(other.to_string()),
        }
    }
}

impl Failure {
    fn unknown(text: &str) -> Self {
        if text.starts_with("Forbidden") {
            Self::Gone { blocked: false }
        } else if text.starts_with("Conflict") {
            Self::Contested
        } else if ["Bad Gateway", "Internal Server Error", "Gateway Timeout", "restart"]
            .iter()
            .any(|passing| text.contains(passing))
        {
            Self::Unreachable("it has trouble of its own")
        } else {
            Self::Refused(text.chars().take(120).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_told_apart_by_what_to_do() {
        for (error, failure) in [
            (ApiError::BotBlocked, Failure::Gone { blocked: true }),
            (ApiError::ChatNotFound, Failure::Gone { blocked: false }),
            (
                ApiError::Unknown("Forbidden: bot can't initiate conversation".into()),
                Failure::Gone { blocked: false },
            ),
            (ApiError::CantParseEntities("Bob".into()), Failure::Markup),
            (
                ApiError::Unknown("Bad Gateway".into()),
                Failure::Unreachable("it has trouble of its own"),
            ),
        ] {
            assert_eq!(Failure::from(error), failure);
        }
    }

    #[tokio::test]
    async fn a_failure_never_shows_the_token() {
        let bot = teloxide::Bot::new("123456:AAsecret")
            .set_api_url("http://127.0.0.1:1/".parse().unwrap());
        let error = teloxide::requests::Requester::get_me(&bot).await.unwrap_err();
        let failure = Failure::from(error);
        let shown = format!("{failure} {failure:?}");
        assert!(!shown.contains("AAsecret") && !shown.contains("127.0.0.1"), "{shown}");
    }
}

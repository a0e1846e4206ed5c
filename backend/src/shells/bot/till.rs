//! What Telegram waits for: answers to its questions about Stars and to presses on buttons, within seconds,
//! and Stars that it is to give back. Each call stands between two transactions, never in one.

use std::{future::Future, time::Duration};

use futures_util::future::join_all;
use teloxide::{
    Bot, RequestError,
    payloads::{AnswerCallbackQuerySetters, AnswerPreCheckoutQuerySetters},
    requests::Requester,
    types::{CallbackQueryId, PreCheckoutQueryId, TelegramTransactionId, UserId},
};
use tokio_util::sync::CancellationToken;

use super::{
    Failure, client,
    store::{self as updates, Tapped},
};
use crate::{
    base::{app::App, tasks::Heartbeat},
    money::stars::store::{self, Checkout},
    selling::refunds::stars::{self as refunds, Input, StarRefund},
    words::time::Time,
};

/// So long Telegram waits for an answer; after that nobody needs it.
const PATIENCE: Duration = Duration::from_secs(10);
/// A press is answered late rather than never: whoever pressed waits for it.
const TAP_PATIENCE: Duration = Duration::from_secs(60);
/// One call takes no longer, so that another fits in.
const CALL: Duration = Duration::from_secs(4);
/// Time may have come for something even when nobody woke us.
const ANYWAY: Duration = Duration::from_secs(1);
/// Telegram's word for Stars that have gone back before: a call whose answer was lost, or another's.
const DONE_BEFORE: &str = "CHARGE_ALREADY_REFUNDED";

/// Answers Telegram's questions.
pub async fn answer(app: App, stop: CancellationToken, beat: Heartbeat) -> anyhow::Result<()> {
    let bot = client(&app);
    every_news(&app, stop, beat, || async {
        answer_all(&app, &bot).await?;
        answer_taps(&app, &bot).await
    })
    .await
}

/// Asks Telegram to give Stars back.
pub async fn refund(app: App, stop: CancellationToken, beat: Heartbeat) -> anyhow::Result<()> {
    let bot = client(&app);
    every_news(&app, stop, beat, || refund_due(&app, &bot)).await
}

async fn every_news<Fut>(
    app: &App,
    stop: CancellationToken,
    beat: Heartbeat,
    work: impl Fn() -> Fut,
) -> anyhow::Result<()>
where
    Fut: Future<Output = anyhow::Result<()>>,
{
    let mut news = app.db.watch();
    while !stop.is_cancelled() {
        news.mark_unchanged();
        work().await?;
        beat.beat();
        tokio::select! {
            () = stop.cancelled() => {}
            _ = news.changed() => {}
            () = tokio::time::sleep(ANYWAY) => {}
        }
    }
    Ok(())
}

async fn answer_all(app: &App, bot: &Bot) -> anyhow::Result<()> {
    let mut tx = app.db.snapshot().await?;
    let waiting = store::unanswered(&mut tx, app.time().before(PATIENCE)).await?;
    drop(tx);
    join_all(waiting.iter().map(|checkout| answer_one(app, bot, checkout)))
        .await
        .into_iter()
        .collect()
}

async fn answer_one(app: &App, bot: &Bot, checkout: &Checkout) -> anyhow::Result<()> {
    let id = PreCheckoutQueryId(checkout.id.clone());
    let call = bot.answer_pre_checkout_query(id, checkout.refusal.is_none());
    let told = match &checkout.refusal {
        Some(refusal) => tokio::time::timeout(CALL, call.error_message(refusal).into_future()),
        None => tokio::time::timeout(CALL, call.into_future()),
    };
    let told = told.await;
    let mut tx = app.db.begin().await?;
    match told {
        Ok(Ok(_)) => store::answered(&mut tx, &checkout.id, app.time()).await?,
        // Telegram waits no longer, so nothing will come of what was promised.
        Ok(Err(RequestError::Api(error))) => {
            tracing::warn!(failure = %Failure::from(error), "a checkout was answered in vain");
            store::lapse(&mut tx, &checkout.id, app.time()).await?;
        }
        Ok(Err(error)) => {
            tracing::warn!(failure = %Failure::from(error), "cannot answer a checkout yet");
            return Ok(());
        }
        Err(_) => {
            tracing::warn!("Telegram did not take a checkout's answer in time");
            return Ok(());
        }
    }
    Ok(tx.commit().await?)
}

async fn answer_taps(app: &App, bot: &Bot) -> anyhow::Result<()> {
    let mut tx = app.db.snapshot().await?;
    let waiting = updates::unanswered_taps(&mut tx, app.time().before(TAP_PATIENCE)).await?;
    drop(tx);
    join_all(waiting.iter().map(|tap| answer_tap(app, bot, tap))).await.into_iter().collect()
}

/// What was pressed for has been done whatever becomes of this: the chat tells it too.
async fn answer_tap(app: &App, bot: &Bot, tap: &Tapped) -> anyhow::Result<()> {
    let call = bot.answer_callback_query(CallbackQueryId(tap.id.clone()));
    let call = call.text(&tap.answer).show_alert(true);
    match tokio::time::timeout(CALL, call.into_future()).await {
        Ok(Ok(_)) => {}
        Ok(Err(RequestError::Api(error))) => {
            tracing::debug!(failure = %Failure::from(error), "a press was answered in vain");
        }
        Ok(Err(error)) => {
            tracing::warn!(failure = %Failure::from(error), "cannot answer a press yet");
            return Ok(());
        }
        Err(_) => return Ok(()),
    }
    let mut tx = app.db.begin().await?;
    updates::tap_answered(&mut tx, &tap.id, app.time()).await?;
    Ok(tx.commit().await?)
}

async fn refund_due(app: &App, bot: &Bot) -> anyhow::Result<()> {
    loop {
        let mut tx = app.db.begin().await?;
        let Some(refund) = refunds::store::take(&mut tx, app.time()).await? else { return Ok(()) };
        tx.commit().await?;
        let input = give_back(app, bot, &refund).await?;
        let mut tx = app.db.begin().await?;
        refunds::advance(&mut tx, refund.id, input, app.now()).await?;
        tx.commit().await?;
    }
}

/// Asks Telegram to give a payment back, and says what came of it.
async fn give_back(app: &App, bot: &Bot, refund: &StarRefund) -> anyhow::Result<Input> {
    let mut tx = app.db.snapshot().await?;
    let payment = store::find(&mut tx, refund.payment).await?;
    drop(tx);
    let Some(payment) = payment else {
        return Ok(Input::Refused { at: app.time(), why: "the payment is not on record".into() });
    };
    let user = UserId(payment.telegram_id.unsigned_abs());
    let charge = TelegramTransactionId(payment.charge_id);
    let answer = bot.refund_star_payment(user, charge).await;
    let input = meaning(answer.map_err(Failure::from), app.time());
    if let Input::Refused { why, .. } | Input::Missed { why, .. } = &input {
        tracing::warn!(id = %refund.id, why, "Telegram has not given Stars back");
    }
    Ok(input)
}

/// What an answer to a refund means for it.
fn meaning<T>(answer: Result<T, Failure>, at: Time) -> Input {
    let Err(failure) = answer else { return Input::Done { at } };
    let why = failure.to_string();
    match failure {
        Failure::Refused(text) if text.contains(DONE_BEFORE) => Input::Done { at },
        Failure::SlowDown(wait) => Input::Missed { at, why, wait: Some(wait) },
        Failure::Unreachable(_) | Failure::Token | Failure::Contested => {
            Input::Missed { at, why, wait: None }
        }
        Failure::Refused(_) | Failure::Gone { .. } | Failure::Markup => Input::Refused { at, why },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_telegram_answers_to_a_refund_is_understood() {
        let at = Time::from_millis(1);
        let told = |text: &str| {
            let error = teloxide::ApiError::Unknown(format!("Bad Request: {text}"));
            meaning::<()>(Err(error.into()), at)
        };
        assert_eq!(meaning(Ok(()), at), Input::Done { at });
        assert_eq!(told("CHARGE_ALREADY_REFUNDED"), Input::Done { at });
        for refused in ["CHARGE_NOT_FOUND", "BALANCE_TOO_LOW", "USER_ID_INVALID"] {
            let Input::Refused { why, .. } = told(refused) else { panic!("{refused}") };
            assert!(why.contains(refused), "{why}");
        }
        let wait = Duration::from_secs(7);
        for (failure, asked) in [
            (Failure::SlowDown(wait), Some(wait)),
            (Failure::Unreachable("timed out"), None),
            (Failure::Token, None),
        ] {
            let Input::Missed { wait, .. } = meaning::<()>(Err(failure), at) else { panic!() };
            assert_eq!(wait, asked);
        }
    }
}

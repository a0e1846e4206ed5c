// The end of a payment: the receipt, or the calm news that nothing moved.
import type { Payment } from '../../api/types';
import { format } from '../../base/money';
import { telegram } from '../../base/telegram';
import { language, text } from '../../base/text';
import { dayAndTime } from '../../base/text/when';
import { counterparty, PartyFace } from '../../flows/ledger';
import { ledgerText } from '../../flows/ledger.words';
import { current } from '../../flows/session';
import { shareLink } from '../../flows/share';
import { flowText } from '../../flows/words';
import { Card, Facts } from '../../parts/card';
import { Address } from '../../parts/copy';
import { Amount } from '../../parts/money';
import { Place } from '../../parts/notice';
import { Screen } from '../../parts/screen';
import { Tick } from '../../parts/tick';
import { land } from '../../router';
import { PaymentSteps } from './sending';
import { sendText } from './words';

export function Receipt({ payment }: { payment: Payment }) {
  const t = flowText.value.receipt;
  const name = counterparty(payment)?.name ?? ledgerText.value.unknown;
  const title = payment.direction === 'out' ? t.sentTo(name) : t.receivedFrom(name);
  return (
    <Screen
      title={title}
      quietTitle
      primary={{ label: text.value.common.done, run: () => land() }}
      secondary={payment.direction === 'out' ? { label: t.share, run: () => share(payment, name) } : null}
    >
      <div class="hero">
        <Tick />
        <Amount money={payment.money} size="hero" />
        <p class="quiet" role="status">{title}</p>
      </div>
      <Card>
        <PaymentSteps payment={payment} />
      </Card>
      <ReceiptFacts payment={payment} />
    </Screen>
  );
}

export function Ended({ payment }: { payment: Payment }) {
  const t = flowText.value.receipt;
  const expired = payment.status === 'expired';
  return (
    <Screen title={expired ? t.expired : t.cancelled} quietTitle primary={{ label: text.value.common.done, run: () => land() }}>
      <div class="hero">
        <PartyFace party={payment.to} size="large" />
        <p class="quiet">{sendText.value.review.to(payment.to.name)}</p>
        <span class="struck">
          <Amount money={payment.money} size="hero" />
        </span>
      </div>
      <Card>
        <Place icon={expired ? 'clock' : 'cross'} title={expired ? t.expired : t.cancelled}>
          {expired ? t.expiredBody : t.cancelledBody}
        </Place>
      </Card>
      <ReceiptFacts payment={payment} />
    </Screen>
  );
}

function ReceiptFacts({ payment }: { payment: Payment }) {
  const t = flowText.value.receipt;
  const { settlement, purpose } = payment;
  const other = counterparty(payment);
  const { explorer_url: explorer, public_url: service } = current().info;
  return (
    <>
      <Card>
        <Facts
          facts={[
            other?.username != null && { name: payment.direction === 'out' ? t.to : t.from, value: <bdi>@{other.username}</bdi> },
            other?.address != null && { name: sendText.value.review.address, value: <Address value={other.address} label={sendText.value.review.address} /> },
            payment.note !== null && { name: t.note, value: payment.note },
            payment.memo !== null && { name: sendText.value.review.memo, value: <code>{payment.memo}</code> },
            purpose.description !== null && { name: t.for, value: purpose.description },
            settlement?.fee != null && { name: t.fee, value: <bdi dir="ltr">{format(settlement.fee)}</bdi> },
            { name: t.when, value: dayAndTime(settlement?.at ?? payment.created_at, language.value) },
            payment.reference !== null && { name: t.reference, value: <code>{payment.reference}</code> },
            settlement !== null && { name: t.block, value: <bdi dir="ltr">{settlement.block}</bdi> },
            settlement !== null && { name: t.transaction, value: <Address value={settlement.hash} label={t.transaction} /> },
          ]}
        />
      </Card>
      {settlement && explorer && (
        <button type="button" class="button button-plain" onClick={() => telegram?.open(transactionUrl(explorer, settlement.hash))}>
          {t.explorer}
        </button>
      )}
      {settlement && purpose.kind !== 'income' && (
        <button type="button" class="button button-plain" onClick={() => telegram?.open(`${service}/receipt/${payment.id}`)}>
          {t.signed}
        </button>
      )}
    </>
  );
}

function share(payment: Payment, name: string): void {
  const { info } = current();
  const home = info.bot_username ? `https://t.me/${info.bot_username}` : info.public_url;
  const link = payment.settlement && info.explorer_url ? transactionUrl(info.explorer_url, payment.settlement.hash) : home;
  shareLink(link, flowText.value.receipt.shareText(format(payment.money), name));
}

/** The explorer's address goes as far as the hash. */
function transactionUrl(explorer: string, hash: string): string {
  return explorer + hash;
}

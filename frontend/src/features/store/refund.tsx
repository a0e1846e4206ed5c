// One refund: the warnings, the signature, and what became of it.
import { Problem } from '../../api/client';
import { isHere, type Resource } from '../../api/loaded';
import type { Store } from '../../api/types';
import { shorten } from '../../base/address';
import { format, unitsOf } from '../../base/money';
import { language } from '../../base/text';
import { dayAndTime } from '../../base/text/when';
import { useChange, type Change } from '../../flows/change';
import { Failed } from '../../flows/failed';
import { refreshLedger } from '../../flows/session';
import { askWallet, clearStage, stageOf, type Stage } from '../../flows/sign';
import { viewSteps } from '../../flows/steps';
import { Live } from '../../flows/store/live';
import { useLive } from '../../flows/store/look';
import { mayWrite } from '../../flows/store/role';
import { WalletTrouble } from '../../flows/wallet-trouble';
import { flowText } from '../../flows/words';
import type { Action } from '../../parts/action';
import { Card, Facts } from '../../parts/card';
import { Address } from '../../parts/copy';
import { Amount } from '../../parts/money';
import { Failure, Load, Notice, Skeleton } from '../../parts/notice';
import { AskFirst } from '../../parts/options';
import { Steps } from '../../parts/steps';
import { Tick } from '../../parts/tick';
import { RefundPill } from './status';
import type { Refund } from './types';
import { cancelRefund, getRefund, prepareRefund, reportRefund } from './verbs';
import { go } from './way';
import { words } from './words';

const ORDER = ['submitted', 'seen', 'confirmed', 'final'] as const;

export function RefundDetail({ store, id }: { store: Store; id: string }) {
  const t = words.value;
  const refund = useLive(store.id, () => getRefund(store.id, id));
  const change = useChange();
  const state = refund.state.value;
  const it = isHere(state) ? state.ok : null;
  const stage = stageOf(id);
  const signs = it?.status === 'requires_signature' && mayWrite(store, 'refunds');
  return (
    <Live title={t.refund.title} quietTitle primary={signs && it ? signOf(store, it, refund, change, stage) : null}>
      <Load of={refund} skeleton={<Card><Skeleton hero rows={3} /></Card>}>
        {(item) => (
          <>
            <div class="hero">
              {item.status === 'succeeded' ? <Tick /> : <RefundPill status={item.status} />}
              <Amount money={item.money} size="hero" />
              {item.to !== null && <p class="quiet">{t.refund.to(shorten(item.to))}</p>}
              <p class="place-text" role="status">{t.refund.body[item.status]}</p>
            </div>
            <Failed change={change} />
            {item.status === 'requires_signature' && <Warnings refund={item} />}
            {signs && <StageNotice stage={stage} refund={item} />}
            {(item.status === 'submitted' || item.status === 'succeeded') && (
              <Card><Steps steps={viewSteps(ORDER, item.progress.filter((step) => step.state !== 'created'))} /></Card>
            )}
            <RefundFacts store={store} refund={item} />
            {signs && (
              <AskFirst
                label={t.refund.cancel} title={t.refund.cancelAsk} body={t.refund.cancelBody} keep={t.keep} busy={change.busy}
                onConfirm={() => change.run(async () => { refund.set(await cancelRefund(store.id, id)); clearStage(id); })}
              />
            )}
          </>
        )}
      </Load>
    </Live>
  );
}

/** The message is prepared when it is asked for: it can be signed for some minutes only. */
function signOf(store: Store, refund: Refund, source: Resource<Refund>, change: Change, stage: Stage | null): Action {
  const t = flowText.value.signing;
  if (stage?.at === 'asked') return { label: t.reopen(stage.app), run: stage.reopen };
  const sign = async () => {
    const { transaction } = await prepareRefund(store.id, refund.id);
    void askWallet(refund.id, transaction, async (boc) => {
      source.set(await reportRefund(store.id, refund.id, boc));
      refreshLedger();
    });
  };
  const label = stage?.at === 'failed' && stage.why === 'other_wallet' ? t.connectOther : words.value.refund.sign;
  return { label, run: () => change.run(sign), busy: change.busy || stage?.at === 'preparing' || stage?.at === 'sent' };
}

function Warnings({ refund }: { refund: Refund }) {
  const t = words.value.refund.warning;
  return (
    <>
      {refund.warnings.map((warning) => (
        <Notice key={warning} tone={warning === 'contract' || warning === 'maybe_exchange' ? 'bad' : 'warn'} title={t[warning].title}>{t[warning].body}</Notice>
      ))}
    </>
  );
}

function StageNotice({ stage, refund }: { stage: Stage | null; refund: Refund }) {
  const t = flowText.value.signing;
  switch (stage?.at) {
    case 'asked':
      return <Notice tone="info" title={t.asked(stage.app)}>{t.askedBody}</Notice>;
    case 'declined':
      return <Notice tone="info" title={t.declined}>{t.declinedBody}</Notice>;
    case 'failed':
      if (stage.why instanceof Problem) return <Failure problem={stage.why} />;
      if (stage.why === 'other_wallet') return <Notice tone="warn" title={t.otherWallet}>{words.value.refund.needsWallet(shorten(refund.from ?? ''))}</Notice>;
      return <WalletTrouble failure={stage.why} />;
    default:
      return null;
  }
}

function RefundFacts({ store, refund }: { store: Store; refund: Refund }) {
  const t = words.value;
  const { invoice, settlements, to, from } = refund;
  const last = settlements[settlements.length - 1];
  return (
    <Card>
      <Facts
        facts={[
          refund.reason !== null && { name: t.refund.reason, value: refund.reason },
          to !== null && { name: t.giveBack.to, value: <Address value={to} label={t.giveBack.to} /> },
          from !== null && { name: t.from, value: <Address value={from} label={t.from} /> },
          unitsOf(refund.sent) > 0n && { name: t.refund.sent, value: <bdi dir="ltr">{format(refund.sent)}</bdi> },
          invoice !== null && {
            name: t.refund.invoice,
            value: <button type="button" class="link" onClick={() => go(store.id, 'invoice', invoice)}>{shorten(invoice)}</button>,
          },
          { name: t.when, value: dayAndTime(last?.at ?? refund.created_at, language.value) },
          last !== undefined && { name: t.block, value: <bdi dir="ltr">{last.block}</bdi> },
          last !== undefined && { name: t.transaction, value: <Address value={last.hash} label={t.transaction} /> },
        ]}
      />
    </Card>
  );
}

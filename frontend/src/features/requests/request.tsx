// A request for money: to its owner a code and a link to show, to everybody else something to pay.
import { useEffect, useMemo, useState } from 'preact/hooks';
import { idempotencyKey, type Problem } from '../../api/client';
import { asProblem, isHere, resource, type Resource } from '../../api/loaded';
import type { Request } from '../../api/types';
import { format, money, parse, plain, unitsOf } from '../../base/money';
import { text } from '../../base/text';
import { begin } from '../../flows/begin';
import { PartyFace } from '../../flows/ledger';
import { requestText } from '../../flows/requests.words';
import { assetOf, current, defaultWallet, requests } from '../../flows/session';
import { shareLink } from '../../flows/share';
import { Welcome } from '../../flows/welcome';
import { flowText } from '../../flows/words';
import { amountText } from '../../parts/amount.words';
import { Card, Facts, Row } from '../../parts/card';
import { Address, copy } from '../../parts/copy';
import { FigureInput, Keypad } from '../../parts/keypad';
import { Amount } from '../../parts/money';
import { Failure, Load, Place, Skeleton } from '../../parts/notice';
import { Qr } from '../../parts/qr';
import { Screen } from '../../parts/screen';
import { land } from '../../router';
import { closeRequest, getRequest, payRequest } from './verbs';
import { askText } from './words';

export function RequestScreen({ id }: { id: string }) {
  const request = useMemo(() => resource(() => getRequest(id)), [id]);
  useEffect(() => void request.refresh(), [request]);
  const state = request.state.value;
  if (isHere(state)) return <RequestView request={state.ok} source={request} />;
  return (
    <Screen title={askText.value.request.mine} quietTitle>
      <Load of={request} skeleton={<Card><Skeleton hero rows={1} /></Card>}>{() => null}</Load>
    </Screen>
  );
}

function RequestView({ request, source }: { request: Request; source: Resource<Request> }) {
  if (request.to.me) return <Mine request={request} source={source} />;
  if (request.status === 'closed') return <Closed request={request} />;
  return request.money ? <PayFixed request={request} /> : <PayOpen request={request} />;
}

function Mine({ request, source }: { request: Request; source: Resource<Request> }) {
  const t = askText.value.request;
  const [problem, setProblem] = useState<Problem | null>(null);
  const amount = request.money ? format(request.money) : requestText.value.anyAmount;
  if (request.status === 'closed') return <Closed request={request} />;
  const share = () =>
    shareLink(request.link, request.money ? t.shareText(amount, request.note) : t.shareOpen(request.note));
  const close = async () => {
    try {
      source.set(await closeRequest(request.id));
      void requests.refresh();
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  return (
    <Screen title={t.mine} quietTitle primary={{ label: text.value.common.share, run: share }} secondary={{ label: text.value.common.copyLink, run: () => void copy(request.link) }}>
      <div class="hero">
        {request.money ? <Amount money={request.money} size="hero" /> : <p class="place-title">{amount}</p>}
        {request.note && <p class="quiet">{request.note}</p>}
      </div>
      <Card>
        <Qr value={request.link} label={t.qr} />
        <p class="place-text">{t.mineBody}</p>
      </Card>
      {problem && <Failure problem={problem} retry={() => void close()} />}
      <Card>
        <Facts
          facts={[
            { name: flowText.value.receipt.received, value: requestText.value.paidTimes(request.paid_count) },
          ]}
        />
      </Card>
      <button type="button" class="button button-danger" onClick={() => void close()}>
        {t.closeIt}
      </button>
    </Screen>
  );
}

function Closed({ request }: { request: Request }) {
  const t = askText.value.request;
  return (
    <Screen title={t.closed} quietTitle primary={{ label: text.value.common.done, run: () => land() }}>
      <Card>
        <Place icon="cross" title={t.closed}>
          {request.to.me ? t.closedMine : t.closedTheirs}
        </Place>
      </Card>
    </Screen>
  );
}

/** Makes the payment once, however often the button is tapped. */
function usePaying(request: Request) {
  const [key, setKey] = useState(idempotencyKey);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const pay = async (amount: string | undefined) => {
    setBusy(true);
    setProblem(null);
    try {
      begin(await payRequest(request.id, amount, key));
    } catch (error) {
      setProblem(asProblem(error));
      setBusy(false);
    }
  };
  return { pay, busy, problem, renew: () => setKey(idempotencyKey()) };
}

function PayFixed({ request }: { request: Request }) {
  const t = askText.value.request;
  const { pay, busy, problem } = usePaying(request);
  if (!defaultWallet(current().me)) return <Welcome />;
  const sum = request.money;
  if (!sum) return null;
  return (
    <Screen title={t.asks(request.to.name)} quietTitle primary={{ label: t.pay(format(sum)), run: () => void pay(undefined), busy }}>
      <div class="hero">
        <PartyFace party={request.to} size="large" />
        <p class="quiet">{t.asks(request.to.name)}</p>
        <Amount money={sum} size="hero" />
      </div>
      {problem && <Failure problem={problem} />}
      <Payee request={request} />
    </Screen>
  );
}

function PayOpen({ request }: { request: Request }) {
  const t = askText.value.request;
  const { pay, busy, problem, renew } = usePaying(request);
  const [figure, setFigure] = useState('');
  const unit = assetOf(current().info, request.asset);
  const parsed = parse(figure, unit.decimals);
  const sum = 'ok' in parsed && parsed.ok > 0n ? money(parsed.ok, unit.asset, unit.decimals) : null;
  const change = (value: string) => {
    setFigure(value);
    renew();
  };
  if (!defaultWallet(current().me)) return <Welcome />;
  const run = () => sum && void pay(plain(unitsOf(sum), sum.decimals));
  return (
    <Screen title={t.asksOpen(request.to.name)} quietTitle tall primary={{ label: sum ? t.pay(format(sum)) : t.payNone, run, busy, disabled: !sum }}>
      <Card>
        <Row lead={<PartyFace party={request.to} />} title={t.asksOpen(request.to.name)} detail={request.note ?? t.chooseAmount} />
      </Card>
      {problem && <Failure problem={problem} />}
      <div class="amount-stage">
        <FigureInput
          value={figure} unit={unit.asset} decimals={unit.decimals} label={amountText.value.label(unit.asset)}
          invalid={false} describedBy="pay-hint" onChange={change}
        />
        <p id="pay-hint" class="amount-hint">{t.chooseAmount}</p>
      </div>
      <Keypad value={figure} decimals={unit.decimals} onChange={change} />
    </Screen>
  );
}

function Payee({ request }: { request: Request }) {
  const { to, note } = request;
  return (
    <Card>
      <Facts
        facts={[
          note !== null && { name: flowText.value.receipt.for, value: note },
          to.username !== null && { name: askText.value.request.recipient, value: `@${to.username}` },
          to.address !== null && { name: askText.value.request.address, value: <Address value={to.address} label={askText.value.request.address} /> },
        ]}
      />
    </Card>
  );
}

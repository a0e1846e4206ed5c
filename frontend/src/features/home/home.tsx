// What you have, what to do about it, what happened lately.
import { useEffect } from 'preact/hooks';
import { isHere, troubleOf } from '../../api/loaded';
import type { Balances, Request, Wallet } from '../../api/types';
import { shorten } from '../../base/address';
import { brief, format, money, unitsOf, type Money } from '../../base/money';
import { telegram } from '../../base/telegram';
import { language } from '../../base/text';
import { startDraft } from '../../flows/draft';
import { Ledger } from '../../flows/ledger';
import { isUnsigned } from '../../flows/payments';
import { requestText } from '../../flows/requests.words';
import { assetOf, balances, current, keepFresh, recent, requests, stores } from '../../flows/session';
import { Avatar } from '../../parts/avatar';
import { Card, Chevron, Row, Section } from '../../parts/card';
import { Icon, type IconName } from '../../parts/icon';
import { Amount } from '../../parts/money';
import { Load, Notice, Place, Skeleton } from '../../parts/notice';
import { SandboxPill } from '../../parts/pill';
import { Screen } from '../../parts/screen';
import { push, tiles, type Route } from '../../router';
import { homeText } from './words';
import './home.css';

const SHOWN = 8;

export function Home({ wallet }: { wallet: Wallet }) {
  const t = homeText.value;
  useEffect(() => {
    void requests.refresh();
    void stores.refresh();
    return keepFresh();
  }, []);
  return (
    <Screen title={t.title} quietTitle>
      <Card>
        <div class="balance-head">
          <span class="caption">{t.balanceOf(shorten(wallet.address))}</span>
          {current().info.sandbox && <SandboxPill />}
          <button type="button" class="icon-button" aria-label={t.settings} onClick={() => push({ name: 'settings' })}>
            <Icon name="gear" />
          </button>
        </div>
        <Load of={balances} skeleton={<Skeleton hero rows={0} />}>
          {(all) => <Balance all={all} wallet={wallet} />}
        </Load>
        <div class="tiles">
          {tiles.map(({ to, icon, label, begin }) => <Tile key={to.name} icon={icon} label={label[language.value]} onPress={() => open(to, begin)} />)}
          {telegram?.canScan && <Tile icon="scan" label={t.scan} onPress={() => open({ name: 'recipient' }, startDraft)} />}
        </div>
      </Card>
      <ToActOn />
      <Unseen />
      <YourStores />
      <OpenRequests />
      <Recent />
    </Screen>
  );
}

function open(to: Route, begin?: () => void): void {
  begin?.();
  push(to);
}

function Balance({ all, wallet }: { all: Balances; wallet: Wallet }) {
  const { info } = current();
  const mine = all.data.find((b) => b.wallet === wallet.id)?.balances ?? [];
  const of = (asset: string): Money => mine.find((m) => m.asset === asset) ?? money(0n, asset, assetOf(info, asset).decimals);
  const others = info.assets.filter((a) => a.asset !== info.ticker).map((a) => of(a.asset));
  const empty = mine.every((m) => unitsOf(m) === 0n);
  const t = homeText.value;
  return (
    <>
      <Amount money={of(info.ticker)} size="balance" minFraction={2} maxFraction={4} />
      {others.map((m) => (
        <p key={m.asset} class="balance-other">
          {brief(m)}
        </p>
      ))}
      {empty && (
        <Notice tone="info" title={t.fillTitle}>
          {info.sandbox ? t.fillSandbox : t.fill(info.ticker)}
        </Notice>
      )}
    </>
  );
}

function Tile({ icon, label, onPress }: { icon: IconName; label: string; onPress: () => void }) {
  return (
    <button type="button" class="tile" onClick={onPress}>
      <span class="tile-face">
        <Icon name={icon} />
      </span>
      {label}
    </button>
  );
}

/** Payments that wait for this person's wallet. */
function ToActOn() {
  const t = homeText.value;
  const state = recent.state.value;
  if (!isHere(state)) return null;
  const waiting = state.ok.data.filter(isUnsigned);
  if (waiting.length === 0) return null;
  return (
    <Card>
      {waiting.map((payment) => (
        <Row
          key={payment.id}
          lead={<Avatar name={payment.to.name} />}
          title={t.unsigned(format(payment.money), payment.to.name)}
          detail={t.unsignedDetail}
          trail={<span class="pill">{t.finish}</span>}
          onPress={() => push({ name: 'payment', id: payment.id })}
        />
      ))}
    </Card>
  );
}

/** What is not there may only not be known. Where nothing is, the list of payments says so already. */
function Unseen() {
  const t = homeText.value;
  const missing = [troubleOf(requests) && t.requests, troubleOf(stores) && t.stores].filter(Boolean).join(', ');
  return missing && !troubleOf(recent) && <Notice tone="warn" title={t.missing(missing)}>{t.missingBody}</Notice>;
}

/** Only for those who have any: whoever only pays is not asked to sell. */
function YourStores() {
  const state = stores.state.value;
  const mine = isHere(state) ? state.ok.data : [];
  if (mine.length === 0) return null;
  return (
    <Section title={homeText.value.stores}>
      {mine.slice(0, 3).map((store) => (
        <Row
          key={store.id} lead={<Avatar name={store.name} icon="shop" />} title={store.name} trail={<Chevron />}
          onPress={() => push({ name: 'store', id: store.id, page: 'overview' })}
        />
      ))}
      {mine.length > 3 && <Row title={<span class="accent">{homeText.value.allStores}</span>} onPress={() => push({ name: 'stores' })} />}
    </Section>
  );
}

function OpenRequests() {
  const state = requests.state.value;
  const open = isHere(state) ? state.ok.data.filter((r) => r.status === 'open') : [];
  if (open.length === 0) return null;
  return (
    <Section title={homeText.value.requests}>
      {open.slice(0, 3).map((request) => (
        <RequestRow key={request.id} request={request} />
      ))}
    </Section>
  );
}

function RequestRow({ request }: { request: Request }) {
  const amount = request.money ? format(request.money) : requestText.value.anyAmount;
  return (
    <Row
      lead={<span class="row-icon"><Icon name="down" /></span>}
      title={request.note ?? amount}
      detail={request.note ? `${amount} · ${requestText.value.paidTimes(request.paid_count)}` : requestText.value.paidTimes(request.paid_count)}
      trail={<Chevron />}
      onPress={() => push({ name: 'request', id: request.id })}
    />
  );
}

function Recent() {
  const t = homeText.value;
  return (
    <Load of={recent} skeleton={<Card><Skeleton rows={4} /></Card>}>
      {(page) => {
        const settled = page.data.filter((p) => !isUnsigned(p));
        if (settled.length === 0) return <Card><Place icon="clock" title={t.empty}>{t.emptyBody}</Place></Card>;
        const more = settled.length > SHOWN || page.has_more;
        return (
          <>
            <Ledger payments={settled.slice(0, SHOWN)} />
            {more && (
              <button type="button" class="button button-soft" onClick={() => push({ name: 'activity' })}>
                {t.all}
              </button>
            )}
          </>
        );
      }}
    </Load>
  );
}

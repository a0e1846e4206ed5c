// One invoice, readable on a phone and on a desk: who asks, how much, how to pay, and what became of it.
import { useEffect, useState } from 'preact/hooks';
import { Problem } from '../api/client';
import { arriving, asProblem, isFailed, isHere, useUntilHere, type Wanted } from '../api/loaded';
import { getInfo, insist, offerStars } from '../api/remit';
import type { Accepted, Info, PublicInvoice } from '../api/types';
import { look } from '../base/look';
import { format } from '../base/money';
import { hasWalletConnection } from '../base/storage';
import { openInClient } from '../base/telegram';
import { Choose, isOpenToChoice } from '../flows/invoice/choose';
import { due, hasAftermath, isPayable, isRateOver, useChoice, useRenewing, useWatchedInvoice, type Choice, type Renewing } from '../flows/invoice/invoices';
import { InvoiceCountdown, InvoiceFacts, InvoiceHero, InvoiceState, InvoiceSteps, RateOver, timeLeft } from '../flows/invoice/view';
import { invoiceText } from '../flows/invoice/words';
import { Reconnecting } from '../flows/reconnecting';
import { restoreWallet } from '../flows/wallet';
import { WalletTrouble } from '../flows/wallet-trouble';
import { flowText } from '../flows/words';
import { Button } from '../parts/action';
import { Facts } from '../parts/card';
import { Segments } from '../parts/choice';
import { Address } from '../parts/copy';
import { Failure, Notice, Place, Skeleton } from '../parts/notice';
import { SandboxPill } from '../parts/pill';
import { Qr } from '../parts/qr';
import { Toast } from '../parts/toast';
import { claim } from './claim';
import { paying, payWithWallet, type Paying } from './paying';
import { payText } from './words';

export function PayPage({ id }: { id: string | null }) {
  const service = useUntilHere(getInfo);
  return (
    <div class="pay">
      <header class="pay-head">
        <span class="wordmark">Remit</span>
        {service.ok?.sandbox && <SandboxPill />}
      </header>
      {id === null ? <NotFound /> : <Invoice id={id} service={service} />}
      <footer class="fine">{payText.value.footer}</footer>
      <Toast />
    </div>
  );
}

function NotFound() {
  const t = payText.value;
  return (
    <main class="card">
      <h1 class="hidden-visually">{t.notFound}</h1>
      <Place icon="info" title={t.notFound}>{t.notFoundBody}</Place>
    </main>
  );
}

function Invoice({ id, service }: { id: string; service: Wanted<Info> }) {
  const info = service.ok;
  const watched = useWatchedInvoice(id, () => undefined);
  const { invoice, trouble } = watched;
  const renewing = useRenewing(watched, forgetAsked);
  useEffect(() => {
    if (info && hasWalletConnection()) void restoreWallet(info, look()).catch(() => undefined);
  }, [info]);
  const state = invoice.state.value;
  const here = isHere(state);
  const [unknown, setUnknown] = useState<Problem | null>(null);
  useEffect(() => {
    if (!here) return undefined;
    const stop = new AbortController();
    // Until then the invoice is paid by its own reference, as by everybody else.
    void insist(() => claim(state.ok), { signal: stop.signal, seen: (own) => own && invoice.set(own), trouble: setUnknown });
    return () => stop.abort();
  }, [invoice, here]);
  if (state === 'loading') return <main class="card"><Skeleton hero rows={3} /></main>;
  if (isFailed(state)) {
    return state.problem.status === 404 ? <NotFound /> : <main><Failure problem={state.problem} retry={() => void invoice.refresh()} /></main>;
  }
  return <InvoiceView invoice={state.ok} service={service} renewing={renewing} reconnecting={(trouble ?? unknown) !== null} />;
}

/** A wallet may still hold the request for the sum of before; here it is not offered again. */
function forgetAsked(): void {
  if (paying.peek().at === 'asked') paying.value = { at: 'idle' };
}

interface ViewProps {
  readonly invoice: PublicInvoice;
  readonly service: Wanted<Info>;
  readonly renewing: Renewing;
  readonly reconnecting: boolean;
}

function InvoiceView({ invoice, service, renewing, reconnecting }: ViewProps) {
  const t = payText.value;
  const title = t.title(format(invoice.money), invoice.shop.name);
  useEffect(() => {
    document.title = title;
  }, [title]);
  const stage = paying.value;
  const choice = useChoice(invoice);
  const payable = isPayable(invoice) && timeLeft(invoice) > 0 && (stage.at !== 'sent' || invoice.exception === 'underpaid');
  const over = payable && isRateOver(invoice);
  const open = payable && !over;
  return (
    <main class={open ? 'pay-columns' : 'pay-single'}>
      <div class="stack">
        <section class="card pay-summary" aria-live="polite">
          <h1 class="hidden-visually">{title}</h1>
          <InvoiceHero invoice={invoice} of={open ? choice.of : undefined} />
          {open && <InvoiceCountdown invoice={invoice} />}
          {open && isOpenToChoice(invoice) && <Choose invoice={invoice} choice={choice} />}
          {open && <PayButtons invoice={invoice} service={service} stage={stage} choice={choice} />}
        </section>
        {over && <RateOver renewing={renewing} />}
        <InvoiceState invoice={invoice} />
        <StageNotice stage={stage} open={open} />
        <InvoiceSteps invoice={invoice} signed={stage.at === 'sent'} />
        {reconnecting && <Reconnecting />}
        {hasAftermath(invoice) && <Told invoice={invoice} explorer={service.ok?.explorer_url ?? null} />}
        {!open && <InvoiceFacts invoice={invoice} />}
        {!open && <ReturnLink invoice={invoice} />}
        {invoice.received.units !== '0' && <a class="button button-soft" href={`/receipt/${invoice.id}`}>{flowText.value.receipt.signed}</a>}
      </div>
      {open && (
        <div class="stack">
          <Scan invoice={invoice} of={choice.of} />
          <ByHand invoice={invoice} choice={choice} />
        </div>
      )}
    </main>
  );
}

/** Only once money has come: until then nobody waits for these words. */
function Told(props: { invoice: PublicInvoice; explorer: string | null }) {
  const { ok: told, trouble } = useUntilHere(() => arriving(import('../flows/invoice/aftermath')));
  return told ? <told.Aftermath {...props} /> : trouble && <Failure problem={trouble} />;
}

interface ButtonsProps extends Pick<ViewProps, 'invoice' | 'service'> {
  readonly stage: Paying;
  readonly choice: Choice;
}

function PayButtons({ invoice, service: { ok: info, trouble }, stage, choice }: ButtonsProps) {
  const rest = invoice.exception === 'underpaid' && !invoice.open_amount && choice.money;
  const label = rest ? invoiceText.value.payRest(format(rest)) : payText.value.connectAndPay;
  return (
    <div class="stack">
      {stage.at === 'asked' ? (
        <Button kind="primary" action={{ label: flowText.value.signing.reopen(stage.app), run: stage.reopen }} />
      ) : (
        <Button
          kind="primary"
          action={{ label, run: () => info && void payWithWallet(info, invoice, choice), disabled: !info || !choice.money, busy: stage.at === 'preparing' }}
        />
      )}
      {trouble && <Notice tone="warn" title={payText.value.unready}>{payText.value.unreadyBody}</Notice>}
      {info && invoice.stars && !rest && <StarsButton invoice={invoice} info={info} />}
      {info && invoice.goods_kind !== 'digital' && (
        <a
          class="button button-soft"
          href={info.app_url + invoice.id}
          rel="noopener noreferrer"
          onClick={(event) => openInClient(window, event.currentTarget.href) && event.preventDefault()}
        >
          {payText.value.openTelegram}
        </a>
      )}
    </div>
  );
}

/** Telegram's own payment sheet. What it takes shows on this page like any other payment. */
function StarsButton({ invoice, info }: { invoice: PublicInvoice; info: Info }) {
  const [state, setState] = useState<'idle' | 'busy' | Problem>('idle');
  const open = async () => {
    setState('busy');
    try {
      const { link } = await offerStars(invoice.id);
      // In a tab of its own the sandbox has no t.me: there the stage asks whose phone it shall be.
      if (!openInClient(window, link)) location.assign(info.sandbox ? info.app_url + invoice.id : link);
      setState('idle');
    } catch (error) {
      setState(asProblem(error));
    }
  };
  if (!invoice.stars) return null;
  return (
    <>
      <Button kind="soft" action={{ label: payText.value.starsInTelegram(format(invoice.stars.price)), run: () => void open(), busy: state === 'busy' }} />
      {state instanceof Problem && <Failure problem={state} />}
    </>
  );
}

function StageNotice({ stage, open }: { stage: Paying; open: boolean }) {
  switch (stage.at) {
    case 'asked':
      return <Notice tone="info" title={flowText.value.signing.asked(stage.app)}>{flowText.value.signing.askedBody}</Notice>;
    case 'declined':
      return open ? <Notice tone="info" title={flowText.value.signing.declined}>{payText.value.declined}</Notice> : null;
    case 'failed':
      return stage.why instanceof Problem ? <Failure problem={stage.why} /> : <WalletTrouble failure={stage.why} />;
    default:
      return null;
  }
}

function Scan({ invoice, of }: { invoice: PublicInvoice; of: Accepted }) {
  const t = payText.value;
  const [by, setBy] = useState<'phone' | 'wallet'>('phone');
  return (
    <section class="card pay-scan" aria-label={t.scanTitle}>
      <h2 class="section-title">{t.scanTitle}</h2>
      <Segments
        label={t.scanWith} value={by} onChange={setBy}
        options={[{ value: 'phone', label: t.byPhone }, { value: 'wallet', label: t.byWallet }]}
      />
      <Qr value={by === 'phone' ? invoice.pay_url : of.ton_link} label={t.qr} />
      <p class="place-text">{by === 'phone' ? t.byPhoneHint : t.byWalletHint}</p>
    </section>
  );
}

function ByHand({ invoice, choice }: { invoice: PublicInvoice; choice: Choice }) {
  const t = payText.value;
  if (invoice.address === null || invoice.reference === null) return null;
  return (
    <details class="card by-hand">
      <summary>{t.manualTitle}</summary>
      <p class="quiet">{t.manualBody}</p>
      <Facts
        facts={[
          { name: t.amount, value: <Address value={(choice.money ?? due(invoice, choice.of)).amount} label={t.amount} /> },
          { name: t.address, value: <Address value={invoice.address} label={t.address} /> },
          { name: t.reference, value: <Address value={invoice.reference} label={t.reference} full /> },
        ]}
      />
    </details>
  );
}

/** Only over https: the address is the shop's word. */
function ReturnLink({ invoice }: { invoice: PublicInvoice }) {
  if (invoice.status !== 'paid' || !invoice.return_url?.startsWith('https://')) return null;
  return (
    <a class="button button-soft" href={invoice.return_url} rel="noopener noreferrer">
      {invoiceText.value.backToShop}
    </a>
  );
}

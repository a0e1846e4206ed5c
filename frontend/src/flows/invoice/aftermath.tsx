// What became of money that did not simply pay: too much, too late, too little, in the wrong asset; and where it is written.
import type { PublicInvoice } from '../../api/types';
import { format, unitsOf } from '../../base/money';
import { Card, Facts, Section } from '../../parts/card';
import { Address } from '../../parts/copy';
import { Notice } from '../../parts/notice';
import { flowText } from '../words';
import { invoiceText } from './words';
import './aftermath.css';

export function Aftermath({ invoice, explorer }: { invoice: PublicInvoice; explorer: string | null }) {
  const back = invoice.accepted.map((a) => a.refunded).filter((money) => unitsOf(money) > 0n);
  const t = invoiceText.value;
  return (
    <>
      {invoice.astray.map((lost) => <Lost key={lost.hash} invoice={invoice} lost={lost} />)}
      {back.length > 0 && <Notice tone="good" title={t.returned(back.map((money) => format(money)).join(' + '))}>{t.returnedBody}</Notice>}
      {isOwed(invoice, back.length > 0) && <AskBack invoice={invoice} />}
      {invoice.receipts.length > 0 && <Receipts invoice={invoice} explorer={explorer} />}
    </>
  );
}

function Lost({ invoice, lost }: { invoice: PublicInvoice; lost: PublicInvoice['astray'][number] }) {
  const t = invoiceText.value;
  if (isBack(lost)) return <Notice tone="good" title={t.returned(format(lost.refunded))}>{t.returnedBody}</Notice>;
  const wanted = invoice.accepted.map((a) => a.asset).join(t.or);
  return (
    <Notice tone="warn" title={t.astray(format(lost.money))}>
      {lost.reason === 'wrong_asset' ? t.astrayAsset(wanted) : t.astrayOther}
    </Notice>
  );
}

const isBack = (lost: PublicInvoice['astray'][number]) => unitsOf(lost.refunded) >= unitsOf(lost.money);

/** Whether the payer may want money back that only the shop can send. */
function isOwed(invoice: PublicInvoice, returned: boolean): boolean {
  if (invoice.astray.some((lost) => !isBack(lost))) return true;
  const over = invoice.status === 'expired' || invoice.status === 'void';
  return !returned && (invoice.exception === 'overpaid' || invoice.exception === 'late' || (over && invoice.exception === 'underpaid'));
}

function AskBack({ invoice }: { invoice: PublicInvoice }) {
  const t = invoiceText.value;
  return (
    <Section title={t.askBack(invoice.shop.name)}>
      <p class="ask-back">{t.askBackBody}</p>
      <Facts facts={[invoice.reference !== null && { name: t.reference, value: <Address value={invoice.reference} label={t.reference} full /> }]} />
    </Section>
  );
}

function Receipts({ invoice, explorer }: { invoice: PublicInvoice; explorer: string | null }) {
  const t = flowText.value.receipt;
  return (
    <Card label={t.transaction}>
      {invoice.receipts.map((receipt) => (
        <Facts
          key={receipt.hash}
          facts={[
            { name: invoiceText.value.received, value: <bdi dir="ltr">{format(receipt.received)}</bdi> },
            { name: t.block, value: <bdi dir="ltr">{receipt.block}</bdi> },
            { name: t.transaction, value: <Address value={receipt.hash} label={t.transaction} /> },
            explorer !== null && {
              name: '',
              value: (
                <a class="accent" href={`${explorer.replace(/\/$/, '')}/transaction/${receipt.hash}`} target="_blank" rel="noopener noreferrer">
                  {t.explorer}
                </a>
              ),
            },
          ]}
        />
      ))}
    </Card>
  );
}

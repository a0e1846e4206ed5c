// Paying in Telegram Stars, inside Telegram: its own sheet asks, and what it says is only a hint; the invoice tells.
import { useState } from 'preact/hooks';
import { Problem } from '../../api/client';
import { asProblem } from '../../api/loaded';
import { offerStars } from '../../api/remit';
import type { PublicInvoice } from '../../api/types';
import { format } from '../../base/money';
import { telegram } from '../../base/telegram';
import { isPayable } from '../../flows/invoice/invoices';
import { invoiceText } from '../../flows/invoice/words';
import type { Action } from '../../parts/action';
import { Failure, Notice } from '../../parts/notice';

export type StarsStage = 'idle' | 'busy' | 'paid' | 'cancelled' | 'failed' | Problem;

export interface PayingInStars {
  readonly stage: StarsStage;
  /** What can be done about the invoice here, or null when it takes no money any more. */
  readonly action: Action | null;
  readonly again: () => void;
}

export function usePayingInStars(invoice: PublicInvoice): PayingInStars {
  const t = invoiceText.value;
  const [stage, setStage] = useState<StarsStage>('idle');
  const pay = async () => {
    setStage('busy');
    try {
      const { link } = await offerStars(invoice.id);
      const said = (await telegram?.openInvoice(link)) ?? 'cancelled';
      setStage(said === 'pending' ? 'paid' : said);
    } catch (error) {
      setStage(asProblem(error));
    }
  };
  const again = () => void pay();
  if (!isPayable(invoice)) return { stage, action: null, again };
  if (!invoice.stars) return { stage, action: { label: t.openOutside, run: () => telegram?.open(invoice.pay_url) }, again };
  const busy = stage === 'busy' || stage === 'paid';
  return { stage, action: { label: t.pay(format(invoice.stars.price)), run: again, busy }, again };
}

export function StarsNotice({ invoice, paying: { stage, again } }: { invoice: PublicInvoice; paying: PayingInStars }) {
  const t = invoiceText.value;
  if (!isPayable(invoice)) return null;
  if (!invoice.stars) return <Notice tone="info" title={t.outsideOnly}>{t.outsideOnlyBody(invoice.shop.name)}</Notice>;
  if (stage instanceof Problem) return <Failure problem={stage} retry={again} />;
  if (stage === 'cancelled') return <Notice tone="info" title={t.starsCancelled}>{t.starsCancelledBody}</Notice>;
  if (stage === 'failed') return <Notice tone="warn" title={t.starsFailed}>{t.starsFailedBody}</Notice>;
  return null;
}

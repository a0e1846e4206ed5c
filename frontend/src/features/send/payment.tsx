// One payment from the wallet's question to the receipt. Opened mid-way, by link or after a reload, it shows where things stand.
import type { Payment } from '../../api/types';
import { isUnsigned, useWatchedPayment } from '../../flows/payments';
import { stageOf } from '../../flows/sign';
import { flowText } from '../../flows/words';
import { Card } from '../../parts/card';
import { Load, Skeleton } from '../../parts/notice';
import { Screen } from '../../parts/screen';
import { Ended, Receipt } from './receipt';
import { Sending } from './sending';
import { Signing } from './signing';

export function PaymentScreen({ id }: { id: string }) {
  const { payment, trouble } = useWatchedPayment(id);
  const state = payment.state.value;
  if (typeof state === 'object' && 'ok' in state) {
    return <PaymentView payment={state.ok} reconnecting={trouble !== null} />;
  }
  return (
    <Screen title={flowText.value.receipt.title} quietTitle>
      <Load of={payment} skeleton={<Card><Skeleton hero rows={3} /></Card>}>
        {() => null}
      </Load>
    </Screen>
  );
}

function PaymentView({ payment, reconnecting }: { payment: Payment; reconnecting: boolean }) {
  switch (payment.status) {
    case 'final':
      return <Receipt payment={payment} />;
    case 'expired':
    case 'cancelled':
      return <Ended payment={payment} />;
    case 'created':
      // The service may not have heard of the signature yet; the wallet's answer here is as good.
      if (isUnsigned(payment) && stageOf(payment.id)?.at !== 'sent') return <Signing payment={payment} />;
      return <Sending payment={payment} reconnecting={reconnecting} />;
    default:
      return <Sending payment={payment} reconnecting={reconnecting} />;
  }
}

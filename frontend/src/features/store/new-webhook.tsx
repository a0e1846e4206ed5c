// A new address for webhooks, and the secret it is signed with.
import { useState } from 'preact/hooks';
import type { Store } from '../../api/types';
import { useChange } from '../../flows/change';
import { Failed } from '../../flows/failed';
import { Options } from '../../parts/options';
import { Screen } from '../../parts/screen';
import { back } from '../../router';
import { Secret } from './secret';
import { addEndpoint } from './verbs';
import { words } from './words';
import '../../parts/field.css';

const URL_LENGTH = 2048;
/** What most shops wait for. */
const PAYMENTS = [
  'invoice.paid', 'invoice.paid_late', 'invoice.partially_paid', 'invoice.overpaid', 'invoice.expired', 'payment.unmatched',
  'refund.succeeded', 'refund.failed',
] as const;
type What = 'everything' | 'payments';

export function NewWebhook({ store }: { store: Store }) {
  const t = words.value.webhooks;
  const change = useChange();
  const [url, setUrl] = useState('');
  const [what, setWhat] = useState<What>('payments');
  const [secret, setSecret] = useState<string | null>(null);
  if (secret !== null) return <Secret title={t.once} body={t.onceBody} value={secret} done={back} />;

  const create = async (key: string) => {
    const types = what === 'payments' ? { types: PAYMENTS } : {};
    setSecret((await addEndpoint(store.id, { url: url.trim(), ...types }, key)).secret);
  };
  return (
    <Screen title={t.add} primary={{ label: t.create, run: () => change.run(create), busy: change.busy, disabled: !URL.canParse(url.trim()) }}>
      <div class="card search">
        <label>
          <span class="hidden-visually">{t.url}</span>
          <input
            type="url" inputMode="url" autocomplete="off" autocapitalize="none" spellcheck={false} dir="ltr" placeholder={t.urlPlaceholder}
            value={url} maxLength={URL_LENGTH} onInput={(event) => { setUrl(event.currentTarget.value); change.renew(); }}
          />
        </label>
      </div>
      <Failed change={change} />
      <Options
        label={t.what} value={what} onChange={(next) => { setWhat(next); change.renew(); }}
        options={(['payments', 'everything'] as const).map((value) => ({ value, title: t[value].title, detail: t[value].body }))}
      />
    </Screen>
  );
}

// Opening a store: a name, and the wallet that is paid.
import { useState } from 'preact/hooks';
import { Problem } from '../../api/client';
import { shorten } from '../../base/address';
import { telegram } from '../../base/telegram';
import { text } from '../../base/text';
import { useChange } from '../../flows/change';
import { Failed } from '../../flows/failed';
import { current, defaultWallet, stores } from '../../flows/session';
import { linkNewWallet } from '../../flows/sign';
import { Card } from '../../parts/card';
import { Field } from '../../parts/choice';
import { Notice, Place } from '../../parts/notice';
import { Options } from '../../parts/options';
import { Screen } from '../../parts/screen';
import { land } from '../../router';
import { openStore } from './verbs';
import { words } from './words';

/** In characters, as the service counts them. */
const NAME = 64;

export function OpenStore() {
  const t = words.value.open;
  const { me } = current();
  const change = useChange();
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<string | null>(null);
  const wallet = me.wallets.find((w) => w.id === chosen) ?? defaultWallet(me);
  if (!wallet) return <NoWallet />;
  if (change.failed instanceof Problem && change.failed.slug === 'merchants-closed') return <Closed />;

  const create = async (key: string) => {
    const store = await openStore(name.trim(), wallet.id, key);
    await stores.refresh();
    telegram?.haptic('success');
    land({ name: 'store', id: store.id, page: 'overview' });
  };
  const long = Array.from(name.trim()).length > NAME;
  const valid = name.trim() !== '' && !long;
  const edit = (run: () => void) => {
    run();
    change.renew();
  };
  return (
    <Screen title={t.title} primary={{ label: t.create, run: () => change.run(create), busy: change.busy, disabled: !valid }}>
      <Card>
        <Field label={t.name} placeholder={t.namePlaceholder} value={name} maxLength={2 * NAME} onChange={(value) => edit(() => setName(value))} />
      </Card>
      {long && <Notice tone="warn" title={t.nameLong} />}
      <Failed change={change} />
      <Options
        label={t.wallet} value={wallet.id} onChange={(id) => edit(() => setChosen(id))}
        options={me.wallets.map((w) => ({
          value: w.id,
          title: <bdi dir="ltr">{shorten(w.address)}</bdi>,
          detail: w.default ? `${w.version} · ${t.default}` : w.version,
        }))}
      />
      <Notice tone="info" title={t.means}>{t.meansBody}</Notice>
    </Screen>
  );
}

function NoWallet() {
  const t = words.value.open;
  const change = useChange();
  return (
    <Screen title={t.title} primary={{ label: t.connect, run: () => change.run(linkNewWallet), busy: change.busy }}>
      <Card><Place icon="wallet" title={t.noWallet}>{t.noWalletBody}</Place></Card>
      <Failed change={change} />
    </Screen>
  );
}

function Closed() {
  const t = words.value.open;
  return (
    <Screen title={t.title} primary={{ label: text.value.common.done, run: () => land() }}>
      <Card><Place icon="shop" title={t.closed}>{t.closedBody}</Place></Card>
    </Screen>
  );
}

// Asking for another payout wallet: one the person has proven, and two days to think better of it.
import { useState } from 'preact/hooks';
import type { Store } from '../../api/types';
import { sameAccount, shorten } from '../../base/address';
import { useChange } from '../../flows/change';
import { Failed } from '../../flows/failed';
import { current } from '../../flows/session';
import { linkNewWallet } from '../../flows/sign';
import { Card } from '../../parts/card';
import { Notice, Place } from '../../parts/notice';
import { Options } from '../../parts/options';
import { Screen } from '../../parts/screen';
import { back } from '../../router';
import { askForPayout } from './verbs';
import { words } from './words';

export function NewPayout({ store }: { store: Store }) {
  const t = words.value.payout;
  const change = useChange();
  const others = current().me.wallets.filter((wallet) => !sameAccount(wallet.address, store.address));
  const [chosen, setChosen] = useState<string | null>(null);
  const wallet = others.find(({ id }) => id === chosen) ?? others[0];
  if (!wallet) {
    return (
      <Screen title={t.change} primary={{ label: t.connect, run: () => change.run(linkNewWallet), busy: change.busy }}>
        <Card><Place icon="wallet" title={t.noOther}>{t.noOtherBody}</Place></Card>
        <Failed change={change} />
      </Screen>
    );
  }
  const ask = () => change.run(async (key) => {
    await askForPayout(store.id, wallet.id, key);
    back();
  });
  return (
    <Screen title={t.change} primary={{ label: t.ask, run: ask, busy: change.busy }}>
      <Options
        label={t.choose} value={wallet.id} onChange={(id) => { setChosen(id); change.renew(); }}
        options={others.map(({ id, address, version }) => ({ value: id, title: <bdi dir="ltr">{shorten(address)}</bdi>, detail: version }))}
      />
      <Notice tone="info" title={t.means}>{t.meansBody}</Notice>
      <Failed change={change} />
    </Screen>
  );
}

// Who is here and which service this is. Everything below the app's gate may rely on both.
import { effect, untracked } from '@preact/signals';
import { isHere, resource, troubleOf } from '../api/loaded';
import { getBalances, getInfo, getMe, listPayments, listRequests, listStores, login } from '../api/remit';
import type { Asset, Info, Me, Wallet } from '../api/types';
import { online } from '../base/online';
import { useLanguage } from '../base/text';

/** Between two looks at the list of payments. */
const LOOK_MS = 5_000;

export interface Session {
  readonly info: Info;
  readonly me: Me;
}

/** Both in parallel: nothing can be shown without either. */
export const session = resource<Session>(async () => {
  const [info, { person }] = await Promise.all([getInfo(), login()]);
  // A language that cannot be fetched is no reason not to let anybody in.
  await useLanguage(person.language).catch(() => undefined);
  return { info, me: person };
});

export const balances = resource(getBalances);
export const recent = resource(() => listPayments({ limit: 20 }));
export const requests = resource(listRequests);
/** The stores this person belongs to. */
export const stores = resource(listStores);

/** The session behind the gate. */
export function current(): Session {
  const state = session.state.value;
  if (!isHere(state)) throw new Error('screens are shown only to a signed-in person');
  return state.ok;
}

export function setMe(me: Me): void {
  session.set({ ...current(), me });
}

export async function refreshMe(): Promise<void> {
  setMe(await getMe());
}

export function defaultWallet(me: Me): Wallet | null {
  return me.wallets.find((w) => w.default) ?? me.wallets[0] ?? null;
}

/** An asset the service knows; shaped like the network's own coin when it does not. */
export function assetOf(info: Info, name: string): Asset {
  return info.assets.find((a) => a.asset === name) ?? { asset: name, name, decimals: 9, master: null };
}

/** Units of an asset in the default wallet, or null while unknown. */
export function held(asset: string): bigint | null {
  const state = balances.state.value;
  const wallet = defaultWallet(current().me);
  if (!isHere(state) || !wallet) return null;
  const found = state.ok.data.find((b) => b.wallet === wallet.id)?.balances.find((m) => m.asset === asset);
  return found ? BigInt(found.units) : 0n;
}

/** Fetches again what a movement of money changes. */
export function refreshLedger(): void {
  if (current().me.wallets.length > 0) void balances.refresh();
  void recent.refresh();
}

/** Looks for news while a screen is open: often at the list and at what could not be had, at balances only when the list has changed. */
export function keepFresh(): () => void {
  refreshLedger();
  const look = async () => {
    if (document.hidden || !online.peek()) return;
    const before = newest();
    await recent.refresh('quietly');
    if (newest() !== before) void balances.refresh();
    for (const part of [balances, requests, stores]) if (troubleOf(part)) void part.refresh('quietly');
  };
  const timer = setInterval(() => void look(), LOOK_MS);
  const again = () => void look();
  document.addEventListener('visibilitychange', again);
  return () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', again);
  };
}

function newest(): string {
  const state = recent.state.peek();
  return isHere(state) ? state.ok.data.map((p) => `${p.id} ${p.status}`).join() : '';
}

// Coming back online is worth a fresh look.
effect(() => {
  if (online.value && isHere(session.state.peek())) untracked(refreshLedger);
});

// The only file that knows TON Connect. Its 120 KiB arrive on first need; every address it would ask is replaced
// by ours, so that connecting a wallet tells nobody but that wallet.
import { signal } from '@preact/signals';
import type { Wallet as TonWallet, WalletInfo } from '@tonconnect/sdk';
import type { ConnectedWallet, PartialColorsSet, TonConnectUI } from '@tonconnect/ui';
import type { Info, Transaction, WalletProof } from '../api/types';
import type { Look } from '../base/look';

export interface Connection {
  /** `0:<64 hex>`, the form every wallet reports. */
  readonly raw: string;
  /** The wallet application's name, for "Open Tonkeeper". */
  readonly app: string;
}

export type WalletFailure =
  /** The person closed the list of wallets. */
  | 'closed'
  /** The person said no in the wallet. Not an error. */
  | 'declined'
  | 'wrong_network'
  /** The wallet connected but did not prove that it owns the address. */
  | 'no_proof'
  /** The wallet's connection is gone, or it cannot do what we ask. */
  | 'unavailable';

export class WalletError extends Error {
  readonly failure: WalletFailure;

  constructor(failure: WalletFailure, detail = '') {
    super(detail || failure);
    this.name = 'WalletError';
    this.failure = failure;
  }
}

/** The wallet this page can ask right now; null until connected or restored. */
export const connection = signal<Connection | null>(null);

interface Kit {
  readonly ui: TonConnectUI;
  readonly failureOf: (error: unknown) => WalletFailure;
}

/** Between a list closing and the connection being announced. */
const CLOSING_MS = 300;

let kit: Promise<Kit> | null = null;

/** Loads TON Connect once. A failed load is forgotten, so that the next tap tries again. */
function load(info: Info, look: Look): Promise<Kit> {
  kit ??= build(info, look).catch((error: unknown) => {
    kit = null;
    throw new WalletError('unavailable', String(error));
  });
  return kit;
}

async function build(info: Info, look: Look): Promise<Kit> {
  const [{ TonConnectUI, THEME }, { TonConnect, UserRejectsError, WalletWrongNetworkError }] = await Promise.all([
    import('@tonconnect/ui'),
    import('@tonconnect/sdk'),
  ]);
  const connector = new TonConnect({
    manifestUrl: new URL(info.manifest_url, location.origin).href,
    walletsListSource: new URL(info.wallets_url, location.origin).href,
    analytics: { mode: 'off' },
  });
  const ui = new TonConnectUI({
    connector,
    analytics: { mode: 'off' },
    language: look.language === 'ru' ? 'ru' : 'en',
    uiPreferences: look.dark
      ? { theme: THEME.DARK, colorsSet: { [THEME.DARK]: coloursOf(look.tokens) } }
      : { theme: THEME.LIGHT, colorsSet: { [THEME.LIGHT]: coloursOf(look.tokens) } },
    actionsConfiguration: { modals: [], notifications: [], returnStrategy: 'back' },
  });
  ui.setConnectionNetwork(info.network);
  const wallets = await connector.getWallets();
  ui.onStatusChange(
    (wallet) => (connection.value = wallet && { raw: wallet.account.address, app: nameOf(wallet, wallets) }),
    () => undefined,
  );
  const failureOf = (error: unknown): WalletFailure => {
    if (error instanceof UserRejectsError) return 'declined';
    return error instanceof WalletWrongNetworkError ? 'wrong_network' : 'unavailable';
  };
  await ui.connectionRestored;
  return { ui, failureOf };
}

/** TON Connect's own sheets in the colours around them. */
function coloursOf(t: Look['tokens']): PartialColorsSet {
  return {
    accent: t.accent,
    connectButton: { background: t.btn, foreground: t['btn-text'] },
    telegramButton: t.btn,
    background: { primary: t.card, secondary: t.fill, segment: t.card, tint: t.page },
    text: { primary: t.text, secondary: t.hint },
    icon: { primary: t.text, secondary: t.hint, tertiary: t.hint, success: t.good, error: t.bad },
  };
}

/** The name people know: from the list, where wallets are not always filed under what they call themselves. */
function nameOf(wallet: TonWallet, wallets: readonly WalletInfo[]): string {
  if ('name' in wallet && typeof wallet.name === 'string') return wallet.name;
  const { appName } = wallet.device;
  return wallets.find((w) => w.appName === appName)?.name ?? appName;
}

/** Picks up the connection of an earlier visit. */
export async function restoreWallet(info: Info, look: Look): Promise<void> {
  await load(info, look);
}

/** Fetches the code ahead of the tap that needs it. */
export function warmUp(info: Info, look: Look): void {
  void load(info, look).catch(() => undefined);
}

/**
 * Opens the wallet list and waits for a connection. With a challenge the wallet must also prove that it owns the
 * address; proofs come only with a fresh connection, so an old one is dropped first.
 */
export async function connectWallet(info: Info, look: Look, challenge: (() => Promise<string>) | null): Promise<WalletProof | null> {
  const { ui, failureOf } = await load(info, look);
  if (ui.connected) await ui.disconnect();
  ui.setConnectRequestParameters(challenge ? { state: 'loading' } : null);
  const connected = waitForConnection(ui, failureOf);
  try {
    await openList(ui);
    if (challenge) ui.setConnectRequestParameters({ state: 'ready', value: { tonProof: await challenge() } });
  } catch (error) {
    closeLists(ui);
    connected.catch(() => undefined);
    throw error;
  }
  const wallet = await connected;
  return challenge ? proofOf(wallet) : null;
}

/** With one wallet to choose from there is no choice to show. */
async function openList(ui: TonConnectUI): Promise<void> {
  const [only, ...others] = await ui.getWallets();
  if (only && others.length === 0) await ui.openSingleWalletModal(only.appName);
  else await ui.openModal();
}

function isListOpen(ui: TonConnectUI): boolean {
  return ui.modalState?.status === 'opened' || ui.singleWalletModalState?.status === 'opened';
}

function closeLists(ui: TonConnectUI): void {
  ui.closeModal();
  ui.closeSingleWalletModal();
}

function waitForConnection(ui: TonConnectUI, failureOf: Kit['failureOf']): Promise<ConnectedWallet> {
  return new Promise((resolve, reject) => {
    let failure: WalletFailure = 'closed';
    let opened = false;
    const stop: (() => void)[] = [];
    const finish = (end: () => void) => {
      for (const off of stop.splice(0)) off();
      end();
    };
    // Lists also close because a wallet has connected, sometimes a moment before that is announced.
    const watch = ({ status }: { status: string }) => {
      if (status === 'opened') opened = true;
      else if (opened) setTimeout(() => ui.connected || finish(() => reject(new WalletError(failure))), CLOSING_MS);
    };
    stop.push(
      ui.onModalStateChange(watch),
      ui.onSingleWalletModalStateChange(watch),
      ui.onStatusChange(
        (wallet) => wallet && finish(() => resolve(wallet as ConnectedWallet)),
        (error) => {
          failure = failureOf(error);
          if (isListOpen(ui)) closeLists(ui);
          else finish(() => reject(new WalletError(failure)));
        },
      ),
    );
  });
}

function proofOf(wallet: ConnectedWallet): WalletProof {
  const { address, chain, publicKey, walletStateInit } = wallet.account;
  const item = wallet.connectItems?.tonProof;
  if (!item || !('proof' in item) || !publicKey) throw new WalletError('no_proof');
  const { timestamp, domain, payload, signature } = item.proof;
  return { account: { address, chain, publicKey, walletStateInit }, proof: { timestamp, domain, payload, signature } };
}

/** Asks the wallet to sign and send. `asked` runs once the request is on its way, with a way to bring the wallet forward again. */
export async function sendTransaction(info: Info, look: Look, transaction: Transaction, asked: (reopen: () => void) => void): Promise<string> {
  const { ui, failureOf } = await load(info, look);
  if (!ui.connected) throw new WalletError('unavailable');
  const { validUntil, network, from, messages } = transaction;
  try {
    const { boc } = await ui.sendTransaction(
      { validUntil, network, from, messages: messages.map((message) => ({ ...message })) },
      { modals: [], notifications: [], onRequestSent: asked },
    );
    return boc;
  } catch (error) {
    throw new WalletError(failureOf(error), error instanceof Error ? error.message : '');
  }
}

export async function disconnectWallet(info: Info, look: Look): Promise<void> {
  if (!connection.value) return;
  const { ui } = await load(info, look);
  if (ui.connected) await ui.disconnect();
}

// The route table, behind the gate that signs in.
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { arriving, isFailed, isHere, resource, type Resource } from './api/loaded';
import { look } from './base/look';
import { hasWalletConnection } from './base/storage';
import { telegram } from './base/telegram';
import { language, text } from './base/text';
import { remark } from './base/toast';
import { Boot, SignInFailed } from './boot';
import { Home } from './features/home/home';
import { current, defaultWallet, session } from './flows/session';
import { Outside } from './outside';
import { Failure } from './parts/notice';
import { Screen } from './parts/screen';
import { route, type Route } from './router';

type Rest = typeof import('./features/rest');

/** The other screens' code. */
const rest = resource<Rest>(() => arriving(import('./features/rest')));

type StoreScreens = typeof import('./features/store/screens');

/** The screens of a store's people: fetched only by those who open one. */
const storeScreens = resource<StoreScreens>(() => arriving(import('./features/store/screens').then(async (screens) => {
  await screens.speak(language.peek());
  return screens;
})));

export function App() {
  useEffect(() => void rest.refresh(), []);
  if (!telegram) return <Outside />;
  const state = session.state.value;
  if (state === 'loading') return <Boot />;
  if (isFailed(state)) return <SignInFailed problem={state.problem} />;
  return <SignedIn />;
}

function SignedIn() {
  useEffect(() => void pickUpWallet().catch(() => undefined), []);
  const to = route.value;
  const wallet = defaultWallet(current().me);
  return (
    <>
      {to.name === 'home' && wallet ? <Home wallet={wallet} /> : <Elsewhere key={JSON.stringify(to)} route={to} />}
      <p class={remark.value ? 'toast toast-shown' : 'toast'} role="status">
        {remark.value}
      </p>
    </>
  );
}

/** TON Connect is heavy: loaded at the start only if an earlier visit left a connection. */
async function pickUpWallet(): Promise<void> {
  if (!hasWalletConnection()) return;
  const { restoreWallet } = await import('./flows/wallet');
  await restoreWallet(current().info, look());
}

function Elsewhere({ route: to }: { route: Route }) {
  switch (to.name) {
    case 'stores':
    case 'open':
    case 'join':
    case 'store':
      return <Chunk of={storeScreens}>{(screens) => <screens.StoreScreen route={to} />}</Chunk>;
    default:
      return <Chunk of={rest}>{(screens) => screenOf(to, screens)}</Chunk>;
  }
}

/** Screens whose code may still be on its way. */
function Chunk<T>({ of, children }: { of: Resource<T>; children: (screens: T) => ComponentChildren }) {
  const screens = of.state.value;
  useEffect(() => {
    if (!isHere(of.state.peek())) void of.refresh();
  }, []);
  if (screens === 'loading') return <Boot />;
  if (isHere(screens)) return <>{children(screens.ok)}</>;
  return (
    <Screen title={text.value.problem.unknown.happened} quietTitle>
      <Failure problem={screens.problem} retry={() => void of.refresh()} />
    </Screen>
  );
}

function screenOf(to: Exclude<Route, { name: 'stores' | 'open' | 'join' | 'store' }>, screens: Rest) {
  switch (to.name) {
    case 'home':
      return <screens.Welcome />;
    case 'how':
      return <screens.How />;
    case 'recipient':
      return <screens.RecipientScreen />;
    case 'amount':
      return <screens.AmountScreen />;
    case 'review':
      return <screens.Review />;
    case 'payment':
      return <screens.PaymentScreen id={to.id} />;
    case 'ask':
      return <screens.Ask />;
    case 'request':
      return <screens.RequestScreen id={to.id} />;
    case 'invoice':
      return <screens.InvoiceScreen id={to.id} />;
    case 'activity':
      return <screens.Activity />;
    case 'settings':
      return <screens.Settings />;
    case 'privacy':
      return <screens.Privacy />;
    case 'sessions':
      return <screens.Sessions />;
  }
}

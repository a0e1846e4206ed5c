// The screen that the router is at, behind the gate that signs in.
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { arriving, isFailed, isHere, resource, type Resource } from './api/loaded';
import { look } from './base/look';
import { hasWalletConnection } from './base/storage';
import { telegram } from './base/telegram';
import { spoken, text } from './base/text';
import { Boot, SignInFailed } from './boot';
import { Home } from './features/home/home';
import { current, defaultWallet, session } from './flows/session';
import { Outside } from './outside';
import { Failure } from './parts/notice';
import { Screen } from './parts/screen';
import { Toast } from './parts/toast';
import { route, type Route } from './router';
import { NAMES, places, type Name } from './routes';

type Shown = Resource<ComponentType<object>>;

/** The code of each screen, on its way or here. */
const screens = Object.fromEntries(NAMES.map((name) => [name, resource(() => arriving(places[name].screen().then(inWords)))])) as Readonly<Record<Name, Shown>>;

/** Once it can be drawn in the person's language. */
const inWords = async <T,>(screen: T): Promise<T> => spoken().then(() => screen);

/** What anybody may come to is fetched while the first screen is being read. */
function fetchScreens(): void {
  for (const name of NAMES) if (!places[name].rare) void screens[name].refresh();
}

export function App() {
  useEffect(fetchScreens, []);
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
      {to.name === 'home' && wallet ? <Home wallet={wallet} /> : <Elsewhere key={JSON.stringify(to)} of={screens[to.name]} route={to} />}
      <Toast />
    </>
  );
}

/** TON Connect is heavy: loaded at the start only if an earlier visit left a connection. */
async function pickUpWallet(): Promise<void> {
  if (!hasWalletConnection()) return;
  const { restoreWallet } = await import('./flows/wallet');
  await restoreWallet(current().info, look());
}

/** A screen whose code may still be on its way. */
function Elsewhere({ of, route: to }: { of: Shown; route: Route }) {
  const state = of.state.value;
  useEffect(() => {
    if (!isHere(of.state.peek())) void of.refresh();
  }, []);
  if (state === 'loading') return <Boot />;
  if (isHere(state)) return <state.ok {...to} />;
  return (
    <Screen title={text.value.problem.unknown.happened} quietTitle>
      <Failure problem={state.problem} retry={() => void of.refresh()} />
    </Screen>
  );
}

// The route table, behind the gate that signs in.
import { useEffect } from 'preact/hooks';
import { current, session } from './state/session';
import { isFailed } from './state/loaded';
import { look } from './state/look';
import { remark } from './state/toast';
import { restoreWallet } from './wallet';
import { route, type Route } from './router';
import { telegram } from './telegram';
import { Boot, SignInFailed } from './screens/boot';
import { Outside } from './screens/outside';
import { Home } from './screens/home';
import { How } from './screens/how';
import { RecipientScreen } from './screens/recipient';
import { AmountScreen } from './screens/amount';
import { Review } from './screens/review';
import { PaymentScreen } from './screens/payment';
import { Ask } from './screens/ask';
import { RequestScreen } from './screens/request';
import { InvoiceScreen } from './screens/invoice';
import { Activity } from './screens/activity';
import { Settings } from './screens/settings';
import { Privacy } from './screens/privacy';

export function App() {
  if (!telegram) return <Outside />;
  const state = session.state.value;
  if (state === 'loading') return <Boot />;
  if (isFailed(state)) return <SignInFailed problem={state.problem} />;
  return <SignedIn />;
}

function SignedIn() {
  useEffect(() => void restoreWallet(current().info, look()).catch(() => undefined), []);
  return (
    <>
      <RouteView key={JSON.stringify(route.value)} route={route.value} />
      <p class={remark.value ? 'toast toast-shown' : 'toast'} role="status">
        {remark.value}
      </p>
    </>
  );
}

function RouteView({ route: to }: { route: Route }) {
  switch (to.name) {
    case 'home':
      return <Home />;
    case 'how':
      return <How />;
    case 'recipient':
      return <RecipientScreen />;
    case 'amount':
      return <AmountScreen />;
    case 'review':
      return <Review />;
    case 'payment':
      return <PaymentScreen id={to.id} />;
    case 'ask':
      return <Ask />;
    case 'request':
      return <RequestScreen id={to.id} />;
    case 'invoice':
      return <InvoiceScreen id={to.id} />;
    case 'activity':
      return <Activity />;
    case 'settings':
      return <Settings />;
    case 'privacy':
      return <Privacy />;
  }
}

// The arrangement: three columns where there is room, tabs where there is not.

import { info, nameOf } from '../people';
import { stage } from '../text';
import { ChainPanel } from './Chain';
import { FeedPanel } from './Feed';
import { Header } from './Header';
import { Merchant } from './Merchant';
import { Phone } from './Phone';
import { curtain, left, right, tab, worldAway, type Tab } from './state';
import { Steps } from './Steps';
import { Visitor } from './Visitor';
import './Stage.css';

export function Stage() {
  if (curtain.value) return <p class="waking" role="status">{stage.startOverBusy}</p>;
  if (!info.value) return <p class="waking" role="status">{stage.loading}</p>;
  return (
    <div class="stage" data-tab={tab.value}>
      <Header />
      {worldAway.value && <p class="away" role="alert">{stage.away}</p>}
      <Steps />
      <main class="board">
        <Phone side="left" />
        <Phone side="right" />
        <div class="side">
          <Merchant />
          <FeedPanel />
          <ChainPanel />
        </div>
      </main>
      <Tabs />
      <Visitor />
    </div>
  );
}

function Tabs() {
  const names: Readonly<Record<Tab, string>> = {
    left: nameOf(left.value), right: nameOf(right.value), shop: stage.tabShop, chain: stage.tabChain,
  };
  return (
    <nav class="tabs" aria-label={stage.tabs}>
      {(Object.keys(names) as Tab[]).map((each) => (
        <button key={each} type="button" aria-current={tab.value === each ? 'page' : undefined} onClick={() => (tab.value = each)}>
          {names[each]}
        </button>
      ))}
    </nav>
  );
}

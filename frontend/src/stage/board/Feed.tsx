// What the shop is told, in the shop's own order: the service's event feed, long-polled with the shop's key.

import { feed } from '../text';
import { Json } from './Json';
import type { ShopEvent } from './shop';
import { chainTime, happenings, shopAway } from './state';
import './panel.css';
import './rows.css';
import './Feed.css';

export function FeedPanel() {
  const events = happenings.value;
  return (
    <section class="panel feed" aria-labelledby="feed">
      <header>
        <h2 id="feed">{feed.title}</h2>
        <code>{feed.call(events[0]?.seq ?? 0)}</code>
      </header>
      {shopAway.value && <p class="failure" role="alert">{feed.away}</p>}
      {events.length === 0 && <p class="quiet-line">{feed.empty}</p>}
      <ol class="rows" aria-live="polite" aria-relevant="additions">
        {events.map((event) => <li key={event.seq}><Told event={event} /></li>)}
      </ol>
    </section>
  );
}

function Told({ event }: { readonly event: ShopEvent }) {
  return (
    <details class="line">
      <summary>
        <code>{event.seq}</code>
        <span class="what"><b>{event.type}</b> <small>{about(event.data)}</small></span>
        <code>{ago(event.created_at)}</code>
      </summary>
      <Json value={event} />
    </details>
  );
}

function about(data: ShopEvent['data']): string {
  const money = data['money'] as { amount?: string; asset?: string } | null | undefined;
  const said = [
    typeof data['id'] === 'string' ? `${data['id'].slice(0, 10)}…` : null,
    money?.amount ? `${money.amount} ${money.asset ?? ''}` : null,
    typeof data['reason'] === 'string' ? data['reason'] : null,
  ];
  return said.filter((word) => word !== null).join(' · ');
}

/** By the chain's clock: the sandbox's time can be moved. */
function ago(at: string): string {
  const seconds = Math.floor(chainTime.value - Date.parse(at) / 1000);
  if (seconds < 5) return feed.now;
  if (seconds < 60) return feed.seconds(seconds);
  if (seconds < 3600) return feed.minutes(Math.floor(seconds / 60));
  return feed.hours(Math.floor(seconds / 3600));
}

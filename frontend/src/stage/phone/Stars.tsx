// Telegram's own sheet for paying in Stars: what for, how many, how many there are, and one button.

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { stars as text } from '../text';
import * as world from '../world';
import { Sheet } from './Sheet';
import { attempt, person, say, starsAsked, type StarsAsked } from './state';
import './Stars.css';

export function StarsSheet() {
  const asked = starsAsked.value;
  return asked && <Paying key={asked.slug} asked={asked} />;
}

function Paying({ asked: { slug, closed } }: { readonly asked: StarsAsked }) {
  const sheet = useSignal<world.StarsSheet | null>(null);
  const busy = useSignal(false);
  const close = (status: world.StarsClosed) => {
    starsAsked.value = null;
    closed(status);
  };
  useEffect(() => {
    void attempt(async () => (sheet.value = await world.starsSheet(person, slug))).then((found) => found || close('failed'));
  }, [slug]);
  const now = sheet.value;
  if (!now) return null;
  const pay = async () => {
    busy.value = true;
    let status: world.StarsClosed = 'failed';
    await attempt(async () => {
      const ended = await world.payStars(person, slug);
      status = ended.status;
      if (ended.error) say(text.refusal(ended.error));
    });
    close(status);
  };
  const poor = now.balance < now.amount;
  return (
    <Sheet kind="sheet" label={text.title} close={() => !busy.value && close('cancelled')}>
      <section class="stars-sheet">
        <span class="star" aria-hidden="true">★</span>
        <h2>{text.title}</h2>
        <p class="center">{text.question(now.title, now.amount)}</p>
        <p class="dim center">{now.description}</p>
        <p class="dim center" role={poor ? 'alert' : undefined}>{poor ? text.poor(now.balance) : text.balance(now.balance)}</p>
        <button type="button" class="btn strong wide" disabled={busy.value || poor} aria-busy={busy.value} onClick={() => void pay()}>
          {busy.value ? text.paying : text.pay(now.amount)}
        </button>
        <button type="button" class="btn wide" disabled={busy.value} onClick={() => close('cancelled')}>{text.cancel}</button>
      </section>
    </Sheet>
  );
}

// The Mini App opened in a plain browser: a kind word and the way in.
import { useEffect, useMemo } from 'preact/hooks';
import { getInfo } from '../api/remit';
import { isHere, resource } from '../state/loaded';
import { text } from '../text';
import { Place } from '../ui/notice';

export function Outside() {
  const info = useMemo(() => resource(getInfo), []);
  useEffect(() => void info.refresh(), [info]);
  const t = text.value.outside;
  const state = info.state.value;
  const bot = isHere(state) ? state.ok.bot_username : null;
  return (
    <main class="screen centred">
      <h1 class="hidden-visually">{t.title}</h1>
      <Place icon="wallet" title={t.title}>
        {t.body}
      </Place>
      {bot && (
        <a class="button button-primary" href={`https://t.me/${bot}`} rel="noopener noreferrer">
          {t.open}
        </a>
      )}
      {state !== 'loading' && !bot && <p class="fine">{t.noBot}</p>}
    </main>
  );
}

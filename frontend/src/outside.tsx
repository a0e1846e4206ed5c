// The Mini App opened in a plain browser: a kind word and the way in.
import { useUntilHere } from './api/loaded';
import { getInfo } from './api/remit';
import { text } from './base/text';
import { Place } from './parts/notice';

export function Outside() {
  const { ok: info, trouble } = useUntilHere(getInfo);
  const t = text.value.outside;
  const bot = info?.bot_username;
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
      {(info || trouble) && !bot && <p class="fine">{t.noBot}</p>}
    </main>
  );
}

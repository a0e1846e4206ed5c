// Three things to know before connecting a wallet.
import { Screen } from '../../parts/screen';
import { leaflet } from './words';
import './about.css';

export function How() {
  const t = leaflet().how;
  return (
    <Screen title={t.title}>
      <ol class="card lessons">
        {t.steps.map(({ title, body }, i) => (
          <li key={title} class="lesson">
            <span class="lesson-number" aria-hidden="true">
              {i + 1}
            </span>
            <div>
              <h2 class="row-title">{title}</h2>
              <p class="quiet">{body}</p>
            </div>
          </li>
        ))}
      </ol>
      <p class="fine">{t.fees}</p>
    </Screen>
  );
}

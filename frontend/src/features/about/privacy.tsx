// What is kept, what is public, what leaves the page.
import { Screen } from '../../parts/screen';
import { leaflet } from './words';
import './about.css';

export function Privacy() {
  const t = leaflet().privacy;
  return (
    <Screen title={t.title}>
      <div class="card lessons">
        {t.points.map(({ title, body }) => (
          <section key={title}>
            <h2 class="row-title">{title}</h2>
            <p class="quiet">{body}</p>
          </section>
        ))}
      </div>
    </Screen>
  );
}

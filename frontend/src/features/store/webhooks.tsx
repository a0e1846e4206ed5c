// The addresses that are told what happens in a store.
import type { Store } from '../../api/types';
import { Live } from '../../flows/store/live';
import { useLive } from '../../flows/store/look';
import { mayWrite } from '../../flows/store/role';
import { Card, Row } from '../../parts/card';
import { Icon } from '../../parts/icon';
import { Load, Place, Skeleton } from '../../parts/notice';
import { Pill } from '../../parts/pill';
import type { Endpoint } from './types';
import { listEndpoints } from './verbs';
import { go } from './way';
import { words } from './words';

export function Webhooks({ store }: { store: Store }) {
  const t = words.value.webhooks;
  const endpoints = useLive(store.id, () => listEndpoints(store.id));
  return (
    <Live title={t.title} primary={mayWrite(store, 'webhooks') ? { label: t.add, run: () => go(store.id, 'new_webhook') } : null}>
      <Load of={endpoints} skeleton={<Card><Skeleton rows={2} /></Card>}>
        {({ data }) => (
          <Card>
            {data.length === 0 && <Place icon="hook" title={t.empty}>{t.emptyBody}</Place>}
            {data.map((endpoint) => (
              <Row
                key={endpoint.id} lead={<span class="row-icon"><Icon name="hook" /></span>}
                title={<bdi dir="ltr">{endpoint.url.replace(/^https?:\/\//, '')}</bdi>}
                detail={endpoint.types.length === 0 ? t.everything.title : t.types(endpoint.types.length)}
                trail={<EndpointPill endpoint={endpoint} />} onPress={() => go(store.id, 'webhook', endpoint.id)}
              />
            ))}
          </Card>
        )}
      </Load>
    </Live>
  );
}

export function EndpointPill({ endpoint }: { endpoint: Endpoint }) {
  const t = words.value.webhooks;
  if (endpoint.status === 'disabled') return <Pill tone={endpoint.reason === 'merchant' ? 'quiet' : 'bad'}>{t.disabled}</Pill>;
  return <Pill tone={endpoint.failing_since === null ? 'good' : 'warn'}>{t.enabled}</Pill>;
}

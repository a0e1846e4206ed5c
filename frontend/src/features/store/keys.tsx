// The API keys of a store: what each may do, and when it was last used.
import { useState } from 'preact/hooks';
import type { Store } from '../../api/types';
import { time } from '../../base/clock';
import { language } from '../../base/text';
import { dayAndTime } from '../../base/text/when';
import { toast } from '../../base/toast';
import { useChange } from '../../flows/change';
import { Failed } from '../../flows/failed';
import { Live } from '../../flows/store/live';
import { useLive } from '../../flows/store/look';
import { mayWrite } from '../../flows/store/role';
import { Card, Chevron, Facts, Row } from '../../parts/card';
import { Icon } from '../../parts/icon';
import { Load, Place, Skeleton } from '../../parts/notice';
import { AskFirst } from '../../parts/options';
import { Pill } from '../../parts/pill';
import { Secret } from './secret';
import { momentOf } from './status';
import type { ApiKey } from './types';
import { listChanges, listKeys, revokeKey, rotateKey } from './verbs';
import { Waiting } from './waiting';
import { go } from './way';
import { words } from './words';

export function Keys({ store }: { store: Store }) {
  const t = words.value.keys;
  const keys = useLive(store.id, async () => {
    const [{ data }, changes] = await Promise.all([listKeys(store.id), listChanges(store.id)]);
    return { data, changes: changes.data.filter(({ kind }) => kind === 'key') };
  });
  const [made, setMade] = useState<string | null>(null);
  const writes = mayWrite(store, 'keys');
  if (made !== null) return <Secret title={t.once} body={t.onceBody} value={made} done={() => { setMade(null); void keys.refresh(); }} />;
  return (
    <Live title={t.title} primary={writes ? { label: t.make, run: () => go(store.id, 'new_key') } : null}>
      <Load of={keys} skeleton={<Card><Skeleton rows={3} /></Card>}>
        {({ data, changes }) => (
          <>
            <Waiting store={store} changes={changes} stopped={keys.refresh} />
            <Card>
              {data.length === 0 && <Place icon="key" title={t.empty}>{t.emptyBody}</Place>}
              {inOrder(data).map((key) => <KeyRow key={key.id} store={store} item={key} writes={writes} made={setMade} changed={() => void keys.refresh()} />)}
            </Card>
          </>
        )}
      </Load>
    </Live>
  );
}

/** Those that work before those that do not. */
function inOrder(keys: readonly ApiKey[]): readonly ApiKey[] {
  return [...keys].sort((a, b) => Number(isOver(a)) - Number(isOver(b)) || Date.parse(b.created_at) - Date.parse(a.created_at));
}

function isOver(key: ApiKey): boolean {
  return key.revoked_at !== null || (key.expires_at !== null && Date.parse(key.expires_at) <= time());
}

interface KeyRowProps {
  readonly store: Store;
  readonly item: ApiKey;
  readonly writes: boolean;
  readonly made: (key: string) => void;
  readonly changed: () => void;
}

function KeyRow({ store, item, writes, made, changed }: KeyRowProps) {
  const t = words.value.keys;
  const [open, setOpen] = useState(false);
  const over = isOver(item);
  const used = item.last_used_at === null ? t.neverUsed : t.lastUsed(momentOf(item.last_used_at));
  return (
    <>
      <Row
        lead={<span class="row-icon"><Icon name="key" /></span>}
        title={item.name ?? t.unnamed}
        detail={<><bdi dir="ltr">{item.hint}…</bdi> · {used}</>}
        trail={over ? <Pill tone="quiet">{item.revoked_at === null ? t.expired : t.revoked}</Pill> : <Chevron />}
        onPress={() => setOpen(!open)}
      />
      {open && (
        <div class="row-more">
          <Facts
            facts={[
              { name: t.may, value: item.scopes === null ? t.everything : item.scopes.join(', ') },
              item.allowed_ips.length > 0 && { name: words.value.address, value: item.allowed_ips.join(', ') },
              item.effective_at !== null && { name: words.value.waits.keyFrom, value: dayAndTime(item.effective_at, language.value) },
              { name: t.ends, value: item.expires_at === null ? t.never : dayAndTime(item.expires_at, language.value) },
            ]}
          />
          {writes && !over && <KeyActions store={store} id={item.id} made={made} changed={changed} />}
        </div>
      )}
    </>
  );
}

function KeyActions({ store, id, made, changed }: { store: Store; id: string } & Pick<KeyRowProps, 'made' | 'changed'>) {
  const t = words.value.keys;
  const change = useChange();
  const rotate = () => change.run(async () => made((await rotateKey(store.id, id)).key));
  const revoke = () => change.run(async () => {
    await revokeKey(store.id, id);
    toast(t.gone);
    changed();
  });
  return (
    <>
      <Failed change={change} />
      <AskFirst label={t.rotate} kind="soft" title={t.rotateAsk} body={t.rotateBody} keep={words.value.keep} busy={change.busy} onConfirm={rotate} />
      <AskFirst label={t.revoke} title={t.revokeAsk} body={t.revokeBody} keep={words.value.keep} busy={change.busy} onConfirm={revoke} />
    </>
  );
}

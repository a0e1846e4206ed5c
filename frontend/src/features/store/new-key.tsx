// A new API key: what it is for, what it may do, how long.
import { useState } from 'preact/hooks';
import type { Store } from '../../api/types';
import { useChange } from '../../flows/change';
import { Failed } from '../../flows/failed';
import { Card, Section } from '../../parts/card';
import { Field, Segments, Switch } from '../../parts/choice';
import { Notice } from '../../parts/notice';
import { Options } from '../../parts/options';
import { Screen } from '../../parts/screen';
import { back } from '../../router';
import { Secret } from './secret';
import { AREAS, choices, isGuarded, NO_RIGHTS, scopesOf, type Preset, type Rights } from './state/scopes';
import { makeKey } from './verbs';
import { words } from './words';
import './new-key.css';

const NAME_LENGTH = 100;
const DAY = 86_400;
const LIFETIMES = { never: undefined, month: 30 * DAY, year: 365 * DAY } as const;
const PRESETS: readonly Preset[] = ['till', 'books', 'all', 'custom'];

export function NewKeyScreen({ store }: { store: Store }) {
  const t = words.value.keys;
  const change = useChange();
  const [name, setName] = useState('');
  const [preset, setPreset] = useState<Preset>('till');
  const [rights, setRights] = useState<Rights>(NO_RIGHTS);
  const [ends, setEnds] = useState<keyof typeof LIFETIMES>('never');
  const [compatible, setCompatible] = useState(false);
  const [made, setMade] = useState<string | null>(null);
  if (made !== null) return <Secret title={t.once} body={t.onceBody} value={made} done={back} />;

  const scopes = scopesOf(preset, rights);
  const lifetime = LIFETIMES[ends];
  const called = name.trim();
  const create = async () => {
    const { key } = await makeKey(store.id, { ...(called && { name: called }), ...(scopes && { scopes }), ...(lifetime && { expires_in: lifetime }), ...(compatible && { format: 'cryptobot' as const }) });
    setMade(key);
  };
  return (
    <Screen title={t.make} primary={{ label: t.create, run: () => change.run(create), busy: change.busy, disabled: scopes?.length === 0 }}>
      <Card>
        <Field label={t.name} placeholder={t.namePlaceholder} value={name} maxLength={NAME_LENGTH} onChange={setName} />
      </Card>
      <Failed change={change} />
      <Options
        label={t.may} value={preset} onChange={setPreset}
        options={PRESETS.map((value) => ({ value, title: t.presets[value].title, detail: t.presets[value].body }))}
      />
      {preset === 'custom' && <RightsCard store={store} rights={rights} onChange={setRights} />}
      {isGuarded(scopes) && <Notice tone="info" title={words.value.waits.title}>{words.value.waits.keyBody}</Notice>}
      {scopes?.length === 0 && <p class="fine">{t.chooseOne}</p>}
      <Section title={t.ends}>
        <Segments
          label={t.ends} value={ends} onChange={setEnds}
          options={(['never', 'month', 'year'] as const).map((value) => ({ value, label: t[value] }))}
        />
      </Section>
      <Card>
        <Switch label={t.compatible} detail={t.compatibleBody} on={compatible} onChange={setCompatible} />
      </Card>
    </Screen>
  );
}

function RightsCard({ store, rights, onChange }: { store: Store; rights: Rights; onChange: (rights: Rights) => void }) {
  const t = words.value.keys;
  return (
    <Card>
      <div class="rights">
        {AREAS.map((area) => (
          <div key={area} class="right">
            <p class="row-title" aria-hidden="true">{t.area[area]}</p>
            <Segments
              label={t.area[area]} value={rights[area]} onChange={(right) => onChange({ ...rights, [area]: right })}
              options={choices(store.may, area).map((value) => ({ value, label: t.right[value] }))}
            />
          </div>
        ))}
      </div>
    </Card>
  );
}

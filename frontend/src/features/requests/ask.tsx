// Asking for money: an amount or none, a word about it, and out comes a link.
import { useState } from 'preact/hooks';
import { idempotencyKey, type Problem } from '../../api/client';
import { asProblem } from '../../api/loaded';
import { parse, plain } from '../../base/money';
import { assetOf, current, requests } from '../../flows/session';
import { amountText } from '../../parts/amount.words';
import { Card } from '../../parts/card';
import { Field, Segments } from '../../parts/choice';
import { FigureInput, Keypad } from '../../parts/keypad';
import { Failure } from '../../parts/notice';
import { Screen } from '../../parts/screen';
import { land } from '../../router';
import { createRequest } from './verbs';
import { askText } from './words';

const NOTE_LENGTH = 200;

interface Draft {
  readonly asset: string;
  readonly figure: string;
  readonly note: string;
  readonly key: string;
}

export function Ask() {
  const t = askText.value.ask;
  const { info } = current();
  const [draft, setDraft] = useState<Draft>(() => ({ asset: info.ticker, figure: '', note: '', key: idempotencyKey() }));
  const { create, busy, problem } = useCreate(draft);
  const unit = assetOf(info, draft.asset);
  const valid = unitsAsked(draft) !== 'invalid';
  const change = (part: Partial<Draft>) => setDraft({ ...draft, ...part, key: idempotencyKey() });
  return (
    <Screen title={t.title} tall primary={{ label: t.create, run: () => void create(), busy, disabled: !valid }}>
      {problem && <Failure problem={problem} />}
      <div class="amount-stage">
        <FigureInput
          value={draft.figure} unit={unit.asset} decimals={unit.decimals} label={amountText.value.label(unit.asset)}
          invalid={!valid} describedBy="ask-hint" onChange={(figure) => change({ figure })}
        />
        <p id="ask-hint" class="amount-hint">{t.hint}</p>
        <Segments
          label={amountText.value.asset} value={draft.asset} onChange={(asset) => change({ asset, figure: '' })}
          options={info.assets.map((a) => ({ value: a.asset, label: a.asset }))}
        />
      </div>
      <Card>
        <Field label={t.note} placeholder={t.notePlaceholder} value={draft.note} maxLength={NOTE_LENGTH} onChange={(note) => change({ note })} />
      </Card>
      <Keypad value={draft.figure} decimals={unit.decimals} onChange={(figure) => change({ figure })} />
    </Screen>
  );
}

/** Units of the figure; null when it is left to the payer. */
function unitsAsked(draft: Draft): bigint | null | 'invalid' {
  const parsed = parse(draft.figure, assetOf(current().info, draft.asset).decimals);
  if ('error' in parsed) return parsed.error === 'empty' ? null : 'invalid';
  return parsed.ok > 0n ? parsed.ok : 'invalid';
}

function useCreate(draft: Draft) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const create = async () => {
    const units = unitsAsked(draft);
    if (units === 'invalid') return;
    setBusy(true);
    setProblem(null);
    try {
      const about = draft.note.trim();
      const amount = units === null ? {} : { amount: plain(units, assetOf(current().info, draft.asset).decimals) };
      const request = await createRequest({ asset: draft.asset, ...amount, ...(about && { note: about }) }, draft.key);
      void requests.refresh();
      land({ name: 'request', id: request.id });
    } catch (error) {
      setProblem(asProblem(error));
      setBusy(false);
    }
  };
  return { create, busy, problem };
}

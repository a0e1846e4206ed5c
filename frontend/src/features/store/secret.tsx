// Something that is shown once: to be copied now.
import { text } from '../../base/text';
import { Button } from '../../parts/action';
import { Card } from '../../parts/card';
import { copy } from '../../parts/copy';
import { Notice } from '../../parts/notice';
import { Screen } from '../../parts/screen';
import { words } from './words';

interface SecretProps {
  readonly title: string;
  readonly body: string;
  readonly value: string;
  readonly done: () => void;
}

export function Secret({ title, body, value, done }: SecretProps) {
  return (
    <Screen title={title} primary={{ label: text.value.common.done, run: done }}>
      <Notice tone="warn" title={body} />
      <Card>
        <div class="stack">
          <p class="secret"><bdi dir="ltr">{value}</bdi></p>
          <Button kind="soft" action={{ label: words.value.copy, run: () => void copy(value) }} />
        </div>
      </Card>
    </Screen>
  );
}

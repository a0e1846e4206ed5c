// Something that is shown once: to be copied now.
import { text } from '../../text';
import { words } from '../../text/store';
import { Button } from '../../ui/action';
import { Card } from '../../ui/card';
import { copy } from '../../ui/copy';
import { Notice } from '../../ui/notice';
import { Screen } from '../../ui/screen';

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

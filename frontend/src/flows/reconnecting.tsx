// A calm word while the long-poll cannot get through.
import { text } from '../base/text';
import { Notice } from '../parts/notice';

export function Reconnecting() {
  const t = text.value.progress;
  return <Notice tone="warn" title={t.reconnecting}>{t.reconnectingBody}</Notice>;
}

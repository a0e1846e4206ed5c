// A calm word while the long-poll cannot get through.
import { Notice } from '../parts/notice';
import { flowText } from './words';

export function Reconnecting() {
  const t = flowText.value.progress;
  return <Notice tone="warn" title={t.reconnecting}>{t.reconnectingBody}</Notice>;
}

// The frame of a store's live screens. While its news are late a screen says so: it must not look as if it were alive.
import { Card } from '../../parts/card';
import { Notice, Place, type PlaceProps } from '../../parts/notice';
import { Screen, type ScreenProps } from '../../parts/screen';
import { late } from './feed';
import { roomText } from './words';

interface LiveProps extends ScreenProps {
  /** Whether what it shows may be old, where the feed is not all that tells. */
  readonly old?: boolean;
  /** What may come of that, in this screen's own words. */
  readonly warning?: string;
}

export function Live({ old = late.value !== null, warning = roomText.value.late.body, children, ...frame }: LiveProps) {
  return (
    <Screen {...frame}>
      {old && <Notice tone="warn" title={roomText.value.late.title}>{warning}</Notice>}
      {children}
    </Screen>
  );
}

/** Where a list is empty. While news are late nobody knows that it is. */
export function Nothing(place: PlaceProps) {
  return late.value === null ? <Card><Place {...place} /></Card> : null;
}

// The geometry of a bar chart, apart from its drawing. Sums are whole units; only their proportions become numbers.

export interface Bar {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Parts of the tallest bar, in thousandths: fine enough for any screen, and nothing is reckoned with them. */
const PARTS = 1000n;
/** What is not nothing must be seen. */
const LEAST = 2;

/** One bar for each value, in order, within `width` by `height`; the tallest fills the height. */
export function bars(values: readonly bigint[], width: number, height: number, gap: number): readonly Bar[] {
  const most = values.reduce((max, value) => (value > max ? value : max), 0n);
  const each = (width - gap * (values.length - 1)) / values.length;
  return values.map((value, i) => {
    const tall = most > 0n && value > 0n ? Math.max(LEAST, (Number((value * PARTS) / most) / 1000) * height) : 0;
    return { x: i * (each + gap), y: height - tall, width: each, height: tall };
  });
}

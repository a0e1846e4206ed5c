import { describe, expect, it } from 'vitest';
import { bars } from './bars';

describe('bars', () => {
  it('stand side by side, the tallest filling the height', () => {
    expect(bars([5n, 10n, 0n], 100, 50, 5)).toEqual([
      { x: 0, y: 25, width: 30, height: 25 },
      { x: 35, y: 0, width: 30, height: 50 },
      { x: 70, y: 50, width: 30, height: 0 },
    ]);
  });

  it('show that little is not nothing', () => {
    const [little, nothing] = bars([1n, 0n, 10n ** 18n], 90, 40, 0);
    expect(little?.height).toBe(2);
    expect(nothing?.height).toBe(0);
  });

  it('are flat when nothing came', () => expect(bars([0n, 0n], 10, 10, 0).every((bar) => bar.height === 0)).toBe(true));
});

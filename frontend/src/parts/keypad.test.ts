import { describe, expect, it } from 'vitest';
import { typeKey } from './keypad';

describe('the number pad', () => {
  it('builds a figure key by key', () => {
    expect((['1', '2', '.', '0', '5'] as const).reduce((figure, key) => typeKey(figure, key, 9), '')).toBe('12.05');
  });

  it('starts a fraction from zero and allows one point', () => {
    expect(typeKey('', '.', 9)).toBe('0.');
    expect(typeKey('0.', '.', 9)).toBe('0.');
  });

  it('stops at the asset\'s precision and drops leading zeros', () => {
    expect(typeKey('0.123456', '7', 6)).toBe('0.123456');
    expect(typeKey('0', '5', 9)).toBe('5');
  });

  it('erases', () => expect(typeKey('12', 'erase', 9)).toBe('1'));
});

import { h, render } from 'preact';
import { useState } from 'preact/hooks';
import { act } from 'preact/test-utils';
import { afterEach, describe, expect, it } from 'vitest';
import { parse } from '../base/money';
import { FigureInput, Keypad } from './keypad';

/** A field as every screen has it, and what the screen would send. */
function Field({ told }: { told: (entry: string) => void }) {
  const [figure, setFigure] = useState('');
  told(figure);
  const input = h(FigureInput, { value: figure, unit: 'GRAM', decimals: 9, label: 'Amount', invalid: false, describedBy: 'hint', onChange: setFigure });
  return h('div', null, input, h(Keypad, { value: figure, decimals: 9, onChange: setFigure }));
}

// Preact names an event by what the element knows, and this DOM does not know of dropping.
Object.defineProperty(HTMLElement.prototype, 'ondrop', { value: null, writable: true });

describe('an amount field', () => {
  let place: HTMLElement;
  let entry = '';
  const open = () => {
    place = document.body.appendChild(document.createElement('div'));
    act(() => render(h(Field, { told: (text) => (entry = text) }), place));
  };
  afterEach(() => {
    render(null, place);
    place.remove();
  });
  const input = () => place.querySelector('input') as HTMLInputElement;
  const units = () => {
    const parsed = parse(entry, 9);
    return 'ok' in parsed ? parsed.ok : parsed.error;
  };

  /** The three ways in which a text comes as a whole. */
  const ways: Readonly<Record<string, (text: string) => void>> = {
    pasted: (text) => {
      const event = new Event('paste', { bubbles: true, cancelable: true });
      Object.defineProperty(event, 'clipboardData', { value: { getData: () => text } });
      act(() => void input().dispatchEvent(event));
    },
    dropped: (text) => {
      const event = new Event('drop', { bubbles: true, cancelable: true });
      Object.defineProperty(event, 'dataTransfer', { value: { getData: () => text } });
      act(() => void input().dispatchEvent(event));
    },
    'filled in': (text) => {
      input().value = text;
      act(() => void input().dispatchEvent(new Event('input', { bubbles: true })));
    },
  };
  const type = (keys: string) => {
    for (const key of keys) ways['filled in']?.(input().value + key);
  };
  const buttons = () => [...place.querySelectorAll<HTMLButtonElement>('.unread button')];

  for (const [way, give] of Object.entries(ways)) {
    it.each([
      ['10,50.', 10_500_000_000n],
      ['1,5.', 1_500_000_000n],
      ['0,5.', 500_000_000n],
      ['1.234,50', 1_234_500_000_000n],
      ['2.500,00', 2_500_000_000_000n],
    ])(`takes %s as it was meant, ${way}`, (text, meant) => {
      open();
      give(text);
      expect(units()).toBe(meant);
      expect(place.querySelector('.unread')).toBeNull();
    });

    it.each(['1,000', '1.000'])(`asks what %s means, ${way}`, (text) => {
      open();
      give(text);
      expect(units()).toBe('malformed');
      expect(input().value).toBe(text);
      expect(buttons().map((button) => button.textContent)).toEqual(['1\u202f000\u00a0GRAM', '1.000\u00a0GRAM']);
      act(() => buttons()[0]?.click());
      expect(units()).toBe(1_000_000_000_000n);
      give(text);
      act(() => buttons()[1]?.click());
      expect(units()).toBe(1_000_000_000n);
      expect(place.querySelector('.unread')).toBeNull();
    });

    it(`says what it cannot take, and keeps it away from the money, ${way}`, () => {
      open();
      type('3');
      for (const text of ['-5', '10 EUR', '1e3', '10 or 20']) {
        give(text);
        expect(units(), text).toBe('malformed');
        expect(place.querySelector('[role=alert]')?.textContent, text).toMatch(/cannot be read|names something else/);
      }
      give('0.12345678901');
      expect(place.querySelector('[role=alert]')?.textContent).toMatch(/9 digits/);
      give('7');
      expect(units()).toBe(7_000_000_000n);
    });
  }

  it('puts no pasted figure beside another', () => {
    open();
    type('12');
    ways['pasted']?.('1.234,50');
    expect(entry).toBe('1234.50');
  });

  it('takes the same table key by key, and never another amount', () => {
    for (const [text, meant] of [['10,50.', '10.50'], ['1,5.', '1.5'], ['0,5.', '0.5'], ['1.234,50', '1234.50'], ['2.500,00', '2500.00'], ['2.5', '2.5']] as const) {
      open();
      type(text);
      expect(entry, text).toBe(meant);
      render(null, place);
      place.remove();
    }
    open();
  });

  it('is filled by the pad, where a point is a point', () => {
    open();
    const pad = (label: string) => act(() => [...place.querySelectorAll<HTMLButtonElement>('.key')].find((key) => (key.ariaLabel ?? key.textContent) === label || key.textContent === label)?.click());
    for (const key of ['.', '5']) pad(key);
    expect(entry).toBe('0.5');
    for (const key of ['0', '0', '.']) pad(key);
    expect(entry).toBe('0.500');
    expect(place.querySelector('.unread')).toBeNull();
  });
});

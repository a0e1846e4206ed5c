// Line icons on a 24 grid, 1.9 stroke, round caps.

const PATHS = {
  moon: 'M20 14.5A8 8 0 0 1 9.5 4 8 8 0 1 0 20 14.5Z',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4',
  again: 'M4.5 12a7.5 7.5 0 1 0 2.6-5.7M4.5 4v4.5H9',
  copy: 'M9 9h10.5v10.5H9zM5.5 15H4.5V4.5H15v1',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  cross: 'M6 6l12 12M18 6L6 18',
  back: 'M14.5 5l-7 7 7 7',
  down: 'M6 9.5l6 6 6-6',
  more: 'M12 5.5v.01M12 12v.01M12 18.5v.01',
  send: 'M12 19.5v-15M5.5 11 12 4.5l6.5 6.5',
  wallet: 'M4 7.5A2.5 2.5 0 0 1 6.5 5H17v3M4 7.5V17a2.5 2.5 0 0 0 2.5 2.5H20V8H6M16 13.8v.01',
  out: 'M9 5h10v10M19 5 6 18',
  reload: 'M19.5 12a7.5 7.5 0 1 1-2.6-5.7M19.5 4v4.5H15',
  settings: 'M4.5 8h9M17.5 8h2M15.5 5.7v4.6M4.5 16h2M10.5 16h9M8.5 13.7v4.6',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

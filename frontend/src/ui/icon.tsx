// Line icons on a 24 grid, drawn in the colour of the text around them.

const PATHS = {
  up: 'M7 17 17 7M9 7h8v8',
  down: 'M17 7 7 17M15 17H7V9',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  cross: 'M6.5 6.5l11 11M17.5 6.5l-11 11',
  back: 'M14.5 5.5 8 12l6.5 6.5',
  forward: 'M9.5 5.5 16 12l-6.5 6.5',
  scan: 'M4 8V5a1 1 0 0 1 1-1h3M16 4h3a1 1 0 0 1 1 1v3M20 16v3a1 1 0 0 1-1 1h-3M8 20H5a1 1 0 0 1-1-1v-3M7 12h10',
  erase: 'M9 5.5h10a1 1 0 0 1 1 1v11a1 1 0 0 1-1 1H9L3.5 12zM11 9.5l5 5M16 9.5l-5 5',
  copy: 'M9 9h9a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H9a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1zM16 5.5V5a1 1 0 0 0-1-1H5.5a1 1 0 0 0-1 1v9.5a1 1 0 0 0 1 1H6',
  share: 'M12 15V4M8 7.5 12 3.5l4 4M6 11.5v7a1 1 0 0 0 1 1h10a1 1 0 0 0 1-1v-7',
  swap: 'M8 4v16M8 20l-4-4M16 20V4M16 4l4 4',
  gear: 'M4 7.5h8.5M17.5 7.5H20M4 16.5h2.5M11.5 16.5H20M15 5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM9 14a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z',
  wallet: 'M4 7.5A1.5 1.5 0 0 1 5.5 6H17a1 1 0 0 1 1 1v1.5M4 7.5v9A2.5 2.5 0 0 0 6.5 19H19a1 1 0 0 0 1-1V9.5a1 1 0 0 0-1-1H5M16 13.700h.01',
  clock: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 7.5V12l3 2',
  warn: 'M12 4.5 3.5 19h17zM12 10v4M12 16.5h.01',
  info: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 11v5M12 8h.01',
  bell: 'M6 16.5V11a6 6 0 1 1 12 0v5.5l1.5 1.5h-15zM10 20.5h4',
  globe: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM3.5 12h17M12 3.5c-5 5.5-5 11.5 0 17M12 3.5c5 5.5 5 11.5 0 17',
  plus: 'M12 5v14M5 12h14',
  trash: 'M5 7h14M9.5 7V5h5v2M7 7l.8 12h8.4L17 7',
  shield: 'M12 3.5 5 6v5.5c0 4.200 2.900 7.6 7 9 4.100-1.4 7-4.800 7-9V6z',
  offline: 'M4 4l16 16M5 12.5a10 10 0 0 1 4-2.4M19 12.5a10 10 0 0 0-5-2.700M8.5 16a5 5 0 0 1 6.5-.500M12 19.5h.01',
  shop: 'M5 10v9h14v-9M4 10l1.5-5h13L20 10a2.700 2.700 0 0 1-5.300 0 2.700 2.700 0 0 1-5.4 0A2.700 2.700 0 0 1 4 10z',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

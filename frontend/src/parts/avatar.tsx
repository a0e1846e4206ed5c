// A face for a name: its first letter on a colour that the same name always gets.
import { Icon, type IconName } from './icon';
import './avatar.css';

/** White text is readable (4.5 : 1) on each. */
const COLOURS = ['#2f6fd8', '#0d7f70', '#8a4fd0', '#c2404b', '#a35a00', '#3b7a1e', '#b03a8c', '#4a63c4'] as const;

interface AvatarProps {
  readonly name: string;
  readonly size?: 'small' | 'large';
  readonly icon?: IconName | undefined;
}

export function Avatar({ name, size = 'small', icon }: AvatarProps) {
  const letter = Array.from(name.replace(/^@/, ''))[0]?.toUpperCase();
  return (
    <span class={`avatar avatar-${size}`} style={{ background: COLOURS[hash(name) % COLOURS.length] }} aria-hidden="true">
      {icon ? <Icon name={icon} /> : letter}
    </span>
  );
}

function hash(text: string): number {
  let h = 7;
  for (let i = 0; i < text.length; i += 1) h = (h * 31 + text.charCodeAt(i)) >>> 0;
  return h;
}

// A QR code, dark on white in every theme: scanners expect it so. The encoder arrives when first needed.
import { useMemo } from 'preact/hooks';
import type { QrCodeGenerateResult } from 'uqr';
import { arriving, useUntilHere } from '../api/loaded';
import { text } from '../base/text';
import { explain } from './problems';
import './qr.css';

interface QrProps {
  readonly value: string;
  readonly label: string;
}

export function Qr({ value, label }: QrProps) {
  const { ok: encoder, trouble } = useUntilHere(() => arriving(import('uqr')));
  const path = useMemo(() => encoder && drawn(encoder.encode(value, { ecc: 'M', border: 0 })), [encoder, value]);
  if (trouble) return <p class="place-text" role="status">{explain(trouble, text.value).happened}</p>;
  return (
    <div class="qr">
      {path && (
        <svg viewBox={`0 0 ${path.size} ${path.size}`} role="img" aria-label={label} shape-rendering="crispEdges">
          <path d={path.d} />
        </svg>
      )}
    </div>
  );
}

const drawn = ({ data, size }: QrCodeGenerateResult) => ({ size, d: outline(data) });

/** One horizontal stroke per run of dark modules. */
function outline(rows: readonly (readonly boolean[])[]): string {
  let d = '';
  rows.forEach((row, y) => {
    for (let x = 0; x < row.length; x += 1) {
      if (!row[x]) continue;
      const start = x;
      while (row[x + 1]) x += 1;
      d += `M${start} ${y}h${x - start + 1}v1h-${x - start + 1}z`;
    }
  });
  return d;
}

// A QR code, dark on white in every theme: scanners expect it so. The encoder arrives when first needed.
import { useEffect, useState } from 'preact/hooks';

interface QrProps {
  readonly value: string;
  readonly label: string;
}

export function Qr({ value, label }: QrProps) {
  const [path, setPath] = useState<{ size: number; d: string } | null>(null);
  useEffect(() => {
    let wanted = true;
    void import('uqr').then(({ encode }) => {
      const { data, size } = encode(value, { ecc: 'M', border: 0 });
      if (wanted) setPath({ size, d: outline(data) });
    });
    return () => {
      wanted = false;
    };
  }, [value]);
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

// Bars for a row of days. The picture is for the eye; the same figures stand in a table for whoever reads them otherwise.
import { bars } from './bars';
import './chart.css';

export interface ChartDay {
  readonly name: string;
  readonly units: bigint;
  readonly figure: string;
}

interface ChartProps {
  readonly days: readonly ChartDay[];
  /** What it shows, for those who do not see it. */
  readonly label: string;
  readonly columns: readonly [string, string];
}

const WIDTH = 320;
const HEIGHT = 88;

export function DayChart({ days, label, columns }: ChartProps) {
  const gap = days.length > 10 ? 3 : 10;
  const shapes = bars(days.map((day) => day.units), WIDTH, HEIGHT, gap);
  const radius = days.length > 10 ? 2 : 5;
  return (
    <figure class="chart">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
        <path class="chart-ground" d={`M0 ${HEIGHT - 0.5}H${WIDTH}`} />
        {shapes.map((bar, i) => bar.height > 0 && (
          <rect key={i} class={i === shapes.length - 1 ? 'chart-bar chart-today' : 'chart-bar'} x={bar.x} y={bar.y} width={bar.width} height={bar.height} rx={Math.min(radius, bar.height / 2)} />
        ))}
      </svg>
      <p class="chart-ends" aria-hidden="true">
        <span>{days[0]?.name}</span>
        <span>{days[days.length - 1]?.name}</span>
      </p>
      {/* A table is as wide as its words whatever it is told, so a box hides it. */}
      <div class="hidden-visually">
        <table>
          <caption>{label}</caption>
          <thead>
            <tr><th scope="col">{columns[0]}</th><th scope="col">{columns[1]}</th></tr>
          </thead>
          <tbody>
            {days.map((day) => (
              <tr key={day.name}><th scope="row">{day.name}</th><td>{day.figure}</td></tr>
            ))}
          </tbody>
        </table>
      </div>
    </figure>
  );
}

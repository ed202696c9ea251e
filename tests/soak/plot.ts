/**
 * Owns the drawing of curves over time as SVG.
 * Must not know what they mean.
 */

/** One curve. */
export interface Curve {
  readonly name: string;
  readonly color: string;
  readonly values: readonly number[];
  /** What its values are divided by for its label, and the unit then. */
  readonly scale: number;
  readonly unit: string;
}

const WIDTH = 900;
const HEIGHT = 180;
const LEFT = 90;

/** Curves below one another, each with its least and its greatest value. */
export function plot(title: string, seconds: number, curves: readonly Curve[]): string {
  const rows = curves.map((curve, row) => {
    const most = Math.max(...curve.values, 1e-9);
    const top = 40 + row * (HEIGHT + 30);
    const points = curve.values.map((value, at) => {
      const x = LEFT + (at / Math.max(1, curve.values.length - 1)) * WIDTH;
      return `${x.toFixed(1)},${(top + HEIGHT - (value / most) * HEIGHT).toFixed(1)}`;
    });
    const label = `${curve.name}, up to ${(most / curve.scale).toFixed(1)} ${curve.unit}`;
    return `<rect x="${LEFT}" y="${top}" width="${WIDTH}" height="${HEIGHT}" fill="none" stroke="#ccc"/>
<polyline points="${points.join(" ")}" fill="none" stroke="${curve.color}" stroke-width="1.5"/>
<text x="${LEFT}" y="${top - 6}">${label}</text>`;
  });
  const height = 60 + curves.length * (HEIGHT + 30);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${
    WIDTH + LEFT + 20
  }" height="${height}" font-family="sans-serif" font-size="13">
<text x="10" y="18" font-size="15">${title}, ${Math.round(seconds)} s</text>
${rows.join("\n")}
</svg>
`;
}

import type { LogFindings } from "./run-log-bench.ts";

interface Line {
  readonly name: string;
  readonly colour: string;
  readonly points: readonly (readonly [size: number, value: number])[];
}

const [width, height, left, top, bottom, right] = [640, 300, 60, 30, 40, 190];

/** The chart of what was measured: ms of a proof and of its check by entries in the log, both axes in powers of ten. */
export function drawChart({ proofs }: LogFindings): string {
  const lines: Line[] = [
    { name: "inclusion proof", colour: "#0b7285", points: proofs.map((at) => [at.size, at.inclusion.p50]) },
    {
      name: "consistency proof",
      colour: "#5f3dc4",
      points: proofs.map((at) => [at.size, at.consistency.p50]),
    },
    {
      name: "verify inclusion",
      colour: "#2b8a3e",
      points: proofs.map((at) => [at.size, at.verifyInclusion.p50]),
    },
    {
      name: "verify consistency",
      colour: "#d9480f",
      points: proofs.map((at) => [at.size, at.verifyConsistency.p50]),
    },
  ];
  const sizes = proofs.map(({ size }) => size);
  const x = scale([Math.min(...sizes), Math.max(...sizes)], [left, width - right]);
  const y = scale([0.01, 10], [height - bottom, top]);
  const marks = [0.01, 0.1, 1, 10].map(
    (ms) =>
      `<path d="M${left} ${y(ms)}H${width - right}" stroke="${ms === 1 ? "#e03131" : "#dee2e6"}"/>` +
      `<text x="${left - 8}" y="${y(ms) + 4}" text-anchor="end">${ms} ms</text>`,
  );
  const ticks = sizes.map(
    (size) =>
      `<text x="${x(size)}" y="${height - bottom + 18}" text-anchor="middle">10^${Math.log10(size)}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    "<title>Time of proofs and of their checks by entries in the log</title>",
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="${left}" y="18">ms by entries in the log (median; red: the figure to stay under)</text>`,
    ...marks,
    ...ticks,
    ...lines.map((line) => drawLine(line, x, y)),
    ...lines.map(
      ({ name, colour }, at) =>
        `<text x="${width - right + 12}" y="${top + 20 + 20 * at}" fill="${colour}">${name}</text>`,
    ),
    "</svg>\n",
  ].join("\n");
}

function drawLine({ points, colour }: Line, x: (size: number) => number, y: (ms: number) => number): string {
  const places = points.map(([size, ms]) => `${x(size)},${y(ms)}`).join(" ");
  return `<polyline points="${places}" fill="none" stroke="${colour}" stroke-width="2"/>`;
}

/** From values to places, by their logarithm; the place in tenths, so that small noise changes nothing. */
function scale([least, most]: [number, number], [from, to]: [number, number]): (value: number) => number {
  const span = Math.log10(most) - Math.log10(least) || 1;
  return (value) =>
    Math.round(10 * (from + ((Math.log10(value) - Math.log10(least)) / span) * (to - from))) / 10;
}

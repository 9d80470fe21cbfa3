/** What anchoring costs, reckoned from measured gas: the tables of docs/costs.md. */

/** Gas of one extend from a size, with the proof nodes it hashes; `first` where it is a UTC day's first. */
export interface MeasuredExtend {
  readonly size: number;
  readonly nodes: number;
  readonly gas: number;
  readonly first: number;
}

/** Gas of what is done once. */
export interface MeasuredOnce {
  readonly deploy: number;
  readonly register: number;
  readonly revoke: number;
}

/** Networks by their number of logs; entries of one log in a year decide how long its proofs become. */
const networks = [
  { name: "120 pharmacies, 1 log", sites: 120, logs: 1 },
  { name: "1,000,000 sites, 64 logs", sites: 1_000_000, logs: 64 },
  { name: "1,000,000 sites, 1,000 logs", sites: 1_000_000, logs: 1_000 },
];
const entriesOfASiteADay = 300;
const daysAYear = 365;
const intervals = [
  ["10 min", 144],
  ["1 h", 24],
  ["1 day", 1],
] as const;
const pricesGwei = [0.05, 1, 20];
const numbers = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 3 });
const whole = new Intl.NumberFormat("en-US");

/** Sizes to be measured, the largest first year's among them: those that end in 2^k − 1 hash most. */
export const measuredSizes = [1, 16, 20, 24, 27, 31].map((k) => 2 ** k - 1);

/** Everything between the marks of docs/costs.md. */
export function costTables(extend: readonly MeasuredExtend[], once: MeasuredOnce): string {
  return [onceTable(once), extendTable(extend), yearTable(extend)].join("\n\n");
}

function onceTable({ deploy, register, revoke }: MeasuredOnce): string {
  const rows = { "the contract": deploy, "a log in it": register, "a recalled lot": revoke };
  return table(
    ["once", "gas"],
    Object.entries(rows).map(([what, gas]) => [what, hundreds(gas)]),
  );
}

function extendTable(extend: readonly MeasuredExtend[]): string {
  return table(
    ["entries in the log", "proof nodes", "gas of an anchor", "of a day's first"],
    extend.map(({ size, nodes, gas, first }) => [
      whole.format(size),
      String(nodes),
      hundreds(gas),
      hundreds(first),
    ]),
  );
}

function yearTable(extend: readonly MeasuredExtend[]): string {
  const rows = networks.flatMap(({ name, sites, logs }) => {
    const yearSize = (sites / logs) * entriesOfASiteADay * daysAYear;
    const { gas, first } = extend.find(({ size }) => size >= yearSize) as MeasuredExtend;
    return intervals.map(([interval, anchorsADay]) => {
      const year = logs * daysAYear * (first + (anchorsADay - 1) * gas);
      const coins = pricesGwei.map((price) => numbers.format((year * price) / 1e9));
      return [
        name,
        interval,
        whole.format(logs * daysAYear * anchorsADay),
        numbers.format(year / 1e9),
        ...coins,
      ];
    });
  });
  const prices = pricesGwei.map((price) => `coins at ${price} gwei`);
  return table(["network", "an anchor each", "anchors a year", "gas a year (10⁹)", ...prices], rows);
}

function hundreds(gas: number): string {
  return whole.format(Math.round(gas / 100) * 100);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}

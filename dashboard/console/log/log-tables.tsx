import type { LogState } from "#api/console-shapes.ts";
import { formatDate, formatTime } from "../../i18n/format.ts";
import { Table } from "../table.tsx";
import { useWords } from "../use-words.tsx";

/** The signed heads of the log, newest first, each with where on the chain it stands. */
export function Checkpoints({ log }: { log: LogState }) {
  const { say } = useWords();
  const heads = ["log.size", "log.at", "log.anchoredAt", "log.root", "log.tx"] as const;
  // A chain takes the newest: what lies before it is in it, and never has an anchor of its own.
  const anchoredUpTo = Math.max(0, ...log.checkpoints.flatMap((one) => (one.anchoredAt ? one.size : [])));
  const rows = log.checkpoints.map(({ size, root, at, anchoredAt, tx }) => ({
    key: size,
    cells: [
      size,
      formatTime(say.lang, Date.parse(at)),
      anchoredAt === null
        ? say.text(size < anchoredUpTo ? "log.inLater" : "log.notYet")
        : formatTime(say.lang, Date.parse(anchoredAt)),
      <Hash key="root" value={root} />,
      tx === null ? "–" : <Hash key="tx" value={tx} />,
    ],
  }));
  return (
    <section className="card" aria-labelledby="checkpoints">
      <h2 id="checkpoints">{say.text("log.checkpoints")}</h2>
      {rows.length === 0 ? (
        <p>{say.text("log.noCheckpoint")}</p>
      ) : (
        <Table
          caption={say.text("log.checkpoints")}
          heads={heads.map((head) => say.text(head))}
          rows={rows}
        />
      )}
    </section>
  );
}

/** The heads that the contract keeps for ever, one for each day. */
export function Seals({ log }: { log: LogState }) {
  const { say } = useWords();
  const heads = ["log.day", "log.size", "log.root"] as const;
  const rows = log.seals.map(({ day, size, root }) => ({
    key: day,
    cells: [formatDate(say.lang, day), size, <Hash key="root" value={root} />],
  }));
  return (
    <section className="card" aria-labelledby="seals">
      <h2 id="seals">{say.text("log.seals")}</h2>
      <p className="note">{say.text("log.sealsNote")}</p>
      {rows.length === 0 ? (
        <p>{say.text("log.noSeal")}</p>
      ) : (
        <Table caption={say.text("log.seals")} heads={heads.map((head) => say.text(head))} rows={rows} />
      )}
    </section>
  );
}

/** The beginning of a hash for the eye; the whole of it for copying, on hover and for screen readers. */
function Hash({ value }: { value: string }) {
  return (
    <code className="hash" title={value}>
      {value}
    </code>
  );
}

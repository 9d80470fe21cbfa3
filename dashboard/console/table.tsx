import type { ReactNode } from "react";

/** One row: its cells in the order of the heads; the first names the row. */
export interface TableRow {
  readonly key: string | number;
  readonly className?: string;
  readonly cells: readonly ReactNode[];
}

interface TableProps {
  readonly caption: string;
  readonly heads: readonly string[];
  readonly rows: readonly TableRow[];
  readonly className?: string;
}

/** A table that becomes a list of cards where the screen is too narrow, each value with its head beside it. */
export function Table({ caption, heads, rows, className = "" }: TableProps) {
  return (
    <table className={`stack ${className}`}>
      <caption className="hidden">{caption}</caption>
      <thead>
        <tr>
          {heads.map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, className: rowClass, cells: [first, ...others] }) => (
          <tr key={key} className={rowClass}>
            <th scope="row">{first}</th>
            {others.map((cell, index) => (
              <td key={heads[index + 1]} data-head={heads[index + 1]}>
                {cell}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

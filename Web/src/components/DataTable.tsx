import type { ReactNode } from "react";

export interface Column<T> {
  readonly id: string;
  readonly title: string;
  readonly cell: (row: T) => ReactNode;
  readonly end?: boolean;
  /** The title is for screen readers alone. */
  readonly silent?: boolean;
}

/** A short table; on a phone each row becomes a block with the titles beside its values. */
export function DataTable<T>({ caption, columns, rows, rowKey, muted }: {
  readonly caption: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly rowKey: (row: T) => string | number;
  readonly muted?: (row: T) => boolean;
}) {
  return (
    <table className="table table--cards">
      <caption className="visually-hidden">{caption}</caption>
      <thead>
        <tr>{columns.map((column) => (
          <th key={column.id} scope="col" className={column.end === true ? "end" : undefined}>
            {column.silent === true ? <span className="visually-hidden">{column.title}</span> : column.title}
          </th>
        ))}</tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={rowKey(row)} className={muted?.(row) === true ? "muted-row" : undefined}>
            {columns.map((column) => (
              <td key={column.id} className={column.end === true ? "end" : undefined} data-title={column.silent === true ? "" : column.title}>{column.cell(row)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

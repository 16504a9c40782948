/** Which rows of a long list are worth drawing. */
export interface RowWindow {
  readonly first: number;
  /** One behind the last. */
  readonly end: number;
}

export function visibleRows(scrollTop: number, height: number, rowHeight: number, rows: number, overscan = 8): RowWindow {
  const first = Math.max(0, Math.min(rows, Math.floor(scrollTop / rowHeight) - overscan));
  const end = Math.min(rows, Math.ceil((scrollTop + height) / rowHeight) + overscan);
  return { first, end: Math.max(first, end) };
}

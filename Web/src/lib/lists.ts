/** A list as the API has it, `a,b`, or as people type it: separated by commas, spaces or lines. */
export function parseList(text: string): string[] {
  return text.split(/[\s,;]+/).filter((part) => part !== "");
}

export function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

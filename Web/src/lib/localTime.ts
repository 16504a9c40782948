/** Seconds since 1970 as `<input type="datetime-local">` has them, in the browser's zone. */
export function toLocalTime(time: number): string {
  const date = new Date(time * 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

export function fromLocalTime(text: string): number {
  return Math.floor(new Date(text).getTime() / 1000);
}

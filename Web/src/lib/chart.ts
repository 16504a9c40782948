/** A point of a line: seconds since 1970, and what is drawn there. Undefined is a gap. */
export interface Sample {
  readonly time: number;
  readonly values: readonly (number | undefined)[];
}

/** Round numbers for an axis from 0, in steps of 1, 2 or 5 times a power of `base` (10, or 1024 for bytes). */
export function niceTicks(max: number, count: number, base: 10 | 1024): number[] {
  if (!(max > 0)) return [0];
  const unit = base === 10 ? 1 : 1024 ** Math.max(0, Math.floor(Math.log(max) / Math.log(1024)));
  const raw = max / unit / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= raw) ?? raw) * unit;
  const ticks: number[] = [];
  for (let tick = 0; tick < max + step * 0.999; tick += step) ticks.push(tick);
  return ticks;
}

/** The `d` of a line through one value of each sample, broken at gaps. */
export function linePath(samples: readonly Sample[], series: number, x: (time: number) => number, y: (value: number) => number): string {
  let path = "";
  let drawing = false;
  for (const sample of samples) {
    const value = sample.values[series];
    if (value === undefined) {
      drawing = false;
      continue;
    }
    path += `${drawing ? "L" : "M"}${x(sample.time).toFixed(1)} ${y(value).toFixed(1)}`;
    drawing = true;
  }
  return path;
}

/** The sample nearest to a time, by its place; -1 where there is none. */
export function nearest(samples: readonly Sample[], time: number): number {
  let best = -1;
  let distance = Infinity;
  samples.forEach((sample, index) => {
    const d = Math.abs(sample.time - time);
    if (d < distance) {
      distance = d;
      best = index;
    }
  });
  return best;
}

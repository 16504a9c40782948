import type { KeyboardEvent, PointerEvent } from "react";
import { useEffect, useMemo, useRef, useState } from "react";
import { useI18n } from "../i18n/context";
import type { Sample } from "../lib/chart";
import { linePath, nearest, niceTicks } from "../lib/chart";

interface Props {
  readonly samples: readonly Sample[];
  readonly series: readonly string[];
  readonly format: (value: number) => string;
  readonly base: 10 | 1024;
  readonly label: string;
  readonly height?: number;
  /** The time that the axis spans, in seconds; absent takes the samples'. */
  readonly from?: number;
  readonly to?: number;
  /** Without axes and tooltip. */
  readonly plain?: boolean;
}

const LEFT = 68;
const BOTTOM = 24;
const TOP = 10;

/** Lines over time. The pointer or the arrow keys move a cursor whose values are shown, and read out. */
export function Chart({ samples, series, format, base, label, height = 220, from, to, plain = false }: Props) {
  const i18n = useI18n();
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(600);
  const [cursor, setCursor] = useState(-1);

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setWidth(Math.max(160, element.clientWidth)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const left = plain ? 0 : LEFT;
  const bottom = plain ? 2 : BOTTOM;
  const begin = from ?? samples[0]?.time ?? 0;
  const end = Math.max(begin + 1, to ?? samples[samples.length - 1]?.time ?? 1);
  const most = useMemo(() => Math.max(0, ...samples.flatMap((sample) => sample.values.map((value) => value ?? 0))), [samples]);
  const ticks = niceTicks(most, 4, base);
  const top = Math.max(ticks[ticks.length - 1] ?? 0, most, Number.MIN_VALUE);
  const x = (time: number) => left + ((time - begin) / (end - begin)) * (width - left - 4);
  const y = (value: number) => height - bottom - (value / top) * (height - bottom - TOP);
  const timeTicks = useMemo(() => {
    const count = Math.max(2, Math.min(7, Math.floor((width - left) / 95)));
    return Array.from({ length: count }, (_, index) => begin + ((end - begin) * (index + 0.5)) / count);
  }, [begin, end, width, left]);

  const point = (event: PointerEvent) => {
    const bounds = event.currentTarget.getBoundingClientRect();
    setCursor(nearest(samples, begin + ((event.clientX - bounds.left - left) / (width - left - 4)) * (end - begin)));
  };
  const key = (event: KeyboardEvent) => {
    const last = samples.length - 1;
    const to = { ArrowLeft: cursor < 0 ? last : Math.max(0, cursor - 1), ArrowRight: cursor < 0 ? 0 : Math.min(last, cursor + 1), Home: 0, End: last, Escape: -1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    setCursor(to);
  };
  const at = samples[cursor];
  const words = at === undefined ? "" : `${i18n.date(at.time)}: ${series.map((name, index) => `${name} ${at.values[index] === undefined ? "–" : format(at.values[index] ?? 0)}`).join(", ")}`;

  return (
    <div ref={box} className={`chart${plain ? " chart--plain" : ""}`}>
      <svg
        width={width} height={height} viewBox={`0 0 ${width} ${height}`} role={plain ? "img" : "application"} aria-label={label} tabIndex={plain ? undefined : 0}
        {...(plain ? {} : { onPointerMove: point, onPointerLeave: () => setCursor(-1), onBlur: () => setCursor(-1), onKeyDown: key })}
      >
        {!plain && ticks.map((tick) => (
          <g key={tick}>
            <line className="chart__grid" x1={left} x2={width} y1={y(tick)} y2={y(tick)} />
            <text className="chart__tick" x={left - 8} y={y(tick) + 4} textAnchor="end">{format(tick)}</text>
          </g>
        ))}
        {!plain && timeTicks.map((tick) => <text key={tick} className="chart__tick" x={x(tick)} y={height - 6} textAnchor="middle">{i18n.tick(tick, end - begin)}</text>)}
        {series.map((name, index) => {
          const line = linePath(samples, index, x, y);
          const first = samples.find((sample) => sample.values[index] !== undefined);
          const last = [...samples].reverse().find((sample) => sample.values[index] !== undefined);
          const whole = samples.every((sample) => sample.values[index] !== undefined);
          return (
            <g key={name} className={`chart__series chart__series--${index}`}>
              {whole && first !== undefined && last !== undefined && line !== "" && (
                <path className="chart__area" d={`${line}L${x(last.time).toFixed(1)} ${y(0)}L${x(first.time).toFixed(1)} ${y(0)}z`} />
              )}
              <path className="chart__line" d={line} />
            </g>
          );
        })}
        {at !== undefined && !plain && (
          <g className="chart__cursor">
            <line x1={x(at.time)} x2={x(at.time)} y1={TOP} y2={height - bottom} />
            {series.map((name, index) => at.values[index] !== undefined && (
              <circle key={name} className={`chart__point chart__series--${index}`} cx={x(at.time)} cy={y(at.values[index] ?? 0)} r={4} />
            ))}
          </g>
        )}
      </svg>
      {at !== undefined && !plain && (
        <div className="chart__tip" style={{ left: Math.min(Math.max(x(at.time), 90), width - 90) }} aria-hidden="true">
          <div className="chart__tip-time">{i18n.date(at.time)}</div>
          {series.map((name, index) => (
            <div key={name} className="chart__tip-row"><span className={`chart__key chart__series--${index}`} />{name}<b>{at.values[index] === undefined ? "–" : format(at.values[index] ?? 0)}</b></div>
          ))}
        </div>
      )}
      {!plain && <div className="visually-hidden" aria-live="polite">{words}</div>}
      {!plain && (
        <div className="chart__legend" aria-hidden="true">
          {series.map((name, index) => <span key={name}><span className={`chart__key chart__series--${index}`} />{name}</span>)}
        </div>
      )}
    </div>
  );
}

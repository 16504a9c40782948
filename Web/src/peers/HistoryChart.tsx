import { useState } from "react";
import { api } from "../api/api";
import type { HistoryRange, Peer } from "../api/types";
import { Card } from "../components/Card";
import { Chart } from "../components/Chart";
import { Fault } from "../components/Fault";
import { Skeleton } from "../components/Skeleton";
import { useQuery } from "../data/context";
import { useI18n } from "../i18n/context";

const RANGES: readonly HistoryRange[] = ["day", "week", "month", "year"];

/** What a peer transferred over time. */
export function HistoryChart({ peer }: { readonly peer: Peer }) {
  const i18n = useI18n();
  const { t } = i18n;
  const [range, setRange] = useState<HistoryRange>("day");
  const { data, error, reload } = useQuery(`history/${peer.id}/${range}`, () => api.peerHistory(peer.network_id, peer.id, range));
  // A gateway from before that.
  if (error?.code === "no_such_path") return null;
  const points = data?.points ?? [];
  const isEmpty = points.every((point) => point.watched === 0);
  return (
    <Card
      title={t("history.title")}
      actions={(
        <div className="segments" role="group" aria-label={t("history.range")}>
          {RANGES.map((value) => <button key={value} type="button" className="segment" aria-pressed={value === range} onClick={() => setRange(value)}>{t(`history.${value}`)}</button>)}
        </div>
      )}
    >
      <Fault error={error} onRetry={reload} />
      {data === undefined ? error === undefined && <Skeleton rows={5} /> : isEmpty ? <p className="muted">{t("history.empty")}</p> : (
        <>
          <p className="history__total">{t("history.total", { rx: i18n.bytes(data.received), tx: i18n.bytes(data.sent) })}</p>
          <Chart
            label={t("history.label", { name: peer.name })} samples={points.map(({ start, received, sent, watched }) => ({ time: start, values: watched === 0 ? [undefined, undefined] : [received, sent] }))} series={[t("peer.rx"), t("peer.tx")]}
            format={(value) => i18n.bytes(value)} base={1024} from={data.from} to={data.to}
          />
          <details className="advanced">
            <summary>{t("history.table")}</summary>
            <div className="scroll-y" tabIndex={0} role="region" aria-label={t("history.table")}>
              <table className="table">
                <caption className="visually-hidden">{t("history.label", { name: peer.name })}</caption>
                <thead><tr><th scope="col">{t("history.time")}</th><th scope="col" className="end">{t("peer.rx")}</th><th scope="col" className="end">{t("peer.tx")}</th></tr></thead>
                <tbody>
                  {[...points].reverse().filter((point) => point.received > 0 || point.sent > 0).map((point) => (
                    <tr key={point.start}><th scope="row">{i18n.date(point.start)}</th><td className="end">{i18n.bytes(point.received)}</td><td className="end">{i18n.bytes(point.sent)}</td></tr>
                  ))}
                </tbody>
              </table>
            </div>
          </details>
        </>
      )}
    </Card>
  );
}

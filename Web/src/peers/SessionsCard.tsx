import { api } from "../api/api";
import type { Peer } from "../api/types";
import { Card } from "../components/Card";
import { DataTable } from "../components/DataTable";
import { Fault } from "../components/Fault";
import { RelativeTime } from "../components/RelativeTime";
import { Skeleton } from "../components/Skeleton";
import { useNow, useQuery } from "../data/context";
import { useI18n } from "../i18n/context";

/** When a peer was online, from where, and what flowed meanwhile. */
export function SessionsCard({ peer }: { readonly peer: Peer }) {
  const i18n = useI18n();
  const { t } = i18n;
  const now = useNow(10);
  const { data, error, reload } = useQuery(`peer-sessions/${peer.id}`, () => api.peerSessions(peer.network_id, peer.id));
  // A gateway from before that.
  if (error?.code === "no_such_path") return null;
  return (
    <Card title={t("online.title")} flush={data !== undefined && data.length > 0}>
      <Fault error={error} onRetry={reload} />
      {data === undefined ? error === undefined && <Skeleton rows={3} /> : data.length === 0 ? <p className="muted">{t("online.none")}</p> : (
        <DataTable
          caption={t("online.title")} rows={data.slice(0, 20)} rowKey={(row) => row.started_at}
          columns={[
            { id: "start", title: t("online.from"), cell: (row) => <RelativeTime time={row.started_at} /> },
            { id: "length", title: t("online.length"), cell: (row) => (row.ended_at === undefined ? `${i18n.duration(Math.max(0, now - row.started_at))} …` : i18n.duration(row.ended_at - row.started_at)) },
            { id: "where", title: t("peer.endpoint"), cell: (row) => <span className="mono wrap">{row.endpoints[row.endpoints.length - 1]?.endpoint}{row.endpoints.length > 1 && ` (+${row.endpoints.length - 1})`}</span> },
            { id: "rx", title: t("peer.rx"), end: true, cell: (row) => i18n.bytes(row.received) },
            { id: "tx", title: t("peer.tx"), end: true, cell: (row) => i18n.bytes(row.sent) },
          ]}
        />
      )}
    </Card>
  );
}

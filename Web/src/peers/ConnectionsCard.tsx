import { useState } from "react";
import { api } from "../api/api";
import type { Flow, Peer } from "../api/types";
import { Badge } from "../components/Badge";
import { Button } from "../components/Button";
import { Card } from "../components/Card";
import { ConfirmDialog } from "../components/ConfirmDialog";
import { DataTable } from "../components/DataTable";
import { Fault } from "../components/Fault";
import { Skeleton } from "../components/Skeleton";
import { useQuery, useStore } from "../data/context";
import { useI18n } from "../i18n/context";

function place(address: string, port: number | undefined): string {
  if (port === undefined) return address;
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

const target = (flow: Flow) => place(flow.destination, flow.destination_port);
const source = (flow: Flow) => place(flow.source, flow.source_port);

/** What a peer talks to, through the hub. */
export function ConnectionsCard({ peer }: { readonly peer: Peer }) {
  const i18n = useI18n();
  const { t, tn } = i18n;
  const store = useStore();
  const [asking, setAsking] = useState(false);
  const { data, error, loading, reload } = useQuery(`connections/${peer.id}`, () => api.peerConnections(peer.network_id, peer.id));
  return (
    <Card
      title={t("connections.title")} flush={data !== undefined && data.connections.length > 0}
      actions={<>
        <Button small icon="refresh" busy={loading} onClick={reload}>{t("action.refresh")}</Button>
        <Button small kind="danger" disabled={data === undefined || data.summary.connections === 0} onClick={() => setAsking(true)}>{t("connections.flush")}</Button>
      </>}
    >
      <Fault error={error} onRetry={reload} />
      {data === undefined ? error === undefined && <Skeleton rows={3} /> : data.connections.length === 0 ? <p className="muted">{t("connections.none")}</p> : (
        <>
          <p className="card__note">{tn("connections.count", data.summary.connections)}{data.summary.accounting ? ` · ↑ ${i18n.bytes(data.summary.sent)} ↓ ${i18n.bytes(data.summary.received)}` : ""}</p>
          <DataTable
            caption={t("connections.title")} rows={data.connections.slice(0, 200)} rowKey={(row) => row.id}
            columns={[
              { id: "protocol", title: t("connections.protocol"), cell: (row) => <><Badge>{row.protocol}</Badge> {row.state !== undefined && <span className="muted">{row.state}</span>}</> },
              { id: "from", title: t("connections.from"), cell: (row) => <span className="mono">{source(row.original)}</span> },
              { id: "to", title: t("connections.to"), cell: (row) => <span className="mono">{target(row.original)}</span> },
              { id: "sent", title: t("connections.sent"), end: true, cell: (row) => (row.original.bytes === undefined ? "–" : i18n.bytes(row.original.bytes)) },
              { id: "received", title: t("connections.received"), end: true, cell: (row) => (row.reply.bytes === undefined ? "–" : i18n.bytes(row.reply.bytes)) },
            ]}
          />
        </>
      )}
      {asking && (
        <ConfirmDialog
          title={t("connections.flush.title")} verb={t("connections.flush")} onClose={() => setAsking(false)}
          onConfirm={async () => {
            const count = await api.flushConnections(peer.network_id, peer.id);
            store.toasts.add("done", tn("connections.flushed", count));
            reload();
          }}
        ><p>{t("connections.flush.text")}</p></ConfirmDialog>
      )}
    </Card>
  );
}

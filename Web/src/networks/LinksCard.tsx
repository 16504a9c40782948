import { api } from "../api/api";
import { asApiError } from "../api/ApiError";
import type { Network } from "../api/types";
import { Button } from "../components/Button";
import { Card } from "../components/Card";
import { DataTable } from "../components/DataTable";
import { Fault } from "../components/Fault";
import { RelativeTime } from "../components/RelativeTime";
import { Skeleton } from "../components/Skeleton";
import { useQuery, useStore } from "../data/context";
import { useI18n } from "../i18n/context";

/** The links to configurations that are still good. */
export function LinksCard({ network }: { readonly network: Network }) {
  const { t } = useI18n();
  const store = useStore();
  const { data, error, reload } = useQuery(`links/${network.id}`, () => api.links(network.id));
  return (
    <Card title={t("links.title")} flush={data !== undefined && data.length > 0}>
      <Fault error={error} onRetry={reload} />
      {data === undefined ? error === undefined && <Skeleton rows={2} /> : data.length === 0 ? <p className="muted">{t("links.empty")}</p> : (
        <DataTable
          caption={t("links.title")} rows={data} rowKey={(link) => link.id}
          columns={[
            { id: "peer", title: t("links.peer"), cell: (link) => <bdi>{link.peer}</bdi> },
            { id: "expires", title: t("links.expires"), cell: (link) => <RelativeTime time={link.expires_at} /> },
            {
              id: "act", title: t("peer.actions"), silent: true, end: true,
              cell: (link) => (
                <Button
                  small kind="danger"
                  onClick={() => void api.revokeLink(link.id).then(reload, (caught) => store.toasts.add("fault", asApiError(caught).message))}
                >{t("action.revoke")}</Button>
              ),
            },
          ]}
        />
      )}
    </Card>
  );
}

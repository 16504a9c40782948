import { useState } from "react";
import { asApiError } from "../api/ApiError";
import { api } from "../api/api";
import type { Network, Peer } from "../api/types";
import { Button } from "../components/Button";
import { ConfirmDialog } from "../components/ConfirmDialog";
import { Dialog } from "../components/Dialog";
import { TextField } from "../components/TextField";
import { useStore } from "../data/context";
import { useI18n } from "../i18n/context";
import { inParallel } from "../lib/inParallel";
import { parseList } from "../lib/lists";

/** What can be done to many peers at once. Each is a change of its own: what fails is told, the rest stands. */
export function BulkActions({ peers, onDone }: { readonly network: Network; readonly peers: readonly Peer[]; readonly onDone: () => void }) {
  const { t, tn } = useI18n();
  const store = useStore();
  const [progress, setProgress] = useState<number>();
  const [asking, setAsking] = useState<"delete" | "tag">();
  const [tags, setTags] = useState("");

  const run = async (work: (peer: Peer) => Promise<void>) => {
    setProgress(0);
    const failed: string[] = [];
    let reason = "";
    await inParallel(peers, 4, async (peer) => {
      try {
        await work(peer);
      } catch (error) {
        failed.push(peer.name);
        reason = asApiError(error).message;
      }
      setProgress((done) => (done ?? 0) + 1);
    });
    setProgress(undefined);
    const done = peers.length - failed.length;
    if (done > 0) store.toasts.add("done", tn("bulk.done", done));
    if (failed.length > 0) store.toasts.add("fault", `${tn("bulk.failed", failed.length)} ${failed.slice(0, 3).join(", ")}: ${reason}`);
    onDone();
  };
  const setEnabled = (enabled: boolean) => run(async (peer) => {
    if (peer.enabled !== enabled) await store.optimistically(peer, { enabled }, () => api.setPeerEnabled(peer, enabled));
  });

  return (
    <div className="bulk" role="toolbar" aria-label={t("bulk.title")}>
      <span className="bulk__count">{progress === undefined ? tn("bulk.selected", peers.length) : t("bulk.progress", { done: progress, count: peers.length })}</span>
      <Button small icon="check" busy={progress !== undefined} onClick={() => void setEnabled(true)}>{t("action.enable")}</Button>
      <Button small icon="power" busy={progress !== undefined} onClick={() => void setEnabled(false)}>{t("action.disable")}</Button>
      <Button small icon="plus" busy={progress !== undefined} onClick={() => setAsking("tag")}>{t("bulk.tag")}</Button>
      <Button small kind="danger" icon="trash" busy={progress !== undefined} onClick={() => setAsking("delete")}>{t("action.delete")}</Button>
      <Button small kind="quiet" onClick={onDone}>{t("bulk.clear")}</Button>
      {asking === "delete" && (
        <ConfirmDialog
          title={tn("bulk.delete.title", peers.length)} verb={t("action.delete")} onClose={() => setAsking(undefined)}
          {...(peers.length > 20 ? { typed: String(peers.length) } : {})}
          onConfirm={() => run(async (peer) => {
            await api.deletePeer(peer);
            store.merge({ removedPeers: [peer.id] });
          })}
        >
          <p>{t("bulk.delete.text")}</p>
          <ul className="names">{peers.slice(0, 8).map((peer) => <li key={peer.id}><bdi>{peer.name}</bdi></li>)}{peers.length > 8 && <li>{t("bulk.more", { count: peers.length - 8 })}</li>}</ul>
        </ConfirmDialog>
      )}
      {asking === "tag" && (
        <Dialog
          title={tn("bulk.tag.title", peers.length)} onClose={() => setAsking(undefined)}
          actions={<>
            <Button onClick={() => setAsking(undefined)}>{t("action.cancel")}</Button>
            <Button
              kind="primary" disabled={parseList(tags).length === 0}
              onClick={() => {
                setAsking(undefined);
                const added = parseList(tags);
                void run(async (peer) => {
                  const all = (tags: readonly string[]) => [...new Set([...tags, ...added])];
                  await store.optimistically(peer, { tags: all(peer.tags) }, async () =>
                    (await api.adjustPeer(peer.network_id, peer.id, (fresh) => ({ tags: all(fresh.tags) }))).peer);
                });
              }}
            >{t("action.save")}</Button>
          </>}
        >
          <TextField label={t("peer.tags")} hint={t("hint.list")} value={tags} onChange={setTags} />
        </Dialog>
      )}
    </div>
  );
}

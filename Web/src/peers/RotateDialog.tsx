import { useState } from "react";
import type { ApiError } from "../api/ApiError";
import { asApiError } from "../api/ApiError";
import { api } from "../api/api";
import type { Peer, PeerChange } from "../api/types";
import { Button } from "../components/Button";
import { Dialog } from "../components/Dialog";
import { Fault } from "../components/Fault";
import { Notice } from "../components/Notice";
import { SelectField } from "../components/SelectField";
import { useStore } from "../data/context";
import { useI18n } from "../i18n/context";
import type { KeyPair } from "../lib/keys";
import { makeKeyPair } from "../lib/keys";
import { PeerConfigModal } from "./PeerConfigModal";

const OVERLAPS = ["0", "3600", "43200", "86400", "604800"] as const;

/** Gives a peer new keys, at once or prepared for later. */
export function RotateDialog({ peer, onClose }: { readonly peer: Peer; readonly onClose: () => void }) {
  const i18n = useI18n();
  const { t } = i18n;
  const store = useStore();
  const [overlap, setOverlap] = useState<typeof OVERLAPS[number]>("0");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const [done, setDone] = useState<{ readonly change: PeerChange; readonly keys: KeyPair | undefined }>();
  const prepared = peer.pending_public_key !== undefined;

  const run = async (action: "rotate" | "activate" | "cancel") => {
    setBusy(true);
    setError(undefined);
    try {
      const keys = action === "rotate" && peer.custody === "client" ? await makeKeyPair() : undefined;
      const change = await api.rotatePeer(peer, {
        action,
        ...(keys === undefined ? {} : { public_key: keys.publicKey }),
        ...(action === "rotate" && overlap !== "0" ? { overlap: Number(overlap) } : {}),
        ...(action === "rotate" && peer.custody === "once" ? { return_configuration: true } : {}),
      });
      store.merge({ peers: [change.peer] });
      store.noteFindings(change.peer.id, change.findings);
      store.toasts.add("done", t("rotate.done", { name: peer.name }));
      if (action === "rotate") setDone({ change, keys });
      else onClose();
    } catch (caught) {
      setError(asApiError(caught));
    }
    setBusy(false);
  };

  if (done !== undefined) {
    return <PeerConfigModal peer={done.change.peer} configuration={done.change.configuration} privateKey={done.keys?.privateKey} isNew onClose={onClose} />;
  }
  return (
    <Dialog
      title={t("rotate.title", { name: peer.name })} onClose={onClose}
      actions={prepared ? <>
        <Button busy={busy} onClick={() => void run("cancel")}>{t("rotate.drop")}</Button>
        <Button kind="primary" busy={busy} onClick={() => void run("activate")}>{t("rotate.activate")}</Button>
      </> : <>
        <Button onClick={onClose}>{t("action.cancel")}</Button>
        <Button kind="primary" busy={busy} onClick={() => void run("rotate")}>{t("rotate.verb")}</Button>
      </>}
    >
      <div className="stack">
        <Fault error={error} />
        {prepared ? (
          <Notice><p>{t("rotate.prepared", { time: peer.keys_change_at === undefined ? "" : i18n.date(peer.keys_change_at) })}</p><p className="mono wrap">{peer.pending_public_key}</p></Notice>
        ) : (
          <>
            <p>{t(peer.custody === "client" ? "rotate.textClient" : "rotate.text")}</p>
            <SelectField
              label={t("rotate.when")} value={overlap} onChange={setOverlap} hint={t("rotate.when.hint")}
              options={OVERLAPS.map((value) => ({ value, label: value === "0" ? t("rotate.now") : t("rotate.in", { time: i18n.duration(Number(value)) }) }))}
            />
          </>
        )}
      </div>
    </Dialog>
  );
}

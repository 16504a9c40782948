import type { ReactNode } from "react";
import { useState } from "react";
import { asApiError } from "../api/ApiError";
import { api } from "../api/api";
import type { Network, Peer } from "../api/types";
import { ConfirmDialog } from "../components/ConfirmDialog";
import type { MenuItem } from "../components/Menu";
import { navigate } from "../data/router";
import { useStore } from "../data/context";
import { useI18n } from "../i18n/context";
import { LinkDialog } from "./LinkDialog";
import { PeerConfigModal } from "./PeerConfigModal";
import { PeerForm } from "./PeerForm";
import { RotateDialog } from "./RotateDialog";

type Open = { readonly kind: "edit" | "config" | "rotate" | "remove" | "link"; readonly peer: Peer };

/** What can be done to a peer, from its row and from its page. */
export function usePeerActions(network: Network, onRemoved?: () => void): {
  readonly items: (peer: Peer) => MenuItem[];
  readonly showConfig: (peer: Peer) => void;
  readonly edit: (peer: Peer) => void;
  readonly toggle: (peer: Peer) => Promise<void>;
  readonly dialogs: ReactNode;
} {
  const { t } = useI18n();
  const store = useStore();
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);

  const toggle = async (peer: Peer) => {
    const enabled = !peer.enabled;
    try {
      await store.optimistically(peer, { enabled, online: enabled && peer.online }, () => api.setPeerEnabled(peer, enabled));
      store.toasts.add("done", t(enabled ? "peer.enabled" : "peer.disabled", { name: peer.name }));
    } catch (error) {
      store.toasts.add("fault", asApiError(error).message || t("fault.unreachable"));
    }
  };

  const items = (peer: Peer): MenuItem[] => [
    { label: t("peer.config"), icon: "qr", act: () => setOpen({ kind: "config", peer }) },
    { label: t("action.edit"), icon: "edit", act: () => setOpen({ kind: "edit", peer }) },
    { label: t(peer.enabled ? "action.disable" : "action.enable"), icon: "power", act: () => void toggle(peer) },
    { label: t("peer.rotate"), icon: "key", act: () => setOpen({ kind: "rotate", peer }) },
    ...(peer.custody === "held" ? [{ label: t("peer.link"), icon: "link", act: () => setOpen({ kind: "link", peer }) } as const] : []),
    { label: t("action.delete"), icon: "trash", danger: true, act: () => setOpen({ kind: "remove", peer }) },
  ];

  const peer = open?.peer;
  const dialogs = peer === undefined ? null : (
    <>
      {open?.kind === "edit" && <PeerForm network={network} peer={peer} onClose={close} />}
      {open?.kind === "config" && <PeerConfigModal peer={peer} onClose={close} />}
      {open?.kind === "rotate" && <RotateDialog peer={peer} onClose={close} />}
      {open?.kind === "link" && <LinkDialog network={network} peer={peer} onClose={close} />}
      {open?.kind === "remove" && (
        <ConfirmDialog
          title={t("peer.delete.title", { name: peer.name })} verb={t("action.delete")} onClose={close}
          onConfirm={async () => {
            await api.deletePeer(peer);
            store.merge({ removedPeers: [peer.id] });
            store.toasts.add("done", t("peer.deleted", { name: peer.name }));
            if (onRemoved !== undefined) onRemoved();
            else navigate(`/networks/${network.id}`, true);
          }}
        >
          <p>{t("peer.delete.text")}</p>
        </ConfirmDialog>
      )}
    </>
  );

  return { items, showConfig: (target) => setOpen({ kind: "config", peer: target }), edit: (target) => setOpen({ kind: "edit", peer: target }), toggle, dialogs };
}

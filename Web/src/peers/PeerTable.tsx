import type { KeyboardEvent } from "react";
import { useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import type { Network, Peer } from "../api/types";
import { Badge } from "../components/Badge";
import { Button } from "../components/Button";
import { EmptyState } from "../components/EmptyState";
import { Icon } from "../components/Icon";
import { Link } from "../components/Link";
import { Menu } from "../components/Menu";
import { RelativeTime } from "../components/RelativeTime";
import { Skeleton } from "../components/Skeleton";
import { StatusDot } from "../components/StatusDot";
import { useMay, useObservable, usePeers, useStore } from "../data/context";
import { useI18n } from "../i18n/context";
import type { Key } from "../i18n/i18n";
import type { PeerColumn, PeerOrder } from "../lib/peers";
import { filterPeers, peerState, sortPeers } from "../lib/peers";
import { visibleRows } from "../lib/window";
import { BulkActions } from "./BulkActions";
import { usePeerActions } from "./usePeerActions";

/** The height of a row in pixels, as peers.css has it. */
const ROW = 56;

const COLUMNS: readonly { readonly id: PeerColumn; readonly title: Key; readonly end?: boolean }[] = [
  { id: "status", title: "peer.status" },
  { id: "name", title: "peer.name" },
  { id: "address", title: "peer.address" },
  { id: "rx", title: "peer.rx", end: true },
  { id: "tx", title: "peer.tx", end: true },
  { id: "handshake", title: "peer.handshake" },
];

/** The peers of a network. Only rows in sight are drawn, so that ten thousand are as quick as ten. */
export function PeerTable({ network, onAdd }: { readonly network: Network; readonly onAdd: () => void }) {
  const i18n = useI18n();
  const { t } = i18n;
  const store = useStore();
  const { complete } = useObservable(store.hub);
  const mayWrite = useMay("operator");
  const peers = usePeers(network.id);
  const [query, setQuery] = useState("");
  const wanted = useDeferredValue(query);
  const [order, setOrder] = useState<PeerOrder>({ column: "name", descending: false });
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const [view, setView] = useState({ top: 0, height: 600 });
  const scroller = useRef<HTMLDivElement>(null);
  const actions = usePeerActions(network);

  const rows = useMemo(() => sortPeers(filterPeers(peers, wanted), order, i18n.collator), [peers, wanted, order, i18n]);
  const selected = useMemo(() => rows.filter((peer) => chosen.has(peer.id)), [rows, chosen]);

  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const measure = () => setView({ top: element.scrollTop, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [rows.length === 0]);

  const sort = (column: PeerColumn) => {
    // Numbers are looked at from the greatest on.
    const fromTop = column === "rx" || column === "tx" || column === "handshake";
    setOrder((old) => (old.column === column ? { column, descending: !old.descending } : { column, descending: fromTop }));
  };
  const toggle = (peer: Peer) => {
    setChosen((old) => {
      const next = new Set(old);
      if (!next.delete(peer.id)) next.add(peer.id);
      return next;
    });
  };
  const all = selected.length > 0 && selected.length === rows.length;

  const step = (event: KeyboardEvent) => {
    const row = (event.target as HTMLElement).closest<HTMLElement>("[data-row]");
    if (row === null || scroller.current === null) return;
    const at = Number(row.dataset["row"]);
    const page = Math.max(1, Math.floor(view.height / ROW) - 1);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: event.ctrlKey ? 0 : undefined, End: event.ctrlKey ? rows.length - 1 : undefined }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const target = Math.max(0, Math.min(rows.length - 1, to));
    const element = scroller.current;
    const y = target * ROW;
    if (y < element.scrollTop) element.scrollTop = y;
    else if (y + ROW > element.scrollTop + element.clientHeight - ROW) element.scrollTop = y + 2 * ROW - element.clientHeight;
    setView({ top: element.scrollTop, height: element.clientHeight });
    requestAnimationFrame(() => element.querySelector<HTMLElement>(`[data-row="${target}"] .peer-link`)?.focus());
  };

  if (!complete && peers.length === 0) return <Skeleton rows={6} />;
  if (peers.length === 0) {
    return (
      <EmptyState icon="user" title={t("peers.empty.title")} action={mayWrite && <Button kind="primary" icon="plus" onClick={onAdd}>{t("peers.add")}</Button>}>
        <p>{t("peers.empty.text")}</p>
      </EmptyState>
    );
  }

  const { first, end } = visibleRows(view.top, view.height, ROW, rows.length);
  const online = peers.reduce((count, peer) => count + (peer.online && peer.enabled ? 1 : 0), 0);

  return (
    <div className="peers">
      <div className="toolbar">
        <div className="search">
          <Icon name="search" />
          <input
            type="search" className="input" placeholder={t("peers.filter")} aria-label={t("peers.filter")} value={query}
            onChange={(event) => {
              setQuery(event.target.value);
              if (scroller.current !== null) scroller.current.scrollTop = 0;
            }}
          />
        </div>
        <p className="toolbar__count" role="status">
          {wanted === "" ? t("peers.count", { online, count: peers.length }) : i18n.tn("peers.found", rows.length)}
        </p>
        <div className="toolbar__sort">
          <label className="visually-hidden" htmlFor="peer-sort">{t("peers.sort")}</label>
          <select
            id="peer-sort" className="input select" value={`${order.column}${order.descending ? "-" : ""}`}
            onChange={(event) => setOrder({ column: (COLUMNS.find(({ id }) => event.target.value.startsWith(id)) ?? COLUMNS[1])?.id ?? "name", descending: event.target.value.endsWith("-") })}
          >
            {COLUMNS.map(({ id, title }) => [false, true].map((descending) => (
              <option key={id + String(descending)} value={`${id}${descending ? "-" : ""}`}>{t(title)} {descending ? "↓" : "↑"}</option>
            )))}
          </select>
        </div>
      </div>
      {selected.length > 0 && <BulkActions network={network} peers={selected} onDone={() => setChosen(new Set())} />}
      {rows.length === 0 ? (
        <EmptyState icon="search" title={t("peers.none.title")} action={<Button onClick={() => setQuery("")}>{t("peers.none.clear")}</Button>} />
      ) : (
        <div className="peers__scroll" ref={scroller} tabIndex={0} role="region" aria-label={t("peers.title")} onScroll={(event) => setView({ top: event.currentTarget.scrollTop, height: event.currentTarget.clientHeight })}>
          <table className="table peers__table" aria-rowcount={rows.length + 1}>
            <caption className="visually-hidden">{t("peers.caption", { network: network.name })}</caption>
            <thead>
              <tr aria-rowindex={1}>
                {mayWrite && (
                  <th className="peers__check">
                    <input
                      type="checkbox" aria-label={t("peers.selectAll")} checked={all}
                      ref={(box) => { if (box !== null) box.indeterminate = selected.length > 0 && !all; }}
                      onChange={() => setChosen(all ? new Set() : new Set(rows.map((peer) => peer.id)))}
                    />
                  </th>
                )}
                {COLUMNS.map(({ id, title, end: atEnd }) => (
                  <th key={id} className={`peers__${id}${atEnd === true ? " end" : ""}`} aria-sort={order.column !== id ? undefined : order.descending ? "descending" : "ascending"}>
                    <button type="button" className="sort" onClick={() => sort(id)} title={t("peers.sortBy", { column: t(title) })}>
                      <span className={id === "status" ? "visually-hidden" : undefined}>{t(title)}</span>
                      {id === "status" && <span className="dot" aria-hidden="true" />}
                      <span className={`sort__mark${order.column === id ? " sort__mark--on" : ""}`} aria-hidden="true">{order.column === id && order.descending ? "↓" : "↑"}</span>
                    </button>
                  </th>
                ))}
                <th className="peers__actions"><span className="visually-hidden">{t("peer.actions")}</span></th>
              </tr>
            </thead>
            <tbody onKeyDown={step}>
              {first > 0 && <tr className="peers__gap" aria-hidden="true" style={{ height: first * ROW }}><td /></tr>}
              {rows.slice(first, end).map((peer, offset) => {
                const index = first + offset;
                return (
                  <tr key={peer.id} data-row={index} aria-rowindex={index + 2} className={chosen.has(peer.id) ? "peers__row--chosen" : undefined} aria-selected={mayWrite ? chosen.has(peer.id) : undefined}>
                    {mayWrite && <td className="peers__check"><input type="checkbox" aria-label={t("peers.select", { name: peer.name })} checked={chosen.has(peer.id)} onChange={() => toggle(peer)} /></td>}
                    <td className="peers__status"><StatusDot state={peerState(peer)} /></td>
                    <td className="peers__name">
                      <div className="peers__title">
                        <Link className="peer-link" href={`/networks/${network.id}/peers/${peer.id}`}><bdi>{peer.name}</bdi></Link>
                        {peer.role === "site-gateway" && <Badge tone="accent">{t("peer.role.site-gateway")}</Badge>}
                        {!peer.enabled && <Badge>{t(`peer.state.${peerState(peer)}`)}</Badge>}
                        {peer.config_stale === true && <Badge tone="warning" title={t("peer.stale.text")}>{t("peer.stale")}</Badge>}
                        <span className="peers__tags">{peer.tags.slice(0, 3).map((tag) => <Badge key={tag}>{tag}</Badge>)}</span>
                      </div>
                      <div className="peers__sub peers__wide">{peer.email}</div>
                      <div className="peers__sub peers__narrow"><RelativeTime time={peer.last_handshake} /> · ↓ {i18n.bytes(peer.transfer_rx)} ↑ {i18n.bytes(peer.transfer_tx)}</div>
                    </td>
                    <td className="peers__address mono">{peer.addresses[0]}</td>
                    <td className="peers__rx end">{i18n.bytes(peer.transfer_rx)}</td>
                    <td className="peers__tx end">{i18n.bytes(peer.transfer_tx)}</td>
                    <td className="peers__handshake"><RelativeTime time={peer.last_handshake} /></td>
                    <td className="peers__actions">
                      <div className="row-actions">
                        {mayWrite && peer.custody === "held" && <Button kind="quiet" small icon="qr" aria-label={t("peer.action.config", { name: peer.name })} title={t("peer.config")} onClick={() => actions.showConfig(peer)} />}
                        {mayWrite && <Menu label={t("peer.action.more", { name: peer.name })} items={actions.items(peer)} />}
                      </div>
                    </td>
                  </tr>
                );
              })}
              {end < rows.length && <tr className="peers__gap" aria-hidden="true" style={{ height: (rows.length - end) * ROW }}><td /></tr>}
            </tbody>
          </table>
        </div>
      )}
      {actions.dialogs}
    </div>
  );
}

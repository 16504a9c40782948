import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { Store } from "./data/Store";

const root = document.getElementById("root");
if (root !== null) {
  const store = new Store();
  void store.begin();
  createRoot(root).render(<StrictMode><App store={store} /></StrictMode>);
}

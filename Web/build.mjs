// Bundles the page into Web/dist: names with a hash of their content, each file beside its .gz and .br, and a manifest.
// Everything comes from Debian's packages in /usr/share/nodejs; nothing is fetched.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync, renameSync, existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const web = dirname(fileURLToPath(import.meta.url));
const target = process.argv[2] ?? join(web, "dist");
const work = `${target}.new`;

rmSync(work, { recursive: true, force: true });
mkdirSync(join(work, "assets"), { recursive: true });

const metafile = join(work, "meta.json");
execFileSync(
  "esbuild",
  [
    join(web, "src/main.tsx"),
    join(web, "src/theme.ts"),
    join(web, "src/styles/app.css"),
    "--bundle",
    "--splitting",
    "--format=esm",
    "--jsx=automatic",
    "--minify",
    "--charset=utf8",
    "--target=es2021,chrome100,firefox102,safari15.4",
    "--legal-comments=none",
    '--define:process.env.NODE_ENV="production"',
    "--entry-names=[name]-[hash]",
    "--chunk-names=[name]-[hash]",
    `--outdir=${join(work, "assets")}`,
    `--metafile=${metafile}`,
    "--log-level=warning",
  ],
  { stdio: "inherit", env: { ...process.env, NODE_PATH: "/usr/share/nodejs" } },
);
rmSync(metafile);

const icon = readFileSync(join(web, "icon.svg"));
const digest = createHash("sha256").update(icon).digest("hex").slice(0, 8).toUpperCase();
writeFileSync(join(work, "assets", `icon-${digest}.svg`), icon);

const manifest = {};
for (const file of readdirSync(join(work, "assets")).sort()) {
  manifest[file.replace(/-[A-Z0-9]{8}(?=\.)/, "")] ??= `assets/${file}`;
}
const html = readFileSync(join(web, "index.html"), "utf8").replace(/\{\{(.+?)\}\}/g, (_, name) => {
  const path = manifest[name];
  if (path === undefined) throw new Error(`the build made no ${name}`);
  return path;
});
writeFileSync(join(work, "index.html"), html);
writeFileSync(join(work, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);

let scripts = 0;
let total = 0;
for (const path of ["index.html", ...Object.keys(manifest).length ? readdirSync(join(work, "assets")).map((f) => `assets/${f}`) : []]) {
  const bytes = readFileSync(join(work, path));
  const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });
  writeFileSync(join(work, `${path}.br`), brotli);
  writeFileSync(join(work, `${path}.gz`), gzipSync(bytes, { level: 9 }));
  total += brotli.length;
  if (path.endsWith(".js")) scripts += brotli.length;
}

// The old build goes only once the new one is whole.
rmSync(`${target}.old`, { recursive: true, force: true });
if (existsSync(target)) renameSync(target, `${target}.old`);
renameSync(work, target);
rmSync(`${target}.old`, { recursive: true, force: true });
console.log(`${basename(target)}: ${(scripts / 1000).toFixed(1)} kB of scripts, ${(total / 1000).toFixed(1)} kB in all, by brotli`);

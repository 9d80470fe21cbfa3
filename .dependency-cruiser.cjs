// The arrows of the house (design §2). Everything not allowed here is refused.
const rule = (name, from, to, comment) => ({ name, severity: "error", comment, from, to });
const only = (room, ...rooms) =>
  rule(
    `${room}-reaches-only-${rooms.join("-") || "itself"}`,
    { path: `^${room}/`, pathNot: "\\.test\\.ts$" },
    {
      path: "^(domain|store|services|ingest|anchor|jobs|api|dashboard|demo|cli|contracts|bench|test|config)",
      pathNot: `^(${[room, ...rooms].join("|")})(/|\\.)`,
    },
    "imports point one way: domain ← store ← services ← {ingest, anchor, jobs, api} ← cli",
  );
module.exports = {
  forbidden: [
    rule("no-cycles", {}, { circular: true }, "a cycle has no beginning to read from"),
    only("domain"),
    only("store", "domain", "config"),
    only("services", "store", "domain", "config"),
    only("ingest", "services", "store", "domain", "config"),
    only("anchor", "services", "store", "domain", "config", "contracts"),
    only("jobs", "services", "store", "domain", "config"),
    only(
      "api",
      "services",
      "domain",
      "dashboard/scan",
      "dashboard/console/assets",
      "dashboard/i18n",
      "config",
    ),
    only("dashboard", "domain", "api/console-shapes"),
    rule(
      "dashboard-takes-types-of-api",
      { path: "^dashboard/", pathNot: "\\.test\\.tsx?$" },
      { path: "^api/", dependencyTypesNot: ["type-only"] },
      "the console takes types from api, code from domain",
    ),
    only("demo", "domain"),
    rule(
      "domain-is-pure",
      { path: "^domain/", pathNot: "\\.test\\.ts$" },
      { dependencyTypes: ["core"] },
      "domain opens nothing and runs in a browser",
    ),
    rule(
      "domain-needs-few-packages",
      { path: "^domain/", pathNot: "\\.test\\.ts$" },
      {
        dependencyTypes: ["npm", "npm-dev"],
        pathNot: "node_modules/(zod|canonicalize|@noble/(hashes|curves))/",
      },
      "domain may use zod, canonicalize and noble only",
    ),
    rule(
      "tests-are-not-imported",
      { pathNot: "\\.test\\.ts$|^test/" },
      { path: "\\.test\\.ts$|^test/(?!support/)" },
      "tests are leaves",
    ),
    rule(
      "test-support-is-for-tests-and-benches",
      { pathNot: "\\.test\\.ts$|^(test|bench|contracts/test)/" },
      { path: "^test/support/" },
      "tests and benches start the real servers the same way",
    ),
    rule(
      "sockets-are-opened-in-four-files",
      {
        pathNot:
          "^(store/connect|store/connect/.*|ingest/broker|anchor/chain|api/server|cli/.*|demo/.*|test/.*|bench/.*)\\.ts$|\\.test\\.ts$",
      },
      { path: "^(node:)?(net|tls|http|https|dgram)$" },
      "only connect, broker, chain and the API's server open sockets",
    ),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(node_modules|contracts/(artifacts|cache)|data|dist)/" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default"] },
  },
};

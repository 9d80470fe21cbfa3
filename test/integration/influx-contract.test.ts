/** What InfluxDB 2.x and 3.x are sent, byte for byte, and what each documented answer makes of it. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { openInfluxReadings } from "#store/readings/influx.ts";
import type { ReadingsStore } from "#store/readings/readings-store.ts";
import { aReading } from "../support/readings.ts";

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** A body as text, compressed or not. */
function textOf(bytes: Buffer, encoding: string | undefined): string {
  return (encoding === "gzip" ? gunzipSync(bytes) : bytes).toString("utf8");
}

interface Scripted {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string | object;
}

type Answering = (request: Seen, at: number) => Scripted | Promise<Scripted>;

const start = 1_700_000_000_000;
const line = 'reading,point=p1,tenant=pharmacy-1 t=4200i,origin="7|1700000001000||fridge-1" 1700000000000';
const json = { "content-type": "application/json; charset=utf-8" };

let server: Server;
let url = "";
let seen: Seen[] = [];
let answering: Answering = () => ({ status: 500 });

beforeAll(async () => {
  server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", async () => {
      const { method = "", url: path = "", headers } = request;
      const got = { method, path, headers, body: textOf(Buffer.concat(pieces), headers["content-encoding"]) };
      seen.push(got);
      const { status, headers: more, body = "" } = await answering(got, seen.length - 1);
      response.writeHead(status, typeof body === "string" ? more : { ...json, ...more });
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
afterEach(() => {
  seen = [];
  answering = () => ({ status: 500 });
});

const open2 = () =>
  openInfluxReadings({ url, version: 2, database: "cold_mark", org: "Apotheke & Söhne", token: "t0ken" });
const open3 = () => openInfluxReadings({ url, version: 3, database: "coldmark", token: "t0ken" });
const versions: readonly (readonly [string, () => ReadingsStore])[] = [
  ["2.x", open2],
  ["3.x", open3],
];
const readings = (count: number) => Array.from({ length: count }, (_, n) => aReading({ ts: start + n }));
const lineCount = ({ body }: Seen) => body.split("\n").length;
const holds = ({ body }: Seen, ts: number) => new RegExp(` ${ts}$`, "m").test(body);
const unavailable = (words: string) => ({ code: "UNAVAILABLE", message: expect.stringContaining(words) });

describe("a write", () => {
  test("to 2.x: POST /api/v2/write with org, bucket and precision, Token, plain text", async () => {
    answering = () => ({ status: 204 });
    expect(await open2().write([aReading(), aReading({ ts: start + 1, err: "probe.open" })])).toEqual([]);
    const [request, ...others] = seen;
    expect(others).toEqual([]);
    expect(request).toMatchObject({
      method: "POST",
      path: "/api/v2/write?org=Apotheke%20%26%20S%C3%B6hne&bucket=cold_mark&precision=ms",
      body: `${line}\n${line.replace(",origin", ',err="probe.open",origin').replace(/0$/, "1")}`,
    });
    expect(request?.headers).toMatchObject({
      authorization: "Token t0ken",
      "content-type": "text/plain; charset=utf-8",
      "content-length": String(Buffer.byteLength(request?.body ?? "")),
    });
    expect(request?.headers["content-encoding"]).toBeUndefined();
  });

  test("to 3.x: the same path without org, Bearer", async () => {
    answering = () => ({ status: 204 });
    expect(await open3().write([aReading()])).toEqual([]);
    expect(seen).toMatchObject([
      {
        method: "POST",
        path: "/api/v2/write?bucket=coldmark&precision=ms",
        headers: { authorization: "Bearer t0ken", "content-type": "text/plain; charset=utf-8" },
        body: line,
      },
    ]);
  });

  test.each(versions)(
    "to %s goes over two connections, kept alive, at most 5,000 lines at a time",
    async (_v, open) => {
      let connections = 0;
      const count = () => {
        connections += 1;
      };
      server.on("connection", count);
      answering = () => ({ status: 204 });
      const store = open();
      expect(await store.write(readings(12_000))).toEqual([]);
      // Which of two under way at once is there first nobody says.
      expect(seen.map(lineCount).toSorted((a, b) => b - a)).toEqual([5_000, 5_000, 2_000]);
      expect(new Set(seen.flatMap(({ body }) => body.split("\n"))).size).toBe(12_000);
      expect(connections).toBeLessThanOrEqual(2);
      server.off("connection", count);
    },
  );

  test.each([0, 1])(
    "has no more than two parts under way, and none when it ends, though part %i failed",
    async (failing) => {
      const open = { now: 0, most: 0 };
      const second = Promise.withResolvers<void>();
      answering = async (_request, at) => {
        open.now += 1;
        open.most = Math.max(open.most, open.now);
        if (at === 1) second.resolve();
        await second.promise; // the first is answered when the second is there: one at a time would hang
        if (at !== failing) await new Promise((resolve) => setTimeout(resolve, 20)); // so that it is the later one
        open.now -= 1;
        return { status: at === failing ? 503 : 204 };
      };
      await expect(open2().write(readings(22_000))).rejects.toMatchObject({ code: "UNAVAILABLE" });
      expect([open.most, open.now]).toEqual([2, 0]);
      expect(seen.length).toBeLessThanOrEqual(3);
      answering = () => ({ status: 204 });
      expect(await open2().write(readings(22_000))).toEqual([]);
    },
  );

  test("goes compressed where a network may lie between, unless it is short", async () => {
    answering = () => ({ status: 204 });
    const beyond = openInfluxReadings({
      url: url.replace("127.0.0.1", "0.0.0.0"),
      version: 3,
      database: "coldmark",
      token: "t0ken",
    });
    await beyond.write([aReading()]);
    await beyond.write(readings(100));
    expect(seen.map(({ headers }) => headers["content-encoding"])).toEqual([undefined, "gzip"]);
    expect(seen[0]?.body).toBe(line);
    expect(lineCount(seen[1] as Seen)).toBe(100);
    expect(seen[1]?.headers["transfer-encoding"]).toBe("chunked");
  });

  // docs.influxdata.com/influxdb/v2/write-data/troubleshoot: 422, rejected points are told, the others are written
  test("2.x says 422, some points were rejected: only the offender is refused", async () => {
    const bad = start + 700;
    const message =
      "failure writing points to database: partial write: points beyond retention policy dropped=1";
    answering = (request) =>
      holds(request, bad)
        ? { status: 422, body: { code: "unprocessable entity", message } }
        : { status: 204 };
    const refused = await open2().write(readings(1_000));
    expect(refused).toEqual([{ reading: aReading({ ts: bad }), detail: message }]);
    expect(seen.length).toBeLessThanOrEqual(21);
    const stored = seen.filter((request) => !holds(request, bad)).flatMap(({ body }) => body.split("\n"));
    expect(new Set(stored).size).toBe(999);
  });

  // influxdb3 docs, write-data/troubleshoot: 400 with "partial write of line protocol occurred" and the lines
  test("3.x says 400, a partial write: only the offender is refused, in its own line's words", async () => {
    const bad = start + 3;
    const error_message =
      "invalid column type for column 't', expected iox::column_type::field::integer, got iox::column_type::field::string";
    answering = (request) => {
      if (!holds(request, bad)) return { status: 204 };
      const data = [{ original_line: "reading,point=p1", line_number: 4, error_message }];
      const body = JSON.stringify({ error: "partial write of line protocol occurred", data });
      return { status: 400, body };
    };
    const refused = await open3().write(readings(8));
    expect(refused).toEqual([
      { reading: aReading({ ts: bad }), detail: `partial write of line protocol occurred: ${error_message}` },
    ]);
  });

  test("3.x names hundreds of lines in a long answer: each is refused in words, none by its own text", async () => {
    const error_message = "No fields were provided";
    answering = ({ body }) => {
      const lines = body.split("\n");
      const data = lines.map((original_line, at) => ({ original_line, line_number: at + 1, error_message }));
      return {
        status: 400,
        body: JSON.stringify({ error: "partial write of line protocol occurred", data }),
      };
    };
    const talking = readings(40).map((reading) => ({ ...reading, err: "db name limit exceeded" }));
    const refused = await open3().write(talking);
    expect(refused.map(({ reading }) => reading)).toEqual(talking);
    const detail = `partial write of line protocol occurred: ${error_message}`;
    expect(new Set(refused.map((each) => each.detail))).toEqual(new Set([detail]));
  });

  test("a line that 2.x can't read is refused, whatever its text says", async () => {
    const talking = aReading({ ts: start + 1, err: "limit exceeded" });
    answering = (request) => {
      if (!holds(request, start + 1)) return { status: 204 };
      const message = `unable to parse '${request.body}': bad timestamp`;
      return { status: 400, body: { code: "invalid", message } };
    };
    const refused = await open2().write([aReading(), talking]);
    expect(refused.map(({ reading }) => reading)).toEqual([talking]);
  });

  // influxdb-client-js#1044: a cluster that takes partial writes answers 201, which the client library counts as success
  test("3.x says 201, partial success: nothing of it counts as stored until each line has its 204", async () => {
    const bad = [start + 1, start + 6];
    answering = (request) =>
      bad.some((ts) => holds(request, ts))
        ? { status: 201, body: { code: "invalid", message: "failed to parse line protocol", line: 2 } }
        : { status: 204 };
    const refused = await open3().write(readings(8));
    expect(refused.map(({ reading }) => reading.ts)).toEqual(bad);
    expect(seen[0]?.body.split("\n")).toHaveLength(8);
  });

  test("201 without a word for a single line is no success and no refusal", async () => {
    answering = () => ({ status: 201 });
    await expect(open3().write(readings(2))).rejects.toMatchObject(unavailable("answered 201"));
  });

  test("200 is not what a write is answered with: nothing counts as stored", async () => {
    answering = () => ({ status: 200, body: "<html>Welcome</html>" });
    await expect(open2().write(readings(2))).rejects.toMatchObject(unavailable("answered 200"));
  });

  test.each([
    ["a proxy's 413", { status: 413, body: "<html>413 Request Entity Too Large</html>" }],
    ["2.x", { status: 413, body: { code: "request too large", message: "payload too large" } }],
    ["3.x, as 500", { status: 500, body: "max request size (10485760 bytes) exceeded" }],
  ])("too large (%s): halved until it fits, nothing refused", async (_name, answer) => {
    answering = (request) => (lineCount(request) > 300 ? answer : { status: 204 });
    expect(await open2().write(readings(1_000))).toEqual([]);
    expect(seen.filter((request) => lineCount(request) <= 300).map(lineCount)).toEqual([250, 250, 250, 250]);
  });

  test("even one line too large is the set-up's fault, not the reading's", async () => {
    answering = () => ({ status: 413 });
    await expect(open2().write(readings(2))).rejects.toMatchObject(unavailable("answered 413"));
  });

  test.each<[string, () => ReadingsStore, Scripted, string]>([
    [
      "401 of 2.x",
      open2,
      { status: 401, body: { code: "unauthorized", message: "unauthorized access" } },
      "INFLUX_TOKEN",
    ],
    ["401 of 3.x", open3, { status: 401 }, "INFLUX_TOKEN"],
    [
      "403 of 2.x",
      open2,
      { status: 403, body: { code: "forbidden", message: "insufficient permissions" } },
      "bucket cold_mark of organisation Apotheke & Söhne",
    ],
    [
      "404 of 2.x",
      open2,
      { status: 404, body: { code: "not found", message: 'bucket "cold_mark" not found' } },
      "INFLUX_ORG",
    ],
    ["404 of 3.x", open3, { status: 404, body: "database not found: coldmark" }, "INFLUX_DATABASE"],
    ["a redirect", open2, { status: 307, headers: { location: "/elsewhere" } }, "redirect"],
    [
      "a limit of 3.x in a 422",
      open3,
      { status: 422, body: { error: "Adding a new database would exceed limit of 5 databases" } },
      "exceed limit",
    ],
    [
      "a limit of 3.x, told of a line",
      open3,
      {
        status: 422,
        body: {
          error: "partial write of line protocol occurred",
          data: [
            {
              line_number: 1,
              error_message: "Update to schema would exceed number of columns per table limit of 500 columns",
            },
          ],
        },
      },
      "exceed number",
    ],
    [
      "a deleted database of 3.x",
      open3,
      { status: 400, body: { error: "attempted to write to a database that has been deleted" } },
      "deleted",
    ],
    [
      "a TLS port that is spoken plain HTTP to",
      open2,
      { status: 400, body: "Client sent an HTTP request to an HTTPS server.\n" },
      "HTTPS",
    ],
    [
      "500",
      open2,
      {
        status: 500,
        body: { code: "internal error", message: "unexpected error writing points to database: timeout" },
      },
      "timeout",
    ],
    ["503 of 3.x", open3, { status: 503 }, "answered 503"],
  ])(
    "%s: tried again for ever, in words for the operator; no reading is blamed, whatever their number",
    async (_name, open, answer, words) => {
      answering = () => answer;
      await expect(open().write([aReading()])).rejects.toMatchObject(unavailable(words));
      await expect(open().write(readings(100))).rejects.toMatchObject(unavailable(words));
      expect(seen).toHaveLength(2);
      answering = () => ({ status: 204 });
      expect(await open().write(readings(100))).toEqual([]);
    },
  );

  test.each([
    ["seconds", { "retry-after": "30" }, 30_000],
    [
      "a date after the answer's own",
      { "retry-after": "Sun, 06 Nov 1994 08:49:49 GMT", date: "Sun, 06 Nov 1994 08:49:37 GMT" },
      12_000,
    ],
    [
      "a date that has passed",
      { "retry-after": "Sun, 06 Nov 1994 08:49:37 GMT", date: "Sun, 06 Nov 1994 08:49:49 GMT" },
      0,
    ],
    ["far too long", { "retry-after": "999999999" }, 3_600_000],
    ["no time at all", { "retry-after": "soon" }, undefined],
  ])("429 and 503 with Retry-After in %s", async (_name, headers, retryAfterMs) => {
    for (const status of [429, 503]) {
      answering = () => ({ status, headers, body: { code: "too many requests", message: "over quota" } });
      const fault = await open2()
        .write(readings(2))
        .catch((error: unknown) => error);
      expect(fault).toMatchObject({ code: "UNAVAILABLE", facts: { status } });
      expect((fault as { facts: { retryAfterMs?: number } }).facts.retryAfterMs).toBe(retryAfterMs);
    }
  });

  test("no secret is in the words", async () => {
    answering = () => ({ status: 401, body: { message: "unauthorized access" } });
    const fault = await open2()
      .write(readings(1))
      .catch((error: unknown) => error);
    expect(JSON.stringify([String(fault), fault])).not.toContain("t0ken");
  });
});

const bucket = { id: "0123456789abcdef", orgID: "fedcba9876543210", name: "cold_mark", type: "user" };
const mapping = {
  ...{
    id: "00aa",
    database: "cold_mark",
    retention_policy: "autogen",
    bucketID: bucket.id,
    orgID: bucket.orgID,
  },
  ...{ default: true, virtual: true },
};
const range = { tenant: "pharmacy-1", points: ["p1"], from: start, to: start + 1_000 };
const select = `SELECT * FROM reading WHERE tenant = 'pharmacy-1' AND (point = 'p1') AND time >= ${start}ms AND time < ${start + 1_000}ms`;
const found = {
  results: [
    {
      statement_id: 0,
      series: [
        {
          name: "reading",
          columns: ["time", "origin", "point", "t", "tenant"],
          values: [[start, `7|${start + 1_000}||fridge-1`, "p1", 4_200, "pharmacy-1"]],
        },
      ],
    },
  ],
};

/** Answers as 2.x with this bucket and these mappings does. */
function influx2(
  mappings: readonly object[],
  creating: Scripted = { status: 201, body: mapping },
): Answering {
  return ({ method, path }) => {
    if (path.startsWith("/api/v2/buckets?")) return { status: 200, body: { buckets: [bucket] } };
    if (path.startsWith("/api/v2/dbrps") && method === "POST") return creating;
    if (path.startsWith("/api/v2/dbrps?")) return { status: 200, body: { content: mappings } };
    if (path === "/query") return { status: 200, body: found };
    return { status: 404 };
  };
}

const asked = () => seen.map(({ method, path }) => `${method} ${path}`);
const lookups = [
  "GET /api/v2/buckets?org=Apotheke+%26+S%C3%B6hne&name=cold_mark",
  `GET /api/v2/dbrps?orgID=${bucket.orgID}&db=cold_mark`,
];

describe("reading", () => {
  test("2.x: the mapping is looked up once; POST /query with db, epoch and the query as a form, Token", async () => {
    answering = influx2([mapping]);
    const store = open2();
    expect(await store.range(range)).toEqual([aReading()]);
    expect(await store.range(range)).toEqual([aReading()]);
    expect(asked()).toEqual([...lookups, "POST /query", "POST /query"]);
    expect(seen[2]?.headers).toMatchObject({
      authorization: "Token t0ken",
      "content-type": "application/x-www-form-urlencoded;charset=UTF-8",
    });
    expect([...new URLSearchParams(seen[2]?.body)]).toEqual([
      ["q", select],
      ["epoch", "ms"],
      ["db", "cold_mark"],
    ]);
    expect(seen.slice(0, 2).map(({ headers }) => headers.authorization)).toEqual([
      "Token t0ken",
      "Token t0ken",
    ]);
  });

  test("2.x: a mapping that is not the database's default is named by its retention policy", async () => {
    const other = { ...mapping, id: "00bb", bucketID: "aaaaaaaaaaaaaaaa", retention_policy: "autogen" };
    answering = influx2([other, { ...mapping, default: false, retention_policy: "cold" }]);
    await open2().range(range);
    expect(new URLSearchParams(seen[2]?.body).get("rp")).toBe("cold");
  });

  test("2.x: without a mapping one is made, by the documented body", async () => {
    answering = influx2([]);
    expect(await open2().range(range)).toHaveLength(1);
    expect(asked()).toEqual([...lookups, "POST /api/v2/dbrps", "POST /query"]);
    expect(seen[2]?.headers["content-type"]).toBe("application/json");
    expect(JSON.parse(seen[2]?.body ?? "")).toEqual({
      bucketID: bucket.id,
      database: "cold_mark",
      default: true,
      orgID: bucket.orgID,
      retention_policy: "autogen",
    });
  });

  test("2.x: a token that may not map says which command does; allowed, the next question goes through", async () => {
    answering = influx2([], {
      status: 403,
      body: { code: "forbidden", message: "write:orgs/x/dbrp is unauthorized" },
    });
    const store = open2();
    const command =
      "influx v1 dbrp create --db cold_mark --rp autogen --default --bucket-id 0123456789abcdef";
    await expect(store.range(range)).rejects.toMatchObject(unavailable(command));
    answering = influx2([mapping]);
    expect(await store.range(range)).toHaveLength(1);
  });

  test("2.x: a name mapped to somebody else's bucket is never taken over, nor read", async () => {
    answering = influx2([{ ...mapping, bucketID: "aaaaaaaaaaaaaaaa" }]);
    await expect(open2().range(range)).rejects.toMatchObject(unavailable("mapped (DBRP) to another bucket"));
    expect(asked()).toEqual(lookups);
  });

  test("2.x: a bucket that is not there is not an empty one", async () => {
    answering = () => ({ status: 200, body: { buckets: [] } });
    await expect(open2().range(range)).rejects.toMatchObject(unavailable("there is no bucket cold_mark"));
  });

  test("2.x: a mapping that vanished is not an empty database; it is looked up anew", async () => {
    answering = influx2([mapping]);
    const store = open2();
    await store.range(range);
    answering = (request, at) =>
      request.path === "/query"
        ? { status: 200, body: { results: [{ statement_id: 0, error: "database not found: cold_mark" }] } }
        : influx2([mapping])(request, at);
    await expect(store.range(range)).rejects.toMatchObject(unavailable("mapping"));
    answering = influx2([]);
    seen = [];
    expect(await store.range(range)).toHaveLength(1);
    expect(asked()).toEqual([...lookups, "POST /api/v2/dbrps", "POST /query"]);
  });

  // influxdb#25762: 3.x reads the parameters of /query from the body too
  test("3.x: POST /query as a form with db, no mapping is asked for; Bearer", async () => {
    answering = () => ({ status: 200, body: found });
    expect(await open3().range(range)).toEqual([aReading()]);
    expect(asked()).toEqual(["POST /query"]);
    expect(seen[0]?.headers.authorization).toBe("Bearer t0ken");
    expect(new URLSearchParams(seen[0]?.body).get("db")).toBe("coldmark");
  });

  test("3.x: a database that no write has made yet reads as empty, in ranges and charts", async () => {
    answering = () => ({
      status: 404,
      body: { error: "query error: database not found: coldmark", data: null },
    });
    const store = open3();
    expect(await store.range(range)).toEqual([]);
    expect(await store.buckets(range, 60_000)).toEqual([]);
    expect(await store.steps(range, 60_000)).toEqual([]);
  });

  test("a 404 of a proxy, a fault and an answer that is no JSON are not empty ranges", async () => {
    for (const scripted of [
      { status: 404, body: "<html>nothing here</html>" },
      { status: 500 },
      { status: 200, body: "<html>Welcome</html>" },
      { status: 200, body: { results: [{ statement_id: 0, error: "query-file-limit exceeded" }] } },
    ]) {
      answering = () => scripted;
      await expect(open3().range(range)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    }
  });

  test("much is asked side by side, never more than eight at once", async () => {
    const held: ServerResponse[] = [];
    let most = 0;
    const slow = createServer((_request, response) => {
      most = Math.max(most, held.push(response));
      // A moment for a ninth to come, if the client sends one.
      if (held.length === 8) setTimeout(() => held.splice(0).forEach((each) => void each.end("{}")), 50);
    }).listen(0, "127.0.0.1");
    await once(slow, "listening");
    const { port } = slow.address() as AddressInfo;
    const store = openInfluxReadings({ url: `http://127.0.0.1:${port}`, version: 3, database: "coldmark" });
    const points = Array.from({ length: 1_600 }, (_, n) => `p${n}`);
    expect(await store.buckets({ ...range, points }, 60_000)).toEqual([]);
    expect(most).toBe(8);
    slow.close();
  });

  test.each(versions)("ping of %s: GET /ping, 200 or 204", async (_v, open) => {
    for (const status of [200, 204]) {
      answering = () => ({ status });
      await open().ping();
    }
    expect(asked()).toEqual(["GET /ping", "GET /ping"]);
    answering = () => ({ status: 401 });
    await expect(open().ping()).rejects.toMatchObject(unavailable("INFLUX_TOKEN"));
  });
});

test("a database's name that 3.x would refuse with every write is refused at the start", () => {
  for (const database of ["cold.mark", "-cold", "a b", "x".repeat(65)]) {
    expect(() => openInfluxReadings({ url, version: 3, database })).toThrow("INFLUX_DATABASE");
  }
  expect(openInfluxReadings({ url, version: 2, database: "cold.mark" }).kind).toBe("influx");
});

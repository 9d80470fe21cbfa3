import { AppError } from "#domain/errors.ts";
import { type InfluxAnswer, jsonOf } from "./influx-answer.ts";
import { influxFault } from "./influx-fault.ts";
import type { InfluxHttp } from "./influx-http.ts";
import type { InfluxSettings } from "./influx-settings.ts";

/** How InfluxQL names our bucket of 2.x: the database always, the retention policy where it is not the database's default. */
export interface Mapping {
  readonly rp: string | null;
}

interface Bucket {
  readonly id: string;
  readonly orgID: string;
  readonly name: string;
}

interface Mapped {
  readonly database: string;
  readonly retention_policy: string;
  readonly bucketID: string;
  readonly default: boolean;
}

const policy = "autogen";

/**
 * Finds how our bucket is mapped to a database for InfluxQL, and maps it where nothing is mapped to that name. InfluxDB's
 * own mapping of a bucket without another ("virtual") is as good. Without this look a query could read another bucket.
 * Source: docs.influxdata.com/influxdb/v2/query-data/influxql/dbrp, …/v2/api/dbrps (GET, POST /api/v2/dbrps)
 * @throws AppError UNAVAILABLE naming the cure
 */
export async function findMapping(http: InfluxHttp, settings: InfluxSettings): Promise<Mapping> {
  const bucket = await findBucket(http, settings);
  const query = new URLSearchParams({ orgID: bucket.orgID, db: settings.database });
  const path = `/api/v2/dbrps?${query}`;
  const answer = good(await http.ask("GET", path), settings, "looking up the bucket's mapping (DBRP)");
  const { content } = jsonOf(answer) as { content?: Mapped[] | null };
  const ofName = (content ?? []).filter(({ database }) => database === settings.database);
  const own = ofName.filter(({ bucketID }) => bucketID === bucket.id);
  const mapped = own.find((mapping) => mapping.default) ?? own[0];
  if (mapped) return { rp: mapped.default ? null : mapped.retention_policy };
  if (ofName.length > 0) {
    const words = `the name ${settings.database} is mapped (DBRP) to another bucket than ${bucket.id}; remove that mapping, or set INFLUX_DATABASE to a bucket with a name of its own`;
    throw new AppError("UNAVAILABLE", `InfluxDB can't be read: ${words}`, { bucket: bucket.id });
  }
  return await createMapping(http, settings, bucket);
}

async function findBucket(http: InfluxHttp, settings: InfluxSettings): Promise<Bucket> {
  const query = new URLSearchParams({ org: settings.org ?? "", name: settings.database });
  const answer = good(await http.ask("GET", `/api/v2/buckets?${query}`), settings, "looking up the bucket");
  const { buckets } = jsonOf(answer) as { buckets?: Bucket[] | null };
  const bucket = (buckets ?? []).find(({ name }) => name === settings.database);
  if (bucket) return bucket;
  throw influxFault({ status: 404, headers: {}, body: "" }, settings, "looking up the bucket");
}

async function createMapping(http: InfluxHttp, settings: InfluxSettings, bucket: Bucket): Promise<Mapping> {
  const { database } = settings;
  const answer = await http.ask("POST", "/api/v2/dbrps", {
    bucketID: bucket.id,
    database,
    default: true,
    orgID: bucket.orgID,
    retention_policy: policy,
  });
  if (answer.status === 201) return { rp: null };
  if (answer.status !== 401 && answer.status !== 403) {
    throw influxFault(answer, settings, "mapping the bucket (DBRP)");
  }
  const command = `influx v1 dbrp create --db ${database} --rp ${policy} --default --bucket-id ${bucket.id}`;
  throw new AppError(
    "UNAVAILABLE",
    `InfluxDB can't be read: the bucket is mapped to no database (DBRP), and INFLUX_TOKEN may not map it; run "${command}"`,
    { status: answer.status },
  );
}

function good(answer: InfluxAnswer, settings: InfluxSettings, doing: string): InfluxAnswer {
  if (answer.status !== 200) throw influxFault(answer, settings, doing);
  return answer;
}
